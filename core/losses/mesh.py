"""Mesh, joint and projection terms of the METRO family (METRO, equations 1 to 4).

All take per-sample availability flags, as mixed training sets need them, and average over the
samples that have the truth. Distances are L1, summed over nothing and averaged over coordinates, as
in the released code.
"""

from __future__ import annotations

from torch import Tensor


def masked_l1(pred: Tensor, truth: Tensor, has: Tensor | None) -> Tensor:
    """Mean absolute difference over the samples that have the truth; 0 when none has.

    Args:
        pred, truth: (B, N, D).
        has: (B,) 1 where the truth exists; None for everywhere.
    """
    per_sample = (pred - truth).abs().mean((1, 2))
    if has is None:
        return per_sample.mean()
    return (per_sample * has).sum() / has.sum().clamp_min(1)


def vertex_loss(
    levels: tuple[Tensor, ...], truths: tuple[Tensor, ...], has: Tensor | None
) -> Tensor:
    """Equation 1 on every mesh level, averaged over the levels.

    The released code weighs coarse, mid and full with 0.33 each; here with one third.
    """
    terms = [masked_l1(p, t, has) for p, t in zip(levels, truths, strict=True)]
    return sum(terms[1:], terms[0]) / len(terms)


def joint_loss(pred: Tensor, truth: Tensor, roots: tuple[int, ...], has: Tensor | None) -> Tensor:
    """Equations 2 and 3: 3D joints, both sides centred on the mean of the root joints.

    Args:
        pred, truth: (B, K, 3) metres.
        roots: joints whose mean is the origin: both hips for bodies, the wrist for hands.
    """
    ids = list(roots)
    pred = pred - pred[:, ids].mean(1, keepdim=True)
    truth = truth - truth[:, ids].mean(1, keepdim=True)
    return masked_l1(pred, truth, has)


def projection_loss(
    pred: Tensor, truth: Tensor, visible: Tensor | None, has: Tensor | None
) -> Tensor:
    """Equation 4: 2D joints in [-1, 1] over the crop, weighted by visibility.

    Args:
        pred, truth: (B, K, 2).
        visible: (B, K) confidence of each true joint; None for all ones.
    """
    apart = (pred - truth).abs()
    if visible is not None:
        apart = apart * visible[..., None]
    per_sample = apart.mean((1, 2))
    if has is None:
        return per_sample.mean()
    return (per_sample * has).sum() / has.sum().clamp_min(1)
