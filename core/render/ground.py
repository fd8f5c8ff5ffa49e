"""The floor of a view: metric lines that fade out, and the soft shadow of who stands on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.ground_plane import ground_at
from core.opencv import cv2
from core.render.camera import Projection
from core.types import GroundPlane

TEXELS = 192
STEP = 0.5
"""Metres between two lines; every second one is stronger."""


@dataclass(frozen=True)
class Ground:
    """A plane to stand on.

    Attributes:
        height: y of the plane, metres, world, where x and z are zero.
        y_up: whether the world's y grows upwards.
        slope: by how much y grows with x and with z; (0, 0) is level. Lines keep their distances
            along x and z.
        grid: draw lines.
        shadow: draw contact shadows.
    """

    height: float
    y_up: bool = False
    grid: bool = True
    shadow: bool = True
    slope: tuple[float, float] = (0.0, 0.0)

    def y_at(self, x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
        """World y of the plane at places x and z of any like shape."""
        return self.height + self.slope[0] * x + self.slope[1] * z

    @property
    def up(self) -> NDArray[np.float64]:
        """(3,) unit normal, away from the ground."""
        normal = np.array([-self.slope[0], 1.0, -self.slope[1]])
        return normal / np.linalg.norm(normal) * (1.0 if self.y_up else -1.0)


@dataclass(frozen=True, eq=False)
class ShadowMap:
    """Darkness (T, T) float32 0..1 over the square from ``corner`` (x, z) with ``side`` metres."""

    darkness: NDArray[np.float32]
    corner: tuple[float, float]
    side: float


def ground_under(clouds: list[NDArray[np.float32]], y_up: bool) -> Ground | None:
    """The plane that the lowest of all points (N, 3) stands on; None without points."""
    heights = [float(cloud[:, 1].min() if y_up else cloud[:, 1].max()) for cloud in clouds]
    if not heights:
        return None
    return Ground(min(heights) if y_up else max(heights), y_up)


def ground_of(plane: GroundPlane) -> Ground:
    """A plane of a picture's camera frame, as a floor in that frame."""
    height, *slope = ground_at(plane)
    return Ground(height, slope=(slope[0], slope[1]))


def shadow_map(clouds: list[NDArray[np.float32]], ground: Ground) -> ShadowMap:
    """How much bodies darken the plane: sharp and dark at the soles, wide and faint from above."""
    points = np.concatenate(clouds)
    flat = points[:, [0, 2]].astype(np.float64)
    low, high = flat.min(axis=0), flat.max(axis=0)
    side = float((high - low).max()) + 1.2
    corner = (low + high) / 2 - side / 2
    cell = ((flat - corner) / side * TEXELS).astype(np.int64)
    rise = np.abs(points[:, 1] - ground.y_at(points[:, 0], points[:, 2]))

    def splat(fall: float, blur_m: float, gain: float) -> NDArray[np.float32]:
        weight = np.exp(-rise / fall)
        image = np.bincount(cell[:, 1] * TEXELS + cell[:, 0], weight, TEXELS * TEXELS)
        image = image.reshape(TEXELS, TEXELS).astype(np.float32)
        image = cv2.GaussianBlur(image, (0, 0), blur_m / side * TEXELS)
        reference = max(float(np.quantile(image[image > image.max() * 0.05], 0.8)), 1e-9)
        return gain * (1 - np.exp(-1.6 * image / reference))

    contact = splat(0.05, 0.022, 0.75)
    wide = splat(0.55, 0.11, 0.5)
    return ShadowMap(1 - (1 - contact) * (1 - wide), (float(corner[0]), float(corner[1])), side)


def _plane_to_pixels(view: Projection, ground: Ground) -> NDArray[np.float64]:
    """Homography (3, 3) from (x, z, 1) of the plane to homogeneous pixels."""
    along = np.array([[1.0, 0.0], ground.slope, [0.0, 1.0]])
    zero = np.array([0.0, ground.height, 0.0]) - view.eye
    columns = view.rotation @ np.column_stack([along, zero])
    cx, cy = view.center
    if view.orthographic:
        scaled = columns * view.focal
        scaled[2] = (0, 0, 1)
        return np.array([[1, 0, cx], [0, 1, cy], [0, 0, 1]]) @ scaled
    return np.array([[view.focal, 0, cx], [0, view.focal, cy], [0, 0, 1]]) @ columns


