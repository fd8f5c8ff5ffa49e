"""How marks are drawn over the picture: boxes, skeletons, joints. Scene units are picture pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from app.panels.picture_hits import Hit
from app.settings.theme import Theme
from app.state.people import known_joints
from app.state.skeleton import Side, bones_of, plain_name, side_of
from core.render.colors import VIRIDIS
from core.types import Detection, Reconstruction

SHADOW = QColor(0, 0, 0, 150)
# Name and (4,) box_xyxy in picture pixels of each region.
NamedRegions = tuple[tuple[str, NDArray[np.float32]], ...]


@dataclass(frozen=True, eq=False)
class Links:
    """What a point of the picture attends to.

    Attributes:
        source: (x, y) pixels of the asking token, or None when it has no place in the picture.
        targets: (N, 2) float32 pixels.
        strength: (N,) in [0, 1], 1 for the strongest.
        colours: (N, 3) in [0, 1].
    """

    source: tuple[float, float] | None
    targets: NDArray[np.float32]
    strength: NDArray[np.float32]
    colours: NDArray[np.float32]


@dataclass(frozen=True)
class MarkStyle:
    """What to draw, and how large a screen pixel is in picture pixels."""

    theme: Theme
    pixel: float
    boxes: bool = True
    joints: bool = True
    selected: int = -1
    hover: Hit | None = None
    focus_joint: str = ""


def side_colour(theme: Theme, side: Side) -> QColor:
    """Colour of joints and bones on a side of the person."""
    return QColor(
        {"left": theme.left_side, "right": theme.right_side, "middle": theme.middle}[side]
    )


def draw_person(painter: QPainter, person: Detection, number: int, style: MarkStyle) -> None:
    """Box, skeleton and joints of one person's marks."""
    if style.boxes:
        _draw_box(painter, person, number, style)
    if style.joints and person.joints_2d is not None:
        _draw_bones(painter, person, style)
        _draw_joints(painter, person, number, style)


def _draw_box(painter: QPainter, person: Detection, number: int, style: MarkStyle) -> None:
    x0, y0, x1, y1 = map(float, person.box_xyxy)
    rect = QRectF(x0, y0, x1 - x0, y1 - y0)
    chosen = number == style.selected
    colour = QColor(style.theme.accent if chosen else style.theme.muted)
    smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # upright edges need none
    for pen_colour, width in ((SHADOW, 3.0), (colour, 1.4)):
        painter.setPen(QPen(pen_colour, width * style.pixel))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    if not chosen:
        return
    half = 3.5 * style.pixel
    painter.setPen(QPen(QColor(style.theme.on_accent), 1.0 * style.pixel))
    painter.setBrush(colour)
    for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)):
        painter.drawRect(QRectF(x - half, y - half, 2 * half, 2 * half))


def _draw_bones(painter: QPainter, person: Detection, style: MarkStyle) -> None:
    known, points = known_joints(person), np.asarray(person.joints_2d).tolist()
    names = person.joint_names
    # One call for all lines of a colour: while a joint is dragged each call may wait for the interpreter.
    lines: dict[Side, list[QLineF]] = {"left": [], "right": [], "middle": []}
    for a, b in bones_of(names):
        if known[a] and known[b]:
            side = side_of(names[b])
            line = QLineF(*points[a], *points[b])
            lines[side if side == side_of(names[a]) else "middle"].append(line)
    _draw_lines(painter, [line for some in lines.values() for line in some], SHADOW, 4.0, style)
    for side, some in lines.items():
        _draw_lines(painter, some, side_colour(style.theme, side), 2.0, style)


def _draw_lines(
    painter: QPainter, lines: list[QLineF], colour: QColor, width: float, style: MarkStyle
) -> None:
    pen = QPen(colour, width * style.pixel)
    # Joints cover the ends, and round ones take five times as long.
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLines(lines)


def _draw_joints(painter: QPainter, person: Detection, number: int, style: MarkStyle) -> None:
    known, points = known_joints(person), np.asarray(person.joints_2d)
    hover = style.hover
    for joint, name in enumerate(person.joint_names):
        x, y = map(float, points[joint])
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        hovered = hover is not None and hover == Hit(number, "joint", joint)
        focused = name == style.focus_joint and number == max(0, style.selected)
        radius = (6.5 if hovered or focused else 4.6) * style.pixel
        colour = side_colour(style.theme, side_of(name))
        if known[joint]:
            painter.setPen(QPen(SHADOW, 1.6 * style.pixel))
            painter.setBrush(colour)
        else:
            pen = QPen(colour, 1.4 * style.pixel, Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.setBrush(QColor(0, 0, 0, 70))
        painter.drawEllipse(QPointF(x, y), radius, radius)
        if focused:
            painter.setPen(QPen(QColor(style.theme.accent), 2.0 * style.pixel))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), radius * 1.7, radius * 1.7)
        if hovered:
            suffix = "" if known[joint] else " (unknown)"
            draw_label(painter, plain_name(name) + suffix, (x, y), style)


