import cv2
import numpy as np
import pytest
import torch

from core.geometry import boxes

MAKERS = [lambda a: np.asarray(a, np.float64), lambda a: torch.tensor(np.asarray(a, np.float64))]


@pytest.mark.parametrize("make", MAKERS)
def test_square_box_keeps_the_centre_and_holds_the_box(make):
    box = make([[10.0, 20.0, 30.0, 90.0], [0.0, 0.0, 50.0, 10.0]])
    square = boxes.square_box(box, 1.2)
    center, size = boxes.box_center_size(square)
    assert np.allclose(center, boxes.box_center_size(box)[0])
    assert np.allclose(size, [[84.0, 84.0], [60.0, 60.0]])
    tall = boxes.aspect_box(box, 0.75)
    assert np.allclose(boxes.box_center_size(tall)[1], [[52.5, 70.0], [50.0, 50.0 / 0.75]])


@pytest.mark.parametrize("make", MAKERS)
def test_center_and_size_rebuild_the_box(make):
    box = make([[1.0, 2.0, 5.0, 9.0]])
    assert np.allclose(boxes.box_of_center_size(*boxes.box_center_size(box)), box)


@pytest.mark.parametrize("make", MAKERS)
def test_iou_laws(make):
    a = make([[0.0, 0.0, 2.0, 2.0], [5.0, 5.0, 6.0, 7.0]])
    b = make([[1.0, 1.0, 3.0, 3.0], [5.0, 5.0, 6.0, 7.0]])
    pairs = boxes.iou(a[:, None], b[None])
    assert np.allclose(pairs, [[1 / 7, 0.0], [0.0, 1.0]])
    assert np.allclose(pairs, boxes.iou(b[:, None], a[None]).T)
    empty = make([[3.0, 3.0, 3.0, 3.0]])
    assert np.allclose(boxes.iou(empty, empty), 0)


@pytest.mark.parametrize("make", MAKERS)
def test_clip_box_stays_inside(make):
    box = make([[-5.0, 10.0, 700.0, 500.0], [900.0, 900.0, 950.0, 990.0]])
    assert np.allclose(boxes.clip_box(box, (480, 640)), [[0, 10, 640, 480], [640, 480, 640, 480]])


def test_box_of_points_leaves_out_unknown_points():
    box = boxes.box_of_points([[1.0, 2.0], [np.nan, 50.0], [11.0, 7.0]], margin=0.1)
    assert box.dtype == np.float32
    np.testing.assert_allclose(box, [0.0, 1.0, 12.0, 8.0])
    with pytest.raises(ValueError, match="known point"):
        boxes.box_of_points([[np.nan, 1.0]])


@pytest.mark.parametrize("make", MAKERS)
def test_crop_maps_box_corners_on_crop_corners(make):
    affine = boxes.crop_transform(make([10.0, 20.0, 110.0, 70.0]), (64, 32))
    corners = boxes.apply_affine(make([[10.0, 20.0], [110.0, 70.0], [60.0, 45.0]]), affine)
    assert np.allclose(corners, [[0, 0], [32, 64], [16, 32]])
    flipped = boxes.crop_transform(make([10.0, 20.0, 110.0, 70.0]), (64, 32), flip=True)
    assert np.allclose(boxes.apply_affine(make([[10.0, 20.0]]), flipped), [[32, 0]])


def test_turning_is_clockwise_on_the_screen():
    affine = boxes.crop_transform(np.array([0.0, 0.0, 10.0, 10.0]), (10, 10), angle=np.pi / 2)
    np.testing.assert_allclose(boxes.apply_affine(np.array([[9.0, 5.0]]), affine), [[5.0, 9.0]])


@pytest.mark.parametrize("make", MAKERS)
def test_affine_and_its_inverse_compose_to_identity(make):
    affine = boxes.crop_transform(make([[3.0, 4.0, 50.0, 90.0]]), (100, 80), angle=1.0)
    points = make(np.random.default_rng(0).uniform(0, 100, (1, 9, 2)))
    back = boxes.apply_affine(boxes.apply_affine(points, affine), boxes.invert_affine(affine))
    assert np.allclose(back, points, atol=1e-10)


def test_opencv_warp_puts_a_marked_pixel_where_the_affine_says():
    image = np.zeros((60, 80), np.float32)
    image[30, 41] = 1.0  # its centre is (41.5, 30.5)
    affine = boxes.crop_transform(np.array([20.0, 10.0, 60.0, 50.0]), (160, 160))
    warped = cv2.warpAffine(image, boxes.to_opencv_affine(affine), (160, 160))
    ys, xs = np.mgrid[0:160, 0:160] + 0.5
    found = np.array([(warped * xs).sum(), (warped * ys).sum()]) / warped.sum()
    expected = boxes.apply_affine(np.array([[41.5, 30.5]]), affine)[0]
    np.testing.assert_allclose(found, expected, atol=0.02)
