"""Marks on bodies: one chosen vertex, one measured distance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from app.settings.language import tr
from app.settings.theme import Theme
from app.viewport import paint
from core.render import MeshLayer, PickResult, Projection, Renderer

HIDDEN_BY_M = 0.02
"""Metres in front of a mark from which a surface hides it."""


class Marks:
    """What a person marked.

    Attributes:
        vertex: (layer, vertex) with the marker.
        text: its label; empty for the vertex number.
        measuring: clicks measure instead of picking.
        start: first point of a distance, while the second is awaited.
        measurement: the last distance.
    """

    def __init__(self) -> None:
        self.measuring = False
        self.clear()

    def clear(self) -> None:
        """Forget the marker and the distance."""
        self.vertex: tuple[int, int] | None = None
        self.text = ""
        self.start: PickResult | None = None
        self.measurement: paint.Measurement | None = None

    def keep_within(self, layers: Sequence[MeshLayer]) -> None:
        """Forget a marker whose vertex does not exist in ``layers``."""
        if self.vertex is not None:
            layer, vertex = self.vertex
            exists = 0 <= layer < len(layers) and 0 <= vertex < len(layers[layer].vertices)
            self.vertex = self.vertex if exists else None

    def measure(self, point: PickResult) -> paint.Measurement | None:
        """The distance that ``point`` completes; None when it is the first of two."""
        if self.start is None:
            self.start, self.measurement = point, None
            return None
        self.measurement = paint.Measurement(self.start.point, point.point)
        self.start = None
        return self.measurement

    def paint(
        self,
        painter: QPainter,
        theme: Theme,
        view: Projection,
        layers: Sequence[MeshLayer],
        renderer: Renderer,
    ) -> None:
        """Draw over a view; the renderer tells what is hidden."""
        depth_at = partial(_solid_depth, renderer, layers, view)
        if self.measurement is not None:
            paint.paint_measurement(painter, theme, view, self.measurement)
        if self.start is not None:
            self._paint_point(painter, theme, view, self.start.point, depth_at, tr("second point…"))
        if self.vertex is not None:
            layer, vertex = self.vertex
            text = self.text or tr("vertex {vertex}", vertex=vertex)
            self._paint_point(painter, theme, view, layers[layer].vertices[vertex], depth_at, text)

    def _paint_point(
        self,
        painter: QPainter,
        theme: Theme,
        view: Projection,
        point: NDArray[np.float32],
        depth_at: Callable[[float, float], float],
        text: str,
    ) -> None:
        pixels, depth = view.project(point[None])
        if not np.isfinite(pixels).all():
            return
        x, y = (float(value) for value in pixels[0])
        hidden = depth_at(x, y) < depth[0] - HIDDEN_BY_M
        paint.paint_marker(painter, theme, QPointF(x, y), hidden, text)


def _solid_depth(
    renderer: Renderer, layers: Sequence[MeshLayer], view: Projection, x: float, y: float
) -> float:
    """Metres to the nearest opaque surface at a pixel; infinite for none, or while it is unknown."""
    solid = [layer for layer in layers if layer.alpha >= 1 and not layer.in_front]
    if not renderer.can_pick_at_once(solid):
        return math.inf
    met = renderer.pick(solid, view, x, y, view.size)
    return math.inf if met is None else met.depth
