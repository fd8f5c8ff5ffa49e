"""Putting people before backgrounds: ground plane, shadows, other people, objects in front."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.garments import Draw
from core.synthesis.views import Views


@dataclass(frozen=True, eq=False)
class Ground:
    """Ground planes of B pictures in the camera frame.

    Attributes:
        up: (B, 3) unit normal.
        right, ahead: (B, 3) axes of the plane.
        point: (B, 3) a point of the plane, metres.
        contacts: (B, N, 3) points of the body that throw contact shadows.
    """

    up: Tensor
    right: Tensor
    ahead: Tensor
    point: Tensor
    contacts: Tensor


def random_crops(bank: Tensor, people: int, size: int) -> Tensor:
    """(B, 3, size, size) random mirrored crops of pictures of a uint8 bank, in [0, 1]."""
    device = bank.device
    draw = Draw(people, device)
    pictures = bank[torch.randint(len(bank), (people,), device=device)].float() / 255
    zoom = draw.uniform(0.4, 1.0)
    mirror = torch.where(draw.chance(0.5), -1.0, 1.0)
    theta = torch.zeros(people, 2, 3, device=device)
    theta[:, 0, 0], theta[:, 1, 1] = zoom * mirror, zoom
    theta[:, :, 2] = draw.uniform(-1, 1, 2) * (1 - zoom)[:, None]
    grid = F.affine_grid(theta, [people, 3, size, size], align_corners=False)
    return F.grid_sample(pictures, grid, align_corners=False, padding_mode="reflection")


def with_ground(walls: Tensor, bank: Tensor, ground: Ground, views: Views) -> Tensor:
    """Replace what lies below the horizon by a textured ground with contact shadows.

    Half of the pictures keep their background, which then says nothing about the camera.
    """
    people, size = len(walls), walls.shape[-1]
    draw = Draw(people, walls.device)
    steps = (torch.arange(size, device=walls.device) + 0.5) / size - 0.5
    tangent_x = views.centre[:, 0, None] + steps * views.side[:, None]
    tangent_y = views.centre[:, 1, None] + steps * views.side[:, None]
    rays = torch.stack(
        [
            tangent_x[:, None, :].expand(people, size, size),
            tangent_y[:, :, None].expand(people, size, size),
            torch.ones(people, size, size, device=walls.device),
        ],
        -1,
    )
    slope = (rays * ground.up[:, None, None]).sum(-1)
    height = (ground.point * ground.up).sum(-1)[:, None, None]
    distance = height / torch.where(slope.abs() < 1e-4, torch.full_like(slope, 1e-4), slope)
    hit = (distance > 0) & (distance < 60)
    where = rays * distance.clamp(0, 60)[..., None] - ground.point[:, None, None]
    u = (where * ground.right[:, None, None]).sum(-1)
    v = (where * ground.ahead[:, None, None]).sum(-1)
    metres = draw.uniform(0.7, 4.0, 1, 1)
    tile = torch.stack([_triangle_wave(u / metres), _triangle_wave(v / metres)], -1)
    index = torch.randint(len(bank), (people,), device=walls.device)
    texture = F.grid_sample(bank[index].float() / 255, tile, align_corners=False)
    texture = texture * draw.uniform(0.6, 1.2, 1, 1, 1) * (1 - _contact_shadow(u, v, ground))
    use = (hit & draw.chance(0.55)[:, None, None])[:, None]
    return torch.where(use, texture, walls)


def _triangle_wave(x: Tensor) -> Tensor:
    """Period 4, values in [-1, 1]: mirrored tiling without seams."""
    return ((x % 4) - 2).abs() - 1


def _contact_shadow(u: Tensor, v: Tensor, ground: Ground) -> Tensor:
    """(B, 1, S, S) darkness below points that are near the ground; computed at quarter size."""
    size = u.shape[-1]
    small_u, small_v = u[:, ::4, ::4], v[:, ::4, ::4]
    offset = ground.contacts - ground.point[:, None]
    height = (offset * ground.up[:, None]).sum(-1).clamp_min(0)
    at_u = (offset * ground.right[:, None]).sum(-1)
    at_v = (offset * ground.ahead[:, None]).sum(-1)
    dark = torch.zeros_like(small_u)
    for i in range(height.shape[1]):
        spread = 0.012 + 0.25 * height[:, i] ** 2
        apart = (small_u - at_u[:, i, None, None]) ** 2 + (small_v - at_v[:, i, None, None]) ** 2
        near = torch.exp(-apart / spread[:, None, None])
        dark = torch.maximum(dark, near / (1 + 3 * height[:, i, None, None]))
    dark = F.interpolate(dark[:, None], size=(size, size), mode="bilinear", align_corners=False)
    return 0.6 * dark


@dataclass(frozen=True, eq=False)
class Layers:
    """B rendered people: ``colour`` (B, 3, S, S) and ``mask`` (B, 1, S, S) in {0, 1}."""

    colour: Tensor
    mask: Tensor


def composite(people: Layers, background: Tensor, bank: Tensor) -> tuple[Tensor, Tensor]:
    """People before a background with others behind and objects in front.

    Returns:
        pictures (B, 3, S, S) in [0, 1], and ``hidden`` (B, 1, S, S) in {0, 1}: what covers the person.
    """
    draw = Draw(len(background), background.device)
    other = _others(people, draw)
    behind = other.mask * draw.chance(0.30).float()[:, None, None, None]
    background = background * (1 - behind) + other.colour * behind
    soft = 0.5 * F.avg_pool2d(people.mask, 3, 1, 1) + 0.5 * people.mask
    rim = F.avg_pool2d(people.colour * people.mask, 3, 1, 1)
    rim = rim / F.avg_pool2d(people.mask, 3, 1, 1).clamp_min(1e-3)
    colour = torch.where(people.mask > 0, people.colour, rim)
    picture = colour * soft + background * (1 - soft)
    before = (other.mask * draw.chance(0.07).float()[:, None, None, None]).round()
    picture = picture * (1 - before) + other.colour * before
    objects = _objects(draw, background.shape[-1])
    texture = random_crops(bank, len(background), background.shape[-1])
    picture = picture * (1 - objects) + texture * objects
    return picture, torch.maximum(before, objects)


def _others(people: Layers, draw: Draw) -> Layers:
    """The neighbours of the batch, moved and scaled, as passers-by."""
    count = len(people.mask)
    if count < 2:
        return Layers(torch.zeros_like(people.colour), torch.zeros_like(people.mask))
    shift = draw.uniform(0.35, 0.9) * torch.where(draw.chance(0.5), -1.0, 1.0)
    scale = 1 / draw.uniform(0.5, 1.2)
    theta = torch.zeros(count, 2, 3, device=people.mask.device)
    theta[:, 0, 0], theta[:, 1, 1] = scale, scale
    theta[:, 0, 2], theta[:, 1, 2] = -shift * scale * 1.1, draw.uniform(-0.3, 0.2) * scale
    both = torch.cat([people.colour * people.mask, people.mask], 1).roll(1, 0)
    grid = F.affine_grid(theta, list(both.shape), align_corners=False)
    moved = F.grid_sample(both, grid, align_corners=False)
    mask = moved[:, 3:]
    return Layers(moved[:, :3] / mask.clamp_min(1e-3), mask)


def _objects(draw: Draw, size: int) -> Tensor:
    """(B, 1, S, S) masks of up to two boxes or ellipses in front of everything."""
    steps = torch.arange(size, device=draw.device) / size
    covered = torch.zeros(draw.people, 1, size, size, device=draw.device)
    for _ in range(2):
        dx = (steps[None, None] - draw.uniform(0, 1, 1, 1)) / draw.uniform(0.04, 0.26, 1, 1)
        dy = (steps[None, :, None] - draw.uniform(0.1, 1.1, 1, 1)) / draw.uniform(0.04, 0.26, 1, 1)
        ellipse = dx**2 + dy**2 < 1
        box = (dx.abs() < 1) & (dy.abs() < 1)
        shape = torch.where(draw.chance(0.5, 1, 1), ellipse, box) & draw.chance(0.18, 1, 1)
        covered = torch.maximum(covered, shape.float()[:, None])
    return covered
