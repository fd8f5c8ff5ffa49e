"""Stepping down: late enough, to something lighter, and never back."""

from __future__ import annotations

import pytest

from app.state.lighter import WARM_UP, WINDOW, LatencyBudget

COSTS = {"heavy": 60.0, "middle": 30.0, "light": 10.0}
TIMES = {"heavy": 90.0, "middle": 45.0, "light": 15.0}
ENOUGH = WARM_UP + WINDOW


def _play(budget: LatencyBudget, method: str, took: float, frames: int, limit: int = 30):
    for _ in range(frames):
        if (step := budget.saw(method, took, limit)) is not None:
            return step
    return None


def test_a_missed_budget_steps_down_after_a_while() -> None:
    budget = LatencyBudget(COSTS)
    assert _play(budget, "heavy", 90.0, ENOUGH - 1) is None
    step = budget.saw("heavy", 90.0, 30)
    assert step is not None
    assert (step.method, step.was, step.took_ms, step.budget_ms) == ("light", "heavy", 90.0, 30)


@pytest.mark.parametrize(("took", "limit"), [(29.0, 30), (500.0, 0)])
def test_a_kept_budget_or_none_changes_nothing(took: float, limit: int) -> None:
    assert _play(LatencyBudget(COSTS), "heavy", took, 10 * ENOUGH, limit) is None


def test_a_few_slow_frames_are_no_reason() -> None:
    budget = LatencyBudget(COSTS)
    for number in range(20 * WINDOW):
        assert budget.saw("heavy", 400.0 if number % 3 == 0 else 20.0, 30) is None


@pytest.mark.parametrize("scale", [0.5, 1.0, 4.0, 40.0])
@pytest.mark.parametrize("slowest", ["heavy", "middle", "light"])
def test_it_ends_at_the_quickest_or_one_that_fits(scale: float, slowest: str) -> None:
    """Whatever the multiply-adds promise; no method is left twice."""
    times = {**TIMES, slowest: 200.0}
    budget, method, left, changed = LatencyBudget(COSTS), "heavy", [], 0
    for frame in range(100 * ENOUGH):
        step = budget.saw(method, scale * times[method], 30)
        if step is not None:
            left.append(step.was)
            method, changed = step.method, frame
    assert len(left) == len(set(left)) <= len(COSTS)
    assert changed < 5 * ENOUGH
    assert scale * times[method] <= 30 or times[method] == min(times.values())


def test_of_known_methods_the_heaviest_that_fits_is_taken() -> None:
    budget = LatencyBudget(COSTS)
    for method in ("light", "middle"):
        assert _play(budget, method, TIMES[method], ENOUGH, limit=60) is None
    step = _play(budget, "heavy", 90.0, ENOUGH, limit=60)
    assert step is not None
    assert step.method == "middle"


def test_a_person_s_choice_stays_until_something_else_is_played() -> None:
    budget = LatencyBudget(COSTS)
    budget.rest()
    assert _play(budget, "heavy", 90.0, 10 * ENOUGH) is None
    budget.begin()
    assert _play(budget, "heavy", 90.0, ENOUGH) is not None
