"""Cameras: projection, weak to full perspective, and the changes between camera and y-up frames.

Camera frame: x right, y down, z forward, metres. Pixels: x right, y down, the centre of the top-left
pixel is (0.5, 0.5). ``ndc`` is [-1, 1] over a square crop, x right, y down. All functions take numpy
or torch and keep dtype and device.
"""

from __future__ import annotations

from typing import Any

from core.geometry.backend import Array, array_module, as_like

MIN_SCALE = 1e-4
"""Weak-perspective scales below it are raised to it, so that an untrained network stays finite."""


def default_focal_px(height: Any, width: Any) -> Any:
    """Focal length assumed for a picture of unknown camera: its diagonal, sqrt(H^2 + W^2) pixels.

    About 53 degrees across the diagonal (Kissos et al. 2020, as used by CLIFF).
    """
    return (height * height + width * width) ** 0.5


def project_perspective(points: Array, focal_px: Any, center_px: Any) -> Array:
    """Pinhole projection.

    Args:
        points: (..., N, 3) metres, camera frame; z > 0 in front of the camera.
        focal_px: number or (...,) pixels.
        center_px: (2,) or (..., 2) principal point, pixels.

    Returns:
        (..., N, 2) pixels. Points with z <= 0 are projected by the same formula and mean nothing.
    """
    focal = _per_point(as_like(focal_px, points))
    center = as_like(center_px, points)
    center = center[..., None, :] if center.ndim > 1 else center
    return points[..., :2] / points[..., 2:3] * focal + center


def project_weak_perspective(points: Array, camera: Array) -> Array:
    """Weak perspective as METRO has it: ``x = s (X + tx)``, ``y = s (Y + ty)``.

    Args:
        points: (..., N, 3) metres, camera axes.
        camera: (..., 3) as (s, tx, ty), s in 1 / metre, translations in metres.

    Returns:
        (..., N, 2) ndc.
    """
    return camera[..., None, :1] * (points[..., :2] + camera[..., None, 1:3])


def ndc_to_pixels(ndc: Array, size_hw: tuple[int, int]) -> Array:
    """[-1, 1] over a picture or crop of ``size_hw`` to its pixels. (..., 2) -> (..., 2)."""
    height, width = size_hw
    return (ndc + 1.0) * as_like([width / 2.0, height / 2.0], ndc)


def pixels_to_ndc(pixels: Array, size_hw: tuple[int, int]) -> Array:
    """Inverse of `ndc_to_pixels`. (..., 2) -> (..., 2)."""
    height, width = size_hw
    return pixels / as_like([width / 2.0, height / 2.0], pixels) - 1.0


def weak_to_full_camera(
    camera: Array, box_center: Any, box_size: Any, image_size: Any, focal_px: Any
) -> Array:
    """Translation of a crop's weak-perspective body into the camera frame of the whole picture.

    ``Tz = 2 f / (b s)``, ``Tx = tx + 2 (cx - W/2) / (b s)``, y alike (CLIFF, Li et al. 2022, eq. 6).
    At depth Z = 0 of the body both cameras agree exactly; elsewhere to first order in Z / Tz.

    Args:
        camera: (..., 3) (s, tx, ty) over the square crop.
        box_center: (..., 2) pixels. box_size: (...,) pixels, side of the square crop.
        image_size: (..., 2) (height, width) pixels. focal_px: (...,) or number, pixels.

    Returns:
        (..., 3) metres, to be added to the body's points.
    """
    xp = array_module(camera)
    center, size = as_like(box_center, camera), as_like(box_size, camera)
    image, focal = as_like(image_size, camera), as_like(focal_px, camera)
    scale = xp.where(camera[..., 0] < MIN_SCALE, as_like(MIN_SCALE, camera), camera[..., 0])
    metres_per_px = 2.0 / (size * scale)
    x = camera[..., 1] + metres_per_px * (center[..., 0] - image[..., 1] / 2.0)
    y = camera[..., 2] + metres_per_px * (center[..., 1] - image[..., 0] / 2.0)
    return xp.stack([x, y, focal * metres_per_px], -1)


def full_to_weak_camera(
    translation: Array, box_center: Any, box_size: Any, image_size: Any, focal_px: Any
) -> Array:
    """Inverse of `weak_to_full_camera` for the same box. (..., 3) metres -> (..., 3) (s, tx, ty)."""
    xp = array_module(translation)
    center, size = as_like(box_center, translation), as_like(box_size, translation)
    image, focal = as_like(image_size, translation), as_like(focal_px, translation)
    metres_per_px = translation[..., 2] / focal
    tx = translation[..., 0] - metres_per_px * (center[..., 0] - image[..., 1] / 2.0)
    ty = translation[..., 1] - metres_per_px * (center[..., 1] - image[..., 0] / 2.0)
    return xp.stack([2.0 / (size * metres_per_px), tx, ty], -1)


def camera_to_y_up(points: Array) -> Array:
    """Camera axes (x right, y down, z forward) to y-up axes (x right, y up, z to the viewer).

    A half turn about x, no reflection: a person facing the camera faces +z. (..., 3) -> (..., 3).
    """
    return points * as_like([1.0, -1.0, -1.0], points)


def y_up_to_camera(points: Array) -> Array:
    """Inverse of `camera_to_y_up` (the same half turn). (..., 3) -> (..., 3)."""
    return camera_to_y_up(points)


def camera_to_y_up_rotmat(rotmat: Array) -> Array:
    """A global orientation given in camera axes, in y-up axes. (..., 3, 3) -> (..., 3, 3)."""
    return rotmat * as_like([[1.0], [-1.0], [-1.0]], rotmat)


def y_up_to_camera_rotmat(rotmat: Array) -> Array:
    """Inverse of `camera_to_y_up_rotmat`. (..., 3, 3) -> (..., 3, 3)."""
    return camera_to_y_up_rotmat(rotmat)


def _per_point(value: Any) -> Any:
    """A per-camera number (...,) shaped to multiply (..., N, 2)."""
    return value[..., None, None] if value.ndim else value
