"""Cheap self-intersection test on joints: limbs as sampled points, trunk and thighs as capsules."""

from __future__ import annotations

import torch
from torch import Tensor

# (frame joint, lowest y, highest y, half width, half depth) of the trunk's elliptic cylinders, metres
TRUNK = (("Spine2", -0.32, 0.30, 0.155, 0.115), ("Pelvis", -0.12, 0.12, 0.17, 0.12))
HEAD_CENTER, HEAD_RADIUS = (0.0, 0.07, 0.03), 0.10
THIGH_RADIUS, SHIN_RADIUS = 0.08, 0.055


def free_of_collisions(
    global_rotmat: Tensor, positions: Tensor, joint_id: dict[str, int]
) -> Tensor:
    """(n,) bool: True where no limb runs through trunk, head, or another limb.

    Args:
        global_rotmat: (n, 24, 3, 3); positions: (n, 24, 3) metres; one frame for both.
        joint_id: joint name to row.
    """
    steps = torch.linspace(0, 1, 6, device=positions.device)[None, :, None]

    def at(name: str) -> Tensor:
        return positions[:, joint_id[name]]

    def segment(a: str, b: str) -> Tensor:
        return at(a)[:, None] * (1 - steps) + at(b)[:, None] * steps

    def local(points: Tensor, frame: str) -> Tensor:
        back = global_rotmat[:, joint_id[frame]].transpose(-1, -2)
        return (back[:, None] @ (points - at(frame)[:, None])[..., None])[..., 0]

    fine = torch.ones(len(positions), dtype=torch.bool, device=positions.device)
    center = torch.tensor(HEAD_CENTER, device=positions.device)
    for side in "LR":
        palm = at(f"{side}_Wrist") + (at(f"{side}_Hand") - at(f"{side}_Wrist")) * 1.2
        fore = torch.cat([segment(f"{side}_Elbow", f"{side}_Wrist")[:, 1:], palm[:, None]], dim=1)
        upper = segment(f"{side}_Shoulder", f"{side}_Elbow")[:, 3:]
        for frame, low, high, width, depth in TRUNK:
            for points, size in ((fore, 0.9), (upper, 0.75)):
                p = local(points, frame)
                radius = (p[..., 0] / width) ** 2 + ((p[..., 2] - 0.02) / depth) ** 2
                fine &= ~((p[..., 1] > low) & (p[..., 1] < high) & (radius < size)).any(1)
        fine &= ~((local(fore, "Head") - center).norm(dim=-1) < HEAD_RADIUS).any(1)
        for leg in "LR":
            for a, b, limit in (("Hip", "Knee", THIGH_RADIUS), ("Knee", "Ankle", SHIN_RADIUS)):
                gap = _distance_to_segment(fore, at(f"{leg}_{a}"), at(f"{leg}_{b}"))
                fine &= ~(gap < limit).any(1)

    def apart(a: tuple[str, str], b: tuple[str, str]) -> Tensor:
        return torch.cdist(segment(*a), segment(*b)).amin((1, 2))

    fine &= apart(("L_Knee", "L_Ankle"), ("R_Knee", "R_Ankle")) > 0.085
    fine &= apart(("L_Knee", "L_Ankle"), ("R_Hip", "R_Knee")) > 0.085
    fine &= apart(("R_Knee", "R_Ankle"), ("L_Hip", "L_Knee")) > 0.085
    fine &= (at("L_Knee") - at("R_Knee")).norm(dim=-1) > 0.09
    fine &= apart(("L_Elbow", "L_Wrist"), ("R_Elbow", "R_Wrist")) > 0.04
    return fine


def _distance_to_segment(points: Tensor, a: Tensor, b: Tensor) -> Tensor:
    a, b = a[:, None], b[:, None]
    along = ((points - a) * (b - a)).sum(-1, keepdim=True) / ((b - a) ** 2).sum(-1, keepdim=True)
    return (points - a - along.clamp(0, 1) * (b - a)).norm(dim=-1)
