"""Laws of the crop: the affine is exact, shrinking averages, nothing is shifted by half a pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry.boxes import apply_affine, crop_transform, invert_affine
from core.geometry.crops import crop_box, cut_crop


def _smooth_picture(height: int, width: int) -> np.ndarray:
    """A picture whose red is a linear function of x and whose green is one of y."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    return np.stack([255 * x / width, 255 * y / height, np.full_like(x, 128)], -1).astype(np.uint8)


@pytest.mark.parametrize("side", [100, 224, 300, 900])
def test_crop_pixels_show_what_the_affine_says(side: int) -> None:
    picture = _smooth_picture(1000, 1200)
    area = np.array([150.3, 40.7, 150.3 + side, 40.7 + side])
    crop = cut_crop(picture, area, (224, 224))
    T_image_crop = invert_affine(crop_transform(area, (224, 224)))
    rows, columns = np.array([5, 60, 200]), np.array([11, 100, 219])
    where = apply_affine(np.stack([columns, rows], -1) + 0.5, T_image_crop)
    expected = np.stack([255 * where[:, 0] / 1200, 255 * where[:, 1] / 1000], -1) - 0.5
    np.testing.assert_allclose(crop[rows, columns, :2], expected, atol=1.2)


def test_identity_crop_copies_pixels() -> None:
    picture = np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    crop = cut_crop(picture, np.array([10.0, 20.0, 42.0, 52.0]), (32, 32))
    np.testing.assert_array_equal(crop, picture[20:52, 10:42])


def test_whole_shrink_is_the_area_mean() -> None:
    picture = np.random.default_rng(2).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    crop = cut_crop(picture, np.array([0.0, 0.0, 64.0, 64.0]), (8, 8))
    mean = picture.reshape(8, 8, 8, 8, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(crop, mean, atol=1.0)


def test_fine_checks_do_not_alias() -> None:
    picture = np.zeros((800, 800, 3), dtype=np.uint8)
    picture[::2, ::2] = picture[1::2, 1::2] = 255
    crop = cut_crop(picture, np.array([3.3, 5.9, 703.0, 705.6]), (96, 96))
    assert np.abs(crop[2:-2, 2:-2].astype(float) - 127.5).max() < 12


def test_beyond_the_picture_is_black() -> None:
    picture = np.full((50, 50, 3), 200, dtype=np.uint8)
    crop = cut_crop(picture, np.array([-50.0, -50.0, 50.0, 50.0]), (20, 20))
    assert crop[:9].max() == 0
    assert crop[:, :9].max() == 0
    assert crop[11:, 11:].min() == 200
    away = cut_crop(picture, np.array([900.0, 900.0, 950.0, 950.0]), (20, 20))
    assert away.max() == 0


def test_huge_picture_and_tiny_box_stay_quick_and_right() -> None:
    picture = np.zeros((30, 20_000, 3), dtype=np.uint8)
    picture[:, 15_000:15_010] = 255
    crop = cut_crop(picture, np.array([14_995.0, 0.0, 15_015.0, 20.0]), (40, 40))
    assert crop[20, 20].min() == 255
    assert crop[20, 2].max() == 0


@settings(max_examples=50, deadline=None)
@given(
    box=st.tuples(*[st.floats(-500, 3000)] * 2, *[st.floats(0, 2000)] * 2),
    size_hw=st.sampled_from([(224, 224), (256, 192), (96, 160)]),
    scale=st.floats(0.5, 2.0),
)
def test_crop_holds_the_box_in_the_crops_proportions(
    box: tuple[float, ...], size_hw: tuple[int, int], scale: float
) -> None:
    x, y, width, height = box
    area = crop_box(np.array([x, y, x + width, y + height]), size_hw, box_scale=scale)
    wide, high = area[2] - area[0], area[3] - area[1]
    assert wide / high == pytest.approx(size_hw[1] / size_hw[0], rel=1e-6)
    assert wide >= scale * max(width, 1.0) * (1 - 1e-6)
    assert high >= scale * max(height, 1.0) * (1 - 1e-6)
    np.testing.assert_allclose(area[:2] + area[2:], [2 * x + width, 2 * y + height], atol=2e-3)


def test_offset_moves_by_sides_of_the_unscaled_crop() -> None:
    box = np.array([100.0, 100.0, 200.0, 200.0])
    moved = crop_box(box, (224, 224), box_scale=1.5, offset_xy=(0.1, -0.2))
    np.testing.assert_allclose(moved, [85.0, 55.0, 235.0, 205.0])
