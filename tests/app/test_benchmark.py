"""The window's benchmark measures a real window."""

import json

import numpy as np
import pytest

from app.benchmark import main, share_of_time


def test_a_long_turn_weighs_by_its_length() -> None:
    turns = np.array([1.0] * 50 + [50.0])
    assert share_of_time(turns, 0.4) == 1.0
    assert share_of_time(turns, 0.6) == share_of_time(turns, 0.95) == 50.0


@pytest.mark.slow
def test_a_small_run_gives_all_numbers(tmp_path) -> None:
    out = tmp_path / "window.json"
    few = ["--pictures", "3", "--steps", "4", "--drag-seconds", "3", "--play-seconds", "5"]
    assert main([*few, "--out", str(out), "--method", "metro"]) == 0
    found = json.loads(out.read_text())
    assert found["step_looking"]["median_ms"] > 0
    assert found["live"]["metro"]["display"] > 0
    assert found["first_paint_s"] > 0
    assert found["drag"]["bodies_a_second"] > 0
    assert found["deaf"]["dragging a joint"]["turns"] > 0
