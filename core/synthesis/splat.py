"""Depth-buffered splatting of point clouds, batched, one code path for CPU and CUDA.

Depth and point number are packed into one int32 key, so that a single ``scatter_reduce`` with the
minimum is the depth test. Each point covers the four pixels around it; a morphological closing of one
pixel then fills pin holes and drops points of the far side that show through them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

ID_BITS = 17
ID_MASK = (1 << ID_BITS) - 1
DEPTH_STEPS = (1 << (31 - ID_BITS)) - 1
EMPTY = torch.iinfo(torch.int32).max
# A hole is filled where what surrounds it is nearer by this share of the depth range (about 6 cm).
NEARER = round(0.017 * DEPTH_STEPS)
REACH = 3  # of the widest footprint
MARGIN = 2 * REACH + 2
SQUARE = ((0, 0), (1, 0), (0, 1), (1, 1))


def _ring(reach: int) -> tuple[tuple[int, int], ...]:
    """The shifts that widen a square footprint by one pixel on each side."""
    steps = range(-reach, reach + 2)
    return tuple((x, y) for y in steps for x in steps if {x, y} & {-reach, reach + 1})


# (points more than this many pixels apart, the pixels that they cover besides)
WIDER = ((1.35, _ring(1)), (2.4, _ring(2)), (3.8, _ring(3)))


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points of some people of a batch.

    Attributes:
        person: (n,) int64, whose columns these are.
        x, y: (P, n) pixels; depth: (P, n) metres along the viewing axis.
        near: (P, n) bool, points to draw (the near side).
        spacing: (n,) pixels between neighbouring points; sparse clouds cover more pixels a point.
        first: number of the first point, the others follow.
    """

    person: Tensor
    x: Tensor
    y: Tensor
    depth: Tensor
    near: Tensor
    spacing: Tensor
    first: int = 0


@dataclass(frozen=True, eq=False)
class DepthRange:
    """Depths that keys can hold: ``middle`` (B,) metres, and ``length`` metres around it."""

    middle: Tensor
    length: float

    def steps(self, depth: Tensor, person: Tensor) -> Tensor:
        """(P, n) metres of the people ``person`` to whole steps, float."""
        scale = DEPTH_STEPS / self.length
        moved = depth * scale - (self.middle[person] * scale - DEPTH_STEPS / 2)
        return moved.clamp_(0, DEPTH_STEPS - 1)

    def metres(self, key: Tensor, middle: Tensor) -> Tensor:
        """Depth of keys; ``middle`` belongs to each of them. Empty ones are far behind."""
        depth = ((key >> ID_BITS).float() / DEPTH_STEPS - 0.5) * self.length + middle
        return depth + (key == EMPTY) * 1e3


def splat(clouds: Sequence[Cloud], people: int, depths: DepthRange, size: int) -> Tensor:
    """Which point each pixel shows.

    Returns:
        (people, size, size) int32 keys: point number in the low `ID_BITS`, `EMPTY` where nothing is.
    """
    width = size + 2 * MARGIN
    device = depths.middle.device
    buffer = torch.full((people * width * width,), EMPTY, dtype=torch.int32, device=device)
    for cloud in clouds:
        if len(cloud.person):
            _draw(buffer, cloud, depths, size)
    keys = _close_holes(buffer.reshape(people, width, width))
    return keys[:, MARGIN:-MARGIN, MARGIN:-MARGIN].contiguous()


def _draw(buffer: Tensor, cloud: Cloud, depths: DepthRange, size: int) -> None:
    count = len(cloud.x)
    if cloud.first + count > 1 << ID_BITS:
        raise ValueError(f"at most {1 << ID_BITS} points, not {cloud.first + count}")
    number = torch.arange(cloud.first, cloud.first + count, device=buffer.device).int()
    step = depths.steps(cloud.depth, cloud.person).int()
    key = step.bitwise_left_shift_(ID_BITS).bitwise_or_(number[:, None])
    cell = _cells(cloud, size)
    width = size + 2 * MARGIN
    _put(buffer, cell, key, SQUARE, width)
    for least, ring in WIDER:
        sparse = (cloud.spacing > least).nonzero()[:, 0]
        if len(sparse):
            _put(buffer, cell.index_select(1, sparse), key.index_select(1, sparse), ring, width)


def _cells(cloud: Cloud, size: int) -> Tensor:
    """(P, n) cell of the buffer for the upper left of the four pixels; what is not drawn goes to 0.

    What lies outside the picture is moved into the margin, far enough in for all footprints.
    """
    width = size + 2 * MARGIN
    column = (cloud.x - 0.5).floor_().clamp_(-REACH - 2, size + REACH)
    row = (cloud.y - 0.5).floor_().clamp_(-REACH - 2, size + REACH)
    inside = row.mul_(width).add_(column).add_(MARGIN * width + MARGIN)
    cell = inside.long().add_(cloud.person * (width * width))
    return cell.mul_(cloud.near)


def _put(
    buffer: Tensor, cell: Tensor, key: Tensor, shifts: tuple[tuple[int, int], ...], width: int
) -> None:
    flat, values = cell.reshape(-1), key.reshape(-1)
    # Cells that are not drawn stay in the first rows of the margin, which nobody looks at.
    for x, y in shifts:
        shifted = flat + (y * width + x) if x or y else flat
        buffer.scatter_reduce_(0, shifted.clamp_min_(0), values, "amin")


def _close_holes(keys: Tensor) -> Tensor:
    """Closing with a square of two pixels: smallest, then largest of the smallest."""
    near = torch.minimum(keys[:, :, 1:], keys[:, :, :-1])
    near = torch.minimum(near[:, 1:], near[:, :-1])
    closed = torch.maximum(near[:, :, 1:], near[:, :, :-1])
    closed = torch.maximum(closed[:, 1:], closed[:, :-1])
    inner = keys[:, 1:-1, 1:-1]
    # Where the closing is not clearly nearer, the pixel's own point stays.
    hole = (closed.bitwise_right_shift(ID_BITS) + NEARER) < inner.bitwise_right_shift(ID_BITS)
    inner.copy_(torch.where(hole, closed, inner))
    return keys
