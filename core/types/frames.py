"""What goes in: one picture and the people pointed out in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.types.arrays import freeze


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded picture, upright (EXIF and video rotation already applied).

    Attributes:
        image: (H, W, 3) uint8, RGB, read-only.
        name: file name that outputs are named after, e.g. ``photo.jpg``.
        path: where it was read from; None for a camera or an array.
        index: 0-based frame number in a video or camera stream; None for a picture.
        time_s: presentation time, seconds; None for a picture.
    """

    image: NDArray[np.uint8]
    name: str
    path: Path | None = None
    index: int | None = None
    time_s: float | None = None

    def __post_init__(self) -> None:
        freeze(self, "image", np.uint8, (None, None, 3))

    @property
    def size_hw(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return int(self.image.shape[0]), int(self.image.shape[1])

    @property
    def key(self) -> str:
        """``photo.jpg`` or ``clip.mp4#65``: how joint files and lists name this frame."""
        return self.name if self.index is None else f"{self.name}#{self.index}"


@dataclass(frozen=True)
class LimbHint:
    """A word on depth: ``child`` is nearer to (or farther from) the camera than ``parent``."""

    parent: str
    child: str
    side: Literal["nearer", "farther"]


@dataclass(frozen=True, eq=False)
class Detection:
    """One person in one frame.

    Attributes:
        box_xyxy: (4,) float32, pixels of the whole picture.
        score: confidence in [0, 1]; 1 for a box or joints set by hand.
        joint_names: K names; empty when no joints are known.
        joints_2d: (K, 2) float32, pixels of the whole picture; NaN where unknown.
        joint_scores: (K,) float32 in [0, 1]; 0 where unknown.
        joint_source: who placed the joints; a click is trusted more than a detector. ``own`` joints
            follow the definition of the embedded body itself (the embedded detector, the truth of
            rendered pictures); all others have habits of their own.
        track_id: stable number of the person along a video.
        limb_hints: depth hints given by hand.
        camera_pitch: radians, positive when the camera looks down; None when unknown.
    """

    box_xyxy: NDArray[np.float32]
    score: float = 1.0
    joint_names: tuple[str, ...] = ()
    joints_2d: NDArray[np.float32] | None = None
    joint_scores: NDArray[np.float32] | None = None
    joint_source: Literal["hand", "file", "detector", "own", "default"] = "detector"
    track_id: int | None = None
    limb_hints: tuple[LimbHint, ...] = ()
    camera_pitch: float | None = None

    def __post_init__(self) -> None:
        freeze(self, "box_xyxy", np.float32, (4,))
        freeze(self, "joints_2d", np.float32, (len(self.joint_names), 2))
        if self.joints_2d is not None and self.joint_scores is None:
            known = np.isfinite(self.joints_2d).all(axis=1).astype(np.float32)
            object.__setattr__(self, "joint_scores", known)
        freeze(self, "joint_scores", np.float32, (len(self.joint_names),))
