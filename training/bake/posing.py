"""Skinning and random poses in numpy, for fitting and checking while baking."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Rig:
    """A skinned shape space in its bind pose, metres, y up.

    Attributes:
        v_template: (V, 3); shapedirs: (V, 3, K), per standard deviation.
        j_template: (J, 3); j_shapedirs: (J, 3, K).
        weights: (V, J), rows sum to one.
        parents: (J,), -1 for the root.
        rest_rotmat: (J, 3, 3), from the bind pose to the pose that zero rotations mean.
        joint_names: names of the J joints.
    """

    v_template: Floats
    shapedirs: Floats
    j_template: Floats
    j_shapedirs: Floats
    weights: Floats
    parents: tuple[int, ...]
    rest_rotmat: Floats
    joint_names: tuple[str, ...]

    def pose(self, rotmat: Floats, betas: Floats) -> tuple[Floats, Floats]:
        """(B, J, 3, 3) and (B, K) -> vertices (B, V, 3), joints (B, J, 3)."""
        v = self.v_template + np.einsum("vdk,bk->bvd", self.shapedirs, betas)
        j = self.j_template + np.einsum("jdk,bk->bjd", self.j_shapedirs, betas)
        world, place = [rotmat[:, 0]], [j[:, 0]]
        for i in range(1, len(self.parents)):
            p = self.parents[i]
            world.append(world[p] @ rotmat[:, i])
            step = np.einsum("bde,be->bd", world[p] @ self.rest_rotmat[p], j[:, i] - j[:, p])
            place.append(place[p] + step)
        bones = np.stack(world, 1) @ self.rest_rotmat
        joints = np.stack(place, 1)
        shift = joints - np.einsum("bjde,bje->bjd", bones, j)
        blended = np.einsum(
            "vj,bjx->bvx", self.weights, bones.reshape(len(v), -1, 9), optimize=True
        )
        out = np.einsum("bvde,bve->bvd", blended.reshape(*v.shape, 3), v)
        return out + np.einsum("vj,bjd->bvd", self.weights, shift, optimize=True), joints


def minimal_rotation(a: Floats, b: Floats) -> Floats:
    """(3, 3): the smallest rotation that turns direction ``a`` into direction ``b``."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    v, c = np.cross(a, b), float(a @ b)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + k + k @ k / (1 + c)


def t_pose(names: tuple[str, ...], joints: Floats) -> Floats:
    """(24, 3, 3) world rotations from the bind pose to arms level and legs straight down."""
    rest = np.tile(np.eye(3), (len(names), 1, 1))
    at = {name: joints[i] for i, name in enumerate(names)}
    number = {name: i for i, name in enumerate(names)}
    for side, x in (("L", 1.0), ("R", -1.0)):
        for chain, towards in (
            (("Shoulder", "Elbow", "Wrist", "Hand"), np.array([x, 0.0, 0.0])),
            (("Hip", "Knee", "Ankle"), np.array([0.0, -1.0, 0.0])),
        ):
            turned = np.eye(3)
            for joint, child in pairwise(chain):
                bone = turned @ (at[f"{side}_{child}"] - at[f"{side}_{joint}"])
                turned = minimal_rotation(bone, towards) @ turned
                rest[number[f"{side}_{joint}"]] = turned
            if chain[-1] == "Hand":
                rest[number[f"{side}_Hand"]] = turned
    return rest


def euler(angles_deg: Floats) -> Floats:
    """(..., 3) degrees about x, y, z -> (..., 3, 3), applied x first."""
    c, s = np.cos(np.radians(angles_deg)), np.sin(np.radians(angles_deg))
    out = np.broadcast_to(np.eye(3), (*angles_deg.shape[:-1], 3, 3)).copy()
    for axis in range(3):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        turn = np.broadcast_to(np.eye(3), out.shape).copy()
        turn[..., i, i] = turn[..., j, j] = c[..., axis]
        turn[..., i, j], turn[..., j, i] = -s[..., axis], s[..., axis]
        out = turn @ out
    return out


# Mean and deviation in degrees about x, y, z from the T-pose; "mirrored" y and z of the right side
# have the opposite sign. Wide rather than natural: the maps must hold for every pose.
_POSE = {
    "Hip": ((-25, 0, 0), (35, 20, 18)),
    "Knee": ((40, 0, 0), (35, 5, 4)),
    "Ankle": ((0, 0, 0), (14, 10, 8)),
    "Foot": ((0, 0, 0), (8, 2, 2)),
    "Collar": ((0, 0, 0), (4, 8, 8)),
    "Shoulder": ((0, -15, -40), (30, 35, 40)),
    "Elbow": ((0, -45, 0), (25, 35, 5)),
    "Wrist": ((0, 0, 0), (10, 15, 18)),
    "Hand": ((0, 0, -6), (3, 4, 9)),
    "Spine": ((3, 0, 0), (11, 9, 8)),
    "Neck": ((0, 0, 0), (13, 15, 10)),
    "Head": ((0, 0, 0), (13, 15, 10)),
}


def random_body_poses(names: tuple[str, ...], count: int, rng: np.random.Generator) -> Floats:
    """(count, 24, 3, 3) local rotations, root included, over the whole range of people."""
    angles = np.zeros((count, len(names), 3))
    for i, name in enumerate(names):
        if name == "Pelvis":
            angles[:, i] = rng.normal(0, (15, 90, 10), (count, 3))
            continue
        kind = name.split("_")[-1].rstrip("123")
        mean, deviation = _POSE[kind]
        angles[:, i] = rng.normal(mean, deviation, (count, 3))
        if kind == "Knee":
            angles[:, i, 0] = angles[:, i, 0].clip(-5, 140)
        if kind == "Elbow":
            angles[:, i, 1] = angles[:, i, 1].clip(-145, 5)
        if name.startswith("R_"):
            angles[:, i, 1:] *= -1
    return euler(angles)
