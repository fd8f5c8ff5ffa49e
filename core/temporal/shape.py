"""One shape per person: a running mean that outliers cannot pull away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A value this many usual deviations away counts less than fully (Huber 1964, k = 1.345).
HUBER_LIMIT = 1.345
# Deviations below this are noise of rounding, not a spread to judge outliers by.
MIN_SPREAD = 1e-3


class RunningShape:
    """Robust running mean of shape numbers (S,), in constant memory.

    Each new shape counts with Huber's weight ``min(1, k s / r)``, where r is its distance from the mean
    and s the usual distance so far. The mean's change falls as 1 / n, so the shape comes to rest.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._mean: NDArray[np.float64] | None = None
        self._weight = 0.0
        self._spread = 0.0
        self._count = 0

    def step(self, betas: NDArray[np.floating], confidence: float = 1.0) -> NDArray[np.float64]:
        """Take a frame's shape (S,), counted by ``confidence`` in [0, 1]; the mean so far (S,)."""
        betas = np.asarray(betas, np.float64)
        if self._mean is None or self._mean.shape != betas.shape:
            self._mean, self._weight = betas, max(confidence, 1e-3)
            self._count, self._spread = 1, 0.0
            return self._mean
        distance = float(np.linalg.norm(betas - self._mean))
        # Before a spread is known, nothing can be called an outlier.
        limit = HUBER_LIMIT * max(self._spread, MIN_SPREAD) if self._count > 2 else np.inf
        weight = max(confidence, 1e-3) * min(1.0, limit / max(distance, 1e-12))
        self._weight += weight
        self._mean = self._mean + weight / self._weight * (betas - self._mean)
        self._count += 1
        # A far outlier widens the spread by no more than the limit at which it was cut.
        seen = min(distance, 3.0 * limit)
        self._spread += (seen - self._spread) / min(self._count - 1, 100)
        return self._mean
