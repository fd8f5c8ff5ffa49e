"""Endless sampled people before sampled cameras: the truth that the lifter learns from."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Literal

import torch
from torch import Tensor

from core.geometry.rotations import quaternion_to_rotmat, rotation_x, rotation_y, rotation_z
from core.methods.lift_body import LiftBody
from core.synthesis.draws import Draws
from core.synthesis.poses import Mixture, PoseDraw, PoseSampler

DEGREE = math.pi / 180
HIPS = (2, 3)  # rows of R_Hip and L_Hip in lift25
SHAPE_LIMIT = 2.4
CameraHabit = Literal["daily", "broad", "level"]


@dataclass(frozen=True, eq=False)
class People:
    """Sampled people in the frame of a camera that looks (nearly) at them.

    Attributes:
        rotmat: (n, 24, 3, 3) local rotations, root in the camera frame.
        betas: (n, 10).
        turned: (n, 24, 3, 3) global rotations; placed: (n, 24, 3) metres, middle of the hips at 0.
        landmarks: (n, 25, 3) metres, same frame.
        translation: (n, 3) metres, from there into the camera.
        pitch: (n,) radians that the camera looks down.
        mode: (n,) activity.
    """

    rotmat: Tensor
    betas: Tensor
    turned: Tensor
    placed: Tensor
    landmarks: Tensor
    translation: Tensor
    pitch: Tensor
    mode: Tensor

    def __len__(self) -> int:
        return len(self.rotmat)

    def rows(self, chosen: Tensor | slice) -> People:
        """Some of the people."""
        return replace(self, **{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    @property
    def rays(self) -> Tensor:
        """(n, 25, 2) true ``x / z, y / z`` of the landmarks."""
        points = self.landmarks + self.translation[:, None]
        return points[..., :2] / points[..., 2:]


class PosePool:
    """A large stock of poses, a slice of which is replaced now and then (poses cost more than views)."""

    def __init__(self, sampler: PoseSampler, size: int, broad_share: float) -> None:
        self.sampler, self.size, self.broad_share = sampler, size, broad_share
        self.poses = self.fresh(min(size, 20_000))
        self.drawn = len(self.poses.mode)
        self._next = 0

    def fresh(self, count: int) -> PoseDraw:
        """New poses of both mixtures."""
        broad = int(count * self.broad_share)
        parts: list[PoseDraw] = []
        shares: tuple[tuple[Mixture, int], ...] = (("daily", count - broad), ("broad", broad))
        for mixture, number in shares:
            if number:
                parts.append(self.sampler.sample(number, mixture))
        return PoseDraw(torch.cat([p.rotmat for p in parts]), torch.cat([p.mode for p in parts]))

    def refresh(self, count: int) -> None:
        """Add poses until the stock is full, then overwrite the oldest."""
        new = self.fresh(count)
        self.drawn += count
        have = len(self.poses.mode)
        if have < self.size:
            self.poses = PoseDraw(
                torch.cat([self.poses.rotmat, new.rotmat]), torch.cat([self.poses.mode, new.mode])
            )
            return
        rows = (torch.arange(count, device=new.mode.device) + self._next) % have
        self.poses.rotmat[rows], self.poses.mode[rows] = new.rotmat, new.mode
        self._next = (self._next + count) % have


@torch.no_grad()
def draw_people(
    body: LiftBody, poses: PoseDraw, draws: Draws, n: int, habit: CameraHabit = "daily"
) -> People:
    """``n`` people with poses from a stock, their shapes and cameras drawn anew.

    Args:
        habit: ``daily`` cameras are mostly level, ``broad`` ones those of a harder held-out set,
            ``level`` ones within a few degrees of the horizon.
    """
    rows = draws.integers(0, len(poses.mode), n)
    rotmat = poses.rotmat[rows].clone()
    scale = torch.where(draws.coin(0.75, n, 1), 0.8, 1.3) if habit == "daily" else 0.8
    betas = (draws.normal(0, 1, n, 10) * scale).clamp(-SHAPE_LIMIT, SHAPE_LIMIT)
    rotation, pitch = _camera_rotation(draws, n, habit)
    rotmat[:, 0] = rotation @ rotmat[:, 0]
    turned, placed, landmarks = body.pose(rotmat, betas)
    hips = landmarks[:, HIPS].mean(1, keepdim=True)
    placed, landmarks = placed - hips, landmarks - hips
    low, high = landmarks[:, :14, :2].amin(1), landmarks[:, :14, :2].amax(1)
    half = (high - low).amax(1) / 2
    field = torch.exp(draws.uniform(math.log(0.8), math.log(3.0), n))
    smallest = 0.15 if habit == "daily" else 0.3
    depth = half / (draws.uniform(smallest, 0.95, n) / 2 / field)
    depth = torch.maximum(depth, 1.1 - landmarks[..., 2].amin(1))
    middle = -(low + high) / 2 + draws.normal(0, 0.06, n, 2) * half[:, None]
    translation = torch.cat([middle, depth[:, None]], dim=1)
    return People(rotmat, betas, turned, placed, landmarks, translation, pitch, poses.mode[rows])


def _camera_rotation(draws: Draws, n: int, habit: CameraHabit) -> tuple[Tensor, Tensor]:
    """World (y up) to camera (y down) rotations (n, 3, 3), and the pitch (n,) in radians."""
    yaw = torch.where(draws.coin(0.35, n), draws.normal(0, 45, n), draws.uniform(-180, 180, n))
    uniform = draws.uniform(-30, 42, n)
    if habit == "level":
        pitch, roll, any_share = draws.normal(5, 7, n), draws.normal(0, 2.4, n), 0.0
    elif habit == "broad":
        near = draws.normal(7, 12, n).clamp(-30, 40)
        pitch = torch.where(draws.coin(0.8, n), near, uniform)
        roll, any_share = draws.normal(0, 4, n), 0.05
    else:
        kind = draws.pick((0.55, 0.33, 0.12), n)
        pitch = torch.where(kind == 0, draws.normal(3, 5, n), draws.normal(8, 12, n))
        pitch = torch.where(kind == 2, uniform, pitch.clamp(-35, 50))
        roll = torch.where(draws.coin(0.7, n), draws.normal(0, 2, n), draws.normal(0, 7, n))
        any_share = 0.03
    flip = rotation_x(torch.full((n,), math.pi, device=draws.device))
    rotation = flip @ rotation_x(pitch * DEGREE) @ rotation_z(roll * DEGREE)
    rotation = rotation @ rotation_y(yaw * DEGREE)
    anyhow = draws.coin(any_share, n)
    free = _any_rotation(draws, n)
    # A free orientation has no horizon: its pitch is unknown.
    pitch = torch.where(anyhow, torch.full_like(pitch, math.nan), pitch * DEGREE)
    return torch.where(anyhow[:, None, None], free, rotation), pitch


def _any_rotation(draws: Draws, n: int) -> Tensor:
    return quaternion_to_rotmat(draws.normal(0, 1, n, 4))
