"""Detectors by name."""

from __future__ import annotations

from pathlib import Path

from core.detection.base import Detector
from core.detection.boxes import WholePicture
from core.detection.yolo import YoloDetector, find_yolo_weights, yolo_folder
from core.errors import InputError, WeightsError

DETECTOR_NAMES = ("auto", "none", "yolo")


def create_detector(name: str = "auto", *, device: str = "cpu") -> Detector:
    """The detector called ``name``.

    ``none`` takes the whole picture. ``yolo`` is Ultralytics YOLO or YOLO-pose with weights that the
    user has put in place. ``auto`` takes YOLO if both package and weights are there, else the whole
    picture. Any other name is a YOLO weights file.

    Raises:
        InputError: an unknown name.
        WeightsError: YOLO asked for, but its weights or its package are missing.
    """
    if name == "none":
        return WholePicture()
    if name == "auto":
        found = find_yolo_weights()
        return YoloDetector(found, device=device) if found is not None else WholePicture()
    if name == "yolo":
        found = find_yolo_weights(need_package=False)
        if found is None:
            raise WeightsError(
                "no YOLO weights are here",
                path=yolo_folder(),
                cure="put yolo11n-pose.pt from Ultralytics (AGPL-3.0) there, or use --box",
            )
        return YoloDetector(found, device=device)
    if Path(name).suffix.lower() != ".pt":
        raise InputError(
            f"there is no detector called {name}",
            cure=f"use one of {', '.join(DETECTOR_NAMES)}, or a YOLO weights file (.pt)",
        )
    return YoloDetector(Path(name), device=device)
