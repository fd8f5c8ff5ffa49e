"""Putting people before backgrounds: ground plane, shadows, other people, objects in front."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.backdrops import Backdrops
from core.synthesis.draws import Draw
from core.synthesis.people import Layers
from core.synthesis.views import Views

GROUND_SHARE, BEHIND_SHARE, BEFORE_SHARE, OBJECT_SHARE = 0.55, 0.30, 0.07, 0.33
TONE_SHARE, SKY_SHARE = 0.6, 0.3
GROUND_TONES = (
    (0.42, 0.42, 0.43), (0.60, 0.58, 0.55), (0.36, 0.48, 0.22), (0.47, 0.56, 0.30),
    (0.70, 0.62, 0.47), (0.52, 0.37, 0.24), (0.66, 0.36, 0.24), (0.25, 0.38, 0.60),
)  # fmt: skip
SKY = (0.55, 0.73, 0.95)
FARTHEST_M = 60.0


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

    def pick(self, person: Tensor) -> Ground:
        """The grounds of the people ``person`` (N,)."""
        return Ground(*(getattr(self, f.name).index_select(0, person) for f in fields(self)))


def lay_ground(walls: Tensor, backdrops: Backdrops, ground: Ground, views: Views) -> None:
    """Replace, in place, what lies below the horizon by a textured ground with contact shadows.

    About half of the pictures keep their background, which then says nothing about the camera.
    """
    chosen = Draw(len(walls), walls.device).chance(GROUND_SHARE).nonzero()[:, 0]
    if not len(chosen):
        return
    ground, views = ground.pick(chosen), views.pick(chosen)
    size = walls.shape[-1]
    draw = Draw(len(chosen), walls.device)
    # The texture is drawn at half the size; only its border, the horizon, is drawn at full size.
    u, v = _hit(ground, views, size // 2)
    metres = draw.uniform(0.7, 4.0, 1, 1)
    tile = torch.stack([_triangle_wave(u / metres), _triangle_wave(v / metres)], -1)
    texture = F.grid_sample(backdrops.whole(len(chosen)), tile, align_corners=False)
    texture = _calmed(texture, draw).mul_(1 - _contact_shadow(u, v, ground))
    texture = F.interpolate(texture, scale_factor=2, mode="bilinear", align_corners=False)
    slope = _slope(ground.up, views, size)
    height = (ground.point * ground.up).sum(-1)[:, None, None]
    # Before the camera and not too far: 0 < height / slope < FARTHEST_M.
    far = slope * torch.sign(height) - height.abs() / FARTHEST_M
    use = (far * (2 * size)).clamp_(0, 1)[:, None]
    above = _with_sky(walls.index_select(0, chosen), draw)
    walls.index_copy_(0, chosen, torch.lerp(above, texture, use))


def _calmed(texture: Tensor, draw: Draw) -> Tensor:
    """Grounds as they are: mostly of one tone (asphalt, grass, sand, boards), with little contrast."""
    mean = texture.mean((2, 3), keepdim=True)
    tones = torch.tensor(GROUND_TONES, device=texture.device)
    tone = tones[draw.index([1.0] * len(tones))] * draw.uniform(0.7, 1.25, 1)
    tone = torch.where(draw.chance(TONE_SHARE, 1), tone, mean[:, :, 0, 0])[..., None, None]
    return (texture - mean).mul_(draw.uniform(0.12, 0.9, 1, 1, 1)).add_(tone).clamp_(0, 1)


def _with_sky(walls: Tensor, draw: Draw) -> Tensor:
    """Some open skies: bright, bluish or grey, the backdrop as clouds."""
    blue = torch.tensor(SKY, device=walls.device) * draw.uniform(0.75, 1.1, 1)
    grey = draw.uniform(0.5, 0.95, 1).expand(-1, 3)
    sky = torch.where(draw.chance(0.6, 1), blue, grey)[..., None, None]
    amount = torch.where(draw.chance(SKY_SHARE), draw.uniform(0.6, 0.97), 0.0)
    return torch.lerp(walls, sky.clamp(0, 1), amount[:, None, None, None])


def _slope(axis: Tensor, views: Views, size: int) -> Tensor:
    """(B, size, size) product of the rays (x, y, 1) of a crop with an axis (B, 3)."""
    steps = (torch.arange(size, device=axis.device) + 0.5) / size - 0.5
    x = views.centre[:, 0, None] + steps * views.side[:, None]
    y = views.centre[:, 1, None] + steps * views.side[:, None]
    return (x * axis[:, :1])[:, None] + (y * axis[:, 1:2] + axis[:, 2:])[:, :, None]


def _hit(ground: Ground, views: Views, size: int) -> tuple[Tensor, Tensor]:
    """The place (u, v) on the ground of every pixel, metres."""
    slope = _slope(ground.up, views, size)
    height = (ground.point * ground.up).sum(-1)[:, None, None]
    distance = height / (slope + 1e-4 * (slope.abs() < 1e-4))
    distance = distance.clamp_(0, FARTHEST_M)
    places = []
    for axis in (ground.right, ground.ahead):
        origin = (ground.point * axis).sum(-1)[:, None, None]
        places.append(_slope(axis, views, size).mul_(distance).sub_(origin))
    return places[0], places[1]


def _triangle_wave(x: Tensor) -> Tensor:
    """Period 4, values in [-1, 1]: mirrored tiling without seams."""
    return (x.remainder(4)).sub_(2).abs_().sub_(1)


def _contact_shadow(u: Tensor, v: Tensor, ground: Ground) -> Tensor:
    """(B, 1, S, S) darkness below points that are near the ground; computed at half size."""
    size = u.shape[-1]
    small_u, small_v = u[:, ::2, ::2], v[:, ::2, ::2]
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


def composite(people: Layers, background: Tensor, backdrops: Backdrops) -> tuple[Tensor, Tensor]:
    """People before a background with others behind and objects in front.

    Args:
        people: drawn people.
        background: (B, 3, S, S), is painted over.
        backdrops: what objects in front are covered with.

    Returns:
        pictures (B, 3, S, S) in [0, 1], and ``hidden`` (B, 1, S, S) in [0, 1]: what covers the person.
    """
    count = len(background)
    which = Draw(count, background.device).uniform(0, 1)
    behind = (which < BEHIND_SHARE).nonzero()[:, 0]
    before = (which > 1 - BEFORE_SHARE).nonzero()[:, 0]
    if len(behind) and count > 1:
        colour, alpha = _others(people, behind)
        under = background.index_select(0, behind)
        background.index_copy_(0, behind, under.addcmul_(under, alpha, value=-1).add_(colour))
    picture = background.addcmul_(background, people.alpha, value=-1).add_(people.colour)
    hidden = torch.zeros_like(people.alpha)
    if len(before) and count > 1:
        colour, alpha = _others(people, before)
        under = picture.index_select(0, before)
        picture.index_copy_(0, before, under.addcmul_(under, alpha, value=-1).add_(colour))
        hidden.index_copy_(0, before, alpha)
    _put_objects(picture, hidden, backdrops)
    return picture, hidden


def _others(people: Layers, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Colour times alpha, and alpha, of neighbours in the batch, moved and scaled, as passers-by."""
    draw = Draw(len(chosen), chosen.device)
    source = (chosen - 1) % len(people.alpha)
    both = torch.cat([people.colour[source], people.alpha[source]], 1)
    shift = draw.uniform(0.35, 0.9) * torch.where(draw.chance(0.5), -1.0, 1.0)
    scale = 1 / draw.uniform(0.5, 1.2)
    theta = torch.zeros(len(chosen), 2, 3, device=chosen.device)
    mirror = torch.where(draw.chance(0.5), -1.0, 1.0)
    theta[:, 0, 0], theta[:, 1, 1] = scale * mirror, scale
    theta[:, 0, 2], theta[:, 1, 2] = -shift * scale * 1.1, draw.uniform(-0.3, 0.2) * scale
    grid = F.affine_grid(theta, list(both.shape), align_corners=False)
    moved = F.grid_sample(both, grid, align_corners=False)
    return moved[:, :3], moved[:, 3:]


