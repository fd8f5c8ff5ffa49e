"""Losses of the dense heads: joint heatmaps, body parts, visibility."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from core.nn.batch import LossTerm, LossTerms
from core.nn.lite_backbone import DenseOutput, heatmap_positions

SIGMA_CELLS = 1.3
HIDDEN_WEIGHT = 0.5
IGNORED_PART = 255
# Loss of the positions is bounded: a joint at the wrong limb is the heatmap's business.
POSITION_CLAMP = 0.25


def gaussian_targets(joints_2d: Tensor, height: int, width: int) -> Tensor:
    """(B, K, 2) positions in [-1, 1] to (B, K, height * width) Gaussians that sum to one."""
    columns = (torch.arange(width, device=joints_2d.device) + 0.5) / width * 2 - 1
    rows = (torch.arange(height, device=joints_2d.device) + 0.5) / height * 2 - 1
    spread_x, spread_y = SIGMA_CELLS * 2 / width, SIGMA_CELLS * 2 / height
    along_x = torch.exp(-((columns - joints_2d[..., :1]) ** 2) / (2 * spread_x**2))
    along_y = torch.exp(-((rows - joints_2d[..., 1:]) ** 2) / (2 * spread_y**2))
    maps = (along_y[..., :, None] * along_x[..., None, :]).flatten(2)
    return maps / maps.sum(-1, keepdim=True).clamp_min(1e-6)


def dense_losses(
    output: DenseOutput, joints_2d: Tensor, joints_visible: Tensor, parts: Tensor
) -> LossTerms:
    """Training terms of the dense heads.

    Args:
        output: what the heads said.
        joints_2d: (B, 25, 2) true positions in [-1, 1] over the crop.
        joints_visible: (B, 25) 1 seen, 0.5 hidden, 0 outside the crop.
        parts: (B, h, w) uint8 part numbers; 255 is ignored.
    """
    height, width = output.heatmaps.shape[-2:]
    inside = (joints_visible > 0.25).float()
    weight = inside * torch.where(joints_visible > 0.75, 1.0, HIDDEN_WEIGHT)
    share = weight / weight.sum().clamp_min(1)
    truth = gaussian_targets(joints_2d, height, width)
    log_share = output.heatmaps.flatten(2).log_softmax(-1)
    heatmap = (-(truth * log_share).sum(-1) * share).sum()
    found, _ = heatmap_positions(output.heatmaps, radius=3)
    apart = (found - joints_2d).abs().sum(-1).clamp(max=POSITION_CLAMP)
    part = F.cross_entropy(output.parts, parts.long(), ignore_index=IGNORED_PART)
    seen = F.binary_cross_entropy_with_logits(output.visibility, (joints_visible > 0.75).float())
    present = F.binary_cross_entropy_with_logits(output.inside, inside)
    return LossTerms(
        (
            LossTerm("heatmap", heatmap, 1.0),
            LossTerm("position", (apart * share).sum(), 4.0),
            LossTerm("part", part, 0.7),
            LossTerm("visible", seen, 0.2),
            LossTerm("inside", present, 0.2),
        )
    )
