"""Things that hands hold: sticks, rackets, balls, barbells, bags.

Each is a surface of revolution about an axis near a hand, flattened where it is a racket or a bag.
They hide parts of the body and of the background, and are no part of the person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.draws import Draw
from core.synthesis.surface import Flag, SurfaceFields, loose_fields

HELD_ROWS, HELD_AROUND = 88, 40
HELD_POINTS = HELD_ROWS * HELD_AROUND
HELD_SHARE = 0.18
HANDS_APART = (0.30, 1.2)  # metres between hands that can hold a bar


@dataclass(frozen=True)
class Thing:
    """A kind of thing: (share along the axis, share of the radius) of its outline, and its size.

    Attributes:
        length, radius: smallest and largest, metres.
        flat: thickness as a share of the radius.
        grip: share of the length at which it is held.
    """

    outline: tuple[tuple[float, float], ...]
    length: tuple[float, float]
    radius: tuple[float, float]
    flat: float
    grip: float
    weight: float


def _oval(start: float, steps: int = 12) -> tuple[tuple[float, float], ...]:
    angles = [math.pi * i / steps for i in range(steps + 1)]
    half = (1 - start) / 2
    return tuple((start + half - half * math.cos(a), math.sin(a)) for a in angles)


STICK = ((0.0, 0.0), (0.0, 0.6), (0.4, 0.6), (1.0, 1.0), (1.0, 0.0))
RACKET = ((0.0, 0.0), (0.0, 0.12), (0.48, 0.12), *_oval(0.5))
BARBELL = (
    (0.0, 0.0), (0.0, 0.07), (0.05, 0.07), (0.05, 1.0), (0.10, 1.0), (0.10, 0.07),
    (0.90, 0.07), (0.90, 1.0), (0.95, 1.0), (0.95, 0.07), (1.0, 0.07), (1.0, 0.0),
)  # fmt: skip
BAG = ((0.0, 0.0), (0.0, 0.15), (0.2, 0.2), (0.25, 0.85), (0.95, 1.0), (1.0, 0.9), (1.0, 0.0))
THINGS = (
    Thing(STICK, (0.5, 1.1), (0.012, 0.035), 1.0, 0.12, 0.22),
    Thing(RACKET, (0.6, 0.72), (0.11, 0.15), 0.10, 0.12, 0.22),
    Thing(_oval(0.0), (0.06, 0.26), (0.0, 0.0), 1.0, 0.0, 0.22),
    Thing(BAG, (0.3, 0.6), (0.12, 0.24), 0.4, 0.0, 0.18),
    Thing(BARBELL, (1.5, 2.1), (0.14, 0.23), 1.0, 0.5, 0.16),
)
BALL, BAR, CARRIED = 2, 4, 3


@cache
def _outlines() -> Tensor:
    """(things, HELD_ROWS, 2) outlines at even steps, in shares of length and radius."""
    rows = []
    for thing in THINGS:
        size = torch.tensor([sum(thing.length) / 2, max(sum(thing.radius) / 2, 0.08)])
        corners = torch.tensor(thing.outline)
        steps = (corners.diff(dim=0) * size).norm(dim=1)
        along = torch.cat([torch.zeros(1), steps.cumsum(0)])
        wanted = (torch.arange(HELD_ROWS) + 0.5) / HELD_ROWS * along[-1]
        piece = torch.searchsorted(along, wanted).clamp(1, len(along) - 1)
        share = (wanted - along[piece - 1]) / (along[piece] - along[piece - 1]).clamp_min(1e-6)
        rows.append(torch.lerp(corners[piece - 1], corners[piece], share[:, None]))
    return torch.stack(rows)


def held_points(joints: Tensor, names: tuple[str, ...], up: Tensor) -> tuple[Tensor, Tensor]:
    """Points and outward normals, (n, HELD_POINTS, 3) each, of what n people hold.

    Args:
        joints: (n, 24, 3) posed skeleton, metres, any frame.
        names: names of the 24 joints.
        up: (n, 3) up in that frame; bags hang.
    """
    people, device = len(joints), joints.device
    draw = Draw(people, device)
    at = {name: joints[:, i] for i, name in enumerate(names)}
    right = draw.chance(0.65)[:, None]
    hand = torch.where(right, at["R_Hand"], at["L_Hand"])
    elbow = torch.where(right, at["R_Elbow"], at["L_Elbow"])
    between = at["L_Hand"] - at["R_Hand"]
    apart = between.norm(dim=-1)
    kind = draw.index([thing.weight for thing in THINGS])
    can_bar = (apart > HANDS_APART[0]) & (apart < HANDS_APART[1])
    kind = torch.where((kind == BAR) & ~can_bar, BALL, kind)
    bar = (kind == BAR)[:, None]
    forearm = F.normalize(hand - elbow, dim=-1)
    axis = F.normalize(forearm + 1.2 * F.normalize(draw.normal(0, 1, 3), dim=-1), dim=-1)
    axis = torch.where(bar, F.normalize(between, dim=-1), axis)
    axis = torch.where((kind == CARRIED)[:, None], -up, axis)
    limits = torch.tensor([(*t.length, *t.radius, t.flat, t.grip) for t in THINGS], device=device)
    low, high, thin, thick, flat, grip = limits[kind].unbind(1)
    length = torch.lerp(low, high, draw.uniform(0, 1))
    radius = torch.lerp(thin, thick, draw.uniform(0, 1))
    radius = torch.where(kind == BALL, length / 2, radius)
    grip_at = hand + forearm * 0.03 + torch.where((kind == BALL)[:, None], forearm, 0.0) * 0.06
    grip_at = torch.where(bar, (at["L_Hand"] + at["R_Hand"]) / 2, grip_at)
    start = grip_at - axis * (length * torch.where(kind == BALL, 0.5, grip))[:, None]
    outline = _outlines().to(device)[kind]
    return _revolved(outline, start, axis, length, radius, flat, draw)


def gripped_points(palm: Tensor, down: Tensor, across: Tensor) -> tuple[Tensor, Tensor]:
    """Points and outward normals, (n, HELD_POINTS, 3) each, of sticks and balls in n hands.

    Args:
        palm: (n, 3) middle of the hand, metres.
        down: (n, 3) out of the palm; across: (n, 3) from the little finger to the thumb.
    """
    draw = Draw(len(palm), palm.device)
    ball = draw.chance(0.4)
    radius = torch.where(ball, draw.uniform(0.018, 0.042), draw.uniform(0.008, 0.032))
    length = torch.where(ball, 2 * radius, draw.uniform(0.12, 0.35))
    axis = F.normalize(across + draw.normal(0, 0.25, 3), dim=-1)
    kind = torch.where(ball, BALL, 0)
    middle = palm + down * (radius + 0.014)[:, None]
    start = middle - axis * (length * torch.where(ball, 0.5, draw.uniform(0.3, 0.7)))[:, None]
    outline = _outlines().to(palm.device)[kind]
    return _revolved(outline, start, axis, length, radius, torch.ones_like(radius), draw)


def _revolved(
    outline: Tensor,
    start: Tensor,
    axis: Tensor,
    length: Tensor,
    radius: Tensor,
    flat: Tensor,
    draw: Draw,
) -> tuple[Tensor, Tensor]:
    people = len(axis)
    side = F.normalize(torch.linalg.cross(axis, draw.normal(0, 1, 3)), dim=-1)
    other = torch.linalg.cross(axis, side)
    turn = torch.arange(HELD_AROUND, device=axis.device) * (2 * math.pi / HELD_AROUND)
    cos, sin = turn.cos()[None, None, :, None], turn.sin()[None, None, :, None]
    along = (outline[..., 0] * length[:, None])[..., None]
    out = (outline[..., 1] * radius[:, None])[:, :, None, None]
    thickness = flat[:, None, None, None]
    ring = cos * side[:, None, None] + sin * thickness * other[:, None, None]
    points = (start[:, None] + along * axis[:, None])[:, :, None] + out * ring
    # The normal of a flattened surface of revolution from the slope of its outline.
    step_along = torch.gradient(along[..., 0], dim=1)[0]
    step_out = torch.gradient(out[..., 0, 0], dim=1)[0]
    scale = torch.hypot(step_along, step_out).clamp_min(1e-6)
    outward = (step_along / scale)[:, :, None, None]
    forward = (-step_out / scale)[:, :, None, None]
    across = cos * thickness * side[:, None, None] + sin * other[:, None, None]
    normal = outward * across + forward * thickness * axis[:, None, None]
    shape = (people, HELD_POINTS, 3)
    return points.reshape(shape), F.normalize(normal, dim=-1).reshape(shape)


def held_fields(device: torch.device, part: int) -> SurfaceFields:
    """Fields of the points of a thing: two colours along it."""
    number = torch.arange(HELD_POINTS, device=device)
    row = number // HELD_AROUND
    second = (row < HELD_ROWS // 5) | (row % 22 > 17)
    flags = torch.where(second, int(Flag.HELD_TOO), int(Flag.HELD))
    return loose_fields(row.float() * 0.01, (number % HELD_AROUND).float() * 0.01, flags, part)
