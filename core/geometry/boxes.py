"""Boxes and crops, in numpy or torch.

A box is ``box_xyxy`` (x0, y0, x1, y1), pixels, continuous edges: the whole picture is (0, 0, W, H).
A crop is an affine ``T_crop_image`` (2, 3): ``crop_px = M @ [x, y, 1]``; it maps the box's edges on
the crop's edges, so the pixel-centre convention (0.5, 0.5) holds on both sides.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.geometry.backend import Array, array_module, as_like


def box_center_size(box_xyxy: Array) -> tuple[Array, Array]:
    """Centre (..., 2) and (width, height) (..., 2), pixels, of boxes (..., 4)."""
    low, high = box_xyxy[..., :2], box_xyxy[..., 2:]
    return (low + high) / 2, high - low


def box_of_center_size(center: Array, size: Array) -> Array:
    """Boxes (..., 4) from centre (..., 2) and (width, height) (..., 2) or one side (..., 1)."""
    xp = array_module(center)
    half = size / 2 + xp.zeros_like(center)
    return xp.concatenate([center - half, center + half], -1)


def square_box(box_xyxy: Array, scale: float = 1.0) -> Array:
    """Smallest square with the same centre that holds the box, times ``scale``. (..., 4) -> same."""
    xp = array_module(box_xyxy)
    center, size = box_center_size(box_xyxy)
    side = xp.maximum(size[..., :1], size[..., 1:]) * scale
    return box_of_center_size(center, side)


def aspect_box(box_xyxy: Array, width_over_height: float, scale: float = 1.0) -> Array:
    """Smallest box of the given aspect with the same centre that holds the box, times ``scale``."""
    xp = array_module(box_xyxy)
    center, size = box_center_size(box_xyxy)
    height = xp.maximum(size[..., 1:], size[..., :1] / width_over_height) * scale
    return box_of_center_size(center, xp.concatenate([height * width_over_height, height], -1))


def clip_box(box_xyxy: Array, size_hw: tuple[int, int]) -> Array:
    """Part of the box inside a picture of ``size_hw``; outside boxes collapse onto its edge."""
    xp = array_module(box_xyxy)
    height, width = size_hw
    limit = as_like([width, height, width, height], box_xyxy)
    return xp.minimum(xp.maximum(box_xyxy, limit * 0), limit)


def box_area(box_xyxy: Array) -> Array:
    """Area (...,), square pixels; 0 for inverted boxes."""
    sides = (box_xyxy[..., 2:] - box_xyxy[..., :2]).clip(min=0)
    return sides[..., 0] * sides[..., 1]


def iou(box_a: Array, box_b: Array) -> Array:
    """Intersection over union, 0 where both are empty. Broadcasts: (..., 4) x (..., 4) -> (...,).

    All pairs: ``iou(a[:, None], b[None])``.
    """
    xp = array_module(box_a)
    low = xp.maximum(box_a[..., :2], box_b[..., :2])
    high = xp.minimum(box_a[..., 2:], box_b[..., 2:])
    inner = box_area(xp.concatenate([low, high], -1))
    union = box_area(box_a) + box_area(box_b) - inner
    return inner / xp.where(union > 0, union, xp.ones_like(union))


def box_of_points(points: Any, margin: float = 0.0) -> np.ndarray:
    """Tight float32 box of points (N, 2), grown on each side by ``margin`` of its longer side.

    Points with NaN (unknown) are left out.

    Raises:
        ValueError: no known point.
    """
    points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        raise ValueError("a box needs at least one known point")
    low, high = known.min(axis=0), known.max(axis=0)
    grow = margin * float((high - low).max())
    return np.concatenate([low - grow, high + grow]).astype(np.float32)


def crop_transform(
    box_xyxy: Array, out_hw: tuple[int, int], angle: float = 0.0, flip: bool = False
) -> Array:
    """Affine from picture to crop pixels that fits the box exactly on a crop of ``out_hw``.

    Args:
        box_xyxy: (..., 4) pixels.
        out_hw: (height, width) of the crop, pixels.
        angle: radians by which the picture's content turns clockwise about the box's centre.
        flip: mirror the crop left to right (after turning).

    Returns:
        (..., 2, 3) in the type of the box.
    """
    xp = array_module(box_xyxy)
    height, width = out_hw
    center, size = box_center_size(box_xyxy)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    sign = -1.0 if flip else 1.0
    zoom_x, zoom_y = sign * width / size[..., 0], height / size[..., 1]
    cx, cy = center[..., 0], center[..., 1]
    row_x = xp.stack([zoom_x * cos, -zoom_x * sin, width / 2 - zoom_x * (cos * cx - sin * cy)], -1)
    row_y = xp.stack([zoom_y * sin, zoom_y * cos, height / 2 - zoom_y * (sin * cx + cos * cy)], -1)
    return xp.stack([row_x, row_y], -2)


def invert_affine(affine: Array) -> Array:
    """The affine that undoes ``affine``. (..., 2, 3) -> (..., 2, 3), numpy always as float64."""
    xp = array_module(affine)
    affine = np.asarray(affine, np.float64) if xp is np else affine
    linear = xp.linalg.inv(affine[..., :2])
    return xp.concatenate([linear, -linear @ affine[..., 2:]], -1)


def apply_affine(points: Array, affine: Array) -> Array:
    """Points (..., N, 2) through affines (..., 2, 3) or one (2, 3). -> (..., N, 2).

    numpy computes in float64 whatever comes in, so that crop and picture agree to 1e-4 px; torch
    computes in the type of the points.
    """
    if array_module(points) is not np:
        affine = as_like(affine, points)
    else:
        points, affine = np.asarray(points, np.float64), np.asarray(affine, np.float64)
    linear = affine[..., :2]
    return points @ linear.swapaxes(-1, -2) + affine[..., None, :, 2]


def to_opencv_affine(affine: np.ndarray) -> np.ndarray:
    """The same affine for ``cv2.warpAffine``, which puts pixel centres on whole numbers. (2, 3)."""
    affine = np.asarray(affine, dtype=np.float64)
    shift = affine[:, :2] @ np.array([0.5, 0.5]) - 0.5
    return np.concatenate([affine[:, :2], (affine[:, 2] + shift)[:, None]], axis=1)
