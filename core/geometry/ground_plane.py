"""Where things are over a ground plane, and the frame that stands on it.

Ground frame: metres, y up, zero on the ground below the camera, the camera looking along -z: a level
camera's y-up frame, lowered by the camera's height.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.types import GroundPlane


def heights_above(plane: GroundPlane, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """(...) metres above the ground of points (..., 3), camera frame."""
    return np.asarray(points, np.float64) @ np.asarray(plane.up) + plane.height


def pitch_of(plane: GroundPlane) -> float:
    """Radians that the camera looks down."""
    return math.atan2(-plane.up[2], -plane.up[1])


def rotmat_ground_cam(plane: GroundPlane) -> NDArray[np.float64]:
    """(3, 3) rotation from camera axes to the ground frame's."""
    up = np.asarray(plane.up, np.float64)
    back = np.array([0.0, 0.0, -1.0])
    back = back - (back @ up) * up
    back /= np.linalg.norm(back)
    return np.stack([np.cross(up, back), up, back])


def camera_to_ground(plane: GroundPlane, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Points (..., 3) of the camera frame in the ground frame."""
    moved = np.asarray(points, np.float64) @ rotmat_ground_cam(plane).T
    return moved + np.array([0.0, plane.height, 0.0])


def ground_at(plane: GroundPlane) -> tuple[float, float, float]:
    """Height and slopes (a, b, c) of the plane ``y = a + b x + c z`` in the camera frame."""
    x, y, z = plane.up
    return -plane.height / y, -x / y, -z / y
