"""What is painted over the rendered view: names, legend, axes, markers, measured lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPainterPath, QPen

from app.settings.theme import Theme
from core.render import Legend, MeshLayer, Projection, StandardView, ViewCamera

_AXES = (("x", "#f2736b"), ("y", "#6fcf86"), ("z", "#5aa2ff"))
AXES_MARGIN = 46.0


@dataclass(frozen=True, eq=False)
class Measurement:
    """A straight distance between two picked points, world metres."""

    start: NDArray[np.float32]
    end: NDArray[np.float32]

    @property
    def metres(self) -> float:
        """Length."""
        return float(np.linalg.norm(self.end - self.start))

    @property
    def text(self) -> str:
        """``42.7 cm``."""
        return f"{self.metres * 100:.1f} cm"


def font_of(theme: Theme, pixels: int | None = None, bold: bool = False) -> QFont:
    """The program's font in a size of the theme."""
    font = QFont()
    font.setPixelSize(pixels or theme.metrics.font_small)
    font.setBold(bold)
    return font


def paint_pill(
    painter: QPainter, theme: Theme, text: str, at: QPointF, align: str = "center"
) -> QRectF:
    """Words on a rounded ground that reads on any view; ``at`` is its ``align``ed middle."""
    painter.setFont(font_of(theme))
    width = painter.fontMetrics().horizontalAdvance(text) + 2.0 * theme.metrics.space_2
    height = painter.fontMetrics().height() + 6.0
    left = {"center": at.x() - width / 2, "left": at.x(), "right": at.x() - width}[align]
    box = QRectF(left, at.y() - height / 2, width, height)
    ground = QColor(theme.panel)
    ground.setAlpha(225)
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(QColor(theme.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box


def paint_words(painter: QPainter, theme: Theme, area: QRect, text: str) -> None:
    """Quiet words in the middle of an empty view."""
    painter.setPen(QColor(theme.muted))
    painter.setFont(font_of(theme, theme.metrics.font))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(20, 20, -20, -20), flags, text)


def axes_center(height: int) -> QPointF:
    """Where the axes stand in a view of that height."""
    return QPointF(AXES_MARGIN, height - AXES_MARGIN)


def paint_layer_names(painter: QPainter, theme: Theme, layers: Sequence[MeshLayer]) -> None:
    """A dot in the layer's colour and its name, one line each, in the upper left."""
    painter.setFont(font_of(theme))
    y = 16.0
    for layer in layers:
        if not layer.name or layer.alpha <= 0:
            continue
        dot = QRectF(12, y - 4, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        colors = np.asarray(layer.colors)
        if colors.ndim == 1:
            painter.setBrush(QColor.fromRgbF(*(float(value) for value in colors)))
        else:
            painter.setBrush(_sampled_gradient(colors, dot))
        painter.drawEllipse(dot)
        painter.setPen(QColor(theme.muted))
        line = QRectF(26, y - 9, 400, 18)
        painter.drawText(
            line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, layer.name
        )
        y += 18


def _sampled_gradient(colors: NDArray[np.float32], box: QRectF) -> QLinearGradient:
    gradient = QLinearGradient(box.topLeft(), box.topRight())
    order = np.argsort(colors @ np.array([0.2, 0.7, 0.1]))
    for share in (0.05, 0.5, 0.95):
        color = colors[order[int(share * (len(order) - 1))]] if len(order) else (0.5, 0.5, 0.5)
        gradient.setColorAt(share, QColor.fromRgbF(*(float(value) for value in color)))
    return gradient


def paint_legend(painter: QPainter, theme: Theme, legend: Legend, area: QRectF) -> QRectF:
    """A vertical ramp with round values and its unit, in the lower right of ``area``."""
    painter.setFont(font_of(theme))
    metrics = painter.fontMetrics()
    ticks = legend.ticks(4)
    labels = [legend.text(value) for value in ticks]
    space, bar_width = float(theme.metrics.space_3), 12.0
    bar_height = min(150.0, area.height() * 0.35)
    inner = max(
        bar_width + 12 + max(metrics.horizontalAdvance(label) for label in labels),
        float(metrics.horizontalAdvance(legend.heading)),
    )
    size = (inner + 2 * space, bar_height + 2 * space + metrics.height() + 8)
    box = QRectF(area.right() - size[0] - 10, area.bottom() - size[1] - 10, *size)
    ground = QColor(theme.panel)
    ground.setAlpha(215)
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, theme.metrics.radius, theme.metrics.radius)
    painter.setPen(QColor(theme.text))
    painter.drawText(
        QPointF(box.left() + space, box.top() + space + metrics.ascent()), legend.heading
    )
    bar = QRectF(box.left() + space, box.bottom() - space - bar_height, bar_width, bar_height)
    ramp = QLinearGradient(bar.bottomLeft(), bar.topLeft())
    for row in range(0, 256, 15):
        ramp.setColorAt(row / 255, QColor.fromRgbF(*(float(v) for v in legend.cmap.table[row])))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ramp)
    painter.drawRoundedRect(bar, 2, 2)
    span = (legend.high - legend.low) or 1.0
    for value, label in zip(ticks, labels, strict=True):
        y = bar.bottom() - (value - legend.low) / span * bar_height
        painter.setPen(QPen(QColor(theme.muted), 1))
        painter.drawLine(QPointF(bar.right() + 2, y), QPointF(bar.right() + 6, y))
        y = min(bar.bottom(), max(bar.top() + metrics.ascent() * 0.8, y + metrics.ascent() * 0.38))
        painter.drawText(QPointF(bar.right() + 10, y), label)
    return box


