"""Another look at a rendered picture: moved, turned, scaled, mirrored, recoloured, with its 2D truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from core.body.joint_sets import LIFT25_NAMES, SMPL24_NAMES, mirror_permutation
from training.pictures.shards import Pictures

NO_PART = 255
OUTSIDE = 1.0
SMALL = 0.801


@dataclass(frozen=True)
class Changes:
    """How far a picture may be changed; see `dense_view`.

    Attributes:
        turn: standard deviation of the turn about the middle, degrees (cut at twice that).
        scale: largest natural logarithm of the change of size.
        shift: largest shift, as a share of the picture.
        mirror: how often it is mirrored; 0 for hands, whose sides have no counterparts.
        light: largest relative change of brightness, and of each colour by half of that.
        erase: how often a rectangle is painted over; the joints below count as hidden.
        far: how often the person is shown small and off the middle, as in a search window.
        near: how often only a part of the picture is shown, with or without the person.
    """

    turn: float = 15.0
    scale: float = 0.22
    shift: float = 0.06
    mirror: float = 0.5
    light: float = 0.25
    erase: float = 0.2
    far: float = 0.15
    near: float = 0.08


@dataclass(frozen=True, eq=False)
class DenseView:
    """B pictures with the truth of the dense heads.

    Attributes:
        image: (B, 3, S, S) float32 in [0, 1].
        joints_2d: (B, K, 2) in [-1, 1]; joints_visible: (B, K) 1 seen, 0.5 hidden, 0 outside.
        parts: (B, S/4, S/4) uint8.
    """

    image: Tensor
    joints_2d: Tensor
    joints_visible: Tensor
    parts: Tensor


def dense_view(pictures: Pictures, changes: Changes | None = None) -> DenseView:
    """Pictures as stored, or each changed at random."""
    image = pictures.image.float() / 255
    if changes is None:
        return DenseView(image, pictures.joints_2d, pictures.joints_visible, pictures.parts)
    count, device = len(image), image.device
    turn = torch.randn(count, device=device).clamp(-2, 2) * math.radians(changes.turn)
    scale, shift = _framing(count, changes, device)
    mirror = torch.where(torch.rand(count, device=device) < changes.mirror, -1.0, 1.0)
    linear = torch.stack([mirror * turn.cos(), -turn.sin(), mirror * turn.sin(), turn.cos()], -1)
    linear = linear.reshape(count, 2, 2) * scale[:, None, None]
    image, parts = _resample(image, pictures.parts, linear, shift)
    joints = pictures.joints_2d @ linear.transpose(1, 2) + shift[:, None]
    visible = pictures.joints_visible
    if changes.mirror:
        order = torch.tensor(mirror_permutation(LIFT25_NAMES), device=device)
        flipped = (mirror < 0)[:, None]
        joints = torch.where(flipped[..., None], joints[:, order], joints)
        visible = torch.where(flipped, visible[:, order], visible)
        swapped = _mirrored_parts().to(device)[parts.long()]
        parts = torch.where(flipped[..., None], swapped, parts)
    inside = (joints.abs() < OUTSIDE).all(-1)
    visible = torch.where(inside, visible, torch.zeros_like(visible))
    # What a shift brings in from outside was never drawn: such joints were outside before as well.
    view = DenseView(recoloured(image, changes.light), joints, visible, parts)
    return _erased(view, changes.erase)


def recoloured(image: Tensor, light: float) -> Tensor:
    """Pictures with another brightness and another tint."""
    count, device = len(image), image.device
    gain = 1 + _spread(count, light, device)[:, None, None, None]
    tint = 1 + (torch.rand(count, 3, 1, 1, device=device) * 2 - 1) * light / 2
    return (image * gain * tint).clamp(0, 1)


def _spread(count: int, largest: float, device: torch.device) -> Tensor:
    return (torch.rand(count, device=device) * 2 - 1) * largest


def _framing(count: int, changes: Changes, device: torch.device) -> tuple[Tensor, Tensor]:
    """Scale (B,) and shift (B, 2, in [-1, 1] over the picture) of every picture."""
    scale = torch.exp(_spread(count, changes.scale, device))
    shift = torch.stack([_spread(count, 2 * changes.shift, device) for _ in range(2)], -1)
    wide = torch.stack([_spread(count, 1.0, device) for _ in range(2)], -1)
    kind, size = torch.rand(count, device=device), torch.rand(count, device=device)
    far, near = kind < changes.far, kind > 1 - changes.near
    scale = torch.where(far, 0.35 + 0.45 * size, torch.where(near, 1.3 + 1.2 * size, scale))
    # Far: anywhere in the picture; near: any part of the picture.
    shift = torch.where((far | near)[:, None], wide * (1 - scale).abs()[:, None], shift)
    return scale, shift


def _resample(image: Tensor, parts: Tensor, linear: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    back = torch.linalg.inv(linear)
    theta = torch.cat([back, -back @ shift[..., None]], -1)
    grid = F.affine_grid(theta, list(image.shape), align_corners=False)
    moved = F.grid_sample(image, grid, padding_mode="reflection", align_corners=False)
    # A picture shown small would be repeated with its person: one colour surrounds it instead.
    # Crops that reach beyond a photograph are black there, so half of the others are too.
    small = (linear[:, :, 0].norm(dim=-1) < SMALL)[:, None, None]
    bare = small | (torch.rand(len(image), 1, 1, device=image.device) < 0.5)
    colour = torch.rand(len(image), 3, 1, 1, device=image.device) * small[:, None]
    moved = torch.where((bare & (grid.abs() > 1).any(-1))[:, None], colour, moved)
    coarse = F.affine_grid(theta, [len(parts), 1, *parts.shape[1:]], align_corners=False)
    # Reflection repeats the picture beyond its border: no part is said there.
    labels = (parts.float() - NO_PART)[:, None]
    labels = F.grid_sample(labels, coarse, mode="nearest", align_corners=False)[:, 0] + NO_PART
    empty = bare & (coarse.abs() > 1).any(-1)
    labels = torch.where(empty, torch.zeros_like(labels), labels)
    return moved, labels.round().to(torch.uint8)


def _erased(view: DenseView, chance: float) -> DenseView:
    """Paint a rectangle of one colour over some pictures."""
    count, _, side, _ = view.image.shape
    device = view.image.device
    chosen = torch.rand(count, device=device) < chance
    centre = torch.rand(count, 2, device=device) * 1.6 - 0.8
    half = torch.rand(count, 2, device=device) * 0.25 + 0.05
    half = torch.where(chosen[:, None], half, torch.zeros_like(half))
    steps = (torch.arange(side, device=device) + 0.5) / side * 2 - 1
    across = (steps - centre[:, :1]).abs() < half[:, :1]
    down = (steps - centre[:, 1:]).abs() < half[:, 1:]
    covered = (down[:, None, :, None]) & (across[:, None, None, :])
    colour = torch.rand(count, 3, 1, 1, device=device)
    image = torch.where(covered, colour, view.image)
    below = ((view.joints_2d - centre[:, None]).abs() < half[:, None]).all(-1)
    hidden = below & (view.joints_visible > 0.5)
    visible = torch.where(hidden, torch.full_like(view.joints_visible, 0.5), view.joints_visible)
    small = covered[:, 0, 2::4, 2::4]
    parts = torch.where(small, torch.zeros_like(view.parts), view.parts)
    return DenseView(image, view.joints_2d, visible, parts)


@cache
def _mirrored_parts() -> Tensor:
    """(256,) the part number of the other side."""
    table = torch.arange(256, dtype=torch.uint8)
    order = torch.tensor(mirror_permutation(SMPL24_NAMES))
    table[1 : len(order) + 1] = (order + 1).to(torch.uint8)
    return table
