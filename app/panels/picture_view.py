"""The picture with everything drawn over it. One scene unit is one picture pixel, y down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPixmapItem, QGraphicsScene, QGraphicsView

from app.panels.gl_links import GlLinks, gl_links_or_why
from app.panels.picture_hits import Hit, dragged_box, drawn_box, hit_test, person_at
from app.panels.picture_paint import (
    Links,
    MarkStyle,
    NamedRegions,
    draw_cell,
    draw_links,
    draw_person,
    draw_regions,
    draw_reprojection,
    draw_source,
    draw_winner,
)
from app.settings.language import tr
from app.settings.theme import DARK, Theme
from core.types import Detection, Reconstruction

REACH, CLICK_SLOP, CACHE_PX = 7.0, 3, 2600  # screen pixels
ZOOM_STEP, ZOOM_RANGE = 1.2, (0.02, 60.0)
# Side of the patch that covers, as a share of the person, and its grey.
PATCH_SHARE, PATCH_GREY = 0.2, 118

Region = Sequence[float] | NDArray[np.float32]


class PictureView(QGraphicsView):
    """Zoom with the wheel, pan by dragging the ground, drag marks. It draws; others keep the marks.

    Signals:
        drag_started, drag_ended: around the changes of one drag.
        joint_moved: (person, joint, x, y) pixels.
        box_moved: (person, (x0, y0, x1, y1)) pixels.
        box_drawn: (x0, y0, x1, y1) pixels of a new person.
        person_clicked: number, or -1.
        joint_clicked: (person, joint) clicked without moving.
        ground_clicked: (x, y) pixels clicked without moving.
        menu_wanted: (global point, Hit or None, (x, y)).
        pointer_moved: (x, y) pixels, or None when it left.
        patch_moved: (x0, y0, x1, y1) pixels of the grey patch that the mouse carries.
    """

    drag_started = Signal()
    drag_ended = Signal()
    joint_moved = Signal(int, int, float, float)
    box_moved = Signal(int, object)
    box_drawn = Signal(object)
    person_clicked = Signal(int)
    joint_clicked = Signal(int, int)
    ground_clicked = Signal(float, float)
    menu_wanted = Signal(QPoint, object, object)
    pointer_moved = Signal(object)
    patch_moved = Signal(object)
    zoom_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(self._scene)
        self._layers = [QGraphicsPixmapItem() for _ in range(4)]
        for depth, layer in enumerate(self._layers):
            layer.setZValue(depth)
            layer.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
            self._scene.addItem(layer)
        self._picture, self._mesh, self._heat, self._cells = self._layers
        self.theme: Theme = DARK
        self.people: tuple[Detection, ...] = ()
        self.reprojected: tuple[Reconstruction, ...] = ()
        self.selected = -1
        self.show_boxes = True
        self.show_joints = True
        self.focus_joint = ""
        self.links: Links | None = None
        self.dots: Links | None = None
        self.winner: tuple[float, float] | None = None
        self.regions: NamedRegions = ()
        self.focus_regions: tuple[str, ...] = ()
        self.gl: GlLinks | None = None
        self.cell: tuple[NDArray[np.float32], str] | None = None
        self.draws_boxes = False
        self.covers = False
        self.patch: tuple[float, float, float, float] | None = None
        self._covering = False
        self._size_hw = (0, 0)
        self._hover: Hit | None = None
        self._grab: Hit | None = None
        self._press: QPointF | None = None
        self._press_pos = QPoint()
        self._grab_box: NDArray[np.float32] | None = None
        self._rubber: tuple[QPointF, QPointF] | None = None
        self._pan_from: QPoint | None = None
        self._moved = False
        self._fitted = True
        self.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Picture with marks"))
        self.setAcceptDrops(False)

    # ---- what is shown

    def set_picture(self, image: QImage | None, size_hw: tuple[int, int] = (0, 0)) -> None:
        """A picture at any resolution that stands for ``size_hw`` pixels, or None; it is fitted."""
        for layer in self._layers:
            layer.setPixmap(QPixmap())
        self._size_hw = (0, 0) if image is None else size_hw
        height, width = self._size_hw
        self._place(self._picture, image, (0, 0, width, height))
        margin = max(height, width)
        self._scene.setSceneRect(-margin, -margin, width + 2 * margin, height + 2 * margin)
        self.people, self.reprojected, self.links = (), (), None
        if self._grab is not None and self._moved:
            self.drag_ended.emit()
        self._hover = self._grab = None
        self.fit()

    def replace_picture(self, image: QImage) -> None:
        """The next picture of the same size; marks and zoom stay."""
        height, width = self._size_hw
        self._place(self._picture, image, (0, 0, width, height))

    def set_mesh_overlay(self, image: QImage | None) -> None:
        """A transparent picture over the whole picture, at any resolution."""
        height, width = self._size_hw
        self._place(self._mesh, image, (0, 0, width, height))

    def set_mesh_opacity(self, opacity: float) -> None:
        """0..1 of the mesh over the picture."""
        self._mesh.setOpacity(opacity)

    def set_heat(self, rgba: NDArray[np.uint8] | None, region: Region) -> None:
        """(h, w, 4) uint8 over ``region`` (x0, y0, x1, y1) pixels."""
        self._place(self._heat, None if rgba is None else rgba_image(rgba), region)

    def set_cells(self, rgba: NDArray[np.uint8] | None, region: Region) -> None:
        """Grid cells over ``region``, drawn with hard edges."""
        self._cells.setTransformationMode(Qt.TransformationMode.FastTransformation)
        self._place(self._cells, None if rgba is None else rgba_image(rgba), region)

    def _place(self, layer: QGraphicsPixmapItem, image: QImage | None, region: Region) -> None:
        if image is None or image.isNull():
            layer.setPixmap(QPixmap())
            return
        x0, y0, x1, y1 = map(float, region)
        layer.setPixmap(QPixmap.fromImage(image))
        layer.setPos(x0, y0)
        layer.setTransform(
            QTransform.fromScale((x1 - x0) / image.width(), (y1 - y0) / image.height())
        )

    def set_people(self, people: tuple[Detection, ...], selected: int) -> None:
        """Marks to draw and drag."""
        self.people, self.selected = people, selected
        self.viewport().update()

    def set_reprojected(self, people: tuple[Reconstruction, ...]) -> None:
        """Reconstructed people whose joints are drawn; empty for none."""
        self.reprojected = people
        self.viewport().update()

    def set_links(self, links: Links | None) -> None:
        """Lines from a point to what it attends to; None for none."""
        self.links = links
        self.viewport().update()

    def use_gl(self, on: bool) -> str:
        """Draw links by OpenGL or by the painter; one line on what came of it, '' for no change."""
        if on == (self.gl is not None):
            return ""
        if not on and self.gl is not None:
            self.gl.close()
        self.gl, said = (
            gl_links_or_why() if on else (None, tr("attention links are drawn by the painter"))
        )
        self.viewport().update()
        return said

    def set_dots(self, dots: Links | None) -> None:
        """Points that were looked at; None for none."""
        self.dots = dots
        self.viewport().update()

    def set_winner(self, place: tuple[float, float] | None) -> None:
        """The place (x, y) that won among many; None for none."""
        self.winner = place
        self.viewport().update()

    def set_regions(self, regions: NamedRegions) -> None:
        """Named boxes (4,) that were looked at; empty for none."""
        self.regions = regions
        self.viewport().update()

    def set_focus_regions(self, names: tuple[str, ...]) -> None:
        """Regions that stand out among the others; empty for none."""
        self.focus_regions = names
        self.viewport().update()

    def set_cell(self, box: NDArray[np.float32] | None, tag: str = "") -> None:
        """A clicked cell (4,) with a few words beside it; None for none."""
        self.cell = None if box is None else (box, tag)
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        self.viewport().update()

    # ---- zoom and pan

    @property
    def pixel(self) -> float:
        """Size of a screen pixel in picture pixels."""
        return 1.0 / max(1e-6, self.transform().m22())

    def fit(self) -> None:
        """Show the whole picture."""
        height, width = self._size_hw
        if height and width:
            # Keeps the signs of the transform: a mirrored picture stays mirrored.
            self.fitInView(QRectF(0, 0, width, height), Qt.AspectRatioMode.KeepAspectRatio)
        self._fitted = True
        self._zoomed()

    def set_mirrored(self, on: bool) -> None:
        """Show the picture, and everything over it, as a mirror does; marks keep their places."""
        if on != (self.transform().m11() < 0):
            middle = self.viewport().rect().center()
            held = self.mapToScene(middle)
            self.scale(-1.0, 1.0)
            self._keep_at(held, middle)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of the widget (its middle by default)."""
        new = self.transform().m22() * factor
        if not ZOOM_RANGE[0] <= new <= ZOOM_RANGE[1]:
            return
        anchor = (at or QPointF(self.viewport().rect().center())).toPoint()
        before = self.mapToScene(anchor)
        self.scale(factor, factor)
        self._keep_at(before, anchor)
        self._fitted = False
        self._zoomed()

    def _keep_at(self, scene: QPointF, at: QPoint) -> None:
        shift = self.mapToScene(at) - scene
        self.translate(shift.x(), shift.y())

    def _zoomed(self) -> None:
        """Keep the scaled picture while it is of screen size: marks then move over it at no cost."""
        scale = self.transform().m22()
        small = max(self._size_hw) * scale <= CACHE_PX
        mode = QGraphicsItem.CacheMode
        self._picture.setCacheMode(mode.DeviceCoordinateCache if small else mode.NoCache)
        self.zoom_changed.emit(scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(ZOOM_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    # ---- mouse and keys

    def _at(self, event: QMouseEvent) -> QPointF:
        return self.mapToScene(event.position().toPoint())

    def _hit(self, at: QPointF) -> Hit | None:
        return hit_test(
            self.people,
            (at.x(), at.y()),
            REACH * self.pixel,
            selected=self.selected,
            boxes=self.show_boxes,
            joints=self.show_joints,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event)
        self._press, self._press_pos, self._moved = at, event.position().toPoint(), False
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = event.position().toPoint()
        elif event.button() == Qt.MouseButton.LeftButton and self._size_hw[0]:
            if self.covers:
                self._covering = True
                self._cover(at)
            elif self.draws_boxes:
                self._rubber = (at, at)
            else:
                self._grab = self._hit(at)
                if self._grab is None:
                    self._pan_from = event.position().toPoint()
                else:
                    self._start_grab(self._grab)
        event.accept()

    def _start_grab(self, hit: Hit) -> None:
        if hit.person != self.selected:
            self.person_clicked.emit(hit.person)
        self._grab_box = self.people[hit.person].box_xyxy

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event)
        self.pointer_moved.emit((at.x(), at.y()))
        travelled = (event.position().toPoint() - self._press_pos).manhattanLength()
        if self._press is not None and not self._moved and travelled > CLICK_SLOP:
            self._moved = True
            if self._grab is not None:
                self.drag_started.emit()
        if self._covering:
            self._cover(at)
        elif self._rubber is not None:
            self._rubber = (self._rubber[0], at)
            self.viewport().update()
        elif self._grab is not None and self._moved:
            self._drag_to(at)
        elif self._pan_from is not None and self._moved:
            self._pan_to(event.position().toPoint())
        elif self._press is None:
            self._set_hover(self._hit(at))
        event.accept()

    def set_covers(self, on: bool) -> None:
        """Whether the mouse carries a grey patch over the picture."""
        self.covers, self.patch = on, None
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)
        self.viewport().update()

    def _cover(self, at: QPointF) -> None:
        sides = [float(np.max(p.box_xyxy[2:] - p.box_xyxy[:2])) for p in self.people]
        person = sides[self.selected] if 0 <= self.selected < len(sides) else 0.0
        half = PATCH_SHARE * (person or max(self._size_hw)) / 2
        self.patch = (at.x() - half, at.y() - half, at.x() + half, at.y() + half)
        self.viewport().update()
        self.patch_moved.emit(self.patch)

    def _drag_to(self, at: QPointF) -> None:
        hit = self._grab
        if hit is None or self._press is None or hit.person >= len(self.people):
            return
        if hit.part == "joint":
            self.joint_moved.emit(hit.person, hit.number, at.x(), at.y())
        elif self._grab_box is not None:
            # An edge moves the whole box with Shift, so that a box can be carried without a handle.
            start, now = (self._press.x(), self._press.y()), (at.x(), at.y())
            self.box_moved.emit(
                hit.person, dragged_box(self._grab_box, hit, start, now, self._size_hw)
            )

    def _pan_to(self, point: QPoint) -> None:
        before, after = self.mapToScene(self._pan_from or point), self.mapToScene(point)
        self.translate(after.x() - before.x(), after.y() - before.y())
        self._pan_from, self._fitted = point, False
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._at(event)
        grab, rubber, moved = self._grab, self._rubber, self._moved
        self._covering = False
        self._grab = self._rubber = self._press = self._pan_from = None
        self.setCursor(
            Qt.CursorShape.CrossCursor
            if self.draws_boxes or self.covers
            else Qt.CursorShape.ArrowCursor
        )
        if rubber is not None:
            box = drawn_box((rubber[0].x(), rubber[0].y()), (at.x(), at.y()), self._size_hw)
            if box is not None:
                self.box_drawn.emit(box)
            self.viewport().update()
        elif grab is not None and moved:
            self.drag_ended.emit()
        elif not moved and event.button() == Qt.MouseButton.LeftButton:
            self._clicked(grab, at)
        event.accept()

    def _clicked(self, grab: Hit | None, at: QPointF) -> None:
        if grab is not None and grab.part == "joint":
            self.joint_clicked.emit(grab.person, grab.number)
        elif grab is None:
            self.person_clicked.emit(person_at(self.people, (at.x(), at.y())))
            self.ground_clicked.emit(at.x(), at.y())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._hit(self._at(event)) is None:
            self.fit()
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = self.mapToScene(event.pos())
        self.menu_wanted.emit(event.globalPos(), self._hit(at), (at.x(), at.y()))
        event.accept()

    def leaveEvent(self, event: object) -> None:
        self.pointer_moved.emit(None)
        self._set_hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Arrow keys belong to the list of pictures, not to hidden scroll bars.
        event.ignore()

    def _set_hover(self, hit: Hit | None) -> None:
        if hit == self._hover:
            return
        self._hover = hit
        drawing = self.draws_boxes or self.covers
        shape = Qt.CursorShape.CrossCursor if drawing else Qt.CursorShape.ArrowCursor
        if hit is not None and not drawing:
            shape = _cursor_of(hit, mirrored=self.transform().m11() < 0)
        self.setCursor(shape)
        self.viewport().update()

    # ---- drawing

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if not self._size_hw[0]:
            return
        style = MarkStyle(
            self.theme,
            self.pixel,
            self.show_boxes,
            self.show_joints,
            self.selected,
            self._grab or self._hover,
            self.focus_joint,
        )
        for person in self.reprojected:
            draw_reprojection(painter, person, style)
        draw_regions(painter, self.regions, style, self.focus_regions)
        for links in (self.dots, self.links):
            if links is not None and self.gl is not None:
                self.gl.draw(painter, links)
                draw_source(painter, links, style)
            elif links is not None:
                draw_links(painter, links, style)
        if self.winner is not None:
            draw_winner(painter, self.winner, style)
        if self.cell is not None:
            draw_cell(painter, *self.cell, style)
        for number, marks in enumerate(self.people):
            draw_person(painter, marks, number, style)
        if self.patch is not None:
            x0, y0, x1, y1 = self.patch
            painter.setPen(QPen(QColor(self.theme.accent), 1.5 * self.pixel))
            painter.setBrush(QColor(PATCH_GREY, PATCH_GREY, PATCH_GREY))
            painter.drawRect(QRectF(x0, y0, x1 - x0, y1 - y0))
        if self._rubber is not None:
            painter.setPen(QPen(QColor(self.theme.accent), 1.5 * self.pixel, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(76, 141, 255, 40))
            painter.drawRect(QRectF(*self._rubber).normalized())


def _cursor_of(hit: Hit, *, mirrored: bool) -> Qt.CursorShape:
    if hit.part == "joint":
        return Qt.CursorShape.PointingHandCursor
    if hit.part == "corner":
        even = (hit.number % 2 == 0) != mirrored
        return Qt.CursorShape.SizeFDiagCursor if even else Qt.CursorShape.SizeBDiagCursor
    return Qt.CursorShape.SizeVerCursor if hit.number % 2 == 0 else Qt.CursorShape.SizeHorCursor


def rgba_image(image: NDArray[np.uint8]) -> QImage:
    """(H, W, 4) uint8 RGBA, alpha not multiplied in, as a picture of its own memory."""
    packed = np.ascontiguousarray(image)
    height, width = packed.shape[:2]
    return QImage(packed.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
