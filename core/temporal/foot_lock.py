"""Feet that stand stay where they stand: the body is moved so that they do.

One camera tells places across the viewing ray to a few centimetres and the distance along it several
times worse, for distance is read from how large a person looks. So what moves only along its ray
stands, and a correction may be larger along the ray than across it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL_UP = (0.0, -1.0, 0.0)
"""Away from the ground, in the frame of a level camera."""


@dataclass(frozen=True)
class FootLockSettings:
    """What counts as standing, and how far the body may be moved for it.

    A place begins to stand below ``still_m_s`` across its viewing ray and within ``near_ground_m`` of
    the lowest place, and stands until it moves faster than ``moving_m_s`` or higher than
    ``off_ground_m``. The camera is taken as still; heights are along ``up`` of each step.

    Attributes:
        speed_s: seconds over which speed is averaged.
        release_s: time in which a correction dies away when nothing stands.
        max_shift_m: a correction across the ray beyond this moves on with the person; a larger one
            would be seen in the picture, and slides no less on a real clip.
        max_along: the same along the ray, as a share of the distance.
        max_reach_m: how far a leg may reach for its spot beside that.
        settle_s: a spot is the mean of where the place was seen; in this time since it began to
            stand the spot is free to move most, ever less afterwards.
    """

    still_m_s: float = 0.25
    moving_m_s: float = 0.6
    near_ground_m: float = 0.06
    off_ground_m: float = 0.12
    speed_s: float = 0.1
    release_s: float = 0.25
    max_shift_m: float = 0.04
    max_along: float = 0.1
    max_reach_m: float = 0.15
    settle_s: float = 0.5


class ContactSensor:
    """Which contact places stand, with hysteresis, in constant memory."""

    def __init__(self, settings: FootLockSettings | None = None) -> None:
        self.settings = settings or FootLockSettings()
        self._time: float | None = None
        self._before: NDArray[np.float64] | None = None
        self._velocity: NDArray[np.float64] | None = None
        self._standing: NDArray[np.bool_] | None = None

    def step(
        self, points: NDArray[np.floating], time_s: float, up: Sequence[float] = LEVEL_UP
    ) -> NDArray[np.bool_]:
        """Whether each of the places (N, 3) (metres, camera frame, y down) stands.

        Args:
            up: (3,) unit vector away from the ground, camera frame.
        """
        points = np.asarray(points, np.float64)
        if self._before is None or self._time is None or not 0 < time_s - self._time < 0.5:
            self._velocity = np.zeros_like(points)
            self._standing = np.zeros(len(points), bool)
        else:
            assert self._velocity is not None
            assert self._standing is not None
            elapsed = time_s - self._time
            share = 1.0 - math.exp(-elapsed / self.settings.speed_s)
            now = (points - self._before) / elapsed
            self._velocity = self._velocity + share * (now - self._velocity)
            speed = np.linalg.norm(_across(self._velocity, points), axis=-1)
            height = points @ np.asarray(up)
            height = height - height.min()
            s = self.settings
            begins = (speed < s.still_m_s) & (height < s.near_ground_m)
            stays = (speed < s.moving_m_s) & (height < s.off_ground_m)
            self._standing = np.where(self._standing, stays, begins)
        self._before, self._time = points, time_s
        return self._standing.copy()


class FootLock:
    """The shift that keeps standing places on their spots.

    The first sight of a spot is as noisy as any, so the spot is the running mean of all sights of it,
    with a share that falls as 1 / time: it comes to rest on the true one. With several places
    standing, the mean of their shifts is taken; what remains, because the pose itself moves feet
    against each other, is left to the legs. Shifts begin and end smoothly.

    Attributes:
        standing: (N,) which places stand.
        reach: (N / 2, 3) metres by which each foot (two places after each other) has still to be
            moved when the shift is added.
    """

    def __init__(self, settings: FootLockSettings | None = None) -> None:
        self.settings = settings or FootLockSettings()
        self.sensor = ContactSensor(self.settings)
        self.standing: NDArray[np.bool_] = np.zeros(0, bool)
        self.reach: NDArray[np.float64] = np.zeros((0, 3))
        self._spots: dict[int, tuple[NDArray[np.float64], float]] = {}
        self._shift = np.zeros(3)
        self._time: float | None = None

    def step(
        self,
        points: NDArray[np.floating],
        time_s: float,
        up: Sequence[float] = LEVEL_UP,
        *,
        reaches: bool = True,
    ) -> NDArray[np.float64]:
        """(3,) metres to add to the whole body, for contact places (N, 3) at ``time_s``.

        Args:
            up: (3,) unit vector away from the ground, camera frame.
            reaches: legs will do what `reach` says; else it stays zero.
        """
        points = np.asarray(points, np.float64)
        self.standing = self.sensor.step(points, time_s, up)
        elapsed = 0.0 if self._time is None else max(time_s - self._time, 0.0)
        self._time = time_s
        before = self._shift
        held = [place for place in self._spots if self.standing[place]]
        shift, pulled = before * math.exp(-elapsed / self.settings.release_s), False
        if held:
            shift = np.mean([self._spots[place][0] - points[place] for place in held], axis=0)
            # The person moved on with standing feet (or was seen wrongly): spots come along.
            shift, pulled = self._limited(shift, points[held].mean(axis=0))
            if reaches:
                left = [self._spots[place][0] - points[place] - shift for place in held]
                pulled = bool(np.linalg.norm(left, axis=-1).max() > self.settings.max_reach_m)
        self._shift = shift
        self._reach_for(points + shift, held if reaches and not pulled else [], elapsed)
        self._spots = {
            int(place): self._spot(
                int(place), points[place], shift + self.reach[place // 2], elapsed, pulled
            )
            for place in np.flatnonzero(self.standing)
        }
        return shift

    def _reach_for(self, points: NDArray[np.float64], held: list[int], elapsed: float) -> None:
        """What remains of each foot to its spots; of a free foot it dies away."""
        if len(self.reach) != len(points) // 2:
            self.reach = np.zeros((len(points) // 2, 3))
        reach = self.reach * math.exp(-elapsed / self.settings.release_s)
        for foot in range(len(reach)):
            away = [self._spots[place][0] - points[place] for place in held if place // 2 == foot]
            if away:
                reach[foot] = np.mean(away, axis=0)
                length = float(np.linalg.norm(reach[foot]))
                reach[foot] *= min(1.0, self.settings.max_reach_m / max(length, 1e-9))
        self.reach = reach

    def _limited(
        self, shift: NDArray[np.float64], place: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], bool]:
        """A shift (3,) at ``place`` within its limits, and whether they cut it."""
        across = _across(shift, place)
        along = shift - across
        limits = (self.settings.max_shift_m, self.settings.max_along * np.linalg.norm(place))
        parts = [
            min(1.0, limit / max(float(np.linalg.norm(part)), 1e-9))
            for part, limit in zip((across, along), limits, strict=True)
        ]
        return parts[0] * across + parts[1] * along, bool(min(parts) < 1.0)

    def _spot(
        self,
        place: int,
        point: NDArray[np.float64],
        shift: NDArray[np.float64],
        elapsed: float,
        pulled: bool,
    ) -> tuple[NDArray[np.float64], float]:
        """Where a standing place belongs, and for how many seconds it has stood."""
        if place not in self._spots or pulled:
            return point + shift, 0.0
        spot, age = self._spots[place]
        age += elapsed
        share = elapsed / (age + self.settings.settle_s)
        return spot + share * (point - spot), age


def _across(vectors: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Parts of vectors (..., 3) perpendicular to the viewing rays of points (..., 3)."""
    rays = points / np.maximum(np.linalg.norm(points, axis=-1, keepdims=True), 1e-9)
    return vectors - (vectors * rays).sum(-1, keepdims=True) * rays
