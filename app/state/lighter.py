"""When a playing method is too slow for a latency budget, and which lighter one to take instead.

A method that was left is not tried again, so that choices cannot alternate; where all of them miss the
budget, the quickest one is taken for good. What is not measured yet is tried in the order of its
multiply-adds, which are no more than a guess of its time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

# The first frames of a method pay for its memory and its compilation.
WARM_UP = 5
# Frames over which the budget must be missed: a busy moment of the machine is no reason.
WINDOW = 24
# A method whose time is known must fit the budget with this much to spare.
SPARE = 0.85


@dataclass(frozen=True)
class StepDown:
    """A step to a lighter method.

    Attributes:
        method: to take now.
        was: the one left.
        took_ms: median of the one left.
        budget_ms: that was missed.
    """

    method: str
    was: str
    took_ms: float
    budget_ms: int


class LatencyBudget:
    """Watches the time of each frame of one camera or video.

    Args:
        costs: multiply-adds of each method that may be taken.
    """

    def __init__(self, costs: Mapping[str, float]) -> None:
        self._costs = dict(costs)
        self.begin()

    def begin(self) -> None:
        """Something else is played: times and methods left are forgotten."""
        self._recent: deque[float] = deque(maxlen=WINDOW)
        self._method, self._seen = "", 0
        self.measured_ms: dict[str, float] = {}
        self._left: set[str] = set()
        self.resting = False

    def rest(self) -> None:
        """A person chose a method: it stays, until something else is played."""
        self.resting = True

    def saw(self, method: str, took_ms: float, budget_ms: int) -> StepDown | None:
        """Note a frame; the step to take now, if any.

        Args:
            took_ms: from the picture to its bodies.
            budget_ms: 0 for none.
        """
        if method != self._method:
            self._method, self._seen = method, 0
            self._recent.clear()
        self._seen += 1
        if self._seen <= WARM_UP:
            return None
        self._recent.append(took_ms)
        if len(self._recent) < WINDOW:
            return None
        median = self.measured_ms[method] = float(np.median(self._recent))
        if budget_ms <= 0 or self.resting or median <= budget_ms:
            return None
        lighter = self._lighter(method, median, budget_ms)
        if lighter is None:
            return None
        self._left.add(method)
        self._recent.clear()
        return StepDown(lighter, method, median, budget_ms)

    def _lighter(self, method: str, median: float, budget_ms: int) -> str | None:
        """The heaviest known method that fits, else the least unknown one, else the quickest of all."""
        open_ = [name for name in self._costs if name != method and name not in self._left]
        known = {name: self.measured_ms[name] for name in open_ if name in self.measured_ms}
        fitting = [name for name, took in known.items() if took <= SPARE * budget_ms]
        if fitting:
            return max(fitting, key=lambda name: known[name])
        unknown = [name for name in open_ if name not in known]
        if unknown:
            return min(unknown, key=lambda name: (self._costs[name], name))
        quickest = min(self.measured_ms, key=lambda name: self.measured_ms[name])
        self.resting = True
        return quickest if self.measured_ms[quickest] < SPARE * median else None
