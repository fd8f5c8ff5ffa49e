"""Terms on the surface of a mesh: lengths of edges and directions of triangles.

They keep a freely predicted mesh smooth where distances of vertices alone leave it spiky
(Pixel2Mesh, Wang et al. 2018; I2L-MeshNet, Moon and Lee 2020).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

EPS = 1e-8


def edge_lengths(vertices: Tensor, edges: Tensor) -> Tensor:
    """(B, E) metres, of vertices (B, V, 3) and edges (E, 2)."""
    apart = vertices[:, edges[:, 0]] - vertices[:, edges[:, 1]]
    return (apart.square().sum(-1) + EPS).sqrt()


def edge_length_loss(pred: Tensor, truth: Tensor, edges: Tensor, has: Tensor | None) -> Tensor:
    """Mean absolute difference of the lengths of edges, metres."""
    apart = (edge_lengths(pred, edges) - edge_lengths(truth, edges)).abs()
    return mean_of_those(apart.mean(1), has)


def edge_self_loss(pred: Tensor, edges: Tensor, has: Tensor | None) -> Tensor:
    """Mean length of edges, metres."""
    return mean_of_those(edge_lengths(pred, edges).mean(1), has)


def normal_loss(pred: Tensor, truth: Tensor, faces: Tensor, has: Tensor | None) -> Tensor:
    """Mean |cos| between predicted edges of a triangle and its true normal; 0 when they agree.

    Args:
        pred, truth: (B, V, 3). faces: (F, 3).
        has: (B,) 1 where the truth exists; None for everywhere.
    """
    first, second, _ = _sides(truth, faces)
    normal = F.normalize(torch.linalg.cross(first, second, dim=-1), dim=-1)
    cosines = [(side * normal).sum(-1).abs() for side in _sides(pred, faces)]
    return mean_of_those(torch.stack(cosines, 1).mean((1, 2)), has)


def mean_of_those(per_sample: Tensor, has: Tensor | None) -> Tensor:
    """Mean over the samples that have the truth; 0 when none has."""
    if has is None:
        return per_sample.mean()
    return (per_sample * has).sum() / has.sum().clamp_min(1)


def _sides(vertices: Tensor, faces: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Unit vectors along the three sides of every triangle, (B, F, 3) each."""
    a, b, c = (vertices[:, faces[:, corner]] for corner in range(3))
    return F.normalize(b - a, dim=-1), F.normalize(c - a, dim=-1), F.normalize(c - b, dim=-1)
