"""AMASS poses: skinning them again gives the bodies that they came from, upright."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from core.body import load_body
from core.errors import OutputError
from core.export import AmassWriter
from core.export.amass import WORLD_FROM_CAMERA
from core.files.inert import read_npz
from core.types import Reconstruction


@pytest.fixture(scope="module")
def body():
    return load_body("embedded")


def person(body, seed: int) -> Reconstruction:
    rng = np.random.default_rng(seed)
    rotmat = Rotation.from_rotvec(rng.normal(0, 0.3, (24, 3))).as_matrix().astype(np.float32)
    rotmat[22:] = np.eye(3)  # AMASS has fingers where SMPL has two more joints
    rotmat[0] = (
        Rotation.from_euler("x", 180, degrees=True) * Rotation.from_matrix(rotmat[0])
    ).as_matrix()
    betas = np.linspace(-1, 1, 10).astype(np.float32)
    with torch.no_grad():
        vertices = body(torch.from_numpy(rotmat)[None], torch.from_numpy(betas)[None]).vertices[0]
    return Reconstruction(
        method="m", preset="p", variant="v", body="embedded", vertices=vertices.numpy(),
        joints_3d=np.zeros((0, 3)), joint_names=(), joints_2d=np.zeros((0, 2)),
        camera_full=np.array([0.2, -0.1, 3.0 + 0.1 * seed]), focal_px=900.0,
        box_xyxy=np.zeros(4), rotmat=rotmat, betas=betas,
    )  # fmt: skip


def test_skinned_again_they_are_the_same_bodies_with_z_up(body, tmp_path) -> None:
    people = [person(body, seed) for seed in range(3)]
    writer = AmassWriter(tmp_path / "a.npz", 25.0)
    root = body.rest_joints(torch.from_numpy(people[0].betas.copy())[None])[0, 0].numpy()
    for one in people:
        writer.add(one, root)
    assert writer.finish().people == 3
    arrays = read_npz(tmp_path / "a.npz")
    assert arrays["poses"].shape == (3, 156)
    assert (float(arrays["mocap_framerate"]), str(arrays["gender"])) == (25.0, "neutral")
    assert not arrays["poses"][:, 66:].any()
    rotmat = np.tile(np.eye(3), (3, 24, 1, 1))
    rotmat[:, :22] = (
        Rotation.from_rotvec(arrays["poses"][:, :66].reshape(-1, 3))
        .as_matrix()
        .reshape(3, 22, 3, 3)
    )
    betas = np.tile(arrays["betas"][:10], (3, 1))
    with torch.no_grad():
        again = body(torch.from_numpy(rotmat).float(), torch.from_numpy(betas).float()).vertices
    placed = again.numpy() + arrays["trans"][:, None]
    for one, vertices in zip(people, placed, strict=True):
        assert np.allclose(vertices, one.vertices_camera @ WORLD_FROM_CAMERA.T, atol=2e-5)
    head = body.v_template[:, 1].argmax()
    foot = body.v_template[:, 1].argmin()
    assert (placed[:, head, 2] > placed[:, foot, 2]).all()


def test_a_method_without_rotations_is_told(body, tmp_path) -> None:
    from dataclasses import replace

    writer = AmassWriter(tmp_path / "a.npz", 25.0)
    with pytest.raises(OutputError, match="no rotations"):
        writer.add(replace(person(body, 0), rotmat=None), np.zeros(3))
    assert not (tmp_path / "a.npz").exists()
