"""Which method, preset, variant, weights, body and device are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.state.values import Choice, refine_level_of
from core.methods.registry import MethodEntry


class ChoiceModel(QObject):
    """A valid choice among the registered methods.

    Signals:
        changed: the new `Choice`.
        auto_run_changed: whether changes run at once.
    """

    changed = Signal(object)
    auto_run_changed = Signal(bool)

    def __init__(
        self,
        entries: Sequence[MethodEntry],
        first: Choice,
        weights_of: Callable[[str], str | None] = lambda _key: None,
        *,
        auto_run: bool = True,
    ) -> None:
        super().__init__()
        self.entries = tuple(entries)
        self._weights_of = weights_of
        self.auto_run = auto_run
        self.choice = self._complete(first)

    @property
    def entry(self) -> MethodEntry:
        """Registry row of the chosen method."""
        return self.entry_of(self.choice.method)

    def entry_of(self, method: str) -> MethodEntry:
        """Registry row of a method; the first row for an unknown one."""
        return next((e for e in self.entries if e.id == method), self.entries[0])

    def choose_method(self, method: str) -> None:
        """Another method with its default preset and variant."""
        self._set(replace(self.choice, method=method, preset="", variant="", weights=None))

    def choose_preset(self, preset: str) -> None:
        """Another preset with its default variant."""
        self._set(replace(self.choice, preset=preset, variant="", weights=None))

    def choose_variant(self, variant: str) -> None:
        """Another network of the preset."""
        self._set(replace(self.choice, variant=variant, weights=None))

    def choose_weights(self, path: Path | None) -> None:
        """A weights file, or None for the embedded ones."""
        self._set(replace(self.choice, weights=path), remembered=False)

    def choose_body(self, body: str) -> None:
        """``embedded`` or a body file."""
        self._set(replace(self.choice, body=body))

    def restore(self, choice: Choice) -> None:
        """A choice that was saved, as far as this program has it."""
        self._set(choice)

    def choose_device(self, device: str) -> None:
        """``auto``, ``cpu`` or a device name."""
        self._set(replace(self.choice, device=device))

    def choose_refine(self, level: str) -> None:
        """How bodies are brought onto what is seen: ``off``, ``quick`` or ``thorough``."""
        self._set(replace(self.choice, refine=refine_level_of(level)))

    def set_auto_run(self, on: bool) -> None:
        """Whether changes run at once."""
        if on != self.auto_run:
            self.auto_run = on
            self.auto_run_changed.emit(on)

    def _set(self, choice: Choice, *, remembered: bool = True) -> None:
        new = self._complete(choice) if remembered else choice
        if new != self.choice:
            self.choice = new
            self.changed.emit(new)

    def _complete(self, choice: Choice) -> Choice:
        """Known ids only, and the weights file last chosen for that network."""
        entry = self.entry_of(choice.method)
        preset = next((p for p in entry.presets if p.id == choice.preset), entry.presets[0])
        variants = {variant.id for variant in preset.variants}
        variant = choice.variant if choice.variant in variants else preset.default.id
        full = replace(choice, method=entry.id, preset=preset.id, variant=variant)
        if full.weights is None:
            known = self._weights_of(full.key)
            full = replace(full, weights=Path(known) if known else None)
        return full
