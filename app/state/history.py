"""Steps back and forward over everything that a hand changed, in the order in which it was done."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

MOST_STEPS = 100


@dataclass(frozen=True)
class Step:
    """A change that was made.

    Attributes:
        put: brings about ``before`` or ``after``; gives the item to look at, or -1 for none.
        before, after: what was there, and what is there now.
        key: steps that follow each other with the same key are one (typing, a slider that moves).
    """

    put: Callable[[Any], int]
    before: Any
    after: Any
    key: Hashable = None


class History(QObject):
    """What was done, and what was taken back.

    Signals:
        changed: what can be taken back or done again is another.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._joins = False

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step forward."""
        return bool(self._undone)

    def push(self, step: Step) -> None:
        """A change that has just been made; what was taken back before can no longer be redone."""
        last = self._done[-1] if self._done and self._joins else None
        if last is not None and step.key is not None and last.key == step.key:
            self._done.pop()
            step = Step(step.put, last.before, step.after, step.key)
        self._undone.clear()
        if step.before != step.after:
            self._done.append(step)
            del self._done[:-MOST_STEPS]
        self._joins = bool(self._done)
        self.changed.emit()

    def seal(self) -> None:
        """The next change is a step of its own, whatever its key."""
        self._joins = False

    def clear(self) -> None:
        """Forget all steps."""
        self._done.clear()
        self._undone.clear()
        self.seal()
        self.changed.emit()

    def undo(self) -> int:
        """One step back; the item to look at, or -1."""
        if not self._done:
            return -1
        step = self._done.pop()
        self._undone.append(step)
        return self._put(step, step.before)

    def redo(self) -> int:
        """One step forward; the item to look at, or -1."""
        if not self._undone:
            return -1
        step = self._undone.pop()
        self._done.append(step)
        return self._put(step, step.after)

    def _put(self, step: Step, value: Any) -> int:
        self.seal()
        item_id = step.put(value)
        self.changed.emit()
        return item_id
