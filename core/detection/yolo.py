"""Person boxes and 2D joints by Ultralytics YOLO, with weights that the user has put in place.

Ultralytics is AGPL-3.0, installed only on request (``pip install meshloupe[yolo]``), imported on the
first frame, and never allowed to download or install anything by itself.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.body import JOINT_SETS
from core.detection.yolo_file import check_yolo_file
from core.errors import WeightsError
from core.types import Detection, Frame

if TYPE_CHECKING:
    from ultralytics import YOLO

MIN_SCORE = 0.35
MIN_JOINT_SCORE = 0.3
PERSON_CLASS = 0
LICENCE = "AGPL-3.0"


def yolo_folder() -> Path:
    """Where YOLO weights are looked for."""
    from core.weights import user_dir

    return user_dir() / "yolo"


def find_yolo_weights(*, need_package: bool = True) -> Path | None:
    """The user's YOLO weights, pose networks first; None without them (or without the package)."""
    if need_package and find_spec("ultralytics") is None:
        return None
    found = sorted(yolo_folder().glob("*.pt"), key=lambda path: ("pose" not in path.name, path))
    return found[0] if found else None


class YoloDetector:
    """People of a frame by a YOLO or YOLO-pose network.

    Args:
        weights: a ``.pt`` file of Ultralytics; its contents are checked before it is loaded.
        device: ``cpu`` or ``cuda:N``.

    Raises:
        WeightsError: no such file, not a YOLO file, or Ultralytics is not installed.
    """

    name = "yolo"

    def __init__(self, weights: Path, *, device: str = "cpu") -> None:
        if find_spec("ultralytics") is None:
            raise WeightsError(
                "needs Ultralytics, which is not installed",
                path=weights,
                cure="run `pip install ultralytics` (licence AGPL-3.0), or use --box",
            )
        check_yolo_file(weights)
        self.weights = weights
        self.device = device
        self._network: YOLO | None = None

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """People with a score of at least `MIN_SCORE`, most certain first."""
        image_bgr = np.ascontiguousarray(frame.image[:, :, ::-1])
        found = self._loaded().predict(
            image_bgr,
            conf=MIN_SCORE,
            classes=[PERSON_CLASS],
            device=self.device,
            verbose=False,
        )[0]
        boxes = found.boxes.xyxy.float().cpu().numpy()
        scores = found.boxes.conf.float().cpu().numpy()
        people = [_detection(found, row, boxes[row], scores[row]) for row in range(len(boxes))]
        return tuple(sorted(people, key=lambda person: -person.score))

    def _loaded(self) -> YOLO:
        if self._network is None:
            # First, so that the Qt paths which OpenCV sets on import are taken back.
            import core.opencv  # noqa: F401

            # Read by Ultralytics at import: stay off the network, never call pip.
            os.environ.setdefault("YOLO_OFFLINE", "true")
            os.environ.setdefault("YOLO_AUTOINSTALL", "false")
            os.environ.setdefault("YOLO_VERBOSE", "false")
            from ultralytics import YOLO

            self._network = YOLO(str(self.weights))
        return self._network


def _detection(found: Any, row: int, box: np.ndarray, score: float) -> Detection:
    if found.keypoints is None or found.keypoints.conf is None:
        return Detection(box_xyxy=box, score=float(score))
    joints = found.keypoints.xy[row].float().cpu().numpy().copy()
    joint_scores = found.keypoints.conf[row].float().cpu().numpy().copy()
    unseen = joint_scores < MIN_JOINT_SCORE
    joints[unseen], joint_scores[unseen] = np.nan, 0.0
    return Detection(
        box_xyxy=box,
        score=float(score),
        joint_names=JOINT_SETS["coco17"].joint_names,
        joints_2d=joints,
        joint_scores=joint_scores,
        joint_source="detector",
    )
