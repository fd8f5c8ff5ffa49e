"""Poses of a right hand within the limits of its joints: gestures, grips, and anything between.

Angles are flexion of the three joints of each finger and its spread; the thumb opposes, bends and
straightens. A finger's last joint follows its middle one, as tendons make it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from core.body.kinematic_chain import KinematicChain
from core.geometry.rotations import axis_angle_to_rotmat
from core.synthesis.draws import Draws

DEGREE = math.pi / 180
FINGERS = ("Index", "Middle", "Ring", "Pinky")
PALM_DOWN = (0.0, -1.0, 0.0)
# Closest that the middles of finger bones may come to each other and to those of the palm, metres.
FINGERS_APART, PALM_APART = 0.009, 0.013
LIMITS = ((-20.0, 88.0), (0.0, 108.0), (-5.0, 70.0))  # degrees at the three joints of a finger
THUMB_LIMITS = ((-20.0, 40.0), (-15.0, 55.0), (-15.0, 75.0))
LAST_FOLLOWS = 0.62


@dataclass(frozen=True)
class Gesture:
    """Mean bend of the five fingers, 0 straight to 1 closed, and how much hands differ.

    Attributes:
        bend: index, middle, ring, pinky.
        thumb: 0 stretched out to 1 across the palm.
        spread: degrees between neighbouring fingers.
        scatter: standard deviation of the bends.
    """

    bend: tuple[float, float, float, float]
    thumb: float
    spread: float
    scatter: float
    weight: float


GESTURES = (
    Gesture((0.02, 0.02, 0.03, 0.04), 0.10, 6.0, 0.06, 0.14),  # open
    Gesture((0.04, 0.02, 0.03, 0.05), 0.00, 14.0, 0.06, 0.08),  # spread
    Gesture((0.25, 0.30, 0.34, 0.38), 0.35, 2.0, 0.12, 0.18),  # at rest
    Gesture((0.90, 0.92, 0.92, 0.92), 0.75, 0.0, 0.07, 0.09),  # fist
    Gesture((0.05, 0.85, 0.90, 0.90), 0.60, 0.0, 0.08, 0.08),  # pointing
    Gesture((0.05, 0.05, 0.88, 0.90), 0.80, 8.0, 0.08, 0.04),  # two fingers
    Gesture((0.85, 0.88, 0.90, 0.90), 0.00, 0.0, 0.07, 0.04),  # thumb up
    Gesture((0.50, 0.45, 0.40, 0.35), 0.80, 3.0, 0.12, 0.10),  # pinch
    Gesture((0.60, 0.62, 0.62, 0.60), 0.60, 2.0, 0.10, 0.11),  # around a handle
    Gesture((0.40, 0.40, 0.40, 0.40), 0.40, 6.0, 0.30, 0.14),  # each finger as it likes
)


class HandPoseSampler:
    """Draws poses for a 16-joint right hand whose zero pose is flat, palm down, fingers along -x.

    Args:
        chain: skeleton of the hand.
        seed: None follows torch's global generator.
    """

    def __init__(self, chain: KinematicChain, seed: int | None = None) -> None:
        self.chain = chain
        self.draws = Draws(seed, chain.offsets.device)
        self._id = chain.joint_id
        still = torch.eye(3, device=chain.offsets.device).repeat(1, len(chain.names), 1, 1)
        _, placed = chain.forward_kinematics(still, chain.offsets)
        self._rest = placed[0]

    def sample(self, count: int) -> Tensor:
        """(count, 16, 3, 3) local rotations; the wrist's is left at zero."""
        kept, have = [], 0
        while have < count:
            rotmat = self._draw(max(64, 2 * (count - have)))
            fine = self._free(rotmat)
            kept.append(rotmat[fine])
            have += int(fine.sum())
        return torch.cat(kept)[:count]

    def _draw(self, n: int) -> Tensor:
        draws, device = self.draws, self.draws.device
        kind = draws.pick([g.weight for g in GESTURES], n)
        bend = torch.tensor([(*g.bend, g.thumb) for g in GESTURES], device=device)[kind]
        scatter = torch.tensor([g.scatter for g in GESTURES], device=device)[kind]
        spread = torch.tensor([g.spread for g in GESTURES], device=device)[kind]
        # Neighbouring fingers move together: half of the scatter is common.
        common, own = draws.normal(0, 0.7, n, 1), draws.normal(0, 0.7, n, 5)
        bend = (bend + (common + own) * scatter[:, None]).clamp(-0.1, 1.05)
        rotmat = torch.eye(3, device=device).repeat(n, len(self.chain.names), 1, 1)
        for place, finger in enumerate(FINGERS):
            apart = (1.5 - place) * spread + draws.normal(0, 3, n)
            self._place_finger(rotmat, finger, bend[:, place], apart)
        self._place_thumb(rotmat, bend[:, 4])
        return rotmat

    def _place_finger(self, rotmat: Tensor, finger: str, bend: Tensor, apart: Tensor) -> None:
        n, draws = len(bend), self.draws
        ids = [self._id[f"{finger}_{i}"] for i in (1, 2, 3)]
        along = F.normalize(self._rest[ids[1]] - self._rest[ids[0]], dim=0)
        down = torch.tensor(PALM_DOWN, device=along.device)
        axis = F.normalize(torch.linalg.cross(along, down), dim=0)
        first = bend * 82 + draws.normal(0, 9, n)
        middle = bend * 98 + draws.normal(0, 10, n)
        last = middle * LAST_FOLLOWS + draws.normal(0, 6, n)
        angles = [
            angle.clamp(low, high)
            for angle, (low, high) in zip((first, middle, last), LIMITS, strict=True)
        ]
        # Bent fingers cannot be spread.
        sideways = apart * (1 - bend.clamp(0, 1)) * DEGREE
        turn = axis_angle_to_rotmat(-down * sideways[:, None])
        for joint, angle in zip(ids, angles, strict=True):
            rotmat[:, joint] = axis_angle_to_rotmat(axis * (angle * DEGREE)[:, None])
        rotmat[:, ids[0]] = turn @ rotmat[:, ids[0]]

    def _place_thumb(self, rotmat: Tensor, bend: Tensor) -> None:
        n, draws = len(bend), self.draws
        ids = [self._id[f"Thumb_{i}"] for i in (1, 2, 3)]
        along = F.normalize(self._rest[ids[2]] - self._rest[ids[0]], dim=0)
        over = self._rest[self._id["Ring_1"]] - self._rest[ids[1]]
        axis = F.normalize(torch.linalg.cross(along, over), dim=0)
        opposed = bend * 45 - 12 + draws.normal(0, 7, n)
        middle = bend * 45 - 8 + draws.normal(0, 8, n)
        last = bend * 50 - 10 + draws.normal(0, 12, n)
        for joint, angle, (low, high) in zip(
            ids, (opposed, middle, last), THUMB_LIMITS, strict=True
        ):
            rotmat[:, joint] = axis_angle_to_rotmat(
                axis * (angle.clamp(low, high) * DEGREE)[:, None]
            )
        roll = along * (draws.normal(0, 8, n) * DEGREE)[:, None]
        aside = torch.linalg.cross(along, axis) * (draws.normal(0, 6, n) * DEGREE)[:, None]
        rotmat[:, ids[0]] = axis_angle_to_rotmat(aside + roll) @ rotmat[:, ids[0]]

    def _free(self, rotmat: Tensor) -> Tensor:
        """(n,) bool: fingers run neither through each other nor through the palm."""
        turned, placed = self.chain.forward_kinematics(rotmat, self.chain.offsets)
        fine = torch.ones(len(rotmat), dtype=torch.bool, device=rotmat.device)
        bones = {name: self._bones(name, turned, placed) for name in (*FINGERS, "Thumb")}
        wrist = placed[:, self._id["Wrist"]]
        bases = [placed[:, self._id[f"{name}_1"]] for name in FINGERS]
        palm = torch.stack([torch.lerp(wrist, b, s) for b in bases for s in (0.45, 0.7, 0.95)], 1)
        names = list(bones)
        for i, name in enumerate(names):
            fine &= torch.cdist(bones[name][:, 4:], palm).flatten(1).amin(1) > PALM_APART
            for other in names[i + 1 :]:
                apart = torch.cdist(bones[name], bones[other]).flatten(1).amin(1)
                fine &= apart > FINGERS_APART
        return fine

    def _bones(self, finger: str, turned: Tensor, placed: Tensor) -> Tensor:
        """(n, 9, 3) points along a finger, from the first joint to the tip."""
        ids = [self._id[f"{finger}_{i}"] for i in (1, 2, 3)]
        last = self.chain.offsets[ids[2]] * 0.9
        tip = placed[:, ids[2]] + turned[:, ids[2]] @ last
        corners = [*(placed[:, i] for i in ids), tip]
        steps = (1 / 3, 2 / 3, 1.0)
        pairs = pairwise(corners)
        return torch.stack([torch.lerp(a, b, s) for a, b in pairs for s in steps], 1)
