"""How unsteady a person is over time: jitter and foot sliding, in constant memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MM = 1000.0


class JitterMeter:
    """Mean acceleration of points along a video.

    The second difference ``|p[t+1] - 2 p[t] + p[t-1]|``, mean over points and frames, in millimetres
    per frame squared, as the papers on video report it (Kanazawa et al. 2019). Even frame spacing is
    assumed within each three frames; `restart` begins anew after a cut.
    """

    def __init__(self) -> None:
        self._last: list[NDArray[np.float64]] = []
        self._sum = 0.0
        self.count = 0

    def add(self, points: NDArray[np.floating]) -> None:
        """Take the points (N, 3), metres, of the next frame."""
        self._last.append(np.asarray(points, np.float64))
        if len(self._last) < 3:
            return
        before, now, after = self._last
        self._sum += float(np.linalg.norm(after - 2.0 * now + before, axis=-1).mean())
        self.count += 1
        self._last = self._last[1:]

    def restart(self) -> None:
        """The next frame does not continue the last."""
        self._last = []

    @property
    def mean_mm(self) -> float:
        """Millimetres per frame squared; 0 before three frames."""
        return MM * self._sum / self.count if self.count else 0.0


class SlidingMeter:
    """How far feet move per frame while they stand.

    Mean over contact points and pairs of frames in which the point stands in both, millimetres.
    """

    def __init__(self) -> None:
        self._before: tuple[NDArray[np.float64], NDArray[np.bool_]] | None = None
        self._sum = 0.0
        self.count = 0

    def add(self, points: NDArray[np.floating], standing: NDArray[np.bool_]) -> None:
        """Take contact points (N, 3), metres, and which of them (N,) stand on the ground."""
        points = np.asarray(points, np.float64)
        if self._before is not None:
            both = self._before[1] & standing
            moved = np.linalg.norm(points - self._before[0], axis=-1)
            self._sum += float(moved[both].sum())
            self.count += int(both.sum())
        self._before = points, standing.copy()

    def restart(self) -> None:
        """The next frame does not continue the last."""
        self._before = None

    @property
    def mean_mm(self) -> float:
        """Millimetres per frame; 0 before anything stood."""
        return MM * self._sum / self.count if self.count else 0.0
