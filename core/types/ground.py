"""The ground that people of a clip stand on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GroundPlane:
    """One plane under the feet, in the camera frame (x right, y down, z forward, metres).

    Attributes:
        up: unit vector away from the ground; (0, -1, 0) under a level camera.
        height: of the camera above the ground, metres.
        tilt_sd: standard deviation of its tilt, radians: how far ``up`` may be trusted.
    """

    up: tuple[float, float, float]
    height: float
    tilt_sd: float = 0.0
