"""Similarity alignment of point sets (Procrustes), for metrics and for fits.

Umeyama, "Least-squares estimation of transformation parameters between two point patterns", 1991,
eq. 34-43: the rotation is proper, never a reflection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic

import torch

from core.geometry.backend import Array, array_module


@dataclass(frozen=True, eq=False)
class SimilarityTransform(Generic[Array]):
    """``y = scale * rotmat @ x + translation``, batched over any leading shape.

    Attributes:
        scale: (...,) non-negative; 0 when the source points coincide.
        rotmat: (..., 3, 3), determinant +1.
        translation: (..., 3).
    """

    scale: Array
    rotmat: Array
    translation: Array

    def apply(self, points: Array) -> Array:
        """Points (..., N, 3) -> (..., N, 3)."""
        turned = points @ self.rotmat.swapaxes(-1, -2)
        return self.scale[..., None, None] * turned + self.translation[..., None, :]


def similarity_transform(source: Array, target: Array, dtype: Any = None) -> SimilarityTransform:
    """Least-squares similarity from ``source`` to ``target``.

    Degenerate input has a defined answer: mirrored sets get the best proper rotation; coplanar sets
    are exact; for a collinear set the turn about its own line is not determined, and the one that
    the singular value decomposition gives is taken (errors of a collinear source do not depend on
    it); coinciding source points get scale 0, that is, they go to the centroid of the target.

    Args:
        source, target: (..., N, 3), N >= 1.
        dtype: computing type; float64 unless told.

    Returns:
        Transform in ``dtype``.
    """
    xp = array_module(source)
    dtype = xp.float64 if dtype is None else dtype
    source, target = _cast(source, dtype), _cast(target, dtype)
    mean_source, mean_target = source.mean(-2), target.mean(-2)
    x, y = source - mean_source[..., None, :], target - mean_target[..., None, :]
    variance = (x * x).sum(-1).sum(-1)
    covariance = x.swapaxes(-1, -2) @ y
    u, _, vh = xp.linalg.svd(covariance)
    v, ut = vh.swapaxes(-1, -2), u.swapaxes(-1, -2)
    sign = xp.sign(xp.linalg.det(u @ vh))
    one = xp.ones_like(sign)
    rotmat = v @ (xp.stack([one, one, sign], -1)[..., :, None] * ut)
    gain = (rotmat * covariance.swapaxes(-1, -2)).sum(-1).sum(-1)
    collapsed = variance <= _rounding_variance(source)
    scale = xp.where(collapsed, one * 0, gain / xp.where(collapsed, one, variance))
    turned = (rotmat @ mean_source[..., None])[..., 0]
    return SimilarityTransform(scale, rotmat, mean_target - scale[..., None] * turned)


def procrustes_align(pred: Array, target: Array, dtype: Any = None) -> Array:
    """``pred`` (..., N, 3) moved onto ``target`` by `similarity_transform`, in the type of ``pred``."""
    moved = similarity_transform(pred, target, dtype).apply(
        _cast(pred, array_module(pred).float64 if dtype is None else dtype)
    )
    return _cast(moved, pred.dtype)


def _rounding_variance(points: Any) -> Any:
    """Sum of squares that mere rounding of the centroid leaves of coinciding points (..., N, 3)."""
    xp = array_module(points)
    reach = abs(points).reshape(*points.shape[:-2], -1).max(-1)
    reach = reach if xp is not torch else reach.values
    return 3 * points.shape[-2] * (2 * xp.finfo(points.dtype).eps * reach) ** 2


def _cast(value: Any, dtype: Any) -> Any:
    return value.astype(dtype) if hasattr(value, "astype") else value.to(dtype)
