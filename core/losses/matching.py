"""Which proposals of a crop are positives (GLNet, section 3.4)."""

from __future__ import annotations

import torch
from torch import Tensor


def keypoint_cost(proposed: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """(B, N): mean absolute difference over coordinates of the known keypoints.

    Args:
        proposed: (B, N, K, D).
        truth: (B, K, D).
        known: (B, K) weights; keypoints of weight 0 do not count.
    """
    apart = (proposed - truth[:, None]).abs().mean(-1)
    return (apart * known[:, None]).sum(-1) / known.sum(-1).clamp_min(1e-6)[:, None]


def lowest_cost(cost: Tensor, count: int) -> Tensor:
    """(B, T) indices of the T proposals of lowest cost, in ascending order of cost.

    GLNet repeats the one truth T times and pads with "no object" of equal cost for everyone. With
    identical truths every assignment of a set of proposals costs the same, so that the optimal
    bipartite matching is the T cheapest proposals, and no assignment solver is needed.

    Args:
        cost: (B, N).
        count: T; at most N are taken.
    """
    return cost.topk(min(count, cost.shape[1]), dim=1, largest=False, sorted=True).indices


def nearest_cells(center: Tensor, places: Tensor, count: int) -> Tensor:
    """(B, T) indices of the cells nearest to the body's centre: positives by position alone.

    Args:
        center: (B, 2). places: (N, 2), the same unit. count: T.
    """
    return lowest_cost(torch.cdist(center[:, None], places[None])[:, 0], count)
