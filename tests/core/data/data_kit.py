"""A known person before a known camera, and the checks that every reader must pass."""

import importlib.util
import json
from pathlib import Path

import cv2
import numpy as np
import torch

from core.body import load_body
from core.data.posing import BodyFamily, true_vertices
from core.geometry.rotations import axis_angle_to_rotmat

HEIGHT, WIDTH = 120, 160
FOCAL, CENTER = np.array([150.0, 155.0]), np.array([82.0, 58.0])
K = np.array([[FOCAL[0], 0, CENTER[0]], [0, FOCAL[1], CENTER[1]], [0, 0, 1.0]])


def rotmat(axis_angle):
    return axis_angle_to_rotmat(torch.tensor(axis_angle, dtype=torch.float64)).numpy()


def project(points):
    return points[:, :2] / points[:, 2:] * FOCAL + CENTER


def inside(points):
    return (points.min(0) > -80).all() and (points.max(0) < 400).all()


class Scene:
    """The embedded body stands in for SMPL: what readers do is the same for every body."""

    def __init__(self, seed=3):
        rng = np.random.default_rng(seed)
        self.body = load_body()
        self.family = BodyFamily(self.body, self.body, self.body)
        self.pose = rng.normal(0, 0.25, 72)
        self.betas = rng.normal(0, 0.5, 10)
        self.trans = np.array([0.1, 0.9, -0.2])
        # World: y up. Camera: y down, z forward, turned a little.
        self.R = rotmat([0.1, 0.2, 0.05]) @ np.diag([1.0, -1.0, -1.0])
        self.t = np.array([0.05, 0.6, 4.0])
        out = self.body(
            torch.from_numpy(rotmat(self.pose.reshape(24, 3))[None]).float(),
            torch.from_numpy(self.betas[None]).float(),
        )
        self.world = out.vertices[0].numpy() + self.trans
        self.skeleton_world = out.joints[0].numpy() + self.trans
        self.vertices = self.world @ self.R.T + self.t
        self.skeleton = self.skeleton_world @ self.R.T + self.t
        self.h36m_world = self.body.regress(out.vertices, "h36m17")[0].numpy() + self.trans
        self.h36m = self.h36m_world @ self.R.T + self.t
        self.lsp = self.body.regress(out.vertices, "lsp14")[0].numpy() + self.trans
        self.lsp = self.lsp @ self.R.T + self.t
        root = self.R @ rotmat(self.pose[:3])
        self.camera_pose = np.concatenate([cv2.Rodrigues(root)[0].ravel(), self.pose[3:]])
        # What a body in the camera frame needs so that its vertices land where they should.
        turned = torch.from_numpy(rotmat(self.camera_pose.reshape(24, 3))[None]).float()
        posed = self.body(turned, torch.from_numpy(self.betas[None]).float()).vertices[0].numpy()
        self.camera_trans = (self.vertices - posed).mean(0)


def save_picture(path, seed=0, size=(HEIGHT, WIDTH)):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (*size, 3), np.uint8)
    assert cv2.imwrite(str(path), pixels)
    return pixels[..., ::-1]


def save_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, default=lambda a: a.tolist()))


def cut(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def check_projection(record):
    """The law of every record with both truths: 3D projected meets 2D within a pixel."""
    assert record.has_2d
    assert record.has_3d
    three = record.joints_3d
    if three.joint_set != record.joints_2d.joint_set:
        three = three.as_set(record.joints_2d.joint_set)
    both = three.known & record.joints_2d.known
    assert both.sum() >= 8
    apart = record.camera.project(three.points[both]) - record.joints_2d.points[both]
    assert np.linalg.norm(apart, axis=1).max() < 1.0


def check_mesh(record, scene, tolerance=2e-5):
    vertices = true_vertices(record, scene.family)
    np.testing.assert_allclose(vertices, scene.vertices, atol=tolerance)


def sibling(name):
    """Another test module of this folder, for its miniature set."""
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