def _put_objects(picture: Tensor, hidden: Tensor, backdrops: Backdrops) -> None:
    """Boxes and ellipses in front of everything, in place."""
    size, device = picture.shape[-1], picture.device
    chosen = Draw(len(picture), device).chance(OBJECT_SHARE).nonzero()[:, 0]
    if not len(chosen):
        return
    draw = Draw(len(chosen), device)
    steps = torch.arange(size, device=device) / size
    dx = (steps[None, None] - draw.uniform(0, 1, 1, 1)) / draw.uniform(0.04, 0.26, 1, 1)
    dy = (steps[None, :, None] - draw.uniform(0.1, 1.1, 1, 1)) / draw.uniform(0.04, 0.26, 1, 1)
    # |dx|^p + |dy|^p < 1: an ellipse for p = 2, nearly a box for p = 8.
    power = torch.where(draw.chance(0.5, 1, 1), 2.0, 8.0)
    inside = 1 - dx.abs() ** power - dy.abs() ** power
    covered = (inside * 12).clamp_(0, 1)[:, None]
    texture = backdrops.crops(len(chosen)) * draw.uniform(0.6, 1.1, 3, 1, 1)
    picture.index_copy_(0, chosen, torch.lerp(picture.index_select(0, chosen), texture, covered))
    hidden.index_copy_(0, chosen, torch.maximum(hidden.index_select(0, chosen), covered))
