"""Errors from bare photographs: who is compared with whom, and what counts as a miss."""

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.body.joint_sets import LSP14_NAMES
from core.types import Detection
from core.weights.cards import CardFile, CardNumber, ModelCard, read_card, write_card
from training import photographs
from training.evaluate import main
from training.photographs import PhotographRow, photograph_rows, photograph_table, update_card

MARKS = np.stack([np.linspace(20, 60, 14), np.linspace(10, 110, 14)], 1)  # a box of 100 px


@pytest.fixture
def joints_json(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "one.png"), np.full((120, 90, 3), 99, np.uint8))
    entry = {"joints_2d": MARKS.tolist()}
    path = tmp_path / "joints.json"
    path.write_text(json.dumps({"joint_names": LSP14_NAMES, "people": {"one.png": entry}}))
    return path


def found(joints: np.ndarray) -> Detection:
    return Detection(
        np.array([0, 0, 90, 120], np.float32), 0.5, LSP14_NAMES, joints.astype(np.float32)
    )


class People:
    """A detector that finds given people."""

    def __init__(self, *people: np.ndarray) -> None:
        self.people = people

    def detect(self, frame) -> tuple[Detection, ...]:
        return tuple(found(joints) for joints in self.people)


def rows_with(monkeypatch: pytest.MonkeyPatch, path: Path, *people: np.ndarray) -> PhotographRow:
    monkeypatch.setattr("core.detection.embedded.embedded_detector", lambda: People(*people))
    return photograph_rows(path, path.parent, "embedded")[0]


def test_the_nearest_person_counts(monkeypatch: pytest.MonkeyPatch, joints_json: Path) -> None:
    row = rows_with(monkeypatch, joints_json, MARKS + 300, MARKS + np.array([3, 4]))
    assert row.percent == pytest.approx(5.0, abs=1e-3)
    assert row.pck == 1.0
    assert row.people == 2


def test_a_joint_that_was_not_found_is_wrong_by_the_box(
    monkeypatch: pytest.MonkeyPatch, joints_json: Path
) -> None:
    missing = MARKS.copy()
    missing[:7] = np.nan
    row = rows_with(monkeypatch, joints_json, missing)
    assert row.percent == pytest.approx(50.0, abs=1e-3)
    assert row.pck == 0.5


def test_nobody_found_is_no_number(monkeypatch: pytest.MonkeyPatch, joints_json: Path) -> None:
    row = rows_with(monkeypatch, joints_json)
    assert math.isnan(row.percent)
    assert row.people == 0
    assert "nan" in photograph_table("embedded", (row,))


def test_the_command_prints_a_table(
    monkeypatch: pytest.MonkeyPatch, joints_json: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("core.detection.embedded.embedded_detector", lambda: People(MARKS))
    assert main(["--joints", str(joints_json), "--bare", "embedded"]) == 0
    assert "one.png" in capsys.readouterr().out


def test_a_card_gets_new_errors_in_place_of_old_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(photographs, "asset_path", lambda folder, name: tmp_path / name)
    other = CardNumber("MPJPE", 50.0, "mm", "synthetic-lsp14", "test set")
    file = CardFile("x.safetensors", "0" * 64)
    card = ModelCard("x", "metro", "lite", "body", "X", (file,), 1, "l", "r", 1, (other,))
    write_card(card, tmp_path / "x.json")
    for percent in (9.0, 7.0):
        update_card("x", [PhotographRow("one.png", percent, 0.5, 1)])
    numbers = {n.name: n.value for n in read_card(tmp_path / "x.json").numbers}
    assert numbers == {
        "MPJPE": 50.0,
        "2D error, one.png": 7.0,
        "2D error, mean": 7.0,
        "PCK@0.1, photographs": 0.5,
    }
