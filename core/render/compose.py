"""Pictures made of views: overlays on a photograph, side views, turntables, contact sheets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.opencv import cv2
from core.render.camera import StandardView, ViewCamera
from core.render.draw import put_text
from core.render.layers import MeshLayer, RenderedImage
from core.render.lighting import DARK_THEME, RenderTheme
from core.render.renderer import Quality, Renderer

_FALLBACK_TARGET = (0.0, 0.0, 3.0)


def overlay(
    picture: NDArray[np.uint8],
    layers: Sequence[MeshLayer],
    focal_px: float,
    alpha: float = 1.0,
    renderer: Renderer | None = None,
    quality: Quality = "final",
    center_px: tuple[float, float] | None = None,
) -> RenderedImage:
    """Layers in the camera frame drawn over their picture with the picture's own camera.

    Args:
        picture: (H, W, 3) uint8 RGB.
        layers: vertices in the camera frame (``Reconstruction.vertices_camera``).
        focal_px: focal length of the picture.
        alpha: opacity of everything drawn, 0..1.
        renderer: keeps search trees between calls.
        quality: see `core.render.renderer.Quality`.
        center_px: principal point; the picture's centre by default.
    """
    height, width = picture.shape[:2]
    center = center_px or (width / 2, height / 2)
    camera = picture_camera(layers, focal_px, (width, height), center)
    drawn = (renderer or Renderer()).render(layers, camera, (width, height), quality, picture)
    if alpha >= 1:
        return drawn
    mixed = picture + (drawn.rgb.astype(np.float32) - picture) * alpha
    return replace(drawn, rgb=(mixed + 0.5).astype(np.uint8), alpha=drawn.alpha * np.float32(alpha))


def picture_camera(
    layers: Sequence[MeshLayer],
    focal_px: float,
    size: tuple[int, int],
    center_px: tuple[float, float] | None = None,
) -> ViewCamera:
    """The camera of a picture of ``size`` (width, height), ready to orbit about the layers' middle."""
    center = center_px or (size[0] / 2, size[1] / 2)
    cloud = points_of(layers)
    target = (cloud.min(axis=0) + cloud.max(axis=0)) / 2 if len(cloud) else _FALLBACK_TARGET
    return ViewCamera.from_picture(focal_px, center, size, target)


def points_of(layers: Sequence[MeshLayer]) -> NDArray[np.float32]:
    """(N, 3) all finite vertices of the layers."""
    clouds = [layer.vertices[np.isfinite(layer.vertices).all(axis=1)] for layer in layers]
    return np.concatenate(clouds) if clouds else np.zeros((0, 3), np.float32)


def side_views(
    layers: Sequence[MeshLayer],
    size: tuple[int, int],
    views: Sequence[StandardView] = ("front", "left", "back", "right"),
    y_up: bool = False,
    renderer: Renderer | None = None,
    quality: Quality = "final",
) -> list[RenderedImage]:
    """The layers seen from standard sides, at one common scale (``size`` is width, height)."""
    renderer = renderer or Renderer()
    cloud, aspect = points_of(layers), size[0] / size[1]
    fitted = [ViewCamera(y_up=y_up).standard(view).fitted(cloud, aspect) for view in views]
    distance = max((camera.distance for camera in fitted), default=3.0)
    cameras = [replace(camera, distance=distance) for camera in fitted]
    return [renderer.render(layers, camera, size, quality) for camera in cameras]


def turntable(
    layers: Sequence[MeshLayer],
    size: tuple[int, int],
    count: int = 72,
    elevation: float = 0.14,
    y_up: bool = False,
    renderer: Renderer | None = None,
    quality: Quality = "final",
) -> Iterator[RenderedImage]:
    """One turn around the layers in ``count`` views, starting from the front."""
    renderer = renderer or Renderer()
    cloud, aspect = points_of(layers), size[0] / size[1]
    start = ViewCamera(y_up=y_up, elevation=elevation)
    steps = [replace(start, azimuth=2 * math.pi * k / count) for k in range(count)]
    distance = max((camera.fitted(cloud, aspect).distance for camera in steps), default=3.0)
    target = (cloud.min(axis=0) + cloud.max(axis=0)) / 2 if len(cloud) else _FALLBACK_TARGET
    for camera in steps:
        view = replace(camera.looking_at(target), distance=distance)
        yield renderer.render(layers, view, size, quality)


def contact_sheet(
    pictures: Sequence[NDArray[np.uint8]],
    titles: Sequence[str] = (),
    columns: int | None = None,
    tile: tuple[int, int] | None = None,
    theme: RenderTheme = DARK_THEME,
    gap: int = 8,
) -> NDArray[np.uint8]:
    """Pictures in a grid with titles below, (H, W, 3) uint8.

    Args:
        pictures: (H, W, 3) uint8 each; shrunk or enlarged to fit their tile, never stretched.
        titles: one per picture, or none.
        columns: by default near a square.
        tile: (width, height) of a tile; by default the first picture's size.
        theme: ground and text colours.
        gap: pixels between tiles.
    """
    if not pictures:
        raise ValueError("a contact sheet needs a picture")
    columns = min(columns or math.ceil(math.sqrt(len(pictures))), len(pictures))
    rows = math.ceil(len(pictures) / columns)
    width, height = tile or (pictures[0].shape[1], pictures[0].shape[0])
    size = max(11, min(16, width // 22))
    caption = round(size * 1.9) if titles else 0
    step_x, step_y = width + gap, height + caption + gap
    sheet = np.empty((rows * step_y + gap, columns * step_x + gap, 3), np.uint8)
    sheet[:] = np.round(np.asarray(theme.background_bottom) * 255).astype(np.uint8)
    for number, picture in enumerate(pictures):
        x = gap + number % columns * step_x
        y = gap + number // columns * step_y
        fitted = _fitted(picture, width, height)
        left, top = x + (width - fitted.shape[1]) // 2, y + (height - fitted.shape[0]) // 2
        sheet[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
        if number < len(titles):
            at = (x + width / 2, y + height + caption * 0.68)
            put_text(sheet, titles[number], at, size, theme.text, "center")
    return sheet


def _fitted(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    scale = min(width / picture.shape[1], height / picture.shape[0])
    if scale == 1:
        return picture
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, size, interpolation=method)
