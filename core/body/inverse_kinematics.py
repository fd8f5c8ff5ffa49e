"""Joint rotations from joint positions: swing from the bones, twist from outside.

Source: Li et al., "HybrIK: A Hybrid Analytical-Neural Inverse Kinematics Solution for 3D Human Pose
and Shape Estimation", CVPR 2021. A rotation is split into the swing that turns the rest bone onto the
posed one and a twist about the rest bone, ``R = R_swing R_twist`` (eq. 5); swing follows from positions
(eq. 6 to 8), twist is a (cos, sin) pair that a network predicts. *Naive* IK (algorithm 1) aims every
bone at the difference of two given joints, so bone length errors pile up along the chain; *adaptive*
IK (algorithm 2) aims from where forward kinematics has really put the joint.

Convention: any frame, metres. Rest joints are those of the T-pose; rotations are local, root first.
Joints: the 24 of SMPL, then five leaves (head top, left and right middle finger, left and right big
toe), which give the bones of head, hands and feet an end to aim at.

Gradients flow through bone targets and twists. As in the released code, none flow through the root's
orientation or through the replaced targets of `_near_targets`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.body.joint_sets import SMPL24_NAMES, SMPL24_PARENTS
from core.body.kinematic_chain import KinematicChain
from core.body.model import BodyModel
from core.geometry.rotations import minimal_rotation, nearest_rotmat, skew

LEAF_NAMES = ("Head_top", "L_Middle_finger", "R_Middle_finger", "L_Big_toe", "R_Big_toe")
SKELETON29_NAMES = (*SMPL24_NAMES, *LEAF_NAMES)
# Vertices of SMPL's mesh that the released code takes as leaves.
SMPL_LEAF_VERTICES = (411, 2445, 5905, 3216, 6617)
_LEAF_PARENTS = (15, 22, 23, 10, 11)
_SPINE1, _SPINE3, _NECK = 3, 9, 12
_NO_CHILD = -1
_ADAPTIVE_LIMIT = 0.015  # metres


@dataclass(frozen=True)
class SwingTree:
    """A skeleton and the child at which each joint's bone aims.

    Attributes:
        parents: K parent rows, -1 for the root; the rotated joints come first.
        children: K rows; -1 where a joint has no bone of its own.
        rotated: how many joints have a rotation; the others are leaves to aim at.
    """

    parents: tuple[int, ...]
    children: tuple[int, ...]
    rotated: int = len(SMPL24_NAMES)

    @cached_property
    def levels(self) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        """Rotated joints of equal depth with their parents, nearest to the root first."""
        parents = self.parents[: self.rotated]
        names = tuple(str(row) for row in range(self.rotated))
        return KinematicChain(names, parents, torch.zeros(0), torch.zeros(0)).levels

    @cached_property
    def root_children(self) -> tuple[int, ...]:
        """Joints that hang on the root, the spine (its aimed child) first."""
        spine = self.children[0]
        others = (k for k, p in enumerate(self.parents) if p == 0 and k != spine)
        return (spine, *others)

    @cached_property
    def still(self) -> tuple[int, ...]:
        """Rotated joints without a bone, whose rotation is given or the identity."""
        return tuple(k for k in range(self.rotated) if self.children[k] == _NO_CHILD)


def _first_children(parents: Sequence[int]) -> list[int]:
    """The lowest child of every joint, the neck for the chest and the spine for the root."""
    children = [next((k for k, p in enumerate(parents) if p == joint), _NO_CHILD)
                for joint in range(len(parents))]  # fmt: skip
    children[0], children[_SPINE3] = _SPINE1, _NECK
    return children


def _wrapped_children(parents: Sequence[int]) -> list[int]:
    """As `_first_children`, with the released table's slip for 24 joints.

    Its writer sets ``children[parent of the root] = 0``, and index -1 is the last joint, the right
    hand, which so aims at the pelvis instead of being a leaf.
    """
    return [*_first_children(parents)[:-1], 0]


_PARENTS29 = (*SMPL24_PARENTS, *_LEAF_PARENTS)
SKELETON29 = SwingTree(_PARENTS29, tuple(_first_children(_PARENTS29)))
# Rotations of head, left hand and feet are given; kept for parity with the released code.
RELEASED24 = SwingTree(SMPL24_PARENTS, tuple(_wrapped_children(SMPL24_PARENTS)))


# ------------------------------------------------------------------ positions to rotations


def swing_twist_rotmats(
    skeleton: Tensor,
    rest: Tensor,
    twists: Tensor,
    *,
    adaptive: bool = True,
    tree: SwingTree = SKELETON29,
    still: Tensor | None = None,
) -> Tensor:
    """Local rotations that put a rest skeleton onto given joints (algorithms 1 and 2 of HybrIK).

    Args:
        skeleton: (B, K, 3) metres, where the joints shall be; only differences matter.
        rest: (B, K, 3) metres, joints of the T-pose of this person's shape.
        twists: (B, R - 1, 2) (cos, sin) about the rest bone of joints 1 to R - 1, of any length.
        adaptive: aim from the joints that forward kinematics reaches, not from the given ones.
        tree: who hangs on whom and aims where.
        still: (B, N, 3, 3) local rotations of ``tree.still``, in order; identity by default.

    Returns:
        (B, R, 3, 3) local rotations, R = ``tree.rotated``.
    """
    twists = twists / (twists.norm(dim=-1, keepdim=True) + 1e-8)
    bones = _bones(rest, tree.parents, rest[:, 0])
    aims = _bones(skeleton, tree.parents, rest[:, 0])
    placed = skeleton - skeleton[:, :1] + rest[:, :1]
    orient = _root_by_three if adaptive else _root_by_spine
    root = orient(bones.detach(), aims.detach(), tree)
    local = _before_swings(root, tree, still)
    turned, reached = [root] * tree.rotated, [rest[:, 0]] * tree.rotated
    for joints, parents in tree.levels:
        above = torch.stack([turned[p] for p in parents], 1)
        start = torch.stack([reached[p] for p in parents], 1)
        start = start + (above @ bones[:, list(joints), :, None])[..., 0]
        moving = [column for column, j in enumerate(joints) if tree.children[j] != _NO_CHILD]
        rows = [joints[column] for column in moving]
        ends = [tree.children[row] for row in rows]
        target = aims[:, ends]
        if adaptive:
            target = _near_targets(placed[:, ends] - start[:, moving], target, bones[:, ends])
        swing = minimal_rotation(bones[:, ends], (above[:, moving].mT @ target[..., None])[..., 0])
        twist = _rotation_about(bones[:, ends], twists[:, [row - 1 for row in rows]])
        for row, rotmat in zip(rows, (swing @ twist).unbind(1), strict=True):
            local[row] = rotmat
        for column, joint in enumerate(joints):
            reached[joint] = start[:, column]
            turned[joint] = above[:, column] @ local[joint]
    return torch.stack(local, 1)


def _before_swings(root: Tensor, tree: SwingTree, still: Tensor | None) -> list[Tensor]:
    """Local rotations (B, 3, 3) by joint: the root's, those given for ``tree.still``, else identity."""
    eye = torch.eye(3).to(root).expand_as(root)
    given = () if still is None else still.unbind(1)
    local = [root, *([eye] * (tree.rotated - 1))]
    # The released code hands five leaf rotations to four leaves and ignores the last.
    for joint, rotmat in zip(tree.still, given, strict=False):
        local[joint] = rotmat
    return local


