"""Motion over a clip's ground: each kind of file, played again, stands where the camera saw it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from core.export import (
    ON_GROUND_TEXT,
    AmassWriter,
    AnimatedGlbWriter,
    BvhWriter,
    motion_of,
    onto_ground,
    read_bvh,
)
from core.files.inert import read_npz
from core.geometry.ground_plane import camera_to_ground
from core.types import GroundPlane, Reconstruction
from tests.core.export.test_animated_glb import Player
from tests.core.temporal.walkers import Noise, body, stepping

FPS = 30.0
PITCH = np.radians(14.0)
PLANE = GroundPlane((0.05, -float(np.cos(PITCH)), -float(np.sin(PITCH))), 1.7)


@pytest.fixture(scope="module")
def plane() -> GroundPlane:
    up = np.asarray(PLANE.up) / np.linalg.norm(PLANE.up)
    return GroundPlane((float(up[0]), float(up[1]), float(up[2])), PLANE.height)


@pytest.fixture(scope="module")
def people() -> list[Reconstruction]:
    return stepping(0.5, Noise(direction=0.01, depth=0.05))[1]


def test_animated_glb(people, plane: GroundPlane, tmp_path: Path) -> None:
    writer = AnimatedGlbWriter(tmp_path / "a.glb", body())
    for row, person in enumerate(people):
        writer.add(motion_of([person], body(), FPS, "camera"), person.betas, row / FPS)
    report = writer.finish(onto_ground(plane))
    writer.close()
    assert ON_GROUND_TEXT in report.origin
    player = Player(tmp_path / "a.glb")
    for row in (0, 7, 14):
        wanted = camera_to_ground(plane, people[row].vertices_camera)
        np.testing.assert_allclose(player.key(row)[1], wanted, atol=2e-4)
    output = player.json["animations"][0]["samplers"][1]["output"]
    keys = player.array(output)
    assert ((keys[1:] * keys[:-1]).sum(-1) > 0).all()


def test_bvh(people, plane: GroundPlane, tmp_path: Path) -> None:
    writer = BvhWriter(tmp_path / "a.bvh", FPS)
    for row, person in enumerate(people):
        writer.add(motion_of([person], body(), FPS, "camera"), row)
    writer.finish(onto_ground(plane))
    writer.close()
    assert ON_GROUND_TEXT in (tmp_path / "a.bvh.txt").read_text()
    joints = read_bvh(tmp_path / "a.bvh").joints()
    for person, moved in zip(people, joints, strict=True):
        with torch.no_grad():
            posed = body()(torch.tensor(person.rotmat)[None], torch.tensor(person.betas)[None])
        at = (person.vertices_camera.astype(float) - posed.vertices[0].numpy()).mean(0)
        wanted = camera_to_ground(plane, posed.joints[0].numpy() + at)
        np.testing.assert_allclose(moved, wanted, atol=1e-4)


def test_amass(people, plane: GroundPlane, tmp_path: Path) -> None:
    writer = AmassWriter(tmp_path / "a.npz", FPS)
    for person in people:
        root = body().rest_joints(torch.tensor(person.betas)[None])[0, 0].numpy()
        writer.add(person, root)
    writer.finish(onto_ground(plane))
    arrays = read_npz(tmp_path / "a.npz")
    turns = Rotation.from_rotvec(arrays["poses"][:, :66].reshape(-1, 3)).as_matrix()
    rotmat = np.tile(np.eye(3), (len(people), 24, 1, 1))
    rotmat[:, :22] = turns.reshape(len(people), 22, 3, 3)
    betas = torch.tensor(arrays["betas"][:10]).float().expand(len(people), -1)
    with torch.no_grad():
        again = body()(torch.from_numpy(rotmat).float(), betas).vertices.numpy()
    for person, vertices in zip(people, again + arrays["trans"][:, None], strict=True):
        x, y, z = camera_to_ground(plane, person.vertices_camera).T
        np.testing.assert_allclose(vertices, np.stack([x, -z, y], 1), atol=2e-4)


def test_nothing_is_moved_without_a_ground(people, tmp_path: Path) -> None:
    writer = BvhWriter(tmp_path / "a.bvh", FPS)
    writer.add(motion_of(people[:1], body(), FPS, "camera"), 0)
    writer.finish()
    writer.close()
    assert "origin: the camera" in (tmp_path / "a.bvh.txt").read_text()
