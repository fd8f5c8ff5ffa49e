"""Smoothness along a video."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def acceleration(points: ArrayLike, fps: float) -> NDArray[np.float64]:
    """Second difference over time. (T, N, 3) metres -> (T - 2, N, 3) metres / s^2."""
    points = np.asarray(points, dtype=np.float64)
    return (points[2:] - 2 * points[1:-1] + points[:-2]) * fps**2


def acceleration_error(
    pred: ArrayLike, gt: ArrayLike, fps: float, known: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Mean difference of acceleration per inner frame (Kanazawa et al. 2019). -> (M,) m / s^2.

    Args:
        pred, gt: (T, N, 3) metres, evenly spaced frames of one person.
        fps: frames a second; 1 gives the papers' "mm per frame squared" once turned into mm.
        known: (T,) true where a frame has truth; an inner frame counts when it and both its
            neighbours have. None counts all.

    Returns:
        One number for each inner frame that counts; T - 2 of them at most, none for T < 3.

    Raises:
        ValueError: prediction and truth differ in shape.
    """
    pred, gt = np.asarray(pred, np.float64), np.asarray(gt, np.float64)
    if pred.shape != gt.shape:
        raise ValueError(f"prediction {pred.shape} and truth {gt.shape} differ in shape")
    errors = np.sqrt(((acceleration(pred, fps) - acceleration(gt, fps)) ** 2).sum(-1)).mean(-1)
    if known is None:
        return errors
    flags = np.asarray(known, bool).reshape(-1)
    return errors[flags[2:] & flags[1:-1] & flags[:-2]]
