"""The lifting network: marks of one person, normalised by their own box, to pose and shape.

A residual MLP after Martinez et al., "A simple yet effective baseline for 3d human pose estimation"
(ICCV 2017), that predicts body parameters as Pose2Mesh (Choi et al., ECCV 2020) motivates. It is told
what is known about the marks: how exact they are, whether they follow the body's own definition of
joints, how large the person is in the field of view, the camera's pitch, and which limb ends a person
called nearer or farther; each may be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.geometry.rotations import rot6d_to_rotmat

JOINTS, BONES, SHAPES = 25, 24, 10
# Limbs whose depth order a person may state: (parent, child) in the joint set lift25.
LIMBS: tuple[tuple[str, str], ...] = (
    ("R_Shoulder", "R_Elbow"), ("R_Elbow", "R_Wrist"),
    ("L_Shoulder", "L_Elbow"), ("L_Elbow", "L_Wrist"),
    ("R_Hip", "R_Knee"), ("R_Knee", "R_Ankle"),
    ("L_Hip", "L_Knee"), ("L_Knee", "L_Ankle"),
)  # fmt: skip
INPUTS = JOINTS * 3 + 2 + 2 + 1 + 2 + len(LIMBS)
PERSON = BONES * 6 + SHAPES + 3
SIGMA_SCALE = 25.0
SIZE_SHIFT = 1.8


@dataclass(frozen=True, eq=False)
class Marks:
    """What is known about B people, in a camera that looks at the middle of their marks.

    Attributes:
        rays: (B, 25, 2) float32, ``x / z`` and ``y / z`` of each mark; anything where unknown.
        known: (B, 25) bool.
        sigma: (B,) expected error of a mark as a fraction of the box; NaN unknown.
        foreign: (B,) 1 where marks follow another definition of joints than the body's (clicks,
            detectors trained on people's marks), 0 where they are the body's own.
        size_known: (B,) 1 where the field of view is known at least roughly.
        pitch: (B,) radians the camera looks down; NaN unknown.
        hints: (B, 8) +1 child nearer than parent, -1 farther, 0 unknown, in the order of `LIMBS`.
    """

    rays: Tensor
    known: Tensor
    sigma: Tensor
    foreign: Tensor
    size_known: Tensor
    pitch: Tensor
    hints: Tensor

    def rows(self, chosen: Tensor | slice) -> Marks:
        """Some of the people."""
        return replace(self, **{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


@dataclass(frozen=True, eq=False)
class Lifted:
    """B people as the network sees them.

    Attributes:
        rotmat: (B, 24, 3, 3) local rotations, root in the camera that looks at the marks.
        betas: (B, 10).
        camera: (B, 3) middle of the hips in half boxes from the box centre, log of half boxes a metre.
    """

    rotmat: Tensor
    betas: Tensor
    camera: Tensor


def mark_box(rays: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """Centre (B, 2) and half of the longer side (B,) of the box of the known marks."""
    far = torch.full_like(rays, 1e4)
    low = torch.where(known[..., None], rays, far).amin(1)
    high = torch.where(known[..., None], rays, -far).amax(1)
    return (low + high) / 2, (high - low).amax(1).clamp_min(1e-4) / 2


def encode(marks: Marks, log_size: Tensor | None = None) -> Tensor:
    """(B, INPUTS) float32 features; ``log_size`` replaces the measured size (for training jitter)."""
    center, half = mark_box(marks.rays, marks.known)
    places = (marks.rays - center[:, None]) / half[:, None, None]
    places = places.clamp(-3, 3) * marks.known[..., None]
    size = half.log() if log_size is None else log_size
    sigma, sigma_known = _optional(marks.sigma)
    pitch, pitch_known = _optional(marks.pitch)
    extras = torch.stack(
        [
            (size + SIZE_SHIFT) * marks.size_known,
            marks.size_known,
            sigma * SIGMA_SCALE,
            sigma_known,
            marks.foreign,
            torch.sin(pitch) * 2.0,
            pitch_known,
        ],
        dim=1,
    )
    return torch.cat([places.flatten(1), marks.known.float(), extras, marks.hints], dim=1)


def _optional(value: Tensor) -> tuple[Tensor, Tensor]:
    known = torch.isfinite(value)
    return torch.where(known, value, torch.zeros_like(value)), known.float()


class LiftNetwork(nn.Module):
    """Residual MLP with a main answer and a few other readings.

    Args:
        width, blocks: size of the trunk.
        readings: number of alternative hypotheses; their head reads the trunk without training it.
    """

    def __init__(self, width: int = 768, blocks: int = 4, readings: int = 4) -> None:
        super().__init__()
        self.readings = readings
        self.stem = nn.Linear(INPUTS, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
        self.head = nn.Sequential(nn.LayerNorm(width), nn.GELU(), nn.Linear(width, PERSON))
        self.other = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(),
            nn.Linear(width, readings * (PERSON + 1)),
        )  # fmt: skip
        # The mean pose: the network predicts differences from it.
        self.register_buffer("mean_rot6d", torch.zeros(BONES * 6))
        for layer, spread in ((self.head[-1], 0.0), (self.other[-1], 0.02)):
            assert isinstance(layer, nn.Linear)
            nn.init.normal_(layer.weight, 0, 0.003)
            # Readings that start alike would stay alike.
            nn.init.normal_(layer.bias, 0, spread)

    def trunk(self, features: Tensor) -> Tensor:
        """(B, width) from `encode`'s features."""
        hidden = self.stem(features)
        for block in self.blocks:
            hidden = block(hidden)
        return hidden

    def answer(self, hidden: Tensor) -> Lifted:
        """The main reading."""
        return self._person(self.head(hidden).float())

    def other_readings(self, hidden: Tensor) -> tuple[Lifted, Tensor]:
        """Fields of shape (B, readings, ...) and their scores (B, readings), not normalised."""
        raw = self.other(hidden).float().unflatten(1, (self.readings, PERSON + 1))
        return self._person(raw[..., :-1]), raw[..., -1]

    def forward(self, marks: Marks) -> Lifted:
        """The main reading of each person."""
        return self.answer(self.trunk(encode(marks)))

    def _person(self, raw: Tensor) -> Lifted:
        rot6d, betas, camera = raw.split((BONES * 6, SHAPES, 3), dim=-1)
        rotmat = rot6d_to_rotmat((rot6d + self.mean_rot6d).unflatten(-1, (BONES, 6)))
        return Lifted(rotmat, betas, camera)


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, hidden: Tensor) -> Tensor:
        return hidden + self.second(F.gelu(self.first(self.norm(hidden))))
