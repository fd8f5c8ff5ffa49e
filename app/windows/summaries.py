"""What the list says of each item: error of the chosen method, disagreement of the compared ones."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from app.settings.language import tr
from app.state.choice import ChoiceModel
from app.state.comparison import ComparisonModel
from app.state.results import ItemNumbers, ResultsModel
from app.state.session import ItemSummary, SessionModel
from app.state.values import Choice
from core.metrics import disagreement


class SummaryControl(QObject):
    """Keeps the list's words up to date."""

    def __init__(
        self,
        session: SessionModel,
        choice: ChoiceModel,
        comparison: ComparisonModel,
        results: ResultsModel,
        choices: Callable[[], tuple[Choice, ...]],
    ) -> None:
        super().__init__()
        self._session, self._choice, self._results = session, choice, results
        self._comparison, self._choices = comparison, choices
        self._known: dict[tuple[int, frozenset[Choice]], float] = {}
        results.stored.connect(self._stored)
        session.modelReset.connect(self._all_changed)  # rows that come back
        choice.changed.connect(self._all_changed)
        comparison.changed.connect(self._all_changed)

    @Slot(int)
    def _stored(self, item_id: int) -> None:
        self._known = {k: v for k, v in self._known.items() if k[0] != item_id}
        self._show(item_id)

    @Slot()
    def _all_changed(self, *_: object) -> None:
        for item in self._session.items():
            self._show(item.id)

    def _show(self, item_id: int) -> None:
        numbers = self._results.numbers(item_id, self._choice.choice)
        far = self._disagreement(item_id)
        self._session.set_summary(item_id, summary_of(numbers, far))

    def _disagreement(self, item_id: int) -> float | None:
        """Mean over the people that all compared methods found; kept when bodies are forgotten."""
        choices = self._choices()
        if not self._comparison.now.on or len(choices) < 2:
            return None
        key = (item_id, frozenset(choices))
        if key in self._known:
            return self._known[key]
        results = [self._results.get(item_id, choice) for choice in choices]
        people = [r.result.people for r in results if r is not None]
        if len(people) < 2:
            return None
        found = [disagreement(same) for same in zip(*people, strict=False)]
        values = [value for value in found if value is not None]
        if not values:
            return None
        mean = sum(values) / len(values)
        if len(people) == len(choices):
            self._known[key] = mean
        return mean


def summary_of(numbers: ItemNumbers | None, far: float | None) -> ItemSummary:
    """Words and sort keys of an item."""
    if numbers is None:
        return ItemSummary(disagreement=far)
    words = []
    if not numbers.people:
        words.append(tr("Nobody found"))
    if numbers.error_mm is not None:
        words.append(f"{numbers.error_mm:.0f} mm")
    elif numbers.marks_percent is not None:
        words.append(f"{numbers.marks_percent:.1f} %")
    if not words:
        words.append(tr("Reconstructed"))
    if far is not None:
        words.append(f"± {far:.0f} mm")
    error = numbers.marks_percent if numbers.error_mm is None else numbers.error_mm
    return ItemSummary(" · ".join(words), error, far)
