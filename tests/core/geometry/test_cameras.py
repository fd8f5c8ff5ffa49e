import math

import numpy as np
import pytest
import torch

from core.geometry import boxes, cameras

LIBRARIES = [
    lambda a: np.asarray(a, np.float64),
    lambda a: torch.tensor(np.asarray(a), dtype=torch.float64),
]
RNG = np.random.default_rng(3)


def _scene(make):
    points = make(RNG.normal(0, 0.4, (5, 20, 3)))
    camera = make(np.stack([RNG.uniform(0.5, 1.2, 5), *RNG.normal(0, 0.2, (2, 5))], -1))
    center = make(RNG.uniform(100, 900, (5, 2)))
    size = make(RNG.uniform(120, 500, 5))
    image = make(np.tile([720.0, 1280.0], (5, 1)))
    return points, camera, center, size, image


@pytest.mark.parametrize("make", LIBRARIES)
def test_full_camera_agrees_with_weak_camera_at_the_depth_plane_and_to_first_order(make):
    points, camera, center, size, image = _scene(make)
    focal = cameras.default_focal_px(720, 1280)
    shift = cameras.weak_to_full_camera(camera, center, size, image, focal)
    weak = cameras.project_weak_perspective(points, camera)
    weak_px = center[:, None] + weak * size[:, None, None] / 2
    principal = make([640.0, 360.0])

    def full(depth_factor):
        flat = points * make([1.0, 1.0, depth_factor])
        return cameras.project_perspective(flat + shift[:, None], focal, principal)

    assert float(abs(full(0.0) - weak_px).max()) < 1e-9
    gap_small, gap_half = (float(abs(full(f) - weak_px).max()) for f in (0.02, 0.01))
    assert gap_small / gap_half == pytest.approx(2.0, rel=0.05)
    back = cameras.full_to_weak_camera(shift, center, size, image, focal)
    assert float(abs(back - camera).max()) < 1e-12


def test_full_camera_of_a_centred_person():
    camera = torch.tensor([[0.8, 0.0, 0.0]])
    shift = cameras.weak_to_full_camera(camera, [[320.0, 240.0]], [200.0], [[480.0, 640.0]], 800.0)
    torch.testing.assert_close(shift, torch.tensor([[0.0, 0.0, 2 * 800 / (200 * 0.8)]]))


def test_full_camera_stays_finite_for_an_untrained_scale():
    camera = torch.tensor([[0.0, 0.1, 0.1], [-1.0, 0.0, 0.0]], requires_grad=True)
    shift = cameras.weak_to_full_camera(
        camera, torch.zeros(2, 2), torch.ones(2), torch.ones(2, 2), 1.0
    )
    assert torch.isfinite(shift).all()
    assert (shift[:, 2] > 0).all()
    shift.sum().backward()
    assert torch.isfinite(camera.grad).all()


def test_perspective_takes_one_focal_length_a_batch_row():
    points = np.array([[[1.0, 2.0, 4.0]], [[1.0, 2.0, 4.0]]])
    pixels = cameras.project_perspective(
        points, np.array([100.0, 200.0]), [[10.0, 20.0], [0.0, 0.0]]
    )
    np.testing.assert_allclose(pixels, [[[35.0, 70.0]], [[50.0, 100.0]]])


@pytest.mark.parametrize("make", LIBRARIES)
def test_ndc_covers_the_crop_edge_to_edge(make):
    corners = make([[-1.0, -1.0], [1.0, 1.0], [0.0, 0.0]])
    pixels = cameras.ndc_to_pixels(corners, (224, 192))
    assert float(abs(pixels - make([[0.0, 0.0], [192.0, 224.0], [96.0, 112.0]])).max()) == 0
    assert float(abs(cameras.pixels_to_ndc(pixels, (224, 192)) - corners).max()) < 1e-15


@pytest.mark.parametrize("make", LIBRARIES)
def test_y_up_is_a_half_turn_not_a_mirror(make):
    points = make(RNG.normal(size=(7, 3)))
    up = cameras.camera_to_y_up(points)
    assert float(abs(cameras.y_up_to_camera(up) - points).max()) == 0
    basis = cameras.camera_to_y_up(make(np.eye(3)))
    assert float(np.linalg.det(np.asarray(basis))) == pytest.approx(1.0)
    head_above_feet = cameras.camera_to_y_up(make([[0.0, -0.8, 3.0], [0.0, 0.9, 3.0]]))
    assert head_above_feet[0, 1] > head_above_feet[1, 1]


@pytest.mark.parametrize("make", LIBRARIES)
def test_turning_the_orientation_equals_turning_the_points(make):
    matrix = make(np.linalg.qr(RNG.normal(size=(3, 3)))[0])
    points = make(RNG.normal(size=(6, 3)))
    turned = points @ cameras.camera_to_y_up_rotmat(matrix).swapaxes(-1, -2)
    assert (
        float(abs(turned - cameras.camera_to_y_up(points @ matrix.swapaxes(-1, -2))).max()) < 1e-12
    )
    again = cameras.y_up_to_camera_rotmat(cameras.camera_to_y_up_rotmat(matrix))
    assert float(abs(again - matrix).max()) == 0


def test_default_focal_is_the_diagonal():
    assert cameras.default_focal_px(3, 4) == 5
    assert cameras.default_focal_px(torch.tensor([3.0]), torch.tensor([4.0])).item() == 5
    assert math.isclose(cameras.default_focal_px(720, 1280), math.hypot(720, 1280))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_crop_and_picture_round_trip_within_a_ten_thousandth_of_a_pixel(dtype):
    box = np.array([[100.3, 50.7, 420.9, 370.1], [-40.0, 300.0, 200.0, 900.0]], dtype)
    affine = boxes.crop_transform(box, (224, 224), angle=0.4, flip=True)
    assert affine.dtype == dtype
    points = RNG.uniform(0, 900, (2, 50, 2)).astype(dtype)
    there = boxes.apply_affine(points, affine)
    back = boxes.apply_affine(there, boxes.invert_affine(affine))
    assert np.abs(back - points).max() < 1e-4


def test_torch_float32_crop_round_trip():
    box = torch.tensor([[100.3, 50.7, 420.9, 370.1]])
    affine = boxes.crop_transform(box, (224, 224))
    points = torch.from_numpy(RNG.uniform(100, 400, (1, 50, 2)).astype(np.float32))
    back = boxes.apply_affine(boxes.apply_affine(points, affine), boxes.invert_affine(affine))
    assert (back - points).abs().max() < 2e-4
