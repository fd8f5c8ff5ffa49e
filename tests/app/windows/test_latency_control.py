"""A lighter method while playing, said in words, and none against a person's will."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.settings.schema import Settings
from app.state.activity import ActivityModel
from app.state.choice import ChoiceModel
from app.state.lighter import WARM_UP, WINDOW
from app.state.values import Choice, RunResult
from app.windows.latency_control import LatencyControl, embedded_costs
from core.methods.registry import list_methods
from core.types import Frame, FrameResult, StageTime

COSTS = {"metro": 60.0, "cliff": 20.0}
ENOUGH = WARM_UP + WINDOW


@pytest.fixture
def playing(qtbot):
    choice = ChoiceModel(list_methods(), Choice("metro"))
    activity = ActivityModel()
    lines: list[str] = []
    activity.logged.connect(lambda line: lines.append(line.text))
    budget = [30]
    control = LatencyControl(choice, activity, lambda: budget[0], lambda: COSTS)
    return control, choice, budget, lines


def _frames(control: LatencyControl, choice: ChoiceModel, took_ms: float, count: int) -> None:
    frame = Frame(np.zeros((4, 4, 3), np.uint8), "x")
    for number in range(count):
        # Waiting for the picture is not the method's fault.
        timing = (StageTime("decode", 1.0), StageTime("network", took_ms / 1e3))
        result = FrameResult(frame, choice.choice.method, (), "nobody", timing)
        control.saw(RunResult(number, 0, choice.choice, "live", result, (), None))


def test_a_missed_budget_takes_a_lighter_method_and_says_so(playing) -> None:
    control, choice, _, lines = playing
    _frames(control, choice, 70.0, ENOUGH)
    assert choice.choice.method == "cliff"
    assert lines == ["METRO takes 70 ms a picture, over the budget of 30 ms: CLIFF goes on"]
    _frames(control, choice, 10.0, 5 * ENOUGH)
    assert choice.choice.method == "cliff"


@pytest.mark.parametrize(("budget_ms", "took_ms"), [(0, 500.0), (30, 25.0)])
def test_otherwise_nothing_changes(playing, budget_ms: int, took_ms: float) -> None:
    control, choice, budget, lines = playing
    budget[0] = budget_ms
    _frames(control, choice, took_ms, 3 * ENOUGH)
    assert (choice.choice.method, lines) == ("metro", [])


def test_what_a_person_chooses_stays(playing) -> None:
    control, choice, _, _ = playing
    _frames(control, choice, 70.0, ENOUGH)
    choice.choose_method("metro")
    _frames(control, choice, 70.0, 5 * ENOUGH)
    assert choice.choice.method == "metro"
    control.begin(True)
    _frames(control, choice, 70.0, ENOUGH)
    assert choice.choice.method == "cliff"


def test_another_budget_begins_anew(playing) -> None:
    control, choice, budget, _ = playing
    _frames(control, choice, 70.0, ENOUGH)
    choice.choose_method("metro")
    budget[0] = 40
    _frames(control, choice, 70.0, ENOUGH)
    assert choice.choice.method == "cliff"


def test_results_of_another_choice_do_not_count(playing) -> None:
    control, choice, _, _ = playing
    frame = Frame(np.zeros((4, 4, 3), np.uint8), "x")
    result = FrameResult(frame, "metro", (), "nobody", (StageTime("network", 1.0),))
    other = replace(choice.choice, device="cuda:7")
    for number in range(3 * ENOUGH):
        control.saw(RunResult(number, 0, other, "live", result, (), None))
    assert choice.choice.method == "metro"


def test_only_methods_with_embedded_weights_may_be_taken(playing) -> None:
    costs = embedded_costs(playing[1])
    assert "metro" in costs
    assert all(0 < cost < float("inf") for cost in costs.values())
    assert not set(costs) - {entry.id for entry in list_methods()}


@pytest.mark.parametrize(
    ("stored", "read"), [(120, 120), (-5, 0), (10**9, 60_000), ("fast", 0), (True, 0), (3.5, 0)]
)
def test_the_setting_is_read_with_care(stored: object, read: int) -> None:
    assert Settings.from_json({"live_budget_ms": stored}).live_budget_ms == read
