"""Focal loss of a binary score, and the cost that matching makes of it (Lin et al. 2017)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

ALPHA, EXPONENT = 0.25, 2.0


def focal_cost(logits: Tensor, alpha: float = ALPHA, exponent: float = EXPONENT) -> Tensor:
    """What calling each proposal positive costs: ``-alpha (1 - p)^exponent log p``, any shape.

    The first term of GLNet's equation 1; also the focal loss of a positive.
    """
    return alpha * torch.sigmoid(-logits).pow(exponent) * F.softplus(-logits)


def focal_loss(
    logits: Tensor, positive: Tensor, alpha: float = ALPHA, exponent: float = EXPONENT
) -> Tensor:
    """Summed focal loss of N proposals, divided by the number of positives, averaged over people.

    Args:
        logits: (B, N).
        positive: (B, N) 1 where the proposal is matched, else 0.
    """
    hit = focal_cost(logits, alpha, exponent)
    miss = focal_cost(-logits, 1 - alpha, exponent)
    each = torch.where(positive > 0.5, hit, miss)
    return (each.sum(1) / positive.sum(1).clamp_min(1)).mean()
