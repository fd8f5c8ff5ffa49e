"""The window's benchmark measures a real window."""

import json

import pytest

from app.benchmark import main


@pytest.mark.slow
def test_a_small_run_gives_all_numbers(tmp_path) -> None:
    out = tmp_path / "window.json"
    assert main(["--pictures", "3", "--steps", "4", "--out", str(out), "--method", "metro"]) == 0
    found = json.loads(out.read_text())
    assert found["step_looking"]["median_ms"] > 0
    assert found["live"]["metro"]["display"] > 0
    assert found["first_paint_s"] > 0
