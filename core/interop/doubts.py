"""Values that look wrong: the wrong unit, the wrong way up, holes. Numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# A person, lying or standing, is between these heights or lengths in metres.
PERSON_M = (0.3, 2.6)


def finite_share(name: str, values: ArrayLike) -> list[str]:
    """A line where numbers are missing."""
    array = np.asarray(values)
    if array.dtype.kind != "f" or not array.size:
        return []
    bad = int((~np.isfinite(array)).sum())
    return [f"{name}: {bad} of {array.size} numbers are NaN or infinite"] if bad else []


def unit_of(name: str, points: NDArray[np.floating]) -> list[str]:
    """A line where a body's size is not that of a person in metres. ``points``: (..., N, 3)."""
    sizes = np.ptp(points.reshape(-1, points.shape[-2], 3), axis=1).max(axis=1)
    sizes = sizes[np.isfinite(sizes)]
    if not len(sizes):
        return []
    size = float(np.median(sizes))
    low, high = PERSON_M
    if low <= size <= high:
        return []
    for unit, per_metre in (("millimetres", 1000.0), ("centimetres", 100.0), ("inches", 39.37)):
        if low <= size / per_metre <= high:
            return [f"{name}: bodies are {size:.4g} across, which fits {unit}, not metres"]
    return [f"{name}: bodies are {size:.4g} across, which fits no person in any usual unit"]


def degrees(name: str, angles: ArrayLike) -> list[str]:
    """A line where axis-angles are larger than radians can sensibly be."""
    array = np.asarray(angles)
    far = np.nanmax(np.abs(array), initial=0.0) if array.dtype.kind == "f" else 0.0
    if np.isfinite(far) and far > 4 * np.pi:
        return [f"{name}: angles up to {far:.0f}, which fits degrees, not radians"]
    return []


def rotations(name: str, matrices: NDArray[np.floating]) -> list[str]:
    """A line where matrices (..., 3, 3) are no rotations."""
    flat = matrices.reshape(-1, 3, 3).astype(np.float64)
    if not len(flat):
        return []
    off = np.abs(flat @ flat.transpose(0, 2, 1) - np.eye(3)).max(axis=(1, 2))
    mirrored = np.linalg.det(flat) < 0
    bad = int(((off > 1e-2) | mirrored).sum())
    return [f"{name}: {bad} of {len(flat)} matrices are no rotations"] if bad else []


def upside_down(heights: NDArray[np.floating], head: int, feet: int) -> bool:
    """Whether the head is below the feet in most rows of (..., J) heights."""
    return bool((heights[..., head] < heights[..., feet]).mean() > 0.5)
