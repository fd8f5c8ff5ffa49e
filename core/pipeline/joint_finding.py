"""2D joints for people of whom only the box is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.detection import Detector
from core.detection.choose import embedded_is_installed
from core.types import Detection, Frame


def with_joints(
    frame: Frame,
    detections: Sequence[Detection],
    detector: Detector,
    device: str,
    *,
    quick: bool = False,
    over_defaults: bool = False,
) -> tuple[Detection, ...]:
    """The same people, those without joints now with the ones found inside their boxes.

    Args:
        frame: the picture.
        detections: people; joints that are there already are left alone.
        detector: asked first, if it is the embedded one.
        device: where the embedded detector computes otherwise.
        quick: one look at each box.
        over_defaults: also for people who only have the default pose, which nobody has placed.
    """
    from core.detection.embedded import EmbeddedDetector, embedded_detector

    bare = [
        row
        for row, person in enumerate(detections)
        if person.joints_2d is None or (over_defaults and person.joint_source == "default")
    ]
    people = list(detections)
    if not bare or not (isinstance(detector, EmbeddedDetector) or embedded_is_installed()):
        return tuple(people)  # the method says what it misses
    finder = detector if isinstance(detector, EmbeddedDetector) else embedded_detector(device)
    boxes = np.stack([people[row].box_xyxy for row in bare])
    for row, found in zip(bare, finder.joints_in(frame, boxes, quick=quick), strict=True):
        people[row] = replace(
            people[row],
            joint_names=found.joint_names,
            joints_2d=found.joints_2d,
            joint_scores=found.joint_scores,
            joint_source="own",
        )
    return tuple(people)
