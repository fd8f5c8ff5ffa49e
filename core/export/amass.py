"""Motion of one person as an AMASS-style NPZ: SMPL-H poses of 52 joints, z up.

``poses (T, 156)`` axis-angle: root, 21 body joints, 30 finger joints (zero: our bodies have none);
``trans (T, 3)`` metres; ``betas (16)``, the first ten known; ``mocap_framerate``; ``gender``. AMASS'
world has z up: the camera's frame is turned by 90 degrees about x, so that depth becomes y; with the
ground of a clip the camera is levelled and z = 0 is the ground.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from core.errors import OutputError
from core.export.on_ground import OntoGround
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.files.inert import read_npz
from core.types import Reconstruction

BODY_JOINTS, ALL_JOINTS = 22, 52
BETAS = 16
# Columns are the camera's x, y (down) and z (forward) in AMASS' world.
WORLD_FROM_CAMERA = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
WORLD_FROM_Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


class AmassWriter:
    """Collects one person over the frames of a video.

    Args:
        path: the file, written by `finish`.
        fps: frames a second.
    """

    def __init__(self, path: str | Path, fps: float) -> None:
        self.path, self._fps = Path(path), fps
        self._poses: list[NDArray[np.float64]] = []
        self._places: list[NDArray[np.float64]] = []
        self._rests: list[NDArray[np.float64]] = []
        self._betas: list[NDArray[np.float64]] = []

    def add(self, person: Reconstruction, root: NDArray[np.floating]) -> None:
        """Take the next frame.

        Args:
            person: must have rotations and a shape.
            root: (3,) metres, where the body has its root joint at rest, in the person's shape.

        Raises:
            OutputError: the method gives no rotations.
        """
        if person.rotmat is None or person.betas is None:
            raise OutputError(
                "this method gives no rotations",
                path=self.path,
                cure="save npz instead, or use a method that gives rotations",
            )
        local = np.asarray(person.rotmat, np.float64).copy()
        local[0] = WORLD_FROM_CAMERA @ local[0]
        pose = np.zeros((ALL_JOINTS, 3))
        pose[:BODY_JOINTS] = Rotation.from_matrix(local[:BODY_JOINTS]).as_rotvec()
        # The root turns about its joint, not about the origin: that shift goes into the translation.
        rest = np.asarray(root, np.float64)
        self._poses.append(pose.ravel())
        self._places.append(WORLD_FROM_CAMERA @ (rest + np.asarray(person.camera_full, np.float64)))
        self._rests.append(rest)
        self._betas.append(np.asarray(person.betas, np.float64))

    def finish(self, move: OntoGround | None = None) -> ExportReport:
        """Write the file and read it back without executing anything.

        Args:
            move: from the y-up camera frame onto the ground of the video.
        """
        poses, places = np.stack(self._poses), np.stack(self._places)
        if move is not None:
            turn = WORLD_FROM_Y_UP @ move.rotmat @ WORLD_FROM_Y_UP.T
            places = places @ turn.T + WORLD_FROM_Y_UP @ move.shift
            turned = Rotation.from_matrix(turn) * Rotation.from_rotvec(poses[:, :3])
            poses[:, :3] = turned.as_rotvec()
        betas = np.zeros(BETAS)
        betas[: self._betas[0].size] = np.median(self._betas, axis=0)
        arrays = {
            "poses": poses,
            "trans": places - np.stack(self._rests),
            "betas": betas,
            "mocap_framerate": np.array(self._fps),
            "gender": np.array("neutral"),
        }
        with write_atomically(self.path) as part:
            np.savez_compressed(part, allow_pickle=False, **arrays)
        read = read_npz(self.path)
        if any(not np.array_equal(read[name], value) for name, value in arrays.items()):
            raise OutputError("the written file does not read back equal", path=self.path)
        size = self.path.stat().st_size
        return ExportReport(self.path, "amass", size, people=len(self._poses), reader="inert")
