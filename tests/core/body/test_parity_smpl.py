"""The METRO family's own body layer, mesh sampler and projection, on stand-in arrays."""

import numpy as np
import parity_weights
import pytest
import torch

from core.geometry.cameras import project_weak_perspective
from core.geometry.rotations import axis_angle_to_rotmat


@pytest.fixture(scope="module")
def cases(parity_dir):
    return np.load(parity_dir / "smpl_metro" / "cases.npz")


def _check(cases, case, name, tensor):
    return parity_weights.check(cases, case, name, tensor.numpy())


@pytest.mark.parametrize("case", ["case0", "case1"])
def test_body_layer_and_sampler(cases, case, smpl):
    given = {
        name: torch.from_numpy(cases[f"{case}/input/{name}@full"]).float()
        for name in ("pose", "betas", "camera")
    }
    rotmat = axis_angle_to_rotmat(given["pose"].view(-1, 24, 3))
    vertices = smpl(rotmat, given["betas"]).vertices
    mid, coarse = smpl.downsample(vertices, 0, 1), smpl.downsample(vertices, 0, 2)
    joints = smpl.regress(vertices, "h36m17")
    _check(cases, case, "vertices", vertices)
    _check(cases, case, "vertices_1723", mid)
    _check(cases, case, "vertices_431", coarse)
    _check(cases, case, "joints17_h36m", joints)
    _check(cases, case, "joints24", smpl.regress(vertices, "metro24"))
    _check(cases, case, "up_1723_from_431", smpl.upsample(coarse, 2, 1))
    _check(cases, case, "up_6890_from_1723", smpl.upsample(mid, 1, 0))
    projected = project_weak_perspective(joints, given["camera"])
    _check(cases, case, "projection_of_joints17", projected)


@pytest.mark.parametrize("case", ["case0", "case1"])
def test_template_of_the_metro_family(cases, case, smpl):
    rotmat = smpl.zero_pose(1)
    rotmat[:, 0] = axis_angle_to_rotmat(torch.tensor([[3.1416, 0.0, 0.0]]))
    vertices = smpl(rotmat, torch.zeros(1, 10)).vertices
    pelvis = smpl.regress(vertices, "h36m17")[:, :1]
    _check(cases, case, "template/joints14_centred", smpl.regress(vertices, "lsp14") - pelvis)
    _check(cases, case, "template/vertices_431_centred", smpl.downsample(vertices) - pelvis)
