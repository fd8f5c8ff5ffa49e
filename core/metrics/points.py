"""Distances between corresponding points: joints and vertices, plain and Procrustes-aligned.

Everything is batch numpy, metres, computed in float64 unless told otherwise. Degenerate input:

- mirrored prediction: aligned by the best proper rotation, never by a reflection, so its error stays;
- coplanar points: the alignment is unique and exact;
- collinear prediction: its turn about its own line is free and changes no error; collinear truth:
  the turn of the prediction about the truth's line is free, and the one of the singular value
  decomposition is taken;
- constant prediction (all points coincide): scale has no meaning, the aligned error is NaN, as the
  authors' code has it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from core.geometry.alignment import similarity_transform
from core.metrics.protocols import LSP14_HIPS

Floats = NDArray[np.floating]


def point_errors(pred: ArrayLike, gt: ArrayLike, dtype: DTypeLike = np.float64) -> Floats:
    """Distance of every point, metres. (..., N, D) x2 -> (..., N)."""
    pred, gt = _pair(pred, gt, dtype)
    return np.sqrt(((pred - gt) ** 2).sum(-1))


def mean_point_error(pred: ArrayLike, gt: ArrayLike, dtype: DTypeLike = np.float64) -> Floats:
    """Mean distance per sample as the points are given, metres. (B, N, 3) x2 -> (B,).

    With meshes already centred by the protocol this is MPVPE, with joints MPJPE.
    """
    return point_errors(pred, gt, dtype).mean(-1)


def centred_on(points: ArrayLike, index: Sequence[int], dtype: DTypeLike = np.float64) -> Floats:
    """Points minus the mean of the points ``index``. (..., N, 3) -> same; empty index: unchanged."""
    points = np.asarray(points, dtype=dtype)
    if not len(index):
        return points
    return points - points[..., list(index), :].mean(-2, keepdims=True)


def metro_mpjpe(
    pred_joints: ArrayLike, gt_joints: ArrayLike, dtype: DTypeLike = np.float64
) -> Floats:
    """MPJPE per sample of the protocol ``metro-lsp14``, metres. (B, 14, 3) x2 -> (B,)."""
    pred, gt = (centred_on(points, LSP14_HIPS, dtype) for points in (pred_joints, gt_joints))
    return mean_point_error(pred, gt, dtype)


def aligned(pred: ArrayLike, gt: ArrayLike, dtype: DTypeLike = np.float64) -> Floats:
    """Prediction after Procrustes alignment onto the truth. (..., N, 3) x2 -> (..., N, 3).

    Constant predictions give NaN (see the module's text).
    """
    pred, gt = _pair(pred, gt, dtype)
    transform = similarity_transform(pred, gt, dtype)
    undefined = transform.scale == 0
    moved = transform.apply(pred)
    return np.where(undefined[..., None, None], np.nan, moved).astype(pred.dtype)


def aligned_with_reflection(pred: ArrayLike, gt: ArrayLike) -> NDArray[np.float64]:
    """Prediction aligned onto the truth as FreiHAND's server does. (B, N, 3) x2 -> (B, N, 3).

    Both sets are centred and brought to unit Frobenius norm, then the best orthogonal matrix is
    taken, which may be a reflection: a mirrored hand has no error. For predictions that are not
    mirrored it equals `aligned`. Coinciding points land on the truth's centroid.
    """
    pred, gt = _pair(pred, gt, np.float64)
    mean_gt = gt.mean(-2, keepdims=True)
    source, target = pred - pred.mean(-2, keepdims=True), gt - mean_gt
    size_of = [np.linalg.norm(p, axis=(-2, -1), keepdims=True) + 1e-8 for p in (source, target)]
    source, target = source / size_of[0], target / size_of[1]
    u, gains, vh = np.linalg.svd(target.swapaxes(-1, -2) @ source)
    scale = gains.sum(-1)[..., None, None] * size_of[1]
    return scale * (source @ (u @ vh).swapaxes(-1, -2)) + mean_gt


def pa_mean_point_error(pred: ArrayLike, gt: ArrayLike, dtype: DTypeLike = np.float64) -> Floats:
    """Mean distance per sample after alignment: PA-MPJPE, PA-MPVPE. (B, N, 3) x2 -> (B,) metres."""
    return mean_point_error(aligned(pred, gt, dtype), gt, dtype)


def _pair(pred: ArrayLike, gt: ArrayLike, dtype: DTypeLike) -> tuple[Floats, Floats]:
    pred, gt = np.asarray(pred, dtype=dtype), np.asarray(gt, dtype=dtype)
    if pred.shape != gt.shape:
        raise ValueError(f"prediction {pred.shape} and truth {gt.shape} differ in shape")
    return pred, gt