def _below_horizon(view: Projection, ground: Ground) -> NDArray[np.bool_] | None:
    """(H, W) pixels whose ray meets the plane in front of the eye; None if none does."""
    towards = view.rotation @ ground.up
    above = (view.eye - [0.0, ground.height, 0.0]) @ ground.up
    if view.orthographic:
        return np.ones(view.size[::-1], bool) if towards[2] < -0.02 else None
    if above <= 0.02:
        return None
    width, height = view.size
    x = (np.arange(width) + 0.5 - view.center[0]) / view.focal * towards[0]
    y = (np.arange(height) + 0.5 - view.center[1]) / view.focal * towards[1]
    return (y[:, None] + x[None] + towards[2]) < -0.004


def _warped(
    texture: NDArray[np.float32],
    corner: tuple[float, float],
    side: float,
    view: Projection,
    ground: Ground,
) -> NDArray[np.float32]:
    """A square texture of the plane as the view sees it (H, W); zero outside of it."""
    texels = len(texture)
    scale = side / texels
    to_plane = np.array(
        [[scale, 0, corner[0] + scale / 2], [0, scale, corner[1] + scale / 2], [0, 0, 1]]
    )
    to_index = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    matrix = to_index @ _plane_to_pixels(view, ground) @ to_plane
    return cv2.warpPerspective(texture, matrix, view.size, flags=cv2.INTER_LINEAR)


def _radial_fade() -> NDArray[np.float32]:
    line = (np.arange(64, dtype=np.float32) + 0.5) / 32 - 1
    radius = np.sqrt(line[:, None] ** 2 + line[None] ** 2)
    return (np.clip(1 - radius, 0, 1) ** 0.8).astype(np.float32)


def _draw_lines(
    mask: NDArray[np.uint8],
    view: Projection,
    ground: Ground,
    center: NDArray[np.float64],
    reach: float,
) -> None:
    first = np.ceil((center - reach) / STEP).astype(int)
    last = np.floor((center + reach) / STEP).astype(int)
    for axis in (0, 1):
        for number in range(first[axis], last[axis] + 1):
            ends = np.empty((2, 3))
            ends[:, 0 if axis == 0 else 2] = number * STEP
            ends[:, 2 if axis == 0 else 0] = center[1 - axis] + np.array([-reach, reach])
            ends[:, 1] = ground.y_at(ends[:, 0], ends[:, 2])
            _draw_line(mask, view, ends, 235 if number % 2 == 0 else 110)


def _draw_line(
    mask: NDArray[np.uint8], view: Projection, ends: NDArray[np.float64], tone: int
) -> None:
    local = view.to_camera(ends)
    near = 0.05
    if not view.orthographic:
        a, b = local
        if a[2] < near and b[2] < near:
            return
        if min(a[2], b[2]) < near:
            share = (near - a[2]) / (b[2] - a[2])
            local[0 if a[2] < near else 1] = a + share * (b - a)
        local[:, :2] /= local[:, 2:]
    pixels = local[:, :2] * view.focal + view.center
    if np.abs(pixels).max() > 30_000:
        pixels = np.clip(pixels, -30_000, 30_000)
    fixed = np.round((pixels - 0.5) * 16).astype(int)
    start, end = (int(fixed[0, 0]), int(fixed[0, 1])), (int(fixed[1, 0]), int(fixed[1, 1]))
    cv2.line(mask, start, end, tone, 1, cv2.LINE_AA, 4)


def ground_opacity(
    view: Projection,
    ground: Ground,
    shadow: ShadowMap | None,
    center: tuple[float, float],
    reach: float,
) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
    """Line and shadow opacity (H, W) float32 in 0..1 as the view sees the plane.

    Args:
        view: the camera.
        ground: the plane.
        shadow: darkness on it, if any.
        center: x and z that the grid fades out from, metres.
        reach: metres over which it fades.

    Returns:
        None for what is not to be seen (both when the eye is below the plane).
    """
    visible = _below_horizon(view, ground)
    if visible is None:
        return None, None
    lines = None
    if ground.grid:
        mask = np.zeros(view.size[::-1], np.uint8)
        _draw_lines(mask, view, ground, np.asarray(center, dtype=np.float64), reach)
        corner = (center[0] - reach, center[1] - reach)
        lines = _warped(_radial_fade(), corner, 2 * reach, view, ground)
        lines *= mask
        lines *= np.float32(1 / 255)
        lines *= visible
    dark = None
    if ground.shadow and shadow is not None:
        dark = _warped(shadow.darkness, shadow.corner, shadow.side, view, ground)
        dark *= visible
    return lines, dark
