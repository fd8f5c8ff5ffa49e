"""Multi-RoI HMR's fusion: which crops to listen to, judged by features and relative boxes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.nn.octave_encoding import OctaveEncoding


class Fusion(nn.Module):
    """Equations 2 to 4: for every crop m, weights w_mn over the features of all crops n."""

    def __init__(self, channels: int, rois: int, octaves: int, formula: str) -> None:
        super().__init__()
        self.formula = formula
        self.encoding = OctaveEncoding(octaves if formula == "code" else octaves + 1)
        if formula == "paper":
            self.score = nn.Linear(channels + self.encoding.size, 1)
            return
        self.fuse_fc = nn.Linear(channels + self.encoding.size, 256)
        self.attention = nn.Sequential(
            nn.Linear(256 * rois, 256),
            nn.Tanh(),
            nn.Linear(256, 256),
            nn.Tanh(),
            nn.Linear(256, rois),
            nn.Tanh(),
        )

    def forward(self, features: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
        """Fused features u (B, R, C) and weights (B, R, R) of features (B, R, C), boxes (B, R, 3)."""
        relative = self._relative(boxes)
        each = features[:, None].expand(-1, features.shape[1], -1, -1)  # (B, m, n, C)
        joined = torch.cat([each, relative], -1)
        if self.formula == "paper":
            scores = self.score(joined)[..., 0]
        else:
            scores = self.attention(self.fuse_fc(joined).flatten(2))
        weights = scores.softmax(-1)
        return weights @ features, weights

    def _relative(self, boxes: Tensor) -> Tensor:
        """gamma_mn (B, m, n, size)."""
        people, rois, _ = boxes.shape
        if self.formula == "paper":
            own = self.encoding(boxes.flatten(0, 1)).view(people, rois, -1)
            return own[:, :, None] - own[:, None]
        apart = boxes[:, :, None] - boxes[:, None]
        return self.encoding(apart.flatten(0, 2)).view(people, rois, rois, -1)
