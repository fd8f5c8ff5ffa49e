"""Laws of the view camera."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.render import ViewCamera

angles = st.floats(-math.pi, math.pi)
CAMERAS = [
    ViewCamera((0.2, -0.1, 2.0), 0.7, 0.3, 2.5),
    ViewCamera((0.2, -0.1, 2.0), -2.0, -0.8, 2.5, y_up=True),
    ViewCamera((0.2, -0.1, 2.0), 0.7, 0.3, 2.5, orthographic=True),
    ViewCamera.from_picture(900.0, (300.0, 260.0), (640, 480), (0.3, 0.1, 2.2)).orbited(0.4, 0.2),
]


@given(angles, st.floats(-1.5, 1.5), st.booleans())
def test_axes_are_a_right_handed_rotation(azimuth, elevation, y_up):
    axes = ViewCamera(azimuth=azimuth, elevation=elevation, y_up=y_up).rotation
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1)


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_ray_through_the_projection_of_a_point_meets_the_point(camera):
    points = np.random.default_rng(1).normal((0.2, -0.1, 2.0), 0.3, (50, 3))
    view = camera.projection((500, 400))
    pixels, depth = view.project(points)
    rays = view.rays(pixels.astype(np.float32)).astype(np.float64)
    met = rays[:, :3] + (depth + view.depth_offset)[:, None] * rays[:, 3:]
    np.testing.assert_allclose(met, points, atol=2e-5 if not camera.orthographic else 2e-4)


def test_picture_camera_is_the_pinhole_formula():
    camera = ViewCamera.from_picture(900.0, (300.0, 260.0), (640, 480), (0.3, 0.1, 2.2))
    point = np.array([[0.31, -0.2, 2.5]])
    pixels, depth = camera.projection((640, 480)).project(point)
    np.testing.assert_allclose(pixels, [[300 + 900 * 0.31 / 2.5, 260 - 900 * 0.2 / 2.5]])
    assert depth[0] == pytest.approx(2.5)
    half, _ = camera.projection((320, 240)).project(point)
    np.testing.assert_allclose(half, pixels / 2)


@pytest.mark.parametrize("camera", CAMERAS)
def test_target_lands_on_its_offset_and_distance(camera):
    local = camera.projection((500, 400)).to_camera([camera.target])
    np.testing.assert_allclose(local, [[*camera.offset, camera.distance]], atol=1e-12)


def test_positive_elevation_looks_from_above():
    assert ViewCamera(elevation=0.5).eye[1] < 0
    assert ViewCamera(elevation=0.5, y_up=True).eye[1] > 0


@pytest.mark.parametrize("y_up", [False, True])
def test_left_view_stands_at_the_persons_left(y_up):
    camera = ViewCamera(y_up=y_up)
    assert camera.standard("left").eye[0] > 1
    assert camera.standard("right").eye[0] < -1
    front = camera.standard("front").eye[2]
    assert front > 0 if y_up else front < 0


@pytest.mark.parametrize("camera", CAMERAS[:3])
def test_zoom_keeps_the_point_under_the_cursor(camera):
    size, cursor = (500, 400), np.array([400.0, 90.0])
    view = camera.projection(size)
    ray = view.rays(cursor[None].astype(np.float32))[0]
    point = ray[:3] + (camera.distance + view.depth_offset) * ray[3:]
    closer = camera.zoomed(0.6, (400.0, 90.0), size)
    pixels, _ = closer.projection(size).project([point])
    np.testing.assert_allclose(pixels[0], cursor, atol=0.02)
    assert closer.distance == pytest.approx(camera.distance * 0.6)


@pytest.mark.parametrize("camera", CAMERAS)
def test_pan_moves_the_target_by_the_drag(camera):
    size = (500, 400)
    before, _ = camera.projection(size).project([camera.target])
    after, _ = camera.panned(30, -12, size).projection(size).project([camera.target])
    np.testing.assert_allclose(after - before, [[30, -12]], atol=1e-9)


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("size", [(300, 500), (500, 300)])
def test_fit_shows_every_point_and_wastes_little(camera, size):
    points = np.random.default_rng(0).normal(0, (0.2, 0.8, 0.2), (400, 3))
    points += np.array([3, 1, 5])
    fitted = camera.fitted(points, size[0] / size[1])
    pixels, depth = fitted.projection(size).project(points)
    assert (depth > 0).all()
    assert (pixels > 0).all()
    assert (pixels < size).all()
    used = np.ptp(pixels, axis=0) / size
    assert used.max() > 0.75


def test_orbit_never_passes_over_the_poles():
    assert ViewCamera().orbited(0, 9).elevation == pytest.approx(math.pi / 2)
    assert replace(ViewCamera(), elevation=1).orbited(0, -9).elevation == pytest.approx(
        -math.pi / 2
    )


def test_points_behind_the_eye_do_not_project():
    pixels, _ = ViewCamera().projection((100, 100)).project([(0, 0, -9.0)])
    assert np.isnan(pixels).all()
