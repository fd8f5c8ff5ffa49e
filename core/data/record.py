"""One person in one picture of a data set: the common value that every reader gives.

Pixels are those of the stored picture as it lies in the file (no EXIF turn), x right, y down, in the
data set's own counting unless its reader says otherwise. Camera frame x right, y down, z forward,
metres. What a data set does not know is None; the flags follow from that and cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.joint_names import JOINT_NAMES, joint_rows
from core.geometry.cameras import project_perspective
from core.types.arrays import freeze

Gender = Literal["neutral", "male", "female"]


@dataclass(frozen=True)
class PictureRef:
    """Where a picture lies.

    Attributes:
        path: a picture file; or a TSV file whose row at ``offset`` holds it in base64.
        offset: byte of the row in a TSV file; None for a picture file.
        size_hw: (height, width) pixels as the data set states it; None when only the picture knows.
    """

    path: Path
    offset: int | None = None
    size_hw: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Joints:
    """Marked points of one person.

    Attributes:
        joint_set: name in `core.data.joint_names.JOINT_NAMES`.
        points: (K, 2) float32 pixels or (K, 3) float32 metres; NaN where unknown.
        scores: (K,) float32 in [0, 1]: how visible or how sure; 0 where unknown.
        frame: ``picture``; ``camera`` camera frame; ``relative`` camera axes, about an unknown origin.
    """

    joint_set: str
    points: NDArray[np.floating]
    scores: NDArray[np.floating]
    frame: Literal["picture", "camera", "relative"]

    def __post_init__(self) -> None:
        count = len(JOINT_NAMES[self.joint_set])
        freeze(self, "scores", np.float32, (count,))
        with np.errstate(over="ignore"):
            points = np.array(self.points, np.float32)
        unknown = (self.scores <= 0) | ~np.isfinite(points).all(-1)
        points[unknown] = np.nan
        object.__setattr__(self, "scores", np.where(unknown, np.float32(0), self.scores))
        object.__setattr__(self, "points", points)
        freeze(self, "points", np.float32, (count, 2 if self.frame == "picture" else 3))
        freeze(self, "scores", np.float32, (count,))

    @property
    def names(self) -> tuple[str, ...]:
        """What the joints are called."""
        return JOINT_NAMES[self.joint_set]

    @property
    def known(self) -> NDArray[np.bool_]:
        """(K,) which joints are known."""
        return self.scores > 0

    def as_set(self, joint_set: str) -> Joints:
        """The same points in another set; joints that this one does not mark are unknown."""
        rows = np.array(joint_rows(self.joint_set, joint_set))
        points, scores = self.points[rows].copy(), self.scores[rows].copy()
        points[rows < 0], scores[rows < 0] = np.nan, 0
        return Joints(joint_set, points, scores, self.frame)


@dataclass(frozen=True, eq=False)
class PinholeCamera:
    """Camera of a picture.

    Attributes:
        focal_px: (2,) float32, focal length along x and y, pixels.
        center_px: (2,) float32, principal point, pixels.
    """

    focal_px: NDArray[np.floating]
    center_px: NDArray[np.floating]

    def __post_init__(self) -> None:
        freeze(self, "focal_px", np.float32, (2,))
        freeze(self, "center_px", np.float32, (2,))

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N, 3) metres, camera frame -> (N, 2) pixels."""
        focal = self.focal_px.astype(np.float64)
        stretched = np.asarray(points, np.float64) * [*focal, 1.0]
        return project_perspective(stretched, 1.0, self.center_px.astype(np.float64))


