"""Skirts, dresses and coats: cloth that hangs around both legs, with a silhouette of its own.

At each height the shell is the outline of the convex hull of the two legs' cross-sections, moved out
by its flare. The outline in direction u is the larger of the two legs' support functions, so no mesh
operation is needed and a stride opens the skirt by itself.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.surface import Flag, SurfaceFields, loose_fields

ROWS, AROUND = 72, 110
SHELL_POINTS = ROWS * AROUND
LEG_RADIUS = (0.105, 0.085, 0.06)  # hip, knee, ankle, metres


def shell_points(
    joints: Tensor, names: tuple[str, ...], skirt: Tensor, flare: Tensor, coat: Tensor
) -> tuple[Tensor, Tensor]:
    """Points and outward normals of the shells of B people.

    Args:
        joints: (B, 24, 3) posed skeleton, metres, any frame.
        names: names of the 24 joints.
        skirt, flare, coat: (B,) of `Outfits`.

    Returns:
        points (B, SHELL_POINTS, 3) and unit normals of the same shape.
    """
    at = {name: joints[:, i] for i, name in enumerate(names)}
    people = len(joints)
    along = torch.linspace(0, 1, ROWS, device=joints.device)
    around = torch.arange(AROUND, device=joints.device) * (2 * math.pi / AROUND)
    left, down_left, radius = _leg(at, "L", along, skirt, coat)
    right, down_right, _ = _leg(at, "R", along, skirt, coat)
    down = F.normalize(down_left + down_right, dim=-1)
    side = at["L_Hip"] - at["R_Hip"]
    side = side[:, None] - (side[:, None] * down).sum(-1, keepdim=True) * down
    side = F.normalize(side, dim=-1)
    ahead = torch.linalg.cross(side, down)
    direction = (
        torch.cos(around)[None, None, :, None] * side[:, :, None]
        + torch.sin(around)[None, None, :, None] * ahead[:, :, None]
    )
    reach_left = (left[:, :, None] * direction).sum(-1)
    reach_right = (right[:, :, None] * direction).sum(-1)
    centre = torch.where((reach_left > reach_right)[..., None], left[:, :, None], right[:, :, None])
    widening = (flare[:, None] * along)[..., None, None]
    folds = 0.012 * torch.sin(7 * around)[None, None, :, None] * along[None, :, None, None]
    points = centre + (radius[:, :, None, None] + widening + folds) * direction
    flat = (people, SHELL_POINTS, 3)
    return points.reshape(flat), direction.expand_as(points).reshape(flat)


def shell_fields(device: torch.device, part: int) -> SurfaceFields:
    """Fields of the shell's points: patterns run around and down, as on a flat piece of cloth."""
    number = torch.arange(SHELL_POINTS, device=device)
    angle = (number % AROUND).float() * (2 * math.pi / AROUND)
    down = (number // AROUND).float() / ROWS * 0.8
    flags = torch.full_like(number, int(Flag.SHELL))
    return loose_fields(down, angle * 0.2, flags, part)


def _leg(
    at: dict[str, Tensor], side: str, along: Tensor, skirt: Tensor, coat: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Centre line (B, ROWS, 3), its direction, and the radius (B, ROWS) of one leg's cloth."""
    hip, knee, ankle = (at[f"{side}_{part}"] for part in ("Hip", "Knee", "Ankle"))
    # A skirt begins a little above the hips, a dress or coat at the chest.
    begin = torch.where(coat, -0.42, -0.12)[:, None]
    where = begin + (skirt[:, None] - begin) * along
    thigh, shin = knee - hip, ankle - knee
    trunk = (at["Spine3"] - at["Pelvis"])[:, None]
    seat = hip[:, None] + trunk * (-where[..., None] / 0.42).clamp_min(0)
    lower = (where[..., None] * 2).clamp(0, 1) * thigh[:, None]
    lower = lower + (where[..., None] * 2 - 1).clamp(0, 1) * shin[:, None]
    line = seat + lower
    direction = torch.where((where < 0)[..., None], -trunk, thigh[:, None])
    direction = torch.where((where > 0.5)[..., None], shin[:, None], direction)
    hip_radius, knee_radius, ankle_radius = LEG_RADIUS
    radius = torch.where(
        where < 0.5,
        hip_radius + (knee_radius - hip_radius) * where.clamp_min(0) * 2,
        knee_radius + (ankle_radius - knee_radius) * (where * 2 - 1),
    )
    return line, F.normalize(direction, dim=-1), radius + 0.02