def _bones(points: Tensor, parents: Sequence[int], root: Tensor) -> Tensor:
    """(B, K, 3): each joint relative to its parent; the root's row is ``root`` (B, 3)."""
    return torch.cat([root[:, None], points[:, 1:] - points[:, list(parents[1:])]], 1)


def _near_targets(reaching: Tensor, given: Tensor, bones: Tensor) -> Tensor:
    """Adaptive bone vectors, replaced by the given bone where the two differ by more than 15 mm.

    Not in the paper: the released code bounds by it how far one wrong joint bends its descendants.
    The given bone first gets the rest bone's length. All (B, N, 3) metres.
    """
    length = given.norm(dim=-1, keepdim=True).clamp_min(1e-8)  # a bone may have no length yet
    given = (given * (bones.norm(dim=-1, keepdim=True) / length)).detach()
    far = (reaching - given).norm(dim=-1, keepdim=True) > _ADAPTIVE_LIMIT
    return torch.where(far, given, reaching)


def _rotation_about(axis: Tensor, turn: Tensor) -> Tensor:
    """Rotation about ``axis`` (..., 3) by the angle whose (cos, sin) is ``turn`` (..., 2), eq. 4."""
    cross = skew(torch.nn.functional.normalize(axis, dim=-1))
    cos, sin = turn[..., :1, None], turn[..., 1:, None]
    return torch.eye(3).to(axis) + sin * cross + (1 - cos) * (cross @ cross)


