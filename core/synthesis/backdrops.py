"""Backgrounds ready for use: a bank of pictures, zoomed and mirrored beforehand, cut at random."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ROOM = 1.3  # prepared pictures are this many times as large as the crops
ZOOM = (0.4, 1.0)
WHOLE_SIDE = 96


class Backdrops(nn.Module):
    """Crops of a bank of pictures.

    Zooming costs ten times what cutting costs, so each picture of the bank is kept at one random zoom,
    and a tenth of them are zoomed anew by `refresh`.

    Args:
        bank: (N, 3, h, w) uint8.
        size: side of the crops.
    """

    bank: Tensor
    prepared: Tensor
    small: Tensor

    def __init__(self, bank: Tensor, size: int) -> None:
        super().__init__()
        self.size = size
        side = round(size * ROOM)
        self.register_buffer("bank", bank, persistent=False)
        small = F.interpolate(bank.float(), size=(WHOLE_SIDE, WHOLE_SIDE), mode="area")
        self.register_buffer("small", small.byte(), persistent=False)
        empty = torch.empty(len(bank), 3, side, side, dtype=torch.uint8, device=bank.device)
        self.register_buffer("prepared", empty, persistent=False)
        for start in range(0, len(bank), 32):
            rows = torch.arange(start, min(start + 32, len(bank)), device=bank.device)
            self._prepare(rows)

    def __len__(self) -> int:
        return len(self.bank)

    def refresh(self) -> None:
        """Zoom a tenth of the pictures anew."""
        count = -(-len(self.bank) // 10)
        self._prepare(torch.randint(len(self.bank), (count,), device=self.bank.device))

    def _prepare(self, rows: Tensor) -> None:
        side, device = self.prepared.shape[-1], rows.device
        zoom = torch.empty(len(rows), device=device).uniform_(*ZOOM)
        mirror = torch.randint(2, (len(rows),), device=device) * 2 - 1
        theta = torch.zeros(len(rows), 2, 3, device=device)
        theta[:, 0, 0], theta[:, 1, 1] = zoom * mirror, zoom
        place = torch.rand(len(rows), 2, device=device) * 2 - 1
        theta[:, :, 2] = place * (1 - zoom)[:, None]
        grid = F.affine_grid(theta, [len(rows), 3, side, side], align_corners=False)
        pictures = self.bank[rows].float()
        zoomed = F.grid_sample(pictures, grid, align_corners=False, padding_mode="reflection")
        self.prepared[rows] = zoomed.round_().byte()

    def crops(self, count: int) -> Tensor:
        """(count, 3, size, size) float32 in [0, 1]."""
        room = self.prepared.shape[-1] - self.size + 1
        which = torch.randint(len(self.bank), (count,)).tolist()
        places = torch.randint(room, (count, 2)).tolist()
        cut = [
            self.prepared[i, :, row : row + self.size, column : column + self.size]
            for i, (row, column) in zip(which, places, strict=True)
        ]
        return torch.stack(cut).float().mul_(1 / 255)

    def whole(self, count: int) -> Tensor:
        """(count, 3, h, w) float32 in [0, 1]: whole pictures, small, for textures."""
        index = torch.randint(len(self.bank), (count,), device=self.bank.device)
        return self.small.index_select(0, index).float().mul_(1 / 255)
