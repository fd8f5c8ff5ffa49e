"""Detectors that need no network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.types import Detection, Frame


class WholePicture:
    """Takes the whole picture as one person's box, with the little certainty that deserves."""

    name = "none"

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """One person as large as the picture."""
        height, width = frame.size_hw
        box = np.array([0.0, 0.0, width, height], dtype=np.float32)
        return (Detection(box_xyxy=box, score=0.5),)


class FixedBoxes:
    """The same boxes in every frame, as drawn or typed by hand.

    Args:
        boxes: (N, 4) x0, y0, x1, y1, picture pixels.
    """

    name = "boxes"

    def __init__(self, boxes: Sequence[Sequence[float]] | NDArray[np.float32]) -> None:
        self.boxes = np.asarray(boxes, dtype=np.float32).reshape(-1, 4)
        for box in self.boxes:
            if not np.isfinite(box).all() or box[2] - box[0] < 1.0 or box[3] - box[1] < 1.0:
                text = ",".join(f"{value:g}" for value in box)
                raise InputError(
                    f"the box {text} is empty", cure="give x0,y0,x1,y1 with x1 > x0 and y1 > y0"
                )

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """One person per box.

        Raises:
            InputError: a box lies beside the picture.
        """
        height, width = frame.size_hw
        for x0, y0, x1, y1 in self.boxes:
            if x0 >= width or y0 >= height or x1 <= 0 or y1 <= 0:
                raise InputError(
                    f"the box {x0:g},{y0:g},{x1:g},{y1:g} lies outside the {width}x{height} picture",
                    path=frame.path or frame.name,
                    cure="give the box in pixels of this picture",
                )
        return tuple(Detection(box_xyxy=box) for box in self.boxes)
