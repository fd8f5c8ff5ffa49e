"""Fixed sine positions of a feature map (Carion et al. 2020, section A.4; Vaswani et al. 2017)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

TEMPERATURE = 10_000.0
EPS = 1e-6


def sine_positions(height: int, width: int, channels: int) -> Tensor:
    """Positions of the cells of a map: first half of the channels for rows, second for columns.

    Cells count from one and are scaled so that the last is 2 pi; sine and cosine of one frequency
    are neighbours.

    Returns:
        (channels, height, width) float32.
    """
    half = channels // 2
    pair = torch.arange(half) // 2 * 2
    period = TEMPERATURE ** (pair.float() / half)
    along_y = _waves(height, period)[:, :, None].expand(-1, -1, width)
    along_x = _waves(width, period)[:, None, :].expand(-1, height, -1)
    return torch.cat([along_y, along_x])


def _waves(count: int, period: Tensor) -> Tensor:
    """(half, count): sines on even channels, cosines on odd ones."""
    place = torch.arange(1, count + 1, dtype=torch.float32)
    angle = place / (place[-1] + EPS) * (2 * math.pi) / period[:, None]
    even = torch.arange(len(period))[:, None] % 2 == 0
    return torch.where(even, angle.sin(), angle.cos())
