"""Errors in the picture: 2D joints in percent of the box, and the share of correct keypoints."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

PROTOCOL_2D = "joints2d-box"
"""Distance in pixels over the longer side of the truth's box; unknown joints are left out."""


def box_side(box_xyxy: ArrayLike) -> NDArray[np.float64]:
    """Longer side of boxes (..., 4), pixels."""
    box = np.asarray(box_xyxy, dtype=np.float64)
    return (box[..., 2:] - box[..., :2]).max(-1)


def known_box_side(gt_px: ArrayLike) -> NDArray[np.float64]:
    """Longer side of the tight box around the known joints (..., K, 2), for truth without a box."""
    points = np.asarray(gt_px, dtype=np.float64)
    return (np.nanmax(points, axis=-2) - np.nanmin(points, axis=-2)).max(-1)


def joint_errors_2d(
    pred_px: ArrayLike, gt_px: ArrayLike, box_xyxy: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Distance of every joint as a fraction of the box's longer side. (B, K, 2) x2 -> (B, K).

    Args:
        pred_px, gt_px: pixels of the whole picture; NaN in the truth where a joint is unknown.
        box_xyxy: (B, 4) of the truth; None takes the tight box around the known joints.

    Returns:
        NaN where the truth is unknown. Mean per person: ``np.nanmean(errors, axis=1)``.
    """
    pred, gt = np.asarray(pred_px, dtype=np.float64), np.asarray(gt_px, dtype=np.float64)
    side = known_box_side(gt) if box_xyxy is None else box_side(box_xyxy)
    return np.sqrt(((pred - gt) ** 2).sum(-1)) / side[..., None]


def pck(errors: ArrayLike, threshold: float) -> NDArray[np.float64]:
    """Share of known points with an error of at most ``threshold``. (B, K) -> (B,) in [0, 1].

    Works on fractions of a box (PCK@0.05) and on metres (3D-PCK at 0.15 m) alike. NaN errors are
    unknown points and do not count; a sample without any known point is NaN.
    """
    errors = np.asarray(errors, dtype=np.float64)
    known = np.isfinite(errors)
    count = known.sum(-1)
    hits = (known & (np.where(known, errors, np.inf) <= threshold)).sum(-1)
    return np.where(count > 0, hits / np.maximum(count, 1), np.nan)
