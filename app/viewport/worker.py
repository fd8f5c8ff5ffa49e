"""The thread that casts rays: one request in hand, one waiting, the newest wins."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QThread, Signal

from app.priority import give_way
from app.settings.language import tr
from app.settings.theme import Theme, rgb_float
from core.opencv import cv2
from core.render import (
    DARK_THEME,
    LIGHT_THEME,
    MeshLayer,
    PickResult,
    Quality,
    RenderedImage,
    Renderer,
    RenderTheme,
    SceneOptions,
    ViewCamera,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class RenderRequest:
    """A view to draw.

    Attributes:
        number: grows with every request.
        scene: number of the set of layers; a view of older layers is not shown any more.
        layers, camera, options, quality: see `core.render`.
        size: (width, height) device pixels.
        picture: shown behind the layers with the picture's own camera.
    """

    number: int
    scene: int
    layers: tuple[MeshLayer, ...]
    camera: ViewCamera
    size: tuple[int, int]
    quality: Quality
    options: SceneOptions
    picture: NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False)
class RenderReply:
    """A drawn view and the seconds it took."""

    request: RenderRequest
    image: RenderedImage
    seconds: float


@dataclass(frozen=True, eq=False)
class PickRequest:
    """A click at logical pixel (x, y) of a view of ``size``; ``purpose`` comes back with the answer."""

    layers: tuple[MeshLayer, ...]
    camera: ViewCamera
    x: float
    y: float
    size: tuple[int, int]
    purpose: str


@dataclass(frozen=True, eq=False)
class PickReply:
    """What lay under a click."""

    request: PickRequest
    result: PickResult | None


class RenderThread(QThread):
    """Draws requests with one renderer.

    Signals:
        rendered: `RenderReply`.
        picked: `PickReply`, for clicks that came before the search trees were built.
        failed: one line for the person; the thread goes on.
    """

    rendered = Signal(object)
    picked = Signal(object)
    failed = Signal(str)

    def __init__(self, renderer: Renderer) -> None:
        super().__init__()
        self.setObjectName("viewport-renderer")
        self._renderer = renderer
        self._wake = threading.Condition()
        self._render: RenderRequest | None = None
        self._pick: PickRequest | None = None
        self._stopping = False

    def submit(self, request: RenderRequest | PickRequest) -> None:
        """Replace what waits; start the thread if it does not run."""
        with self._wake:
            if isinstance(request, RenderRequest):
                self._render = request
            else:
                self._pick = request
            self._stopping = False
            self._wake.notify()
        if not self.isRunning():
            self.start()

    def stop(self) -> None:
        """Drop what waits and return when the thread has ended."""
        with self._wake:
            self._stopping = True
            self._render = self._pick = None
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        give_way()
        while True:
            with self._wake:
                while not (self._stopping or self._render or self._pick):
                    self._wake.wait()
                if self._stopping:
                    return
                pick, self._pick = self._pick, None
                request, self._render = self._render, None
            try:
                if pick is not None:
                    self.picked.emit(PickReply(pick, self._answer(pick)))
                if request is not None:
                    self.rendered.emit(self._draw(request))
            except Exception as error:
                log.exception("the 3D view could not be drawn")
                self.failed.emit(tr("The 3D view could not be drawn: {error}", error=error))

    def _answer(self, pick: PickRequest) -> PickResult | None:
        return self._renderer.pick(pick.layers, pick.camera, pick.x, pick.y, pick.size)

    def _draw(self, request: RenderRequest) -> RenderReply:
        start = time.perf_counter()
        self._renderer.options = request.options
        picture = request.picture
        if picture is not None:
            picture = letterboxed(picture, request.size, request.options.theme)
        image = self._renderer.render(
            request.layers, request.camera, request.size, request.quality, picture
        )
        return RenderReply(request, image, time.perf_counter() - start)


def with_edges(layers: tuple[MeshLayer, ...]) -> tuple[MeshLayer, ...]:
    """The same layers, the edges of all bodies drawn."""
    return tuple(replace(layer, wireframe=True) if layer.pickable else layer for layer in layers)


def letterboxed(
    picture: NDArray[np.uint8], size: tuple[int, int], theme: RenderTheme
) -> NDArray[np.uint8]:
    """The whole picture centred in ``size`` (width, height), as `ViewCamera.projection` places it."""
    width, height = size
    rows, columns = picture.shape[:2]
    scale = min(width / columns, height / rows)
    # Pixel centres lie at one half: the shift moves the picture's middle onto the view's middle.
    shift_x = (width - columns * scale) / 2 + 0.5 * scale - 0.5
    shift_y = (height - rows * scale) / 2 + 0.5 * scale - 0.5
    matrix = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
    edge = tuple(round(255 * value) for value in theme.background_bottom)
    if scale < 1:
        # Average before shrinking; the remaining shift is below a pixel.
        small = (max(1, round(columns * scale)), max(1, round(rows * scale)))
        picture = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
        step_x, step_y = columns * scale / small[0], rows * scale / small[1]
        matrix = np.array(
            [
                [step_x, 0, (width - columns * scale) / 2 + 0.5 * step_x - 0.5],
                [0, step_y, (height - rows * scale) / 2 + 0.5 * step_y - 0.5],
            ]
        )
    return cv2.warpAffine(
        picture,
        matrix,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=edge,
    )


def render_theme(theme: Theme) -> RenderTheme:
    """Lights and colours of the view under a theme of the program."""
    base = DARK_THEME if theme.is_dark else LIGHT_THEME
    return replace(
        base,
        background_top=rgb_float(theme.view_top),
        background_bottom=rgb_float(theme.view_bottom),
        text=rgb_float(theme.text),
    )
