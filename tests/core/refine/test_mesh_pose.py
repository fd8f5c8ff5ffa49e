"""Laws of finding rotations in a mesh."""

import pytest
import torch

from core.body import load_body
from core.geometry.rotations import axis_angle_to_rotmat, rotation_angle
from core.refine.mesh_pose import MeshPoser
from core.synthesis.poses import PoseSampler


@pytest.fixture(scope="module")
def body():
    return load_body("embedded")


@pytest.fixture(scope="module")
def poser(body):
    return MeshPoser(body)


@pytest.fixture(scope="module")
def people(body):
    torch.manual_seed(0)
    return PoseSampler(body.chain, seed=5).sample(6).rotmat, torch.randn(6, 10) * 0.7


def mesh_of(body, found):
    posed = body(found.rotmat, found.betas)
    return posed.vertices - posed.joints[:, :1] + found.root[:, None]


def test_a_posed_body_is_found_again(body, poser, people):
    vertices = body(*people).vertices
    found = poser.pose(vertices)
    assert (mesh_of(body, found) - vertices).norm(dim=-1).mean() < 2e-3


def test_twist_of_a_forearm_is_found_where_joints_do_not_show_it(body, poser):
    rotmat = body.zero_pose(2)
    elbow = body.joint_names.index("L_Elbow")
    rotmat[1, elbow] = axis_angle_to_rotmat(torch.tensor([0.8, 0.0, 0.0]))
    found = poser.pose(body(rotmat, torch.zeros(2, 10)).vertices).rotmat
    assert rotation_angle(found[0, elbow], found[1, elbow]) == pytest.approx(0.8, abs=0.15)


def test_a_moved_and_turned_mesh_gives_the_moved_and_turned_body(body, poser, people):
    vertices = body(*people).vertices
    turn = axis_angle_to_rotmat(torch.tensor([0.3, -1.2, 0.5]))
    shift = torch.tensor([0.2, -0.1, 3.0])
    plain, moved = poser.pose(vertices), poser.pose(vertices @ turn.T + shift)
    assert torch.allclose(moved.root, plain.root @ turn.T + shift, atol=2e-3)
    assert rotation_angle(moved.rotmat[:, 0], turn @ plain.rotmat[:, 0]).max() < 0.02


def test_noise_of_the_vertices_is_averaged(body, poser, people):
    vertices = body(*people).vertices
    noisy = (
        vertices + torch.randn(vertices.shape, generator=torch.Generator().manual_seed(1)) * 0.01
    )
    found = mesh_of(body, poser.pose(noisy))
    assert (found - vertices).norm(dim=-1).mean() < 0.5 * (noisy - vertices).norm(dim=-1).mean()
