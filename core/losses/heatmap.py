"""Heatmaps of projected vertices: their truth, binary cross-entropy and dice (PointHMR, section 3.3).

The paper leaves open how equation 6 treats positions; as in the released code, the cross-entropy is
their mean, which is also what its weights (1 beside 0.001 for dice) are made for. A vertex that
projects outside the crop has no true position and is left out.
"""

from __future__ import annotations

import torch
from torch import Tensor

_TINY = 1e-6


def fitted_weak_camera(joints_3d: Tensor, joints_2d: Tensor, visible: Tensor | None) -> Tensor:
    """The weak perspective camera that takes 3D joints to 2D ones with the least squared error.

    Args:
        joints_3d: (B, K, 3) metres, camera axes.
        joints_2d: (B, K, 2) in [-1, 1] over the crop.
        visible: (B, K) weights of the joints; None for all ones.

    Returns:
        (B, 3) as (s, tx, ty): ``xy = s (XY + t)``.
    """
    weight = joints_2d.new_ones(joints_2d.shape[:2]) if visible is None else visible
    share = (weight / weight.sum(1, keepdim=True).clamp_min(_TINY))[..., None]
    flat = joints_3d[..., :2]
    mean_3d, mean_2d = (flat * share).sum(1), (joints_2d * share).sum(1)
    from_3d, from_2d = flat - mean_3d[:, None], joints_2d - mean_2d[:, None]
    scale = (share * from_3d * from_2d).sum((1, 2)) / (share * from_3d**2).sum((1, 2)).clamp_min(
        _TINY
    )
    scale = scale.clamp_min(_TINY)[:, None]
    return torch.cat([scale, mean_2d / scale - mean_3d], 1)


def true_cells(points: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """The one cell of a true heatmap that is 1.

    Args:
        points: (B, N, 2) in [-1, 1] over the crop.
        side: cells along an edge.

    Returns:
        (B, N) int64 row-major cell (0 outside), and (B, N) bool, inside the crop.
    """
    place = ((points + 1) / 2 * side).floor()
    inside = ((place >= 0) & (place < side)).all(-1)
    place = torch.where(inside[..., None], place, torch.zeros_like(place)).long()
    return place[..., 1] * side + place[..., 0], inside


def heatmap_losses(maps: Tensor, cells: Tensor, counted: Tensor) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy (equation 6, mean over the positions) and dice (equation 7) of predicted maps.

    Args:
        maps: (B, N, P) probabilities in [0, 1].
        cells: (B, N) int64, the true position.
        counted: (B, N) 1 where the vertex counts.

    Returns:
        Two scalars, each the mean over the vertices that count; 0 when none does.
    """
    total = counted.sum().clamp_min(1)
    at_truth = maps.gather(-1, cells[..., None])[..., 0].clamp(_TINY, 1)
    elsewhere = torch.log1p(-maps.clamp(max=1 - _TINY))
    own = torch.log1p(-at_truth.clamp(max=1 - _TINY))
    entropy = -(at_truth.log() + elsewhere.sum(-1) - own) / maps.shape[-1]
    dice = 1 - 2 * at_truth / (1 + maps.sum(-1))
    return (entropy * counted).sum() / total, (dice * counted).sum() / total
