"""Motion files over the ground of their clip.

A video's ground is known when the video is over, so writers collect a person in the camera's frame
and are handed the move at the end. All people of a clip share the frame: zero lies on the ground
below the camera, and the camera looks along -z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.cameras import camera_to_y_up
from core.geometry.ground_plane import rotmat_ground_cam
from core.types import GroundPlane

ON_GROUND_TEXT = (
    "on the ground below the camera, which looks along -z; y = 0 is the one plane under the "
    "standing feet of the whole clip"
)


@dataclass(frozen=True, eq=False)
class OntoGround:
    """The move from the y-up camera frame (camera at zero) to the ground frame, metres.

    Attributes:
        rotmat: (3, 3) float64.
        shift: (3,) float64, added after turning.
    """

    rotmat: NDArray[np.float64]
    shift: NDArray[np.float64]

    def points(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points (..., 3) of the y-up camera frame, moved."""
        return np.asarray(points, np.float64) @ self.rotmat.T + self.shift


def onto_ground(plane: GroundPlane) -> OntoGround:
    """The move for a plane of the camera frame."""
    # The frame change of points, applied to the axes: its own inverse.
    from_y_up = camera_to_y_up(np.eye(3))
    return OntoGround(rotmat_ground_cam(plane) @ from_y_up, np.array([0.0, plane.height, 0.0]))
