"""Swing and twist give back the rotations that made a skeleton, and reach given bones."""

from __future__ import annotations

import pytest
import torch

from core.body import load_body
from core.body.inverse_kinematics import (
    LEAF_NAMES,
    SKELETON29,
    SKELETON29_NAMES,
    SwingTree,
    leaf_vertices,
    posed_skeleton,
    rest_skeleton,
    swing_twist_rotmats,
    twists_of,
)
from core.body.kinematic_chain import KinematicChain
from core.geometry.rotations import axis_angle_to_rotmat, rotation_angle
from core.verify import verify

PEOPLE = 6


@pytest.fixture(scope="module")
def body():
    return load_body()


@pytest.fixture(scope="module")
def leaves(body):
    return leaf_vertices(body)


def turns(size: float, seed: int = 4) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    vector = torch.randn(PEOPLE, 24, 3, generator=generator, dtype=torch.float64)
    return axis_angle_to_rotmat(size * vector)


def betas(seed: int = 5) -> torch.Tensor:
    return torch.randn(PEOPLE, 10, generator=torch.Generator().manual_seed(seed))


def exact_joints(rotmat: torch.Tensor, rest: torch.Tensor, tree: SwingTree = SKELETON29):
    """Forward kinematics of all 29, leaves stiff on their parents."""
    eye = torch.eye(3, dtype=rotmat.dtype).expand(len(rotmat), 5, 3, 3)
    parents = list(tree.parents)
    offsets = rest - rest[:, parents]
    chain = KinematicChain(SKELETON29_NAMES, tree.parents, offsets[0], offsets[:0])
    return chain.forward_kinematics(torch.cat([rotmat, eye], 1), offsets)[1] + rest[:, :1]


@pytest.mark.parametrize("adaptive", [True, False])
@pytest.mark.parametrize("size", [0.0, 0.3, 1.0])
def test_on_exact_joints_it_equals_the_direct_rotations(body, leaves, adaptive, size):
    rotmat = turns(size)
    # The chest aims at the neck only, so its two other children cannot betray it here either.
    rest = rest_skeleton(body, betas(), leaves).double()
    joints = exact_joints(rotmat, rest)
    back = swing_twist_rotmats(joints, rest, twists_of(rotmat, rest), adaptive=adaptive)
    assert float((back - rotmat).abs().max()) < 1e-6


@pytest.mark.parametrize("adaptive", [True, False])
def test_moved_and_turned_joints_only_turn_the_root(body, leaves, adaptive):
    rotmat = turns(0.4)
    rest = rest_skeleton(body, betas(), leaves).double()
    joints, twists = exact_joints(rotmat, rest), twists_of(rotmat, rest)
    turn = axis_angle_to_rotmat(torch.tensor([0.3, -1.1, 0.8], dtype=torch.float64))
    moved = joints @ turn.mT + torch.tensor([1.0, 2.0, -3.0])
    one, two = (swing_twist_rotmats(j, rest, twists, adaptive=adaptive) for j in (joints, moved))
    assert float((one[:, 1:] - two[:, 1:]).abs().max()) < 1e-6
    assert float((turn @ one[:, 0] - two[:, 0]).abs().max()) < 1e-6


def test_a_skinned_body_comes_back_within_a_bone_of_its_leaves(body, leaves):
    """Leaf vertices are skinned, not stiff, so that only the chain above them is exact."""
    rotmat, shape = turns(0.25).float(), betas()
    rest = rest_skeleton(body, shape, leaves)
    joints = posed_skeleton(body, rotmat, shape, leaves)
    back = swing_twist_rotmats(joints, rest, twists_of(rotmat, rest))
    inner = [k for k in range(24) if k not in (10, 11, 15, 22, 23)]
    assert float(rotation_angle(back[:, inner], rotmat[:, inner]).max()) < 2e-3
    assert float((body(back, shape).joints - joints[:, :24]).abs().max()) < 1e-4


