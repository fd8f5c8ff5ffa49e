"""One feature vector of a crop from the shared backbone, for methods that regress parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.geometry.cameras import default_focal_px
from core.nn.lite_backbone import (
    JOINTS,
    WIDTHS,
    DenseNetwork,
    DenseOutput,
    LiteFeatures,
    joint_evidence,
)

POOLED = WIDTHS[-1]
EVIDENCE = 3 * JOINTS
HIDDEN = 768
# Of the regressors on it: width of the vector, of their first layer, and numbers that tell the box.
CHANNELS, HIDDEN_WIDTH, BOX_NUMBERS = 384, 512, 3
# CLIFF's box information: mean and spread of b / f, and the centre's factor.
SIZE_MEAN, SIZE_SPREAD, CENTER_FACTOR = 0.24, 0.06, 2.8


def box_numbers(center: Tensor, side: Tensor, image_size: Tensor) -> Tensor:
    """CLIFF's normalised box: centre from the picture's centre, side, over the focal length.

    f is the picture's diagonal, whatever focal length the camera has: the weights know no other.

    Args:
        center: (..., 2) pixels; side: (...,) pixels; image_size: (..., 2) height and width.

    Returns:
        (..., 3).
    """
    focal = default_focal_px(image_size[..., 0], image_size[..., 1])[..., None]
    offset = (center - image_size.flip(-1) / 2) / focal * CENTER_FACTOR
    size = (side[..., None] - SIZE_MEAN * focal) / (SIZE_SPREAD * focal)
    return torch.cat([offset, size], -1)


class PooledPicture(nn.Module):
    """The trunk's last map averaged over the crop, beside where the joints were found.

    Small residual layers mix them, since the regressors that follow are linear but for their loop.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.enter = nn.Linear(POOLED + EVIDENCE, HIDDEN)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(HIDDEN),
                nn.Linear(HIDDEN, HIDDEN),
                nn.GELU(),
                nn.Linear(HIDDEN, HIDDEN),
            )
            for _ in range(2)
        )
        self.leave = nn.Sequential(nn.LayerNorm(HIDDEN), nn.Linear(HIDDEN, channels))

    def forward(self, backbone: DenseNetwork, crops: Tensor) -> Tensor:
        """(N, channels) of crops (N, 3, S, S)."""
        return self.of(*backbone.look(crops))

    def of(self, features: LiteFeatures, dense: DenseOutput) -> Tensor:
        """(N, channels) of what the shared backbone said of N crops."""
        evidence = joint_evidence(dense).flatten(1)
        pooled = features.stride32.mean((2, 3))
        x = self.enter(torch.cat([pooled, evidence.to(pooled.dtype)], 1))
        for layer in self.layers:
            x = x + layer(x)
        return self.leave(x)
