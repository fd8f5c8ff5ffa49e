"""Shares of correct points over thresholds, and the area under that curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.image import pck
from core.metrics.protocols import Curve


def auc(errors: ArrayLike, curve: Curve) -> NDArray[np.float64]:
    """Area under the curve of correct points of each sample, 1 when all are exact.

    Args:
        errors: (B, K) metres; NaN where a point is unknown.
        curve: thresholds and rule: MPI-INF-3DHP takes the mean over 0, 5, ..., 150 mm (Mehta et al.
            2017), FreiHAND's server the trapezoids over 100 thresholds up to 50 mm.

    Returns:
        (B,) in [0, 1]; NaN for a sample without any known point. With equally many known points in
        each sample the mean over samples is the area under the mean curve.
    """
    limits = np.linspace(0.0, curve.limit_m, curve.steps)
    shares = np.stack([pck(errors, limit) for limit in limits], -1)
    if curve.rule == "mean":
        return shares.mean(-1)
    inner = (shares[..., 1:] + shares[..., :-1]) / 2
    return inner.mean(-1)
