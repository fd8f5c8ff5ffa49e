"""Poses of daily life and sport without motion capture: joint limits, balance, no self-intersection.

Poses stand upright in a world with y up and face +z; turning people and placing cameras is the
caller's business. Angles are drawn per activity (`leg_modes`, `arm_modes`), hands reach targets by
inverse kinematics, limbs that run through the body are rejected, and standing people are turned
until their centre of mass is over the lower foot and their soles lie flat: a body that leans without
something to hold it up is the commonest lie of sampled poses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from core.body.kinematic_chain import KinematicChain
from core.geometry.rotations import (
    axis_angle_to_rotmat,
    minimal_rotation,
    rotation_x,
    rotation_y,
    rotation_z,
    rotmat_to_axis_angle,
)
from core.synthesis.arm_modes import (
    BOTH_HANDS,
    SINGLE_HAND,
    ArmBones,
    HandTarget,
    arm_from_angles,
    arm_to_target,
    draw_arm_angles,
    propping_arms,
    swinging_arms,
    throwing_arms,
)
from core.synthesis.collisions import free_of_collisions
from core.synthesis.draws import Draws
from core.synthesis.leg_draw import LegDraw
from core.synthesis.leg_modes import LEG_MODES, MODE_ID

DEGREE = math.pi / 180
Mixture = Literal["daily", "broad"]
ONE_HAND_SHARE, BOTH_HANDS_SHARE = 0.22, 0.20
SIDES = (("L", 1.0), ("R", -1.0))
# Centre of mass from joints (share of the body's mass near each).
MASS = {
    "Head": 0.08, "Spine3": 0.26, "Pelvis": 0.20, "L_Elbow": 0.05, "R_Elbow": 0.05,
    "L_Hip": 0.09, "R_Hip": 0.09, "L_Knee": 0.06, "R_Knee": 0.06, "L_Ankle": 0.03, "R_Ankle": 0.03,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class PoseDraw:
    """Sampled poses.

    Attributes:
        rotmat: (n, 24, 3, 3) float32 local rotations; the root is upright in a y-up world, facing +z.
        mode: (n,) int64 row of `LEG_MODES`.
    """

    rotmat: Tensor
    mode: Tensor


class PoseSampler:
    """Draws poses for a 24-joint body.

    Args:
        chain: skeleton whose mean proportions decide reach, balance and collisions.
        seed: None follows torch's global generator.
    """

    def __init__(self, chain: KinematicChain, seed: int | None = None) -> None:
        self.chain = chain
        self.draws = Draws(seed, chain.offsets.device)
        self.acceptance = 1.0
        self._id = chain.joint_id
        self._bones = {side: self._arm_bones(side, sign) for side, sign in SIDES}
        self._mass = torch.zeros(len(chain.names), device=chain.offsets.device)
        for name, share in MASS.items():
            self._mass[self._id[name]] = share

    def sample(self, count: int, mixture: Mixture = "daily") -> PoseDraw:
        """``count`` accepted poses of a mixture of activities."""
        rotmats, modes, have = [], [], 0
        while have < count:
            drawn = self._draw(max(64, int((count - have) / max(self.acceptance, 0.2))), mixture)
            rotmats.append(drawn.rotmat)
            modes.append(drawn.mode)
            have += len(drawn.mode)
        return PoseDraw(torch.cat(rotmats)[:count], torch.cat(modes)[:count])

    def _draw(self, n: int, mixture: Mixture) -> PoseDraw:
        legs, mode = self._legs(n, mixture)
        rotmat = torch.eye(3, device=self.draws.device).repeat(n, len(self.chain.names), 1, 1)
        self._place_legs(rotmat, legs)
        self._place_trunk(rotmat, legs, mode)
        self._place_arms(rotmat, legs, mode)
        turned, placed = self.chain.forward_kinematics(rotmat, self.chain.offsets)
        fine = free_of_collisions(turned, placed, self._id)
        self.acceptance = 0.9 * self.acceptance + 0.1 * float(fine.float().mean())
        kept = fine.nonzero()[:, 0]
        rotmat, mode = rotmat[kept], mode[kept]
        root = rotation_x(legs.lean[kept] * DEGREE) @ rotation_z(legs.roll[kept] * DEGREE)
        root = self._balance(root, placed[kept], mode)
        root = self._lay_down(root, mode)
        rotmat[:, 0] = root
        self._flatten_feet(rotmat, root[:, None] @ turned[kept], root, placed[kept], mode)
        return PoseDraw(rotmat, mode)

    def _legs(self, n: int, mixture: Mixture) -> tuple[LegDraw, Tensor]:
        weights = [mode.daily if mixture == "daily" else mode.broad for mode in LEG_MODES]
        mode = self.draws.pick(weights, n)
        values = [torch.zeros(n, size, device=self.draws.device) for size in (5, 5, 1, 1, 1, 1)]
        for row, entry in enumerate(LEG_MODES):
            chosen = (mode == row).nonzero()[:, 0]
            drawn = entry.draw(self.draws, len(chosen))
            parts = (drawn.left, drawn.right, drawn.lean, drawn.roll, drawn.stride, drawn.effort)
            for value, part in zip(values, parts, strict=True):
                value[chosen] = part.reshape(len(chosen), value.shape[1])
        left, right, lean, roll, stride, effort = values
        return LegDraw(left, right, lean[:, 0], roll[:, 0], stride[:, 0], effort[:, 0]), mode

    def _place_legs(self, rotmat: Tensor, legs: LegDraw) -> None:
        for (side, sign), angles in zip(SIDES, (legs.left, legs.right), strict=True):
            flexion, abduction, turn, knee, ankle = (angles * DEGREE).unbind(1)
            hip = rotation_x(-flexion) @ rotation_z(sign * abduction) @ rotation_y(sign * turn)
            wobble = rotation_z(self.draws.normal(0, 4, len(ankle)) * DEGREE)
            rotmat[:, self._id[f"{side}_Hip"]] = hip
            rotmat[:, self._id[f"{side}_Knee"]] = rotation_x(knee)
            rotmat[:, self._id[f"{side}_Ankle"]] = rotation_x(ankle) @ wobble

    def _place_trunk(self, rotmat: Tensor, legs: LegDraw, mode: Tensor) -> None:
        draws, n = self.draws, len(mode)
        lively = _is_mode(mode, "side_lunge", "bend", "throw", "dance", "free").float()
        stooped = draws.uniform(5, 65, n) * draws.coin(0.06, n)
        seated = _is_mode(mode, "sit", "sit_floor", "squat", "lie") * draws.uniform(0, 28, n)
        upright = _is_mode(mode, "stand", "walk", "kick", "stance", "lunge")
        slouch = torch.where(upright, draws.normal(1, 4, n), draws.normal(4, 8, n))
        bend = (slouch + stooped + seated).clamp(-25, 85)
        side = draws.normal(0, 1, n) * (4 + 9 * lively)
        twist = draws.normal(0, 1, n) * (9 + 20 * lively)
        for name, share in (("Spine1", 0.36), ("Spine2", 0.32), ("Spine3", 0.32)):
            turn = rotation_x(bend * share * DEGREE) @ rotation_z(side * share * DEGREE)
            rotmat[:, self._id[name]] = turn @ rotation_y(twist * share * DEGREE)
        # People look ahead: the neck takes back part of what hips and trunk lean forwards.
        look_up = (legs.lean.clamp(0, 80) + bend.clamp_min(0)) * draws.uniform(0, 0.6, n)
        nod = (draws.normal(8, 13, n) - look_up).clamp(-55, 50)
        yaw = (draws.normal(0, 24, n)).clamp(-70, 70)
        tilt = draws.normal(0, 8, n)
        for name, share in (("Neck", 0.45), ("Head", 0.55)):
            turn = rotation_y(yaw * share * DEGREE) @ rotation_x(nod * share * DEGREE)
            rotmat[:, self._id[name]] = turn @ rotation_z(tilt * share * DEGREE)

    def _place_arms(self, rotmat: Tensor, legs: LegDraw, mode: Tensor) -> None:
        draws, n = self.draws, len(mode)
        left, right = draw_arm_angles(draws, n), draw_arm_angles(draws, n)
        alike = left + draws.normal(0, 5, n, 5)
        right = torch.where(draws.coin(0.3, n, 1), alike, right)
        bound = torch.zeros(n, dtype=torch.bool, device=draws.device)
        for where, (new_left, new_right) in (
            (
                _is_mode(mode, "walk") & draws.coin(0.7, n),
                swinging_arms(draws, torch.nan_to_num(legs.stride), legs.effort),
            ),
            (_is_mode(mode, "throw") & draws.coin(0.7, n), throwing_arms(draws, n)),
            (_is_mode(mode, "crawl"), propping_arms(draws, n)),
        ):
            left = torch.where(where[:, None], new_left, left)
            right = torch.where(where[:, None], new_right, right)
            bound |= where
        for (side, sign), angles in zip(SIDES, (left, right), strict=True):
            rotations = arm_from_angles(angles, sign)
            for name, value in zip(("Collar", "Shoulder", "Elbow"), rotations, strict=True):
                rotmat[:, self._id[f"{side}_{name}"]] = value
            hand = rotation_z(draws.normal(0, 14, n) * DEGREE)
            rotmat[:, self._id[f"{side}_Wrist"]] = hand @ rotation_y(draws.normal(0, 8, n) * DEGREE)
        self._reach(rotmat, (~bound).nonzero()[:, 0])

    def _reach(self, rotmat: Tensor, people: Tensor) -> None:
        """Bring hands of some of the ``people`` to targets on the body or on a held thing."""
        turned, placed = self.chain.forward_kinematics(rotmat, self.chain.offsets)
        kind = self.draws.pick(
            (1 - ONE_HAND_SHARE - BOTH_HANDS_SHARE, ONE_HAND_SHARE, BOTH_HANDS_SHARE), len(people)
        )
        for both, table in ((False, SINGLE_HAND), (True, BOTH_HANDS)):
            chosen = people[kind == (2 if both else 1)]
            target = self.draws.pick([entry.weight for entry in table], len(chosen))
            sides = self.draws.pick((0.3, 0.3, 0.4), len(chosen))  # left, right, both alike
            for row, entry in enumerate(table):
                rows = chosen[target == row]
                use = sides[target == row]
                thing = self.draws.normal(0, 1, len(rows), 3)
                for column, (side, sign) in enumerate(SIDES):
                    mine = torch.ones_like(use, dtype=torch.bool) if both else use == column
                    mine = (mine | (use == 2)).nonzero()[:, 0]
                    point = self._target_point(entry, thing[mine], sign)
                    self._reach_point(
                        rotmat, rows[mine], (turned, placed), entry.frame, side, point
                    )

    def _target_point(self, entry: HandTarget, thing: Tensor, sign: float) -> Tensor:
        """(n, 3) metres in the target's frame; ``thing`` (n, 3) is standard normal per person."""
        draws = self.draws
        mirror = torch.tensor([sign, 1.0, 1.0], device=draws.device)
        center = torch.tensor(entry.center, device=draws.device)
        spread = torch.tensor(entry.sd, device=draws.device)
        if entry.gap is None:
            return (center + spread * draws.normal(0, 1, *thing.shape)) * mirror
        apart = draws.uniform(*entry.gap, len(thing), 1) * mirror * torch.eye(3)[0].to(mirror)
        return center + spread * thing + apart + draws.normal(0, 0.015, *thing.shape)

    def _reach_point(
        self,
        rotmat: Tensor,
        rows: Tensor,
        pose: tuple[Tensor, Tensor],
        frame_name: str,
        side: str,
        point: Tensor,
    ) -> None:
        turned, placed = pose[0][rows], pose[1][rows]
        frame = self._id[frame_name if frame_name in self._id else f"{side}_{frame_name}"]
        world = placed[:, frame] + (turned[:, frame] @ point[..., None])[..., 0]
        chest = self._id["Spine3"]
        collar = placed[:, self._id[f"{side}_Collar"]]
        local = (turned[:, chest].transpose(-1, -2) @ (world - collar)[..., None])[..., 0]
        roll = self.draws.normal(20, 30, len(rows)) * DEGREE
        rotations = arm_to_target(self.draws, self._bones[side], local, roll)
        for name, value in zip(("Collar", "Shoulder", "Elbow"), rotations, strict=True):
            rotmat[rows, self._id[f"{side}_{name}"]] = value

    def _balance(self, root: Tensor, placed: Tensor, mode: Tensor) -> Tensor:
        """Level the feet of people who stand on both, then bring the centre of mass over the feet."""
        draws, n = self.draws, len(mode)
        share = torch.tensor([entry.balanced for entry in LEG_MODES], device=root.device)[mode]
        both = torch.tensor([entry.both_feet for entry in LEG_MODES], device=root.device)[mode]
        keep = (draws.uniform(0, 1, n) < share).float()
        level = self._level_feet(_turned(root, placed), both & (keep > 0))
        root = level @ root
        points = _turned(root, placed)
        feet = points[:, [self._id["L_Ankle"], self._id["R_Ankle"]]]
        weight = torch.softmax(-feet[..., 1] / 0.04, dim=1)[..., None]
        up = torch.einsum("j,njd->nd", self._mass, points) - (weight * feet).sum(1)
        forwards = 0.035 + draws.normal(0, 0.03, n)
        sideways = draws.normal(0, 0.02, n)
        over = torch.stack([up[:, 0] - sideways, up[:, 2] - forwards], dim=1)
        # On two feet only the way across the line between them has to balance.
        line = F.normalize((feet[:, 0] - feet[:, 1])[:, [0, 2]], dim=1)
        across = over - (over * line).sum(1, keepdim=True) * line
        over = torch.where(both[:, None], across, over)
        pitch = torch.atan2(over[:, 1], up[:, 1]).clamp(-0.6, 0.6)
        roll = torch.atan2(over[:, 0], up[:, 1]).clamp(-0.4, 0.4)
        return rotation_x(-pitch * keep) @ rotation_z(roll * keep) @ root

    def _level_feet(self, points: Tensor, both: Tensor) -> Tensor:
        """(n, 3, 3) rotations that bring both ankles to one height, by at most 35 degrees."""
        line = points[:, self._id["L_Ankle"]] - points[:, self._id["R_Ankle"]]
        flat = line * torch.tensor([1.0, 0.0, 1.0], device=line.device)
        slope = torch.atan2(line[:, 1].abs(), flat.norm(dim=1))
        use = both & (flat.norm(dim=1) > 0.12) & (slope < 35 * DEGREE)
        eye = torch.eye(3, device=line.device).expand(len(line), 3, 3)
        safe = torch.where(use[:, None], line, torch.ones_like(line))
        safe_flat = torch.where(use[:, None], flat, torch.ones_like(flat))
        return torch.where(use[:, None, None], minimal_rotation(safe, safe_flat), eye)

    def _lay_down(self, root: Tensor, mode: Tensor) -> Tensor:
        """People who lie: on the back, the belly or a side, head any way."""
        n = len(mode)
        lying = _is_mode(mode, "lie")
        quarter = math.pi / 2
        tilt = torch.tensor([-quarter, quarter, -quarter, -quarter], device=root.device)
        turn = torch.tensor([0.0, 0.0, quarter, -quarter], device=root.device)
        how = self.draws.pick((0.5, 0.2, 0.15, 0.15), n)
        wobble = self.draws.normal(0, 0.12, n)
        down = rotation_x(tilt[how] + wobble) @ rotation_y(turn[how])
        heading = rotation_y(self.draws.uniform(-math.pi, math.pi, n))
        return torch.where(lying[:, None, None], heading @ down @ root, root)

    def _flatten_feet(
        self, rotmat: Tensor, turned: Tensor, root: Tensor, placed: Tensor, mode: Tensor
    ) -> None:
        """Lay the soles of supporting feet flat, within 35 degrees of ankle movement."""
        stands = torch.tensor([e.balanced > 0 for e in LEG_MODES], device=root.device)[mode]
        stands = stands | _is_mode(mode, "walk")
        height = (root[:, None] @ placed[..., None])[..., 1, 0]
        ankles = height[:, [self._id["L_Ankle"], self._id["R_Ankle"]]]
        for column, (side, _) in enumerate(SIDES):
            low = ankles[:, column] < ankles.amin(1) + 0.07
            use = stands & low & self.draws.coin(0.85, len(mode))
            shin = turned[:, self._id[f"{side}_Knee"]]
            up = torch.tensor([0.0, 1.0, 0.0], device=root.device).expand(len(mode), 3)
            ahead = F.normalize(shin[..., 2] * torch.tensor([1.0, 0.0, 1.0], device=root.device))
            flat = torch.stack([torch.cross(up, ahead, dim=1), up, ahead], dim=-1)
            turn = rotmat_to_axis_angle(shin.transpose(-1, -2) @ flat)
            angle = turn.norm(dim=1)
            use &= (angle < 50 * DEGREE) & (shin[:, 1, 1] > 0.3)
            turn = turn * (35 * DEGREE / angle.clamp_min(1e-6)).clamp(max=1.0)[:, None]
            ankle = self._id[f"{side}_Ankle"]
            rotmat[use, ankle] = axis_angle_to_rotmat(turn[use])

    def _arm_bones(self, side: str, sign: float) -> ArmBones:
        offsets = self.chain.offsets
        return ArmBones(
            sign,
            offsets[self._id[f"{side}_Shoulder"]],
            float(offsets[self._id[f"{side}_Elbow"]].norm()),
            float(offsets[self._id[f"{side}_Wrist"]].norm()),
        )


def _turned(root: Tensor, points: Tensor) -> Tensor:
    return (root[:, None] @ points[..., None])[..., 0]


def _is_mode(mode: Tensor, *names: str) -> Tensor:
    wanted = torch.tensor([MODE_ID[name] for name in names], device=mode.device)
    return torch.isin(mode, wanted)
