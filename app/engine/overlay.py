"""Bodies projected into their picture, and thumbnails of other readings; drawn off the window's thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.engine.requests import OverlayRequest
from core.errors import Cancelled
from core.render.camera import ViewCamera

THUMBNAIL_SIZE = (116, 168)


@dataclass(frozen=True, eq=False)
class OverlayImage:
    """Answer to an `OverlayRequest`.

    Attributes:
        rgba: (h, w, 4) uint8, alpha not multiplied in, covering the whole picture.
        readings: (h, w, 3) uint8 side views of the answer and its other readings.
    """

    rgba: NDArray[np.uint8]
    readings: tuple[NDArray[np.uint8], ...] = ()


class OverlayPainter:
    """Owns a renderer; lives in one thread."""

    def __init__(self) -> None:
        from core.render.renderer import Renderer, SceneOptions

        self._renderer = Renderer(SceneOptions(ground=None))
        self._scene_options = SceneOptions

    def __call__(self, request: OverlayRequest, cancel: threading.Event) -> OverlayImage:
        """Draw the overlay, then the thumbnails if wanted."""
        rgba = self._overlay(request)
        readings: list[NDArray[np.uint8]] = []
        for layer in request.readings:
            if cancel.is_set():
                raise Cancelled("stopped")
            readings.append(self._side_view(layer, request))
        return OverlayImage(rgba, tuple(readings))

    def _overlay(self, request: OverlayRequest) -> NDArray[np.uint8]:
        height, width = request.size_hw
        scale = min(1.0, request.longest / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        camera = ViewCamera.from_picture(request.focal_px, (width / 2, height / 2), (width, height))
        black = np.zeros((size[1], size[0], 3), np.uint8)
        drawn = self._renderer.render(
            request.layers, camera, size, quality=request.quality, background=black
        )
        return unmultiplied(drawn.rgb, drawn.alpha)

    def _side_view(self, layer: object, request: OverlayRequest) -> NDArray[np.uint8]:
        width, height = THUMBNAIL_SIZE
        vertices = layer.vertices  # type: ignore[attr-defined]
        camera = replace(ViewCamera(orthographic=True), azimuth=-np.pi / 2)
        camera = camera.fitted(vertices, aspect=width / height, margin=1.2)
        ground = np.empty((height, width, 3), np.uint8)
        ground[:] = request.thumbnail_ground
        return self._renderer.render([layer], camera, THUMBNAIL_SIZE, "live", ground).rgb  # type: ignore[list-item]

    def close(self) -> None:
        """Forget all meshes."""
        self._renderer.clear()


def unmultiplied(rgb: NDArray[np.uint8], alpha: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(h, w, 4) uint8 from colours drawn over black and their opacity."""
    cover = np.clip(alpha, 0.0, 1.0)
    colour = rgb / np.maximum(cover, 1.0 / 255.0)[..., None]
    rgba = np.empty((*cover.shape, 4), np.uint8)
    rgba[..., :3] = np.clip(colour, 0, 255)
    rgba[..., 3] = np.round(cover * 255)
    return rgba
