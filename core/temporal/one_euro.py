"""One-euro filter: steady when slow, quick when fast, in constant memory.

Casiez, Roussel and Vogel, "1 euro filter: a simple speed-based low-pass filter for noisy input in
interactive systems" (CHI 2012), eq. 1-6. A first-order low-pass whose cut-off frequency grows with
the filtered speed, ``f = min_cutoff + beta * speed``. A steady motion of speed v is followed at a
distance of ``v / (2 pi f)``, which stays below `lag_bound` however fast it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.geometry.rotations import (
    axis_angle_to_rotmat,
    quaternion_to_rotmat,
    rotmat_to_axis_angle,
    rotmat_to_quaternion,
)

# A pause longer than this is a new beginning; a shorter time than the other counts as that.
MAX_PAUSE_S = 0.5
MIN_STEP_S = 1e-3


@dataclass(frozen=True)
class OneEuroSettings:
    """Strength of a filter.

    Attributes:
        min_cutoff_hz: cut-off at rest; lower is steadier.
        beta: Hz of cut-off per unit of speed (value units per second); higher lags less.
        speed_cutoff_hz: of the low-pass on the speed itself.
    """

    min_cutoff_hz: float
    beta: float
    speed_cutoff_hz: float = 1.0

    @property
    def lag_bound(self) -> float:
        """Largest distance, in value units, at which a steady motion is followed."""
        return math.inf if self.beta == 0 else 1.0 / (2.0 * math.pi * self.beta)


class PointFilter:
    """One-euro filter of points (..., D); a point's speed is the length over its last axis."""

    def __init__(self, settings: OneEuroSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget the past; the next value passes unchanged."""
        self._time: float | None = None
        self._raw: NDArray[np.float64] | None = None
        self._smooth: NDArray[np.float64] | None = None
        self._speed: NDArray[np.float64] | None = None

    def step(self, points: NDArray[np.floating], time_s: float) -> NDArray[np.float64]:
        """The smoothed points (..., D) float64 at ``time_s``, which grows from call to call."""
        points = np.asarray(points, np.float64)
        elapsed = _elapsed(self._time, time_s)
        self._time = time_s
        if elapsed is None or self._smooth is None or self._smooth.shape != points.shape:
            self._raw = self._smooth = points
            self._speed = np.zeros_like(points)
            return points
        assert self._raw is not None
        assert self._speed is not None
        share = smoothing_share(self.settings.speed_cutoff_hz, elapsed)
        self._speed = self._speed + share * ((points - self._raw) / elapsed - self._speed)
        share = _adaptive_share(self.settings, self._speed, elapsed)
        self._smooth = self._smooth + share * (points - self._smooth)
        self._raw = points
        return self._smooth


class RotationFilter:
    """One-euro filter of rotations (..., 3, 3), in the tangent space at the smoothed rotation.

    The step towards a new rotation R is ``exp(share * log(R R_smooth^T)) R_smooth``, so that results
    are rotations and a steady turn about one axis lags as `OneEuroSettings.lag_bound` says (radians).
    """

    def __init__(self, settings: OneEuroSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget the past; the next value passes unchanged."""
        self._time: float | None = None
        self._raw: torch.Tensor | None = None
        self._smooth: torch.Tensor | None = None
        self._speed: NDArray[np.float64] | None = None

    def step(self, rotmat: NDArray[np.floating], time_s: float) -> NDArray[np.float64]:
        """The smoothed rotations (..., 3, 3) float64 at ``time_s``."""
        turned = torch.from_numpy(np.array(rotmat, np.float64))
        elapsed = _elapsed(self._time, time_s)
        self._time = time_s
        if elapsed is None or self._smooth is None or self._smooth.shape != turned.shape:
            self._raw = self._smooth = turned
            self._speed = np.zeros(rotmat.shape[:-1])
            return turned.numpy()
        assert self._raw is not None
        assert self._speed is not None
        speed = _turn(self._raw, turned).numpy() / elapsed
        share = smoothing_share(self.settings.speed_cutoff_hz, elapsed)
        self._speed = self._speed + share * (speed - self._speed)
        part = torch.from_numpy(_adaptive_share(self.settings, self._speed, elapsed))
        step = axis_angle_to_rotmat(part * _turn(self._smooth, turned)) @ self._smooth
        # Through the unit quaternion, so that rounding cannot add up over a long video.
        self._smooth = quaternion_to_rotmat(rotmat_to_quaternion(step))
        self._raw = turned
        return self._smooth.numpy()


def smoothing_share(cutoff_hz: float, elapsed_s: float) -> float:
    """Share of a new value that a low-pass takes over, in (0, 1) (eq. 3 and 5 of the paper)."""
    turns = 2.0 * math.pi * cutoff_hz * elapsed_s
    return turns / (turns + 1.0)


def _adaptive_share(
    settings: OneEuroSettings, speed: NDArray[np.float64], elapsed_s: float
) -> NDArray[np.float64]:
    length = np.linalg.norm(speed, axis=-1, keepdims=True)
    turns = 2.0 * math.pi * elapsed_s * (settings.min_cutoff_hz + settings.beta * length)
    return turns / (turns + 1.0)


def _turn(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    """(..., 3) radians: the rotation that carries ``before`` to ``after``."""
    return rotmat_to_axis_angle(after @ before.transpose(-1, -2))


def _elapsed(before: float | None, now: float) -> float | None:
    """Seconds since the last value; None if there was none or it is too long ago."""
    if before is None or now - before > MAX_PAUSE_S or now < before - MAX_PAUSE_S:
        return None
    return max(now - before, MIN_STEP_S)
