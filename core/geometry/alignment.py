"""Similarity alignment of point sets (Procrustes), for metrics and for fits.

Umeyama, "Least-squares estimation of transformation parameters between two point patterns", 1991,
eq. 34-43: the rotation is proper, never a reflection. The order of operations is that of the metric
code of the METRO family, so that numpy gives its numbers bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.geometry.backend import Array, array_module


@dataclass(frozen=True, eq=False)
class SimilarityTransform:
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
        turned = self.rotmat @ points.swapaxes(-1, -2)
        moved = self.scale[..., None, None] * turned + self.translation[..., None]
        return moved.swapaxes(-1, -2)


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
        Transform in ``dtype`` (numpy: always float64).
    """
    xp = array_module(source)
    dtype = xp.float64 if dtype is None else dtype
    x = _cast(source, dtype).swapaxes(-1, -2)
    y = _cast(target, dtype).swapaxes(-1, -2)
    mean_x, mean_y = x.mean(-1)[..., None], y.mean(-1)[..., None]
    centred_x, centred_y = x - mean_x, y - mean_y
    variance = (centred_x**2).swapaxes(-1, -2).reshape(*x.shape[:-2], -1).sum(-1)
    covariance = centred_x @ centred_y.swapaxes(-1, -2)
    u, _, vh = xp.linalg.svd(covariance)
    v, ut = vh.swapaxes(-1, -2), u.swapaxes(-1, -2)
    sign = xp.sign(xp.linalg.det(u @ vh))
    # float64 from here on also for float32 input (numpy promotes), as the authors' code has it
    sign = sign.astype(xp.float64) if xp is np else sign
    one = xp.ones_like(sign)
    rotmat = v @ (xp.stack([one, one, sign], -1)[..., :, None] * ut)
    product = rotmat @ covariance
    gain = product[..., 0, 0] + product[..., 1, 1] + product[..., 2, 2]
    collapsed = variance <= _rounding_variance(x)
    scale = xp.where(collapsed, one * 0, gain / xp.where(collapsed, one, variance))
    shift = mean_y - scale[..., None, None] * (rotmat @ mean_x)
    return SimilarityTransform(scale, rotmat, shift[..., 0])


def procrustes_align(pred: Array, target: Array, dtype: Any = None) -> Array:
    """``pred`` (..., N, 3) moved onto ``target`` by `similarity_transform`, in the type of ``pred``."""
    moved = similarity_transform(pred, target, dtype).apply(
        _cast(pred, array_module(pred).float64 if dtype is None else dtype)
    )
    return _cast(moved, pred.dtype)


def _rounding_variance(points: Any) -> Any:
    """Sum of squares that mere rounding of the centroid leaves of coinciding points (..., 3, N)."""
    xp = array_module(points)
    reach = abs(points).reshape(*points.shape[:-2], -1).max(-1)
    reach = reach if xp is np else reach.values
    return 3 * points.shape[-1] * (2 * xp.finfo(points.dtype).eps * reach) ** 2


def _cast(value: Any, dtype: Any) -> Any:
    return value.astype(dtype) if hasattr(value, "astype") else value.to(dtype)