def draw_label(painter: QPainter, text: str, at: tuple[float, float], style: MarkStyle) -> None:
    """A small name tag beside a point, of constant size on screen."""
    painter.save()
    painter.translate(at[0], at[1])
    mirrored = painter.worldTransform().m11() < 0  # words are still read from the left
    painter.scale(-style.pixel if mirrored else style.pixel, style.pixel)
    font = QFont(painter.font())
    font.setPixelSize(11)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(text) + 12
    rect = QRectF(10, -24, width, 18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(10, 12, 16, 215))
    painter.drawRoundedRect(rect, 4, 4)
    painter.setPen(QColor("#f2f4f8"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def draw_reprojection(painter: QPainter, person: Reconstruction, style: MarkStyle) -> None:
    """The reconstructed joints where they fall in the picture: thin skeleton and small crosses."""
    points = person.joints_2d
    good = np.asarray(np.isfinite(points).all(axis=1))
    pen = QPen(QColor(style.theme.middle if style.theme.is_dark else "#ffffff"), 1.2 * style.pixel)
    places = points.tolist()
    lines = [
        QLineF(*places[a], *places[b])
        for a, b in bones_of(person.joint_names)
        if good[a] and good[b]
    ]
    arm = 3.0 * style.pixel
    for x, y in points[good].tolist():
        lines += [QLineF(x - arm, y, x + arm, y), QLineF(x, y - arm, x, y + arm)]
    for way in (QPen(SHADOW, 2.6 * style.pixel), pen):
        way.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(way)
        painter.drawLines(lines)


def draw_links(painter: QPainter, links: Links, style: MarkStyle) -> None:
    """Lines and dots, the strongest on top."""
    for number in np.argsort(links.strength):
        strength = float(links.strength[number])
        red, green, blue = links.colours[number].tolist()
        colour = QColor.fromRgbF(red, green, blue, 0.25 + 0.75 * strength)
        target = QPointF(*map(float, links.targets[number]))
        if links.source is not None:
            painter.setPen(QPen(colour, (0.6 + 1.8 * strength) * style.pixel))
            painter.drawLine(QPointF(*links.source), target)
        painter.setPen(QPen(SHADOW, 0.8 * style.pixel))
        painter.setBrush(colour)
        radius = (2.0 + 4.0 * strength) * style.pixel
        painter.drawEllipse(target, radius, radius)
    draw_source(painter, links, style)


def draw_source(painter: QPainter, links: Links, style: MarkStyle) -> None:
    """A ring around the place that the lines come from."""
    if links.source is not None:
        painter.setPen(QPen(QColor(style.theme.accent), 2.2 * style.pixel))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(*links.source), 9 * style.pixel, 9 * style.pixel)


def draw_regions(
    painter: QPainter, regions: NamedRegions, style: MarkStyle, focus: tuple[str, ...] = ()
) -> None:
    """Boxes of even distance on the colour scale, each with its name inside its corner.

    Those in ``focus`` are tinted and drawn thick, the others fade.
    """
    font = painter.font()
    font.setPixelSize(max(1, round(11 * style.pixel)))
    painter.setFont(font)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number, (name, box) in enumerate(regions):
        share = 0.3 + 0.6 * number / max(1, len(regions) - 1)
        red, green, blue = VIRIDIS(np.array([share]))[0].tolist()
        chosen = name in focus
        colour = QColor.fromRgbF(red, green, blue, 1.0 if chosen or not focus else 0.35)
        x0, y0, x1, y1 = map(float, box)
        area = QRectF(x0, y0, x1 - x0, y1 - y0)
        if chosen:
            painter.fillRect(area, QColor.fromRgbF(red, green, blue, 0.16))
        if chosen or not focus:
            painter.setPen(QPen(SHADOW, (5.0 if chosen else 3.0) * style.pixel))
            painter.drawRect(area)
        painter.setPen(QPen(colour, (3.0 if chosen else 1.6) * style.pixel))
        painter.drawRect(area)
        margin = 4 * style.pixel
        draw_words(painter, area.adjusted(margin, margin, -margin, -margin), name)


def draw_words(painter: QPainter, area: QRectF, text: str) -> None:
    """Words at the upper left of an area as it is seen, the right way round in a mirrored picture."""
    if painter.worldTransform().m11() >= 0:
        painter.drawText(area, 0, text)
        return
    painter.save()
    painter.translate(area.right(), area.top())
    painter.scale(-1.0, 1.0)
    painter.drawText(QRectF(0, 0, area.width(), area.height()), 0, text)
    painter.restore()


def draw_cell(painter: QPainter, box: NDArray[np.float32], tag: str, style: MarkStyle) -> None:
    """The outline of a clicked cell, with a few words beside it."""
    x0, y0, x1, y1 = map(float, box)
    area = QRectF(x0, y0, x1 - x0, y1 - y0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((SHADOW, 4.0), (QColor(style.theme.accent), 2.0)):
        painter.setPen(QPen(colour, width * style.pixel))
        painter.drawRect(area)
    if tag:
        draw_label(painter, tag, (x1, y0), style)


def draw_winner(painter: QPainter, place: tuple[float, float], style: MarkStyle) -> None:
    """A ring with four ticks around the place that won."""
    centre, radius = QPointF(*place), 9 * style.pixel
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((SHADOW, 4.0), (QColor(style.theme.truth), 2.0)):
        painter.setPen(QPen(colour, width * style.pixel))
        painter.drawEllipse(centre, radius, radius)
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            near, far = radius, 1.7 * radius
            painter.drawLine(
                QPointF(place[0] + x * near, place[1] + y * near),
                QPointF(place[0] + x * far, place[1] + y * far),
            )