def _root_by_three(bones: Tensor, aims: Tensor, tree: SwingTree) -> Tensor:
    """(B, 3, 3): least-squares rotation of spine and both hips (eq. 12), never a reflection."""
    rows = list(tree.root_children)
    return nearest_rotmat(aims[:, rows].mT @ bones[:, rows])


def _root_by_spine(bones: Tensor, aims: Tensor, tree: SwingTree) -> Tensor:
    """(B, 3, 3): turn the spine into place, then about it until the middle of the hips fits.

    The way of the released naive path; it reads only one direction of the hips.
    """
    spine, *hips = tree.root_children
    first = minimal_rotation(bones[:, spine], aims[:, spine])
    axis = torch.nn.functional.normalize(aims[:, spine], dim=-1)
    have = (first @ bones[:, hips].mean(1)[..., None])[..., 0]
    want = aims[:, hips].mean(1)
    across = [v - (v * axis).sum(-1, keepdim=True) * axis for v in (have, want)]
    return minimal_rotation(*across) @ first


# ------------------------------------------------------------------ rotations to twists


def twists_of(rotmat: Tensor, rest: Tensor, tree: SwingTree = SKELETON29) -> Tensor:
    """Twist (cos, sin) of local rotations: what is left of each beside its swing (eq. 5).

    Args:
        rotmat: (B, R, 3, 3) local rotations.
        rest: (B, K, 3) metres, joints of the T-pose.

    Returns:
        (B, R - 1, 2) for joints 1 to R - 1; (1, 0) for joints without a bone.
    """
    bones = _bones(rest, tree.parents, rest[:, 0])
    ends = [max(child, 0) for child in tree.children[1 : tree.rotated]]
    axis = torch.nn.functional.normalize(bones[:, ends], dim=-1)
    local = rotmat[:, 1:]
    swing = minimal_rotation(axis, (local @ axis[..., None])[..., 0])
    twist = swing.mT @ local
    trace = twist.diagonal(dim1=-2, dim2=-1).sum(-1)
    crossed = 0.5 * (twist - twist.mT)
    vector = torch.stack([crossed[..., 2, 1], crossed[..., 0, 2], crossed[..., 1, 0]], -1)
    turn = torch.stack([0.5 * (trace - 1), (vector * axis).sum(-1)], -1)
    for joint in tree.still:
        turn[:, joint - 1] = turn.new_tensor([1.0, 0.0])
    return turn


# ------------------------------------------------------------------ skeletons of a body


def leaf_vertices(body: BodyModel) -> tuple[int, ...]:
    """The vertex of head, hands and feet that lies farthest along its bone in the T-pose.

    A rule for any body with SMPL's joints; SMPL's own mesh has `SMPL_LEAF_VERTICES` by convention.
    """
    still = body(body.zero_pose(1), body.v_bind.new_zeros(1, body.shape_count))
    found = []
    for joint in _LEAF_PARENTS:
        bone = still.joints[0, joint] - still.joints[0, body.parents[joint]]
        along = (still.vertices[0] @ bone).cpu().numpy()
        along[body.part_labels != joint] = -np.inf
        found.append(int(along.argmax()))
    return tuple(found)


def rest_skeleton(body: BodyModel, betas: Tensor, leaves: Sequence[int] | Tensor) -> Tensor:
    """(B, 29, 3) metres, body frame: T-pose joints and leaves of shapes (B, S)."""
    return posed_skeleton(body, body.zero_pose(len(betas)), betas, leaves)


def posed_skeleton(
    body: BodyModel, rotmat: Tensor, betas: Tensor, leaves: Sequence[int] | Tensor
) -> Tensor:
    """(B, 29, 3) metres: joints and leaf vertices of posed bodies, rotations (B, 24, 3, 3)."""
    posed = body(rotmat, betas, vertex_ids=leaves)
    return torch.cat([posed.joints, posed.vertices], 1)
