"""What comes out: the people of a frame, and the truth they are measured against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.types.arrays import freeze
from core.types.frames import Frame
from core.types.ground import GroundPlane
from core.types.inspection import InspectionRecord

RefineLevel = Literal["off", "quick", "thorough"]
REFINE_LEVELS: tuple[RefineLevel, ...] = get_args(RefineLevel)
Precision = Literal["full", "half"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True)
class StageTime:
    """Seconds spent in one named stage (``decode``, ``detect``, ``crop``, ``network``, ``body``, ...)."""

    stage: str
    seconds: float


@dataclass(frozen=True)
class Refinement:
    """What a refinement did to a person (`core.refine`).

    Attributes:
        level: ``quick`` (2D joints) or ``thorough`` (and the silhouette).
        before_percent, after_percent: mean distance of the body's joints from those seen in the
            picture, per cent of the longer side of their box; NaN where too few joints were seen.
        accepted: whether the body was replaced; it is only where that distance falls.
    """

    level: Literal["quick", "thorough"]
    before_percent: float
    after_percent: float
    accepted: bool

    @property
    def text(self) -> str:
        """In a few words."""
        if not np.isfinite(self.before_percent):
            return "not refined: too few joints are seen"
        if not self.accepted:
            return f"not refined: no body lies nearer to the joints ({self.before_percent:.1f} %)"
        return (
            f"refined: {self.before_percent:.1f} -> {self.after_percent:.1f} % off the joints seen"
        )


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """One reconstructed person.

    Camera frame: x right, y down, z forward, metres. ``vertices + camera_full`` projected with
    ``focal_px`` and the principal point at the picture's centre lies on the person in the picture;
    ``joints_3d + camera_full`` projects to ``joints_2d``.

    Attributes:
        method, preset, variant: what made it.
        body: name of the body model whose topology ``vertices`` follow.
        vertices: (V, 3) float32, metres, camera axes, centred as the method centres them.
        joints_3d: (K, 3) float32, metres, same frame and centre as ``vertices``.
        joint_names: K names.
        joints_2d: (K, 2) float32, pixels of the whole picture.
        camera_full: (3,) float32, metres, translation into the camera frame of the whole picture.
        focal_px: focal length of the whole picture, pixels.
        box_xyxy: (4,) float32, pixels of the whole picture.
        score: confidence in [0, 1].
        rotmat: (24, 3, 3) float32 local rotations (root first, camera frame) for bodies with a skeleton.
        betas: (10,) float32 shape numbers.
        track_id: stable number along a video.
        weights_sha256: hash of the weights file; empty for untrained weights.
        note: what a reader must know to trust it (``from joints: depth is a guess``).
        records: what the method can show of its inside; empty unless asked for.
        alternatives: other readings of the same evidence, best first, without records.
        refinement: what was done to the method's own answer; None for the answer as it is.
    """

    method: str
    preset: str
    variant: str
    body: str
    vertices: NDArray[np.float32]
    joints_3d: NDArray[np.float32]
    joint_names: tuple[str, ...]
    joints_2d: NDArray[np.float32]
    camera_full: NDArray[np.float32]
    focal_px: float
    box_xyxy: NDArray[np.float32]
    score: float = 1.0
    rotmat: NDArray[np.float32] | None = None
    betas: NDArray[np.float32] | None = None
    track_id: int | None = None
    weights_sha256: str = ""
    note: str = ""
    records: tuple[InspectionRecord, ...] = ()
    alternatives: tuple[Reconstruction, ...] = ()
    refinement: Refinement | None = None

    def __post_init__(self) -> None:
        joints = len(self.joint_names)
        freeze(self, "vertices", np.float32, (None, 3))
        freeze(self, "joints_3d", np.float32, (joints, 3))
        freeze(self, "joints_2d", np.float32, (joints, 2))
        freeze(self, "camera_full", np.float32, (3,))
        freeze(self, "box_xyxy", np.float32, (4,))
        freeze(self, "rotmat", np.float32, (24, 3, 3))
        freeze(self, "betas", np.float32, (10,))

    @property
    def vertices_camera(self) -> NDArray[np.float32]:
        """(V, 3) float32, metres, camera frame of the whole picture."""
        return self.vertices + self.camera_full

    @property
    def joints_camera(self) -> NDArray[np.float32]:
        """(K, 3) float32, metres, camera frame of the whole picture."""
        return self.joints_3d + self.camera_full


@dataclass(frozen=True, eq=False)
class Truth:
    """Ground truth of one person, in the fields and frames of `Reconstruction`."""

    body: str
    vertices: NDArray[np.float32] | None
    joints_3d: NDArray[np.float32]
    joint_names: tuple[str, ...]
    joints_2d: NDArray[np.float32]
    camera_full: NDArray[np.float32]
    focal_px: float
    box_xyxy: NDArray[np.float32]
    rotmat: NDArray[np.float32] | None = None
    betas: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        joints = len(self.joint_names)
        freeze(self, "vertices", np.float32, (None, 3))
        freeze(self, "joints_3d", np.float32, (joints, 3))
        freeze(self, "joints_2d", np.float32, (joints, 2))
        freeze(self, "camera_full", np.float32, (3,))
        freeze(self, "box_xyxy", np.float32, (4,))
        freeze(self, "rotmat", np.float32, (24, 3, 3))
        freeze(self, "betas", np.float32, (10,))


@dataclass(frozen=True, eq=False)
class FrameResult:
    """Everything one method found in one frame.

    Attributes:
        ground: of a clip whose ground was asked for and found: what the people stand on.
    """

    frame: Frame
    method: str
    people: tuple[Reconstruction, ...]
    status: Literal["done", "nobody"] = "done"
    timing: tuple[StageTime, ...] = field(default=())
    ground: GroundPlane | None = None

    @property
    def seconds(self) -> float:
        """Sum over the stages."""
        return sum(stage.seconds for stage in self.timing)