@dataclass(frozen=True, eq=False)
class BodyParameters:
    """Pose and shape of SMPL or MANO in the world frame of the data set.

    ``vertices_camera = R (body(rotmat, betas) + translation) + t`` with ``R | t = T_camera_world``:
    the body's own root stays out of it, so no body file is needed to hand a record on.

    Attributes:
        model: ``smpl`` or ``mano``.
        rotmat: (J, 3, 3) float32 local rotations, root first, world frame; J = 24 or 16.
        betas: (10,) float32.
        gender: which model file the parameters belong to.
        translation: (3,) float32 metres, world frame; None when the data set does not know it.
        T_camera_world: (3, 4) float32; identity for parameters given in the camera frame.
        fitted: whether the parameters were fitted to joints afterwards (pseudo truth).
        from_mean: for MANO: the fingers' axis-angles are to be added to the model's mean pose, as
            FreiHAND and METRO keep them; ``rotmat`` is then that of the bare numbers.
    """

    model: Literal["smpl", "mano"]
    rotmat: NDArray[np.floating]
    betas: NDArray[np.floating]
    gender: Gender = "neutral"
    translation: NDArray[np.floating] | None = None
    T_camera_world: NDArray[np.floating] = field(default_factory=lambda: np.eye(3, 4))
    fitted: bool = False
    from_mean: bool = False

    def __post_init__(self) -> None:
        freeze(self, "rotmat", np.float32, (24 if self.model == "smpl" else 16, 3, 3))
        freeze(self, "betas", np.float32, (10,))
        freeze(self, "translation", np.float32, (3,))
        freeze(self, "T_camera_world", np.float32, (3, 4))

    @property
    def rotmat_camera(self) -> NDArray[np.floating]:
        """(J, 3, 3) the local rotations with the root turned into camera axes."""
        turned = self.rotmat.copy()
        turned[0] = self.T_camera_world[:, :3] @ turned[0]
        return turned


@dataclass(frozen=True, eq=False)
class PersonRecord:
    """Everything that a data set knows of one person in one picture.

    Attributes:
        dataset, split: where the record is from.
        key: names the person within the split, the same on every machine.
        picture: where the pixels are.
        box_xyxy: (4,) float32 pixels, the box that crops are made of.
        joints_2d: marks in the picture; None when there are none.
        joints_3d: joints in metres; None when there are none.
        body: pose and shape; None when there are none.
        vertices: (V, 3) float32 metres, camera frame, for data sets that store meshes.
        body_name: whose mesh and pose that is, where it is neither SMPL's nor MANO's (the embedded
            body's); empty otherwise.
        camera: of the picture; None when unknown.
        subject, action, sequence, camera_id: what tables are grouped by; empty when unknown.
        frame: frame number within the sequence; -1 for single pictures.
        person: number of the person in the picture.
        ignored: whether the person is in the way only (a crowd) and counts for nothing.
        crowd: whether the mark stands for many people.
        area_px: square pixels that the person covers, as OKS needs it; None when unknown.
    """

    dataset: str
    split: str
    key: str
    picture: PictureRef
    box_xyxy: NDArray[np.floating]
    joints_2d: Joints | None = None
    joints_3d: Joints | None = None
    body: BodyParameters | None = None
    vertices: NDArray[np.floating] | None = None
    camera: PinholeCamera | None = None
    subject: str = ""
    action: str = ""
    sequence: str = ""
    camera_id: str = ""
    frame: int = -1
    person: int = 0
    ignored: bool = False
    crowd: bool = False
    area_px: float | None = None
    body_name: str = ""

    def __post_init__(self) -> None:
        freeze(self, "box_xyxy", np.float32, (4,))
        freeze(self, "vertices", np.float32, (None, 3))

    @property
    def has_2d(self) -> bool:
        """Whether any joint is marked in the picture."""
        return self.joints_2d is not None and bool(self.joints_2d.known.any())

    @property
    def has_3d(self) -> bool:
        """Whether any joint is known in space."""
        return self.joints_3d is not None and bool(self.joints_3d.known.any())

    @property
    def has_mesh(self) -> bool:
        """Whether the mesh is known, as vertices or as pose and shape."""
        return self.vertices is not None or self.body is not None
