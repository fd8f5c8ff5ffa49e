"""What came out, per item and method. Inside views are heavy, so only the newest keep them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.state.values import Choice, RunResult
from core.types import InspectionRecord

KEEP_RECORDS = 6


class ResultsModel(QObject):
    """Full results per (item, choice), and the newest one shown.

    Signals:
        shown_changed: a `RunResult` to show, or None.
        stored: id of an item that has a full result now.
    """

    shown_changed = Signal(object)
    stored = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._results: dict[tuple[int, Choice], RunResult] = {}
        self.shown: RunResult | None = None
        self.person = 0

    def put(self, result: RunResult, *, show: bool) -> None:
        """Keep a full result; show it when it belongs to what is being looked at."""
        if result.quality == "full" and not result.covered:
            key = (result.item_id, result.choice)
            self._results.pop(key, None)
            self._results[key] = result
            self._lighten()
            self.stored.emit(result.item_id)
        if show:
            self.show(result)

    def get(self, item_id: int, choice: Choice) -> RunResult | None:
        """The last full result of a choice on an item."""
        return self._results.get((item_id, choice))

    def show(self, result: RunResult | None) -> None:
        """Show a result, or nothing."""
        self.shown = result
        people = 0 if result is None else len(result.result.people)
        self.person = min(self.person, max(0, people - 1))
        self.shown_changed.emit(result)

    def add_record(
        self, item_id: int, choice: Choice, person: int, record: InspectionRecord
    ) -> RunResult | None:
        """Add a record to a person of a kept result, in place of an older one of that name."""
        result = self._results.get((item_id, choice))
        if result is None or person >= len(result.result.people):
            return None
        people = list(result.result.people)
        others = tuple(r for r in people[person].records if r.name != record.name)
        people[person] = replace(people[person], records=(*others, record))
        new = replace(result, result=replace(result.result, people=tuple(people)))
        self._results[item_id, choice] = new
        return new

    def forget(self, item_id: int, keep: RunResult | None = None) -> None:
        """Drop the results of an item (its marks changed), but for one that still holds."""
        gone = [
            key for key, result in self._results.items() if key[0] == item_id and result is not keep
        ]
        for key in gone:
            del self._results[key]

    def _lighten(self) -> None:
        inspected = [key for key, result in self._results.items() if result.inspected]
        for key in inspected[:-KEEP_RECORDS]:
            result = self._results[key]
            people = tuple(replace(person, records=()) for person in result.result.people)
            self._results[key] = replace(result, result=replace(result.result, people=people))