def test_naive_bones_point_as_given_and_adaptive_joints_lie_nearer(body, leaves):
    """With wrong bone lengths naive keeps directions, adaptive keeps places (section 3.4)."""
    rotmat = turns(0.3)
    rest = rest_skeleton(body, betas(), leaves).double()
    noise = torch.randn(PEOPLE, 29, 3, generator=torch.Generator().manual_seed(1)) * 0.003
    wanted = exact_joints(rotmat, rest) + noise
    twists = twists_of(rotmat, rest)
    reached = {}
    for adaptive in (True, False):
        got = swing_twist_rotmats(wanted, rest, twists, adaptive=adaptive)
        reached[adaptive] = exact_joints(got, rest)
    limb = [(16, 18), (18, 20), (4, 7)]
    for start, end in limb:
        given = wanted[:, end] - wanted[:, start]
        mine = reached[False][:, end] - reached[False][:, start]
        assert float(torch.cosine_similarity(given, mine, dim=-1).min()) > 1 - 1e-9
    wanted = wanted - wanted[:, :1]
    gap = {k: (v - v[:, :1] - wanted).norm(dim=-1).mean() for k, v in reached.items()}
    assert float(gap[True]) < float(gap[False])


def test_beyond_fifteen_millimetres_the_given_bone_is_taken(body, leaves):
    rest = rest_skeleton(body, torch.zeros(1, 10), leaves)
    still = torch.tensor([1.0, 0.0]).expand(1, 23, 2)
    wrong = rest.clone()
    wrong[:, 18:19] += rest.new_tensor([0.0, 0.0, 0.1])  # left elbow
    wrong[:, [20, 22, 25]] += rest.new_tensor([0.0, 0.0, 0.1])  # and all beyond it
    got = swing_twist_rotmats(wrong, rest, still)
    naive = swing_twist_rotmats(wrong, rest, still, adaptive=False)
    elbow_world = [(r[:, 16] @ r[:, 18])[0] for r in (got, naive)]
    torch.testing.assert_close(elbow_world[0], elbow_world[1], atol=1e-5, rtol=0)


def test_gradients_reach_joints_shape_and_twists_and_are_finite_at_rest(body, leaves):
    rest = rest_skeleton(body, torch.zeros(2, 10), leaves).requires_grad_()
    joints = rest.detach().clone().requires_grad_()
    twists = torch.tensor([1.0, 0.0]).repeat(2, 23, 1).requires_grad_()
    weight = torch.randn(2, 24, 3, 3, generator=torch.Generator().manual_seed(2))
    (swing_twist_rotmats(joints, rest, twists) * weight).sum().backward()
    for value in (rest, joints, twists):
        assert value.grad is not None
        assert torch.isfinite(value.grad).all()
        assert float(value.grad.abs().sum()) > 0


def test_the_root_gets_no_gradient_from_its_children(body, leaves):
    """As in the released code: the root's orientation is a constant of the step."""
    rest = rest_skeleton(body, torch.zeros(1, 10), leaves)
    joints = rest.clone().requires_grad_()
    twists = torch.tensor([1.0, 0.0]).expand(1, 23, 2)
    root = swing_twist_rotmats(joints, rest, twists)[:, 0]
    (root * torch.randn(3, 3)).sum().backward()
    assert float(joints.grad.abs().sum()) == 0


def test_leaves_lie_at_the_ends_of_the_body(body, leaves):
    ends = rest_skeleton(body, torch.zeros(1, 10), leaves)[0, 24:]
    places = dict(zip(LEAF_NAMES, ends, strict=True))
    template = body.v_template
    assert float(places["Head_top"][1]) > float(template[:, 1].max()) - 0.03
    assert float(places["L_Middle_finger"][0]) > float(template[:, 0].max()) - 0.03
    assert float(places["R_Middle_finger"][0]) < float(template[:, 0].min()) + 0.03
    assert float(places["L_Big_toe"][2]) > float(template[:, 2].max()) - 0.03


def test_the_released_numbers_agree(parity_dir):
    (report,) = verify(parity_dir, only="hybrik_ik", salt="public")
    assert report.status == "passed", report.message
    names = {check.name for check in report.checks}
    assert {"adaptive24/rot_mats", "naive_noisy/vertices", "restpose_adaptive/rot_mats"} <= names
