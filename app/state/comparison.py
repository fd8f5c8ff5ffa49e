"""Which methods are looked at side by side, and what they are measured against."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from app.state.values import Choice

MOST_METHODS = 4
NOTHING, TRUTH = -2, -1
Arrangement = Literal["side_by_side", "together"]


@dataclass(frozen=True)
class Comparison:
    """What is compared now.

    Attributes:
        on: whether the comparison is shown at all.
        others: choices beside the current one, at most three.
        arrangement: a view each, or all bodies in one view.
        reference: whom the others are measured against: ``NOTHING``, ``TRUTH``, or the place of a
            method, 0 being the current one.
    """

    on: bool = False
    others: tuple[Choice, ...] = ()
    arrangement: Arrangement = "side_by_side"
    reference: int = NOTHING


class ComparisonModel(QObject):
    """The comparison now.

    Signals:
        changed: (comparison, frozenset of the names that changed).
    """

    changed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.now = Comparison()

    @property
    def is_full(self) -> bool:
        """Whether no further method fits."""
        return len(self.now.others) >= MOST_METHODS - 1

    def add(self, choice: Choice) -> None:
        """Compare with another choice; one that is there, or a fifth, changes nothing."""
        if not self.is_full and choice not in self.now.others:
            self.set(others=(*self.now.others, choice))

    def remove(self, place: int) -> None:
        """Take a method out; ``place`` 1 is the first beside the current one."""
        if not 1 <= place <= len(self.now.others):
            return
        others = tuple(c for n, c in enumerate(self.now.others, 1) if n != place)
        reference = self.now.reference
        if reference == place:
            reference = NOTHING
        elif reference > place:
            reference -= 1
        self.set(others=others, reference=reference)

    def forget(self, choice: Choice) -> None:
        """Leave out a choice that became the current one."""
        if choice in self.now.others:
            self.remove(self.now.others.index(choice) + 1)

    def set(self, **changes: Any) -> None:
        """Change by name; nothing is announced when nothing changes."""
        new = replace(self.now, **changes)
        names = frozenset(
            f.name for f in fields(Comparison) if getattr(new, f.name) != getattr(self.now, f.name)
        )
        if names:
            self.now = new
            self.changed.emit(new, names)
