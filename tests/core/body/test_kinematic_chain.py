"""Laws of the bare skeleton."""

import pytest
import torch

from core.body import load_body
from core.geometry.rotations import axis_angle_to_rotmat, rotation_y


@pytest.fixture(scope="module")
def chain():
    return load_body("embedded").chain


def rotations(count: int, joints: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return axis_angle_to_rotmat(0.5 * torch.randn(count, joints, 3, generator=generator))


def test_without_rotations_joints_are_sums_of_offsets(chain):
    eye = torch.eye(3).repeat(1, 24, 1, 1)
    placed = chain.forward_kinematics(eye, chain.offsets)[1][0]
    for joint, parent in enumerate(chain.parents):
        base = placed[parent] if parent >= 0 else torch.zeros(3)
        assert torch.allclose(placed[joint], base + chain.offsets[joint], atol=1e-6)


def test_bones_keep_their_lengths(chain):
    placed = chain.forward_kinematics(rotations(20, 24), chain.offsets)[1]
    for joint, parent in enumerate(chain.parents[1:], start=1):
        length = (placed[:, joint] - placed[:, parent]).norm(dim=1)
        assert torch.allclose(length, chain.offsets[joint].norm().expand(20), atol=1e-5)


def test_turning_the_root_turns_everything(chain):
    rotmat = rotations(5, 24)
    turn = rotation_y(torch.tensor(0.7))
    turned = rotmat.clone()
    turned[:, 0] = turn @ rotmat[:, 0]
    before = chain.forward_kinematics(rotmat, chain.offsets)[1]
    after = chain.forward_kinematics(turned, chain.offsets)[1]
    assert torch.allclose(after, before @ turn.T, atol=1e-5)


def test_only_descendants_move_when_a_joint_turns(chain):
    rotmat = rotations(1, 24)
    before = chain.forward_kinematics(rotmat, chain.offsets)[1]
    for joint in (4, 9, 16):
        changed = rotmat.clone()
        changed[:, joint] = rotmat[:, joint] @ rotation_y(torch.tensor(0.4))
        moved = (chain.forward_kinematics(changed, chain.offsets)[1] - before).norm(dim=-1)[0]
        below = chain.descendants[joint].bool()
        assert (moved[~below] == 0).all()
        assert moved[joint] == 0
