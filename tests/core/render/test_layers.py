"""Layers guard their shapes; meshes give right normals; skeletons become meshes."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from core.render import MeshLayer, skeleton_layer
from core.render.geometry import MeshGeometry, vertex_normals
from core.render.skeleton import _ball


def test_normals_of_a_ball_point_outwards():
    vertices, faces = _ball(24, 32)
    normals = vertex_normals(vertices, faces)
    assert (np.einsum("ij,ij->i", normals, vertices) > 0.99).all()


def test_a_ball_is_open_and_the_inside_of_a_box_is_not():
    vertices, faces = _ball(16, 24)
    assert MeshGeometry(vertices, faces).work_out_occlusion().min() > 0.95
    inside = MeshGeometry(vertices * 0.2, faces[:, ::-1].copy())
    assert inside.work_out_occlusion().max() < 0.2


def test_faces_must_name_vertices():
    with pytest.raises(ValueError, match="vertices"):
        MeshLayer(np.zeros((3, 3)), np.array([(0, 1, 3)]))
    with pytest.raises(ValueError, match="colors"):
        MeshLayer(np.zeros((3, 3)), np.array([(0, 1, 2)]), colors=np.zeros((2, 3)))


def test_a_layer_cannot_be_changed_from_outside():
    vertices = np.zeros((3, 3), np.float32)
    layer = MeshLayer(vertices, np.array([(0, 1, 2)]))
    vertices[:] = 5
    assert (layer.vertices == 0).all()
    with pytest.raises(ValueError, match="read-only"):
        layer.vertices[0] = 1


def test_a_skeleton_holds_its_joints_and_leaves_unknown_ones_out():
    joints = np.array([[0, 0, 2], [0, 0.4, 2], [np.nan] * 3], np.float32)
    layer = skeleton_layer(joints, [(0, 1), (1, 2)], ["L_Hip", "L_Knee", "L_Ankle"], radius=0.02)
    assert np.isfinite(layer.vertices).all()
    np.testing.assert_allclose(layer.vertices.min(axis=0)[1], -0.02, atol=1e-4)
    np.testing.assert_allclose(layer.vertices.max(axis=0)[1], 0.42, atol=1e-4)
    normals = vertex_normals(layer.vertices, layer.faces)
    closest = np.abs(layer.vertices[:, None] - joints[:2]).sum(-1).argmin(1)
    assert (np.einsum("ij,ij->i", normals, layer.vertices - joints[closest]) > -0.01).mean() > 0.9
    assert len(skeleton_layer(np.full((2, 3), np.nan), [(0, 1)]).faces) == 0


def test_importing_the_package_imports_no_open3d_and_keeps_qt_variables():
    code = (
        "import os, sys; import core.render;"
        "assert 'open3d' not in sys.modules and 'torch' not in sys.modules;"
        "assert 'QT_QPA_FONTDIR' not in os.environ;"
        "assert os.environ['QT_QPA_PLATFORM_PLUGIN_PATH'] == 'mine'"
    )
    env = {k: v for k, v in os.environ.items() if k != "QT_QPA_FONTDIR"}
    env["QT_QPA_PLATFORM_PLUGIN_PATH"] = "mine"
    subprocess.run([sys.executable, "-c", code], check=True, env=env, timeout=120)
