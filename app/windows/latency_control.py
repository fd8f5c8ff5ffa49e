"""A latency budget while something is played: a lighter method where the chosen one misses it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Slot

from app.state.activity import ActivityModel
from app.state.choice import ChoiceModel
from app.state.lighter import LatencyBudget, StepDown
from app.state.values import Choice, RunResult


class LatencyControl(QObject):
    """Watches played frames, takes a lighter method, and says so.

    Args:
        budget_ms: from the settings, 0 for none.
        costs: multiply-adds of the methods that may be taken.
    """

    def __init__(
        self,
        choice: ChoiceModel,
        activity: ActivityModel,
        budget_ms: Callable[[], int],
        costs: Callable[[], Mapping[str, float]] | None = None,
    ) -> None:
        super().__init__()
        self._choice, self._activity, self._budget_ms = choice, activity, budget_ms
        self._costs = costs or (lambda: embedded_costs(choice))
        self._budget: LatencyBudget | None = None
        self._limit = 0
        self._stepping = False
        choice.changed.connect(self._choice_changed)

    @Slot(bool)
    def begin(self, is_open: bool) -> None:
        """Something else is played, or nothing any more."""
        self._budget = None

    @Slot(object)
    def saw(self, result: RunResult) -> None:
        """A played frame has its bodies."""
        limit = self._budget_ms()
        if limit <= 0 or result.choice != self._choice.choice:
            return
        if self._budget is None or limit != self._limit:
            self._budget, self._limit = LatencyBudget(self._costs()), limit
        took_ms = 1e3 * sum(s.seconds for s in result.result.timing if s.stage != "decode")
        step = self._budget.saw(result.choice.method, took_ms, limit)
        if step is not None:
            self._take(step)

    def _take(self, step: StepDown) -> None:
        was, now = (self._choice.entry_of(name).title for name in (step.was, step.method))
        self._stepping = True
        try:
            self._choice.choose_method(step.method)
        finally:
            self._stepping = False
        self._activity.log(
            f"{was} takes {step.took_ms:.0f} ms a picture, over the budget of {step.budget_ms} ms: "
            f"{now} goes on"
        )

    @Slot(object)
    def _choice_changed(self, _choice: Choice) -> None:
        if not self._stepping and self._budget is not None:
            self._budget.rest()


def embedded_costs(choice: ChoiceModel) -> dict[str, float]:
    """Multiply-adds of each method whose default network has embedded weights."""
    from core.assets import asset_path
    from core.weights import embedded_weights

    known = json.loads(asset_path("multiply_adds.json").read_text("utf-8"))["multiply_adds"]
    costs = {}
    for entry in choice.entries:
        preset = entry.presets[0]
        if embedded_weights(entry.id, preset.id, preset.default.id) is not None:
            key = f"{entry.id}/{preset.id}/{preset.default.id}"
            costs[entry.id] = float(known.get(key, float("inf")))
    return costs
