"""From a person's box to the network's crop, along one exact affine.

``T_crop_image`` (2, 3) maps picture to crop pixels, ``crop_px = T @ [x, y, 1]``, the centre of the
top-left pixel being (0.5, 0.5) on both sides. Worked number: a box (100, 50, 324, 274) and a
224 x 224 crop give ``[[1, 0, -100], [0, 1, -50]]``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.geometry.boxes import (
    apply_affine,
    aspect_box,
    box_center_size,
    box_of_center_size,
    crop_transform,
    invert_affine,
    to_opencv_affine,
)

MIN_BOX_PX = 1.0


def crop_box(
    box_xyxy: NDArray[np.float32],
    size_hw: tuple[int, int],
    *,
    box_scale: float = 1.0,
    offset_xy: tuple[float, float] = (0.0, 0.0),
) -> NDArray[np.float64]:
    """(4,) float64 picture area of a crop: the box in the crop's proportions, moved and scaled.

    Args:
        box_xyxy: (4,) picture pixels; sides below one pixel count as one.
        size_hw: crop height and width.
        box_scale: growth about the centre.
        offset_xy: shift of the centre in sides of the crop at ``box_scale`` 1.
    """
    center, size = box_center_size(np.asarray(box_xyxy, dtype=np.float64))
    box = box_of_center_size(center, np.maximum(size, MIN_BOX_PX))
    center, size = box_center_size(aspect_box(box, size_hw[1] / size_hw[0]))
    return box_of_center_size(center + np.asarray(offset_xy) * size, size * box_scale)


def cut_crop(
    image: NDArray[np.uint8], area_xyxy: NDArray[np.float64], size_hw: tuple[int, int]
) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 crop of the picture area; black beyond the picture.

    A shrinking crop is averaged over areas first (bilinear samples alone would skip pixels and
    shimmer); the fraction that remains is sampled bilinearly. Both follow the exact affine.
    """
    from core.opencv import cv2

    height, width = size_hw
    T_crop_image = crop_transform(np.asarray(area_xyxy, dtype=np.float64), size_hw)
    x0, y0, x1, y1 = _pixels_under(area_xyxy, size_hw, image.shape[:2])
    if x1 <= x0 or y1 <= y0:
        return np.zeros((height, width, 3), dtype=np.uint8)
    patch = image[y0:y1, x0:x1]
    T_image_patch = np.array([[1.0, 0.0, x0], [0.0, 1.0, y0]])
    shrink = np.minimum([T_crop_image[0, 0], T_crop_image[1, 1]], 1.0)
    if shrink.min() < 1.0:
        small_wh = [math.ceil((x1 - x0) * shrink[0]), math.ceil((y1 - y0) * shrink[1])]
        patch = cv2.resize(patch, small_wh, interpolation=cv2.INTER_AREA)
        grow = np.array([x1 - x0, y1 - y0]) / small_wh
        T_image_patch = np.array([[grow[0], 0.0, x0], [0.0, grow[1], y0]])
    return cv2.warpAffine(
        np.ascontiguousarray(patch),
        to_opencv_affine(_compose(T_crop_image, T_image_patch)),
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(0, 0, 0),
    )


def _compose(T_a_b: NDArray[np.float64], T_b_c: NDArray[np.float64]) -> NDArray[np.float64]:
    """``T_a_c``: first ``T_b_c``, then ``T_a_b``."""
    shift = apply_affine(T_b_c[None, :, 2], T_a_b)[0]
    return np.concatenate([T_a_b[:, :2] @ T_b_c[:, :2], shift[:, None]], axis=1)


def _pixels_under(
    area_xyxy: NDArray[np.float64], size_hw: tuple[int, int], image_hw: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Whole pixels of the picture that the crop touches, with two crop pixels of margin."""
    T_image_crop = invert_affine(crop_transform(np.asarray(area_xyxy, np.float64), size_hw))
    height, width = size_hw
    corners = np.array([[-2.0, -2.0], [width + 2.0, height + 2.0]])
    limit = np.array(image_hw[::-1])
    low, high = apply_affine(corners, T_image_crop)
    low = np.clip(np.floor(low) - 1, 0, limit).astype(int)
    high = np.clip(np.ceil(high) + 1, 0, limit).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
