"""F-score between surfaces given as points (Knapitsch et al. 2017; FreiHAND's F@5 mm and F@15 mm)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.points import aligned, aligned_with_reflection


def f_score(
    pred: ArrayLike,
    gt: ArrayLike,
    threshold_m: float,
    *,
    align: bool = True,
    reflection: bool = False,
) -> NDArray[np.float64]:
    """Harmonic mean of precision and recall at a distance.

    Precision is the share of predicted points with a true point nearer than the threshold, recall
    the other way round; points need not correspond unless ``align`` is set.

    Args:
        pred: (B, N, 3) metres. gt: (B, M, 3) metres; M = N with ``align``.
        threshold_m: metres (0.005 and 0.015 for hands).
        align: Procrustes-align the prediction first, as FreiHAND's aligned F-scores.
        reflection: align as FreiHAND's server does (`aligned_with_reflection`).

    Returns:
        (B,) in [0, 1]; 0 when nothing is near; NaN for a constant prediction with ``align``.
    """
    pred, gt = np.asarray(pred, dtype=np.float64), np.asarray(gt, dtype=np.float64)
    moved = pred
    if align:
        moved = aligned_with_reflection(pred, gt) if reflection else aligned(pred, gt)
    return np.array([_f_score(p, g, threshold_m) for p, g in zip(moved, gt, strict=True)])


def _f_score(pred: NDArray[np.float64], gt: NDArray[np.float64], threshold_m: float) -> float:
    from scipy.spatial import cKDTree  # a machine that trains need not have it

    if not np.isfinite(pred).all():
        return float("nan")
    to_gt, _ = cKDTree(gt).query(pred)
    to_pred, _ = cKDTree(pred).query(gt)
    precision, recall = float((to_gt < threshold_m).mean()), float((to_pred < threshold_m).mean())
    if precision + recall == 0:
        return 0.0
    return 2 * precision * recall / (precision + recall)
