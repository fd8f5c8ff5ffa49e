"""The 3D widget: camera, mouse and keys here; its pixels come from a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.settings.language import tr
from app.settings.theme import DARK, Theme
from app.viewport import paint
from app.viewport.actions import KEY_TURNS, KEY_ZOOMS, build_actions
from app.viewport.marks import Marks
from app.viewport.pending import PendingDrawing
from app.viewport.worker import (
    PickReply,
    PickRequest,
    RenderReply,
    RenderRequest,
    RenderThread,
    render_theme,
    with_edges,
)
from core.render import (
    Ground,
    Legend,
    MeshLayer,
    Quality,
    Renderer,
    SceneOptions,
    StandardView,
    ViewCamera,
    points_of,
    shared_cache,
)

SETTLE_MS, LIVE_SETTLE_MS = 90, 250  # from the last movement, or body, to the full picture
DRAFT_SCALE = 0.5
FLOWING_SCALE = 0.6
SLOW_DRAFT_S = 0.045
RADIANS_PER_PIXEL = 0.0085
CLICK_PIXELS = 4.0


class MeshViewport(QWidget):
    """Shows mesh layers and lets a person look around, pick and measure.

    Signals:
        picked: `PickResult` of a click on a body.
        pick_missed: a click beside everything.
        hovered: `PickResult` or None under the mouse, when hovering is on.
        camera_changed: `ViewCamera`, only when the person moved it.
        measured: `Measurement` between two clicked points.
        drawn: (seconds, quality) after a view is on the screen.
        failed: one line.
    """

    picked = Signal(object)
    pick_missed = Signal()
    hovered = Signal(object)
    camera_changed = Signal(object)
    measured = Signal(object)
    drawn = Signal(float, str)
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None, y_up: bool = False) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("3D view"))
        self.setAccessibleDescription(tr("Drag to turn, wheel to zoom, click the body to pick"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._layers: tuple[MeshLayer, ...] = ()
        self._camera = ViewCamera(y_up=y_up, azimuth=0.35, elevation=0.12)
        self._theme = DARK
        self._options = SceneOptions(theme=render_theme(DARK))
        self._legend: Legend | None = None
        self._hint = ""
        self._wireframe = False
        self._picture: NDArray[np.uint8] | None = None
        self._picture_camera: ViewCamera | None = None
        self._marks = Marks()
        self._fit_wanted = True
        self._number = self._scene = 0
        self._flowing = False
        self._reply: RenderReply | None = None
        self._image: QImage | None = None
        self._draft_scale = DRAFT_SCALE
        self._press: QPointF | None = None
        self._last: QPointF | None = None
        self._renderer = Renderer(self._options, shared_cache())
        self._thread = RenderThread(self._renderer)
        self._thread.rendered.connect(self._show_reply)
        self._thread.picked.connect(self._take_pick)
        self._thread.failed.connect(self.failed)
        self.destroyed.connect(self._thread.stop)
        self._pending = PendingDrawing(self)
        self._pending.due.connect(self._send)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._request_final)
        self.actions_by_name = build_actions(self, self._slots())
        self.actions_by_name["grid"].setChecked(True)

    def _slots(self) -> dict[str, Callable[..., None]]:
        views: tuple[StandardView, ...] = ("front", "back", "left", "right", "top")
        return {
            **{view: partial(self.show_standard_view, view) for view in views},
            "fit": self.fit,
            "picture": self.show_picture_camera,
            "orthographic": self.set_orthographic,
            "wireframe": self.set_wireframe,
            "grid": self.set_grid,
            "measure": self.set_measuring,
            "clear": self.clear_marks,
        }

    # What is shown

    @property
    def layers(self) -> tuple[MeshLayer, ...]:
        """The layers as they were set."""
        return self._layers

    @property
    def camera(self) -> ViewCamera:
        """The camera now."""
        return self._camera

    @property
    def options(self) -> SceneOptions:
        """Colours, lights and floor, for pictures made elsewhere that shall look the same."""
        return self._options

    def set_layers(
        self,
        layers: Sequence[MeshLayer],
        live: bool = False,
        fit: bool = False,
        flowing: bool = False,
    ) -> None:
        """Show other layers; the camera stays, except for the first ones and with ``fit``.

        Args:
            layers: in world coordinates.
            live: more will follow at once: draw quickly, beautify when it rests.
            flowing: frames of a video: draw as quickly as can be, and leave it at that.
            fit: move the camera so that everything is seen.
        """
        self._fit_wanted |= fit or not self._layers
        self._flowing = flowing
        self._layers = tuple(layers)
        self._scene += 1
        self._marks.keep_within(self._layers)
        if flowing:
            self._settle.stop()
            self._request("draft", FLOWING_SCALE)
            return
        self._settle.setInterval(LIVE_SETTLE_MS if live else SETTLE_MS)
        self._request("draft", self._draft_scale) if live else self._request("final")

    def set_camera(self, camera: ViewCamera, moving: bool = False) -> None:
        """Look through another camera, without a signal (a second view that follows this one).

        Args:
            camera: the new one.
            moving: more will follow; draw quickly first.
        """
        self._fit_wanted = False
        self._camera = camera
        self._request_moving() if moving else self._request_final()

    def set_legend(self, legend: Legend | None) -> None:
        """Print what the colours mean; None for nothing."""
        self._legend = legend
        self.update()

    def set_hint(self, text: str) -> None:
        """Words in the middle while there is no layer."""
        self._hint = text
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Colours of the program."""
        self._theme = theme
        self._options = replace(self._options, theme=render_theme(theme))
        self._request_final()

    def set_grid(self, shown: bool) -> None:
        """Draw the floor or not."""
        self._options = replace(self._options, grid=shown, shadow=shown)
        self._sync_action("grid", shown)
        self._request_final()

    def set_ground(self, ground: Ground | None) -> None:
        """The floor of the layers that are set next; None lays one under their lowest vertex."""
        self._options = replace(self._options, ground=ground or "auto")

    def set_wireframe(self, shown: bool) -> None:
        """Draw the edges of all surfaces."""
        self._wireframe = shown
        self._sync_action("wireframe", shown)
        self._request_final()

    def set_picture(self, picture: NDArray[np.uint8] | None, camera: ViewCamera | None) -> None:
        """The picture behind the layers while the view looks through its ``camera``; None for none."""
        self._picture, self._picture_camera = picture, camera
        self.actions_by_name["picture"].setEnabled(camera is not None)
        self._request_final()

    def set_hovering(self, on: bool) -> None:
        """Report what is under the mouse while no button is pressed."""
        self.setMouseTracking(on)

    # Moving the camera

    def fit(self) -> None:
        """See everything, as large as possible."""
        self._move_to(self._fitted(self._camera))

    def show_standard_view(self, view: StandardView) -> None:
        """``front``, ``back``, ``left``, ``right``, ``top``: turned there and fitted."""
        self._move_to(self._fitted(self._camera.standard(view)))

    def show_picture_camera(self) -> None:
        """Look through the picture's own camera, if there is one."""
        if self._picture_camera is not None:
            self._move_to(self._picture_camera)

    def set_orthographic(self, on: bool) -> None:
        """Parallel projection; what is at the target keeps its size."""
        self._sync_action("orthographic", on)
        if on != self._camera.orthographic:
            self._move_to(replace(self._camera, orthographic=on))

    def center_on(self, point: NDArray[np.float32]) -> None:
        """Turn about ``point`` (3,) from now on and see it in the middle."""
        centred = replace(self._camera, offset=(0.0, 0.0), intrinsics=None)
        self._move_to(centred.looking_at(point))

    # Marks

    def select_vertex(self, layer: int, vertex: int, text: str = "") -> None:
        """Put the marker on a vertex, with a label; no signal."""
        self._marks.vertex, self._marks.text = (layer, vertex), text
        self._marks.keep_within(self._layers)
        self.update()

    @property
    def selected_vertex(self) -> tuple[int, int] | None:
        """(layer, vertex) that carries the marker."""
        return self._marks.vertex

    def set_measuring(self, on: bool) -> None:
        """The next two clicks measure a distance instead of picking."""
        self._marks.measuring, self._marks.start = on, None
        self._sync_action("measure", on)
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def clear_marks(self) -> None:
        """Remove the marker and the measured line."""
        self._marks.clear()
        self.update()

    # Asking for pixels

    def _fitted(self, camera: ViewCamera) -> ViewCamera:
        cloud = points_of([layer for layer in self._layers if layer.alpha > 0])
        return camera.fitted(cloud, max(self.width(), 1) / max(self.height(), 1))

    def _move_to(self, camera: ViewCamera, moving: bool = False) -> None:
        if camera == self._camera:
            return
        self._fit_wanted = False
        self._camera = camera
        self._sync_action("orthographic", camera.orthographic)
        self._request_moving() if moving else self._request_final()
        self.camera_changed.emit(camera)

    def _request_moving(self) -> None:
        self._request("draft", self._draft_scale)
        self._settle.start()

    def _request_final(self) -> None:
        self._settle.stop()
        self._request("final")

    def _request(self, quality: Quality, scale: float = 1.0) -> None:
        if not self.isVisible() or self.width() < 2 or self.height() < 2:
            return
        if self._fit_wanted and self._layers:
            self._fit_wanted = False
            self._camera = self._fitted(self._camera)
        self._pending.ask(quality, scale)

    def _send(self, quality: Quality, scale: float) -> None:
        if quality != "final" and not self._flowing:
            self._settle.start()
        self._number += 1
        ratio = self.devicePixelRatioF() * scale
        size = (max(2, round(self.width() * ratio)), max(2, round(self.height() * ratio)))
        at_picture = self._picture is not None and self._camera == self._picture_camera
        request = RenderRequest(
            number=self._number,
            scene=self._scene,
            layers=with_edges(self._layers) if self._wireframe else self._layers,
            camera=self._camera,
            size=size,
            quality=quality,
            options=self._options,
            picture=self._picture if at_picture else None,
        )
        self._thread.submit(request)

    def _show_reply(self, reply: RenderReply) -> None:
        request = reply.request
        if request.quality == "draft":
            self._draft_scale = DRAFT_SCALE * (0.66 if reply.seconds > SLOW_DRAFT_S else 1)
        if request.scene < self._scene:
            return
        self._reply = reply
        rgb = reply.image.rgb
        height, width = rgb.shape[:2]
        # The QImage only refers to the array: the reply keeps it alive.
        self._image = QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self.update()
        self.drawn.emit(reply.seconds, request.quality)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        hint = QPainter.RenderHint
        painter.setRenderHints(hint.Antialiasing | hint.SmoothPixmapTransform)
        if self._image is None:
            painter.fillRect(self.rect(), QColor(self._theme.view_bottom))
        else:
            painter.drawImage(QRectF(self.rect()), self._image)
        if self._reply is None and self._layers:
            paint.paint_words(painter, self._theme, self.rect(), tr("Starting the 3D view…"))
        elif not self._layers:
            paint.paint_words(painter, self._theme, self.rect(), self._hint)
        if self._reply is not None and self._layers:
            self._paint_marks(painter, self._reply)
        painter.end()

    def _paint_marks(self, painter: QPainter, reply: RenderReply) -> None:
        # Marks follow the camera of the pixels on the screen, not the one already asked for.
        camera, theme = reply.request.camera, self._theme
        view = camera.projection((self.width(), self.height()))
        paint.paint_layer_names(painter, theme, self._layers)
        if self.height() > 200 and self.width() > 240:
            paint.paint_axes(painter, theme, camera, paint.axes_center(self.height()))
        if self._legend is not None:
            paint.paint_legend(painter, theme, self._legend, QRectF(self.rect()))
        self._marks.paint(painter, theme, view, self._layers, self._renderer)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press = self._last = event.position()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._last is None or event.buttons() == Qt.MouseButton.NoButton:
            if self.hasMouseTracking():
                self._ask_pick(position, "hover")
            return
        if self._press is not None:
            if (position - self._press).manhattanLength() < CLICK_PIXELS:
                return
            self._press = None
        step = position - self._last
        self._last = position
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.buttons() & Qt.MouseButton.LeftButton and not shift:
            turn = RADIANS_PER_PIXEL
            self._move_to(self._camera.orbited(-step.x() * turn, step.y() * turn), moving=True)
        else:
            size = (self.width(), self.height())
            self._move_to(self._camera.panned(step.x(), step.y(), size), moving=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = self._press is not None and event.button() == Qt.MouseButton.LeftButton
        moved = self._press is None and self._last is not None
        self._press = self._last = None
        if clicked:
            self._click(event.position())
        elif moved:
            self._request_final()

    def _click(self, position: QPointF) -> None:
        axis = paint.axis_at(self._camera, paint.axes_center(self.height()), position)
        if axis is not None and self._layers:
            self.show_standard_view(paint.view_along(axis, self._camera.y_up))
            return
        self._ask_pick(position, "measure" if self._marks.measuring else "pick")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._ask_pick(event.position(), "center")

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps and self._layers:
            at, size = event.position().toTuple(), (self.width(), self.height())
            self._move_to(self._camera.zoomed(0.88**steps, at, size), moving=True)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in KEY_TURNS:
            self._move_to(self._camera.orbited(*KEY_TURNS[key]), moving=True)
        elif key in KEY_ZOOMS:
            self._move_to(self._camera.zoomed(KEY_ZOOMS[key]), moving=True)
        else:
            super().keyPressEvent(event)

    # Picking

    def _ask_pick(self, position: QPointF, purpose: str) -> None:
        size = (self.width(), self.height())
        request = PickRequest(self._layers, self._camera, position.x(), position.y(), size, purpose)
        if self._renderer.can_pick_at_once(self._layers):
            result = self._renderer.pick(request.layers, request.camera, request.x, request.y, size)
            self._take_pick(PickReply(request, result))
        elif purpose != "hover":
            self._thread.submit(request)

    def _take_pick(self, reply: PickReply) -> None:
        result, purpose = reply.result, reply.request.purpose
        if reply.request.layers is not self._layers:
            return
        if purpose == "hover":
            self.hovered.emit(result)
        elif purpose == "center":
            if result is not None:
                self.center_on(result.point)
        elif result is None:
            self.pick_missed.emit()
        elif purpose == "measure":
            measurement = self._marks.measure(result)
            if measurement is not None:
                self.measured.emit(measurement)
        else:
            self._marks.vertex, self._marks.text = (result.layer, result.vertex), ""
            self.picked.emit(result)
        self.update()

    def _sync_action(self, name: str, on: bool) -> None:
        action = self.actions_by_name.get(name) if hasattr(self, "actions_by_name") else None
        if action is not None and action.isChecked() != on:
            action.setChecked(on)

    # Life

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_final()

    def hideEvent(self, event: QHideEvent) -> None:
        self._settle.stop()
        self._pending.forget()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self._request_moving()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shutdown()
        super().closeEvent(event)

    def shutdown(self) -> None:
        """End the thread; the window that holds this view calls it."""
        self._settle.stop()
        self._pending.forget()
        self._thread.stop()
