"""YOLO through Ultralytics itself, on untrained networks that it builds and saves."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from core.body import JOINT_SETS
from core.detection import YoloDetector, create_detector, yolo
from core.types import Frame
from core.weights import user_dir

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ultralytics") is None, reason="Ultralytics is not installed"),
]
FRAME = Frame(np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8), "f.png")


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Saves the untrained network of a name like ``yolo11n-pose``; every box counts as a person."""
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("YOLO_OFFLINE", "true")
    monkeypatch.setattr(yolo, "MIN_SCORE", 1e-5)

    def save(name: str, folder: Path = tmp_path) -> Path:
        from ultralytics import YOLO

        folder.mkdir(parents=True, exist_ok=True)
        YOLO(f"{name}.yaml", verbose=False).save(str(folder / f"{name}.pt"))
        return folder / f"{name}.pt"

    return save


def test_pose_network_gives_boxes_and_named_joints(saved) -> None:
    people = YoloDetector(saved("yolo11n-pose")).detect(FRAME)
    assert people
    assert [person.score for person in people] == sorted((p.score for p in people), reverse=True)
    for person in people:
        assert person.joint_names == JOINT_SETS["coco17"].joint_names
        unknown = ~np.isfinite(person.joints_2d).all(axis=1)
        assert (person.joint_scores[unknown] == 0).all()
        x0, y0, x1, y1 = person.box_xyxy
        assert 0 <= x0 <= x1 <= 320
        assert 0 <= y0 <= y1 <= 240


def test_auto_takes_the_users_weights_pose_first(saved) -> None:
    for name in ("yolo11n", "yolo11n-pose"):
        saved(name, user_dir() / "yolo")
    detector = create_detector("auto")
    assert isinstance(detector, YoloDetector)
    assert detector.weights.name == "yolo11n-pose.pt"
    plain = YoloDetector(user_dir() / "yolo" / "yolo11n.pt").detect(FRAME)
    assert all(person.joint_names == () for person in plain)
