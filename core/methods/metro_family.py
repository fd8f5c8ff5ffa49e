"""What METRO and its kin share: the template, joints of a mesh, fixed up-sampling, true levels."""

from __future__ import annotations

import torch
from torch import Tensor

from core.body import BodyModel
from core.body.joint_sets import H36M17_TO_LSP14, LSP14_NAMES
from core.geometry.rotations import axis_angle_to_rotmat

ROOT_TURN = (3.1416, 0.0, 0.0)  # not pi: the released templates were made with this
HIPS = (2, 3)
WRIST = (0,)


def is_hand(body: BodyModel) -> bool:
    """A hand has two mesh levels, a body three."""
    return len(body.level_sizes) == 2


def joint_names_of(body: BodyModel) -> tuple[str, ...]:
    """The joints that the family reports: 14 of a body, 21 of a hand."""
    return body.joint_names_of("hand21") if is_hand(body) else LSP14_NAMES


def template_of(body: BodyModel) -> tuple[Tensor, Tensor]:
    """Template joints (K, 3) and coarse vertices (C, 3), metres, camera axes, root at the origin."""
    with torch.device("cpu"):  # real also when parameters are only counted, on the meta device
        return _template_of(body)


def _template_of(body: BodyModel) -> tuple[Tensor, Tensor]:
    if is_hand(body):
        vertices = body.v_template[None]
        joints = body.regress(vertices, "hand21")
        origin = joints[:, :1]
    else:
        rotmat = body.zero_pose(1)
        rotmat[:, 0] = axis_angle_to_rotmat(torch.tensor([ROOT_TURN], dtype=rotmat.dtype))
        vertices = body(rotmat, torch.zeros(1, body.shape_count)).vertices
        all_joints = body.regress(vertices, "h36m17")
        joints, origin = all_joints[:, list(H36M17_TO_LSP14)], all_joints[:, :1]
    coarse = body.downsample(vertices, 0, -1)
    return (joints - origin)[0], (coarse - origin)[0]


def regressed_joints(body: BodyModel, vertices: Tensor, tokens: Tensor) -> Tensor:
    """Joints of a mesh (B, V, 3) by METRO's own regressor where the body has it.

    A body without any regressor has the joint ``tokens`` (B, K, 3) instead.
    """
    wanted = ("hand21",) if is_hand(body) else ("h36m17", "lsp14")
    known = next((name for name in wanted if name in body.joint_sets()), None)
    if known is None:
        return tokens
    joints = body.regress(vertices, known)
    return joints[:, list(H36M17_TO_LSP14)] if known == "h36m17" else joints


def upsampled(body: BodyModel, coarse: Tensor) -> tuple[Tensor, ...]:
    """Meshes of all levels, coarse first, by the body's fixed matrices."""
    levels = [coarse]
    for level in range(len(body.level_sizes) - 1, 0, -1):
        levels.append(body.upsample(levels[-1], level, level - 1))
    return tuple(levels)


def true_levels(body: BodyModel, vertices: Tensor) -> tuple[Tensor, ...]:
    """The true mesh on every level, coarse first, about the H36M pelvis (hand: the wrist)."""
    root_set = "hand21" if is_hand(body) else "h36m17"
    if root_set in body.joint_sets():
        vertices = vertices - body.regress(vertices, root_set)[:, :1]
    levels = range(len(body.level_sizes) - 1, 0, -1)
    return (*(body.downsample(vertices, 0, level) for level in levels), vertices)
