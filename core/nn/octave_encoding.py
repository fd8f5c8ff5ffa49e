"""Positional encoding by octaves (Multi-RoI HMR, equation 3; Mildenhall et al. 2020)."""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor, nn


class OctaveEncoding(nn.Module):
    """(N, 3) to (N, 3 + 6 L): x, then sin and cos of pi 2^k x for k = 0 .. L - 1.

    cos is sin(a + pi / 2). At 2^31 pi the argument is so large that rounding decides the value, so
    the product and sum are one `addcmul` in float32, as the released weights were trained; keep it
    out of compiled graphs and of half precision.
    """

    freqs: Tensor
    phases: Tensor

    def __init__(self, octaves: int) -> None:
        super().__init__()
        freqs = (pi * 2.0 ** torch.arange(octaves)).repeat_interleave(2)
        phases = torch.tensor([0.0, pi / 2]).repeat(octaves)
        self.register_buffer("freqs", freqs.view(1, -1, 1))
        self.register_buffer("phases", phases.view(1, -1, 1))
        self.size = 3 + 6 * octaves

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3) float32 to (N, size)."""
        angles = torch.addcmul(
            self.phases, x[:, None].expand(-1, self.freqs.shape[1], -1), self.freqs
        )
        return torch.cat([x, torch.sin(angles).flatten(1)], 1)
