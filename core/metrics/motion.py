"""Smoothness along a video."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def acceleration(points: ArrayLike, fps: float) -> NDArray[np.float64]:
    """Second difference over time. (T, N, 3) metres -> (T - 2, N, 3) metres / s^2."""
    points = np.asarray(points, dtype=np.float64)
    return (points[2:] - 2 * points[1:-1] + points[:-2]) * fps**2


def acceleration_error(pred: ArrayLike, gt: ArrayLike, fps: float) -> NDArray[np.float64]:
    """Mean difference of acceleration per inner frame (Kanazawa et al. 2019). -> (T - 2,) m / s^2.

    Args:
        pred, gt: (T, N, 3) metres, evenly spaced frames of one person, T >= 3.
        fps: frames a second; 1 gives the papers' "mm per frame squared" once turned into mm.
    """
    return np.sqrt(((acceleration(pred, fps) - acceleration(gt, fps)) ** 2).sum(-1)).mean(-1)
