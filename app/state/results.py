"""What came out, per item and method.

Records and pictures are heavy: only the newest results keep their records, and none its picture, which
is given back when the result is shown again. Bodies of many items are kept; numbers of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.state.values import Choice, RunResult
from core.types import Frame, FrameResult, InspectionRecord

KEEP_RECORDS = 6
KEEP_RESULTS = 256


@dataclass(frozen=True)
class ItemNumbers:
    """What is known of an item under one choice, means over its people.

    Attributes:
        people: how many were found.
        marks_percent: distance to the marks, % of the box; None without marks.
        error_mm: MPJPE, millimetres; None without truth.
    """

    people: int
    marks_percent: float | None = None
    error_mm: float | None = None


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
        self._numbers: dict[tuple[int, Choice], ItemNumbers] = {}
        self.shown: RunResult | None = None
        self.person = 0

    def put(self, result: RunResult, *, show: bool) -> None:
        """Keep a full result; show it when it belongs to what is being looked at."""
        if result.quality == "full" and not result.covered:
            key = (result.item_id, result.choice)
            self._results.pop(key, None)
            self._results[key] = replace(result, result=without_picture(result.result))
            self._numbers[key] = numbers_of(result)
            self._lighten()
            self.stored.emit(result.item_id)
        if show:
            self.show(result)

    def get(self, item_id: int, choice: Choice) -> RunResult | None:
        """The last full result of a choice on an item, its picture black."""
        return self._results.get((item_id, choice))

    def numbers(self, item_id: int, choice: Choice) -> ItemNumbers | None:
        """Numbers of a choice on an item; kept longer than the bodies."""
        return self._numbers.get((item_id, choice))

    def choices_of(self, item_id: int) -> tuple[Choice, ...]:
        """The choices that an item has a result of."""
        return tuple(choice for item, choice in self._results if item == item_id)

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
            key
            for key, result in self._results.items()
            if key[0] == item_id and (keep is None or result.request_id != keep.request_id)
        ]
        for key in gone:
            del self._results[key]
        stale = [key for key in self._numbers if key[0] == item_id and key not in self._results]
        for key in stale:
            del self._numbers[key]

    def _lighten(self) -> None:
        for key in list(self._results)[:-KEEP_RESULTS]:
            del self._results[key]
        inspected = [key for key, result in self._results.items() if result.inspected]
        for key in inspected[:-KEEP_RECORDS]:
            result = self._results[key]
            people = tuple(replace(person, records=()) for person in result.result.people)
            self._results[key] = replace(
                result, result=replace(result.result, people=people), asked_inside=False
            )


def without_picture(result: FrameResult) -> FrameResult:
    """The same result over a black picture of the same size, which takes no memory."""
    frame = result.frame
    black = np.broadcast_to(np.zeros((1, 1, 1), np.uint8), frame.image.shape)
    return replace(result, frame=replace(frame, image=black))


def with_picture(result: RunResult, frame: Frame) -> RunResult:
    """A kept result over its picture again."""
    return replace(result, result=replace(result.result, frame=frame))


def numbers_of(result: RunResult) -> ItemNumbers:
    """Means over the people of a result."""
    marks = [s.marks_percent for s in result.scores if s.marks_percent is not None]
    errors = [s.mpjpe_mm for s in result.scores if s.mpjpe_mm is not None]
    return ItemNumbers(
        len(result.result.people),
        sum(marks) / len(marks) if marks else None,
        sum(errors) / len(errors) if errors else None,
    )
