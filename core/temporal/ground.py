"""One ground plane for a clip, from the feet that stand on it.

What one camera can tell: a person's distance is guessed from how large they look, so each frame, and
each person for good, lies on the ray too near or too far by a few per cent, all of the body alike. A
plane ``x . w = 1`` (w = -up / height, camera at zero) takes that well: a contact seen a share e too
far satisfies ``x . w = 1 + e``, whatever its direction, so the plane is a linear fit, errors of
distance do not tilt it, and a person who is always seen too large only raises or lowers it. Its
tilt is told by feet apart: by people who walk towards the camera, by several people, and little by
one person on a spot, whose soles say no more than the pose does. Until then a level camera is
assumed, as far as its usual pitch and roll allow.

Memory is nine numbers and a time: sums of the normal equations, which fade, so that a camera that
was moved is believed again after a while.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import GroundPlane

# Contacts so many usual errors off the plane count a quarter (Geman and McClure 1987).
USUAL_LIMIT = 2.0
# Height of a camera of which nothing is known, metres, and rounds until the tilt it has counts.
START_HEIGHT_M, ROUNDS = 1.4, 3
# A plane whose normal has less of the picture's up is no ground.
MIN_UPRIGHT = 0.2


@dataclass(frozen=True)
class GroundSettings:
    """How wrong contacts are, and what cameras are usually like.

    Attributes:
        common_error: standard deviation of a person's distance, as a share, alike for all contacts
            of a frame.
        own_error: of each contact, as a share of the camera's height.
        pitch_sd, roll_sd: radians, of a camera of which nothing is known.
        sighting_s: wrong poses last: so many seconds of standing count as one sight.
        least: sights before there is a plane.
        memory_s: time in which old sights fade.
    """

    common_error: float = 0.04
    own_error: float = 0.03
    pitch_sd: float = math.radians(10.0)
    roll_sd: float = math.radians(3.0)
    sighting_s: float = 0.25
    least: float = 2.0
    memory_s: float = 60.0


class GroundFit:
    """The plane so far; robust against feet that were taken for standing.

    Attributes:
        plane: None until enough was seen.
    """

    def __init__(self, settings: GroundSettings | None = None) -> None:
        self.settings = settings or GroundSettings()
        self.plane: GroundPlane | None = None
        self._normal, self._right = np.zeros((3, 3)), np.zeros(3)
        self._sights = 0.0
        self._time: float | None = None

    def step(self, contacts: Sequence[NDArray[np.floating]], time_s: float) -> GroundPlane | None:
        """Take a frame's standing contacts, (N, 3) metres, camera frame, for each person."""
        elapsed = 0.0 if self._time is None else max(time_s - self._time, 0.0)
        self._time = time_s
        fades = math.exp(-elapsed / self.settings.memory_s)
        self._normal, self._right = fades * self._normal, fades * self._right
        self._sights *= fades
        share = min(1.0, elapsed / self.settings.sighting_s)
        for points in contacts:
            if len(points):
                self._add(np.asarray(points, np.float64), share)
        if self._sights >= self.settings.least:
            self.plane = self._solved()
        return self.plane

    def _add(self, points: NDArray[np.float64], share: float) -> None:
        s = self.settings
        errors = np.full((len(points), len(points)), s.common_error**2)
        errors += np.diag(np.full(len(points), s.own_error**2))
        information = np.linalg.inv(errors)
        if self.plane is not None:
            wrong = points @ (-np.asarray(self.plane.up) / self.plane.height) - 1.0
            away = math.sqrt(float(wrong @ information @ wrong) / len(points))
            share *= (1.0 + (away / USUAL_LIMIT) ** 2) ** -2
        self._normal += share * points.T @ information @ points
        self._right += share * points.T @ information @ np.ones(len(points))
        self._sights += share

    def _solved(self) -> GroundPlane | None:
        """The plane of the sums and of the usual camera; None if it is not below the camera."""
        usual = np.array([self.settings.roll_sd, np.inf, self.settings.pitch_sd])
        length, w, covariance = 1.0 / START_HEIGHT_M, self._right, self._normal
        for _ in range(ROUNDS):
            covariance = np.linalg.inv(self._normal + np.diag((usual * length) ** -2.0))
            w = covariance @ self._right
            length = float(np.linalg.norm(w))
            if w[1] <= MIN_UPRIGHT * length:
                return None
        up = -w / length
        tilt_sd = math.sqrt(max(covariance[0, 0], covariance[2, 2])) / length
        return GroundPlane((float(up[0]), float(up[1]), float(up[2])), 1.0 / length, tilt_sd)