def paint_axes(painter: QPainter, theme: Theme, camera: ViewCamera, center: QPointF) -> None:
    """The world's axes as the camera sees them, the nearest on top; minus sides as open rings."""
    axes = camera.rotation
    length = 26.0
    ends = [(axes[:, k] * sign, k, sign) for k in range(3) for sign in (1.0, -1.0)]
    painter.setFont(font_of(theme, 9, bold=True))
    for local, k, sign in sorted(ends, key=lambda end: -end[0][2]):
        name, tone = _AXES[k]
        color = QColor(tone)
        color.setAlphaF(1.0 - 0.45 * (0.5 + 0.5 * float(local[2])))
        tip = center + QPointF(float(local[0]), float(local[1])) * length
        if sign > 0:
            painter.setPen(QPen(color, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(center, tip)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(tip, 7, 7)
            painter.setPen(QColor("#10131a"))
            box = QRectF(tip.x() - 7, tip.y() - 7.5, 14, 14)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
        else:
            painter.setPen(QPen(color, 1.3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(tip, 3.5, 3.5)


def axis_at(camera: ViewCamera, center: QPointF, point: QPointF) -> tuple[int, int] | None:
    """Axis number and sign of the handle of `paint_axes` under ``point``, the nearest one."""
    best: tuple[float, tuple[int, int]] | None = None
    for k in range(3):
        for sign in (1, -1):
            local = camera.rotation[:, k] * sign
            tip = center + QPointF(float(local[0]), float(local[1])) * 26.0
            gap = point - tip
            inside = gap.x() ** 2 + gap.y() ** 2 <= 64
            if inside and (best is None or local[2] < best[0]):
                best = (float(local[2]), (k, sign))
    return None if best is None else best[1]


def view_along(axis: tuple[int, int], y_up: bool) -> StandardView:
    """The standard view from the side that an axis handle points to."""
    number, sign = axis
    if number == 0:
        return "left" if sign > 0 else "right"
    if number == 1:
        return "top" if (sign > 0) == y_up else "bottom"
    return "front" if (sign > 0) == y_up else "back"


def paint_marker(painter: QPainter, theme: Theme, at: QPointF, hidden: bool, text: str) -> None:
    """A ring on a vertex, dashed when the body hides it, with its name beside it."""
    halo = QColor("#0c0e12" if theme.is_dark else "#ffffff")
    halo.setAlpha(200)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(halo, 4))
    painter.drawEllipse(at, 6.5, 6.5)
    style = Qt.PenStyle.DotLine if hidden else Qt.PenStyle.SolidLine
    painter.setPen(QPen(QColor(theme.accent), 2, style))
    painter.drawEllipse(at, 6.5, 6.5)
    if not hidden:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        painter.drawEllipse(at, 2.2, 2.2)
    if text:
        paint_pill(painter, theme, text, at + QPointF(14, -14), "left")


def paint_measurement(
    painter: QPainter, theme: Theme, view: Projection, measurement: Measurement
) -> None:
    """A line between two points with its length in centimetres at the middle."""
    ends, _ = view.project(np.stack([measurement.start, measurement.end]))
    if not np.isfinite(ends).all():
        return
    start, end = (QPointF(float(x), float(y)) for x, y in ends)
    path = QPainterPath(start)
    path.lineTo(end)
    halo = QColor("#0c0e12" if theme.is_dark else "#ffffff")
    halo.setAlpha(190)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(halo, 4.5), QPen(QColor(theme.warning), 2)):
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPath(path)
    painter.setPen(QPen(halo, 1.5))
    painter.setBrush(QColor(theme.warning))
    for point in (start, end):
        painter.drawEllipse(point, 4.2, 4.2)
    paint_pill(painter, theme, measurement.text, (start + end) / 2)
