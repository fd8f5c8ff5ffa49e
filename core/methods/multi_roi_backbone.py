"""The pose HRNet of Multi-RoI HMR and CLIFF: four branches brought down to stride 32, side by side."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.nn.hrnet import HighResolutionNet


class StridedHRNet(HighResolutionNet):
    """(B, 3, H, W) normalised pictures to (B, 15 * width, H / 32, W / 32).

    Branch i is halved 3 - i times by strided convolutions that keep its channels; nothing mixes the
    branches after stage 4. Width 48 gives 48 + 96 + 192 + 384 = 720 channels.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.channels = sum(self.widths)
        for branch in range(3):
            layers = [_halved(self.widths[branch]) for _ in range(3 - branch)]
            flat = [part for layer in layers for part in layer]
            setattr(self, f"downsample_stage_{branch + 1}", nn.Sequential(*flat))

    def forward(self, image: Tensor) -> Tensor:  # pyrefly: ignore[bad-override]
        """The four branches at stride 32, finest first."""
        maps = super().forward(image)
        for branch in range(3):
            maps[branch] = getattr(self, f"downsample_stage_{branch + 1}")(maps[branch])
        return torch.cat(maps, 1)


def _halved(channels: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    return (
        nn.Conv2d(channels, channels, 3, 2, 1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    )
