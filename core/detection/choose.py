"""Detectors by name."""

from __future__ import annotations

from pathlib import Path

from core.detection.base import Detector
from core.detection.boxes import WholePicture
from core.detection.yolo import YoloDetector, find_yolo_weights, yolo_folder
from core.errors import InputError, WeightsError
from core.types import Subject

EMBEDDED_CARD = "lite_backbone"
DETECTOR_NAMES = ("auto", "embedded", "yolo", "none")


def create_detector(
    name: str = "auto", *, device: str = "cpu", subject: Subject = "body"
) -> Detector:
    """The detector called ``name``.

    ``embedded`` finds people and joints with the shipped weights. ``none`` takes the whole picture.
    ``yolo`` is Ultralytics YOLO or YOLO-pose with weights that the user has put in place. ``auto``
    takes YOLO if both package and weights are there, else the embedded detector if its weights are
    installed, else the whole picture. Any other name is a YOLO weights file. For a hand ``auto`` and
    ``embedded`` are the embedded detector of hands in close-up.

    Raises:
        InputError: an unknown name.
        WeightsError: YOLO asked for, but its weights or its package are missing.
    """
    if name == "none":
        return WholePicture()
    if subject == "hand" and name in ("auto", "embedded"):
        return _hand(device, needed=name == "embedded")
    if name == "auto":
        found = find_yolo_weights()
        if found is not None:
            return YoloDetector(found, device=device)
        return _embedded(device) if embedded_is_installed() else WholePicture()
    if name == "embedded":
        return _embedded(device)
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


def _hand(device: str, *, needed: bool) -> Detector:
    from core.detection.hand import HAND_CARD, hand_detector

    if needed or is_installed(HAND_CARD):
        return hand_detector(device)
    return WholePicture()


def is_installed(card_id: str) -> bool:
    """Whether shared weights are part of this installation."""
    from core.weights.cards import list_cards

    return any(card.id == card_id for card in list_cards())


def embedded_is_installed() -> bool:
    """Whether the embedded detector's weights are part of this installation."""
    return is_installed(EMBEDDED_CARD)


def _embedded(device: str) -> Detector:
    from core.detection.embedded import embedded_detector  # imports torch

    return embedded_detector(device)
