"""The two losses that several crops of one person make possible (Multi-RoI HMR, sections 3.2, 3.3).

The released code trains with other formulas than the printed ones; both are here. ``code`` is what
the published numbers were trained with and what the parity fixture holds.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Formula = Literal["code", "paper"]

TEMPERATURE = 0.5
SCALE_WEIGHT = 1e-4
PAPER_LAMBDAS = (0.1, 0.1, 1e-4)  # equation 16: x, y, scale


def camera_consistency_loss(
    camera: Tensor, camera_full: Tensor, roi_size: Tensor, formula: Formula = "code"
) -> Tensor:
    """How much the crops of one person disagree about the camera of the whole picture.

    ``paper``: equations 15 and 16, every ordered pair of crops, x, y and scale squared apart,
    summed over people. ``code``: every crop against the first; the residuals of x and y are added
    before squaring, so that opposite errors cancel; mean over people and crops.

    Args:
        camera: (B, R, 3) local cameras (s, tx, ty).
        camera_full: (B, R, 3) metres, the full camera that each local one implies (equation 12).
        roi_size: (B, R) pixels, the side b.

    Returns:
        Scalar; 0 when all crops agree.
    """
    span = camera[..., 0] * roi_size  # b s: pixels that two metres cover
    if formula == "code":
        moved = camera_full[..., :2] - camera_full[:, :1, :2]
        resized = SCALE_WEIGHT * (span - span[:, :1])
        return (moved.sum(-1).square() + resized.square()).mean()
    moved = camera_full[:, :, None, :2] - camera_full[:, None, :, :2]
    resized = span[:, :, None] - span[:, None]
    weights = camera.new_tensor(PAPER_LAMBDAS)
    return (torch.cat([moved, resized[..., None]], -1).square() * weights).sum()


def contrastive_loss(
    features: Tensor, formula: Formula = "code", temperature: float = TEMPERATURE
) -> Tensor:
    """Crops of one person attract, crops of different people repel each other.

    ``paper``: equation 17; only other people are in the denominator, summed over all crops, and
    features are compared by their plain product. ``code``: supervised contrastive loss (Khosla et
    al. 2020); features are scaled to length one, the denominator holds every other crop, mean over
    all crops, times the temperature.

    Args:
        features: (B, R, C), R >= 2. ``paper`` needs B >= 2.

    Returns:
        Scalar; 0 where it is undefined (one crop, or one person under ``paper``).
    """
    people, rois, _ = features.shape
    if rois < 2 or (formula == "paper" and people < 2):
        return features.sum() * 0.0
    rows = features.flatten(0, 1)
    if formula == "code":
        rows = F.normalize(rows, dim=-1)
    logits = rows @ rows.T / temperature
    person = torch.arange(people, device=features.device).repeat_interleave(rois)
    same = person[:, None] == person
    itself = torch.eye(len(rows), dtype=torch.bool, device=features.device)
    excluded = itself if formula == "code" else same
    denominator = logits.masked_fill(excluded, -torch.inf).logsumexp(1, keepdim=True)
    likelihood = (logits - denominator).masked_fill(~same | itself, 0.0).sum(1) / (rois - 1)
    if formula == "paper":
        return -likelihood.sum()
    return -likelihood.mean() * temperature
