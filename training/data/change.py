"""Random changes of a training picture under which its truth stays exact.

A picture is mirrored about, and turned about, the principal point of its camera: the first is another
person's picture, the second a roll of the camera about its axis. Both move the 3D truth by one matrix,
for any camera model; turning the crop about its own middle, as is often done, fits weak perspective
only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Augmentation:
    """How far training pictures are changed; the defaults change nothing.

    Attributes:
        mirror: how often a picture is mirrored. Only for bodies: a mirrored right hand is a left one.
        turn: largest turn, degrees; with ``normal`` the standard deviation, cut at twice that.
        turned: how often a picture is turned at all.
        scale: least and largest factor of the crop's side.
        shift: largest shift of the crop, in its sides.
        light: largest relative change of each colour.
        normal: turns and scales are drawn from cut normals instead of evenly, as SPIN draws them.
        cropped: how often only a part of the person is shown; erased: how often a rectangle is grey.
    """

    mirror: float = 0.0
    turn: float = 0.0
    turned: float = 1.0
    scale: tuple[float, float] = (1.0, 1.0)
    shift: float = 0.0
    light: float = 0.0
    normal: bool = False
    cropped: float = 0.0
    erased: float = 0.0

    def draw(self, random: np.random.Generator) -> Change:
        """One change."""
        low, high = self.scale
        if self.normal:
            turn = self.turn * float(np.clip(random.normal(), -2, 2))
            spread = (high - low) / 2
            scale = float(np.clip((high + low) / 2 + spread * random.normal(), low, high))
        else:
            turn, scale = random.uniform(-self.turn, self.turn), random.uniform(low, high)
        part = random.uniform(0.45, 0.8) if random.random() < self.cropped else 1.0
        reach = self.shift + (1 - part) / 2
        patch = None
        if random.random() < self.erased:
            middle, side = random.uniform(0.1, 0.9, 2), random.uniform(0.1, 0.35, 2)
            patch = (*(middle - side / 2), *(middle + side / 2))
        return Change(
            mirrored=random.random() < self.mirror,
            turn=math.radians(turn) if random.random() < self.turned else 0.0,
            scale=scale * part,
            shift=tuple(random.uniform(-reach, reach, 2)),
            light=tuple(1 + random.uniform(-self.light, self.light, 3)),
            patch=patch,
        )


@dataclass(frozen=True)
class Change:
    """One change of one picture.

    Attributes:
        mirrored: left and right exchanged; turn: radians, clockwise as seen; both about the principal
            point, the mirror first.
        scale: of the crop's side; shift: of its middle, in its sides.
        light: factor of red, green and blue.
        patch: (x0, y0, x1, y1) in [0, 1] over the crop that is painted grey; None for none.
    """

    mirrored: bool = False
    turn: float = 0.0
    scale: float = 1.0
    shift: tuple[float, ...] = (0.0, 0.0)
    light: tuple[float, ...] = (1.0, 1.0, 1.0)
    patch: tuple[float, ...] | None = None

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(3, 3) what points in the camera frame are multiplied with; a rotation but for the mirror."""
        sine, cosine = math.sin(self.turn), math.cos(self.turn)
        turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        return turn @ self.mirror

    @property
    def mirror(self) -> NDArray[np.float64]:
        """(3, 3) the mirror alone, or the identity."""
        return np.diag([-1.0 if self.mirrored else 1.0, 1.0, 1.0])

    def affine(self, center_px: Floats) -> NDArray[np.float64]:
        """(2, 3) from the stored picture to the changed one, about the principal point (2,)."""
        linear, middle = self.matrix[:2, :2], np.asarray(center_px, np.float64)
        return np.concatenate([linear, (middle - linear @ middle)[:, None]], 1)

    def rotmat(self, rotmat: Floats, mirrored_bones: tuple[int, ...]) -> NDArray[np.float32]:
        """(J, 3, 3) local rotations, root in camera axes, of the changed person.

        Args:
            rotmat: of the person as stored.
            mirrored_bones: for each joint its counterpart on the other side.
        """
        turned = np.asarray(rotmat, np.float64)
        if self.mirrored:
            flip = self.mirror
            turned = flip @ turned[list(mirrored_bones)] @ flip
        else:
            turned = turned.copy()
        roll = self.matrix @ self.mirror
        turned[0] = roll @ turned[0]
        return turned.astype(np.float32)
