"""Bodies projected into their picture, and thumbnails of other readings; drawn off the window's thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.engine.requests import OverlayRequest
from core.errors import Cancelled
from core.render.camera import ViewCamera
from core.render.layers import MeshLayer

THUMBNAIL_SIZE = (116, 168)


@dataclass(frozen=True, eq=False)
class OverlayImage:
    """Answer to an `OverlayRequest`.

    Attributes:
        picture: covers the whole picture at any resolution; premultiplied, ready to be drawn.
        readings: side views of the answer and its other readings.
    """

    picture: QImage
    readings: tuple[QImage, ...] = ()


class OverlayPainter:
    """Owns a renderer; lives in one thread."""

    def __init__(self) -> None:
        from core.render.renderer import Renderer, SceneOptions

        self._renderer = Renderer(SceneOptions(ground=None))
        self._scene_options = SceneOptions

    def __call__(self, request: OverlayRequest, cancel: threading.Event) -> OverlayImage:
        """Draw the overlay, then the thumbnails if wanted."""
        picture = self._overlay(request)
        readings: list[QImage] = []
        for layer in request.readings:
            if cancel.is_set():
                raise Cancelled("stopped")
            readings.append(self._side_view(layer, request))
        return OverlayImage(picture, tuple(readings))

    def _overlay(self, request: OverlayRequest) -> QImage:
        height, width = request.size_hw
        scale = min(1.0, request.longest / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        camera = ViewCamera.from_picture(request.focal_px, (width / 2, height / 2), (width, height))
        black = np.zeros((size[1], size[0], 3), np.uint8)
        drawn = self._renderer.render(
            request.layers, camera, size, quality=request.quality, background=black
        )
        return premultiplied_image(drawn.rgb, drawn.alpha)

    def _side_view(self, layer: MeshLayer, request: OverlayRequest) -> QImage:
        width, height = THUMBNAIL_SIZE
        vertices = layer.vertices
        camera = replace(ViewCamera(orthographic=True), azimuth=-np.pi / 2)
        camera = camera.fitted(vertices, aspect=width / height, margin=1.2)
        ground = np.empty((height, width, 3), np.uint8)
        ground[:] = request.thumbnail_ground
        return rgb_image(self._renderer.render([layer], camera, THUMBNAIL_SIZE, "live", ground).rgb)

    def close(self) -> None:
        """Forget all meshes."""
        self._renderer.clear()


def premultiplied_image(rgb: NDArray[np.uint8], alpha: NDArray[np.float32]) -> QImage:
    """Colours drawn over black (h, w, 3) and their opacity (h, w) as a picture of its own memory."""
    height, width = alpha.shape
    rgba = np.empty((height, width, 4), np.uint8)
    rgba[..., 3] = np.round(np.clip(alpha, 0.0, 1.0) * 255)
    # Dithering may lift a colour above its opacity by one step, which painting would wrap around.
    rgba[..., :3] = np.minimum(rgb, rgba[..., 3:])
    form = QImage.Format.Format_RGBA8888_Premultiplied
    image = QImage(rgba.data, width, height, 4 * width, form)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def rgb_image(rgb: NDArray[np.uint8]) -> QImage:
    """(h, w, 3) uint8 as a picture of its own memory."""
    height, width = rgb.shape[:2]
    packed = np.ascontiguousarray(rgb)
    return QImage(packed.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
