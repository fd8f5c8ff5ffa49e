"""Legends: a ramp with ticks in millimetres, or named colours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.settings.language import tr
from app.settings.theme import DARK, Theme

Rgb = tuple[float, float, float]


class RampLegend(QWidget):
    """A horizontal ramp from 0 to a value with a unit, and what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.stops: tuple[Rgb, ...] = ()
        self.top = 0.0
        self.unit = ""
        self.caption = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Colour legend"))

    def sizeHint(self) -> QSize:
        return QSize(160, 44)

    def show_ramp(self, stops: Sequence[Rgb], top: float, unit: str, caption: str) -> None:
        """Colours from 0 to ``top`` ``unit``."""
        self.stops, self.top, self.unit, self.caption = tuple(stops), top, unit, caption
        self.setAccessibleDescription(f"{caption}: 0 to {top:g} {unit}")
        self.update()

    def tick_texts(self) -> tuple[str, str, str]:
        """Texts at the start, middle and end."""
        end = f"{self.top:g} {self.unit}".strip()
        return "0", f"{self.top / 2:g}", f"≥ {end}" if self.unit == "mm" else end

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.stops:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(self.theme.metrics.font_small)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted))
        width = float(self.width())
        painter.drawText(QRectF(0, 0, width, 14), Qt.AlignmentFlag.AlignLeft, self.caption)
        bar = QRectF(0, 17, width, 9)
        gradient = QLinearGradient(QPointF(0, 0), QPointF(width, 0))
        for number, (red, green, blue) in enumerate(self.stops):
            gradient.setColorAt(number / (len(self.stops) - 1), QColor.fromRgbF(red, green, blue))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(QColor(self.theme.muted))
        flags = (
            Qt.AlignmentFlag.AlignLeft,
            Qt.AlignmentFlag.AlignHCenter,
            Qt.AlignmentFlag.AlignRight,
        )
        for text, flag in zip(self.tick_texts(), flags, strict=True):
            painter.drawText(QRectF(0, 28, width, 15), flag, text)
        painter.end()


class TimingBar(QWidget):
    """Seconds per stage as one divided bar with names below."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.stages: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Time per stage"))

    def sizeHint(self) -> QSize:
        lines = (len(self.stages) + 1) // 2
        return QSize(160, 14 + 16 * lines)

    def show_stages(self, stages: Sequence[tuple[str, float]]) -> None:
        """(name, seconds) in order."""
        self.stages = tuple(stages)
        text = ", ".join(f"{name} {milliseconds(seconds)}" for name, seconds in self.stages)
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        total = sum(seconds for _, seconds in self.stages)
        if total <= 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(self.theme.metrics.font_small)
        painter.setFont(font)
        x, half = 0.0, self.width() / 2
        for number, (name, seconds) in enumerate(self.stages):
            colour = QColor.fromHslF((0.58 + 0.13 * number) % 1.0, 0.45, 0.58)
            part = seconds / total * self.width()
            painter.fillRect(QRectF(x, 0, max(1.0, part - 1), 6), colour)
            x += part
            left, top = (number % 2) * half, 12 + 16 * (number // 2)
            painter.fillRect(QRectF(left, top + 3, 7, 7), colour)
            painter.setPen(QColor(self.theme.muted))
            area = QRectF(left + 12, top - 1, half - 18, 15)
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(
                area,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                milliseconds(seconds),
            )
        painter.end()


def milliseconds(seconds: float) -> str:
    """A duration in the unit that reads best."""
    if seconds >= 1.0:
        return f"{seconds:.1f} s"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.01 else f"{seconds * 1e3:.1f} ms"
