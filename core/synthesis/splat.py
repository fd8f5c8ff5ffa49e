"""Depth-buffered splatting of point clouds, batched, one code path for CPU and CUDA.

Depth and point number are packed into one int32 key, so that a single ``scatter_reduce`` with the
minimum is the depth test. A vote among eight neighbours then closes pin holes and drops points of
the far side that show through them.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

ID_BITS = 17
DEPTH_STEPS = (1 << (31 - ID_BITS)) - 1
DEPTH_RANGE_M = 3.6
EMPTY = torch.iinfo(torch.int32).max
# A neighbour counts as clearly nearer from this many depth steps (about 6 cm) on.
NEARER = round(0.06 / DEPTH_RANGE_M * DEPTH_STEPS)
VOTES = 5


def _ring(radius: int) -> tuple[tuple[float, float], ...]:
    """Whole-pixel shifts at a Chebyshev distance."""
    steps = range(-radius, radius + 1)
    return tuple(
        (float(x), float(y)) for x in steps for y in steps if max(abs(x), abs(y)) == radius
    )


# From this many pixels between points on, these shifted copies are drawn as well.
FOOTPRINTS: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] = (
    (0.6, ((0.5, 0.5), (-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5))),
    (0.95, _ring(1)),
    (1.5, _ring(2)),
    (2.6, _ring(3)),
)


def splat(
    pixels: Tensor,
    depth: Tensor,
    visible: Tensor,
    mid_depth: Tensor,
    size: int,
    spacing: Tensor,
) -> Tensor:
    """Which point each pixel shows.

    Args:
        pixels: (B, P, 2) float32 pixel coordinates of the points.
        depth: (B, P) float32, metres along the viewing axis.
        visible: (B, P) bool, points to draw (the near side).
        mid_depth: (B,) float32, metres: middle of the depth range of each picture.
        size: side of the square picture.
        spacing: (B,) float32, pixels between neighbouring points; wider clouds get wider footprints.

    Returns:
        (B, size, size) int64 point numbers, -1 where nothing is.
    """
    people, count = depth.shape
    if count > 1 << ID_BITS:
        raise ValueError(f"at most {1 << ID_BITS} points, not {count}")
    step = (depth - mid_depth[:, None]) / DEPTH_RANGE_M + 0.5
    step = (step * DEPTH_STEPS).clamp(0, DEPTH_STEPS - 1).int()
    key = (step << ID_BITS) | torch.arange(count, device=depth.device, dtype=torch.int32)
    buffer = torch.full((people, size * size + 1), EMPTY, dtype=torch.int32, device=depth.device)
    _put(buffer, pixels, visible, key, size)
    for least, shifts in FOOTPRINTS:
        chosen = (spacing > least).nonzero()[:, 0]
        if len(chosen):
            buffer = _widen(buffer, pixels, visible, key, size, chosen, shifts)
    buffer = buffer[:, :-1].reshape(people, size, size)
    for _ in range(2):
        buffer = _close_holes(buffer)
    point = (buffer & ((1 << ID_BITS) - 1)).long()
    return torch.where(buffer < EMPTY, point, -1)


def _put(buffer: Tensor, pixels: Tensor, visible: Tensor, key: Tensor, size: int) -> None:
    column, row = pixels.floor().int().unbind(-1)
    inside = visible & (column >= 0) & (row >= 0) & (column < size) & (row < size)
    # One spare cell takes what falls outside.
    target = torch.where(inside, row * size + column, size * size).long()
    buffer.scatter_reduce_(1, target, key, "amin")


def _widen(
    buffer: Tensor,
    pixels: Tensor,
    visible: Tensor,
    key: Tensor,
    size: int,
    chosen: Tensor,
    shifts: tuple[tuple[float, float], ...],
) -> Tensor:
    part, at, drawn, keys = buffer[chosen], pixels[chosen], visible[chosen], key[chosen]
    for shift in shifts:
        _put(part, at + torch.tensor(shift, device=pixels.device), drawn, keys, size)
    return buffer.index_copy(0, chosen, part)


def _close_holes(buffer: Tensor) -> Tensor:
    size = buffer.shape[-1]
    padded = F.pad(buffer, (1, 1, 1, 1), value=EMPTY)
    limit = (buffer >> ID_BITS) - NEARER
    votes = torch.zeros_like(buffer)
    nearest = torch.full_like(buffer, EMPTY)
    for row in range(3):
        for column in range(3):
            if row == 1 and column == 1:
                continue
            neighbour = padded[:, row : row + size, column : column + size]
            votes += (neighbour >> ID_BITS) < limit
            nearest = torch.minimum(nearest, neighbour)
    return torch.where(votes >= VOTES, nearest, buffer)
