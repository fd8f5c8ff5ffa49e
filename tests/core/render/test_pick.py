"""Clicks: the layer, face, vertex and point under a pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.render import MeshLayer, Renderer, ViewCamera

from .conftest import square

SIZE = (200, 160)
CAMERAS = [
    ViewCamera.from_picture(200.0, (100.0, 80.0), SIZE),
    ViewCamera(target=(0, 0, 3), azimuth=0.6, elevation=0.4, distance=4.0),
    ViewCamera(target=(0, 0, 3), azimuth=-0.6, elevation=0.2, distance=4.0, orthographic=True),
]


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_click_on_a_visible_vertex_finds_it(ball, camera):
    renderer = Renderer()
    view = camera.projection(SIZE)
    pixels, depth = view.project(ball.vertices)
    outwards = ball.vertices - np.float32([0, 0, 3])
    towards = ball.vertices - view.eye
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    if camera.orthographic:
        towards = np.tile(view.rotation[2], (len(outwards), 1))
    facing = np.einsum("ij,ij->i", outwards, towards) < -0.3
    assert facing.sum() > 20
    for vertex in np.flatnonzero(facing)[::7]:
        picked = renderer.pick([ball], camera, *pixels[vertex], SIZE)
        assert picked is not None
        assert picked.vertex == vertex
        assert picked.name == "ball"
        np.testing.assert_allclose(picked.point, ball.vertices[vertex], atol=2e-3)
        assert picked.depth == pytest.approx(depth[vertex], abs=2e-3)
        corners = ball.vertices[ball.faces[picked.face]]
        np.testing.assert_allclose(picked.barycentric @ corners, picked.point, atol=1e-3)


def test_a_click_beside_everything_finds_nothing(ball):
    assert Renderer().pick([ball], CAMERAS[0], 2, 2, SIZE) is None
    assert Renderer().pick([], CAMERAS[0], 100, 80, SIZE) is None


def test_the_nearest_pickable_layer_answers():
    near, far = square(2.0, 0.2), square(3.0, 0.5)
    renderer = Renderer()
    assert renderer.pick([far, near], CAMERAS[0], 100, 80, SIZE).layer == 1
    hidden = [far, replace(near, pickable=False)]
    assert renderer.pick(hidden, CAMERAS[0], 100, 80, SIZE).layer == 0
    front = [replace(far, in_front=True), near]
    assert renderer.pick(front, CAMERAS[0], 100, 80, SIZE).layer == 0
    assert renderer.pick([replace(near, alpha=0.0)], CAMERAS[0], 100, 80, SIZE) is None


def test_faces_keep_their_numbers_when_broken_ones_are_left_out(ball):
    vertices = np.concatenate([ball.vertices, np.full((1, 3), np.nan, np.float32)])
    faces = np.concatenate([[(0, 1, len(ball.vertices))], ball.faces])
    broken = MeshLayer(vertices, faces)
    renderer = Renderer()
    whole = renderer.pick([ball], CAMERAS[0], 110, 90, SIZE)
    assert renderer.pick([broken], CAMERAS[0], 110, 90, SIZE).face == whole.face + 1


def test_a_renderer_that_has_drawn_can_pick_at_once(ball):
    renderer = Renderer()
    assert not renderer.can_pick_at_once([ball])
    renderer.render([ball], CAMERAS[0], (32, 32), "draft")
    assert renderer.can_pick_at_once([ball])
