"""What people do with arms: by joint angles, or by what the hand touches.

Arm angles are columns (elevation, plane, twist, elbow flexion, forearm roll) in degrees: elevation
from hanging (0) to overhead (180), plane 0 sideways, 90 forwards, -90 backwards.
Hand targets are solved with two-bone inverse kinematics (law of cosines; the elbow is swung towards
a preferred direction), so that hands meet faces, hips, knees, bats and each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.geometry.rotations import minimal_rotation, rotation_x, rotation_y, rotation_z
from core.synthesis.draws import Draws

DEGREE = math.pi / 180

# weight, then (mean, sd) of elevation, plane, twist, elbow
ARM_ANGLES: tuple[tuple[float, ...], ...] = (
    (0.30, 10, 6, 20, 40, 0, 20, 18, 12),  # hanging
    (0.10, 22, 10, 40, 30, 35, 20, 75, 25),  # forearm forwards
    (0.05, 38, 8, -15, 15, 60, 15, 95, 12),  # hand near the hip
    (0.06, 55, 15, 60, 15, 25, 25, 120, 15),  # hand near the face
    (0.04, 40, 10, 75, 10, 75, 15, 95, 10),  # arms folded
    (0.10, 85, 15, 75, 25, 10, 30, 25, 25),  # reaching forwards
    (0.08, 88, 12, 5, 15, 0, 25, 20, 25),  # sideways
    (0.07, 150, 15, 40, 35, 0, 30, 25, 25),  # overhead
    (0.06, 95, 15, 10, 20, -60, 20, 90, 20),  # waving, hands up
    (0.04, 35, 10, -70, 20, 0, 20, 20, 15),  # backwards
    (0.06, 35, 10, 70, 20, 10, 15, 45, 25),  # swinging forwards
)
UNIFORM_SHARE = 0.13
ARM_LOW = (0.0, -80.0, -80.0, 0.0, -70.0)
ARM_HIGH = (172.0, 125.0, 95.0, 148.0, 80.0)


@dataclass(frozen=True)
class HandTarget:
    """Where a left hand goes, in the frame of a joint; the right hand mirrors x.

    Attributes:
        frame: joint whose frame the target is given in; ``Hip`` and ``Knee`` mean the hand's side.
        center, sd: metres.
        gap: for two hands on one thing, half of their distance (low, high); None for single hands.
    """

    name: str
    weight: float
    frame: str
    center: tuple[float, float, float]
    sd: tuple[float, float, float]
    gap: tuple[float, float] | None = None


SINGLE_HAND: tuple[HandTarget, ...] = (
    HandTarget("on hip", 0.16, "Pelvis", (0.19, 0.07, 0.03), (0.02, 0.04, 0.04)),
    HandTarget("in pocket", 0.14, "Pelvis", (0.21, -0.10, 0.07), (0.02, 0.04, 0.05)),
    HandTarget("at face", 0.16, "Head", (0.08, 0.05, 0.13), (0.04, 0.06, 0.05)),
    HandTarget("behind head", 0.05, "Head", (0.10, 0.07, -0.10), (0.03, 0.05, 0.03)),
    HandTarget("folded", 0.12, "Spine3", (-0.08, 0.00, 0.21), (0.05, 0.06, 0.03)),
    HandTarget("before belly", 0.12, "Pelvis", (0.05, 0.08, 0.23), (0.06, 0.08, 0.05)),
    HandTarget("behind back", 0.05, "Pelvis", (0.03, 0.06, -0.19), (0.05, 0.07, 0.03)),
    HandTarget("on thigh", 0.10, "Hip", (0.03, -0.25, 0.12), (0.05, 0.10, 0.03)),
    HandTarget("on knee", 0.10, "Knee", (0.02, 0.04, 0.10), (0.05, 0.06, 0.03)),
)
BOTH_HANDS: tuple[HandTarget, ...] = (
    HandTarget("clasped", 0.14, "Spine3", (0.0, -0.15, 0.28), (0.06, 0.14, 0.07), (0.01, 0.04)),
    HandTarget("bat", 0.20, "Spine3", (0.0, 0.05, 0.28), (0.22, 0.20, 0.12), (0.04, 0.07)),
    HandTarget("low grip", 0.16, "Pelvis", (0.0, 0.0, 0.38), (0.14, 0.15, 0.10), (0.03, 0.12)),
    HandTarget("box", 0.18, "Spine3", (0.0, -0.02, 0.36), (0.10, 0.20, 0.09), (0.10, 0.26)),
    HandTarget("barbell", 0.10, "Spine3", (0.0, 0.22, -0.02), (0.02, 0.03, 0.05), (0.24, 0.48)),
    HandTarget("front rack", 0.06, "Spine3", (0.0, 0.17, 0.20), (0.02, 0.05, 0.05), (0.14, 0.26)),
    HandTarget("overhead", 0.16, "Spine3", (0.0, 0.62, 0.06), (0.06, 0.10, 0.12), (0.03, 0.40)),
)


def draw_arm_angles(draws: Draws, n: int) -> Tensor:
    """(n, 5) degrees of one arm from the table, some uniform over the whole range."""
    table = torch.tensor(ARM_ANGLES, device=draws.device)
    row = table[draws.pick(table[:, 0], n)]
    angles = row[:, 1::2] + draws.normal(0, 1, n, 4) * row[:, 2::2]
    angles = torch.cat([angles, draws.normal(20, 30, n, 1)], dim=1)
    low = torch.tensor((0.0, -50.0, -70.0, 0.0, -70.0), device=draws.device)
    high = torch.tensor((165.0, 120.0, 90.0, 145.0, 80.0), device=draws.device)
    anything = low + (high - low) * draws.uniform(0, 1, n, 5)
    return clamp_arm(torch.where(draws.coin(UNIFORM_SHARE, n, 1), anything, angles))


def throwing_arms(draws: Draws, n: int) -> tuple[Tensor, Tensor]:
    """(left, right) (n, 5): one arm cocked or following through, the other for balance."""
    cocked = draws.angles(n, (100, 20), (-10, 25), (-55, 30), (85, 28), (10, 30))
    through = draws.angles(n, (88, 30), (50, 40), (0, 40), (40, 25), (10, 30))
    other = draws.angles(n, (65, 28), (55, 45), (10, 30), (45, 30), (10, 30))
    active = torch.where(draws.coin(0.5, n, 1), cocked, through)
    swap = draws.coin(0.5, n, 1)
    left, right = torch.where(swap, active, other), torch.where(swap, other, active)
    return clamp_arm(left), clamp_arm(right)


def propping_arms(draws: Draws, n: int) -> tuple[Tensor, Tensor]:
    """(left, right) (n, 5): straight arms at right angles to the trunk, as in crawling."""
    base = draws.angles(n, (82, 9), (84, 8), (0, 15), (8, 8), (40, 25))
    return clamp_arm(base + draws.normal(0, 5, n, 5)), clamp_arm(base + draws.normal(0, 5, n, 5))


def swinging_arms(draws: Draws, phase: Tensor, effort: Tensor) -> tuple[Tensor, Tensor]:
    """(left, right) (n, 5): arms that swing against the legs of a stride."""

    def arm(p: Tensor) -> Tensor:
        n = len(p)
        swing = (14 + 26 * effort) * torch.sin(p)
        return torch.stack(
            [
                swing.abs() + 6,
                torch.where(swing > 0, torch.full_like(swing, 80), torch.full_like(swing, -70)),
                draws.normal(10, 10, n),
                (15 + effort * 70 + 0.4 * swing).clamp(0, 130) + draws.normal(0, 8, n).abs(),
                draws.normal(10, 15, n),
            ],
            dim=1,
        )

    return clamp_arm(arm(phase + math.pi)), clamp_arm(arm(phase))


def clamp_arm(angles: Tensor) -> Tensor:
    """Arm angles within the joint limits."""
    low = torch.tensor(ARM_LOW, device=angles.device)
    return torch.minimum(torch.maximum(angles, low), torch.tensor(ARM_HIGH, device=angles.device))


def collar_rotation(side: float, elevation: Tensor, forwards: Tensor) -> Tensor:
    """(n, 3, 3) local collar rotation that goes with a raised or advanced arm.

    Args:
        side: +1 left, -1 right.
        elevation: (n,) radians from hanging.
        forwards: (n,) in [-1, 1], how far forwards the arm points.
    """
    lift = (elevation - 50 * DEGREE).clamp_min(0) * 0.22
    return rotation_z(side * lift) @ rotation_y(-side * forwards * 12 * DEGREE)


def arm_from_angles(angles: Tensor, side: float) -> tuple[Tensor, Tensor, Tensor]:
    """Local rotations (collar, shoulder, elbow), each (n, 3, 3), from (n, 5) degrees."""
    elevation, plane, twist, elbow, roll = (angles * DEGREE).unbind(1)
    direction = torch.stack(
        [
            side * torch.sin(elevation) * torch.cos(plane),
            -torch.cos(elevation),
            torch.sin(elevation) * torch.sin(plane),
        ],
        dim=1,
    )
    down = torch.tensor([0.0, -1.0, 0.0], device=angles.device).expand_as(direction)
    hanging = torch.full_like(elevation, -side * math.pi / 2)
    swing = minimal_rotation(down, direction) @ rotation_z(hanging) @ rotation_x(twist)
    collar = collar_rotation(side, elevation, torch.sin(elevation) * torch.sin(plane))
    bent = rotation_y(-side * elbow) @ rotation_x(roll)
    return collar, collar.transpose(-1, -2) @ swing, bent


@dataclass(frozen=True, eq=False)
class ArmBones:
    """T-pose offsets of one arm, metres: collar to shoulder, lengths of upper arm and forearm."""

    side: float
    shoulder: Tensor
    upper: float
    fore: float


def arm_to_target(
    draws: Draws, bones: ArmBones, target: Tensor, roll: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Local rotations (collar, shoulder, elbow) that bring the wrist to a target.

    Args:
        target: (n, 3) metres, relative to the collar joint, in the frame of the collar's parent.
        roll: (n,) radians, forearm roll.
    """
    side = bones.side
    away = F.normalize(target - bones.shoulder, dim=1)
    elevation = torch.acos((-away[:, 1]).clamp(-1, 1))
    collar = collar_rotation(side, elevation, away[:, 2])
    reach = target - (collar @ bones.shoulder[:, None])[..., 0]
    distance = reach.norm(dim=1).clamp(0.24, 0.99 * (bones.upper + bones.fore))
    cosine = (distance**2 - bones.upper**2 - bones.fore**2) / (2 * bones.upper * bones.fore)
    elbow = torch.acos(cosine.clamp(-0.85, 1.0))
    bend = rotation_y(-side * elbow)
    along = torch.tensor([side, 0.0, 0.0], device=target.device)
    hand = bones.upper * along + bones.fore * (bend @ along[:, None])[..., 0]
    wanted = torch.tensor([side * 0.55, -0.9, -0.3], device=target.device)
    wanted = wanted + draws.normal(0, 0.35, len(target), 3)
    frame_to = _frame(F.normalize(reach, dim=1), wanted)
    frame_from = _frame(F.normalize(hand, dim=1), along.expand_as(hand))
    swing = frame_to @ frame_from.transpose(-1, -2)
    return collar, collar.transpose(-1, -2) @ swing, bend @ rotation_x(roll)


def _frame(axis: Tensor, towards: Tensor) -> Tensor:
    """(n, 3, 3) rotation with columns axis, ``towards`` made perpendicular, and their cross product."""
    across = towards - (towards * axis).sum(1, keepdim=True) * axis
    spare = torch.tensor([0.11, 0.47, 0.88], device=axis.device).expand_as(axis)
    spare = spare - (spare * axis).sum(1, keepdim=True) * axis
    across = torch.where(across.norm(dim=1, keepdim=True) > 1e-3, across, spare)
    across = F.normalize(across, dim=1)
    return torch.stack([axis, across, torch.cross(axis, across, dim=1)], dim=-1)
