"""One feature vector of a crop from the shared backbone, for methods that regress parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.nn.lite_backbone import JOINTS, WIDTHS, DenseNetwork, joint_evidence

POOLED = WIDTHS[-1]
EVIDENCE = 3 * JOINTS
HIDDEN = 768


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
        features, dense = backbone.look(crops)
        evidence = joint_evidence(dense).flatten(1)
        pooled = features.stride32.mean((2, 3))
        x = self.enter(torch.cat([pooled, evidence.to(pooled.dtype)], 1))
        for layer in self.layers:
            x = x + layer(x)
        return self.leave(x)
