"""The 3D side of the window: the main view, and a second one turned by 90 degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from app.panels.controls import ElidedLabel, columns, label, panel_frame, rows, tool_button
from app.settings.language import tr
from app.settings.theme import Theme
from app.viewport import MeshViewport
from core.render import (
    Legend,
    MeshLayer,
    PickResult,
    StandardView,
    ViewCamera,
    ground_of,
    points_of,
)
from core.types import GroundPlane

SIDE_TURN = -math.pi / 2
START_AZIMUTH, START_ELEVATION = 0.0, 0.1
LEGEND_ROOM = (520, 420)
WIDE_PX = 600
SIDE_EVERY = 3


class Stage(QWidget):
    """Both views of the same layers; turning one turns the other.

    Signals:
        vertex_picked: (person, vertex).
    """

    vertex_picked = Signal(int, int)

    def __init__(self, actions: Sequence[QAction | None]) -> None:
        super().__init__()
        self.main = MeshViewport()
        self.side = MeshViewport()
        self.main.setAccessibleName(tr("Body in 3D"))
        self.side.setAccessibleName(tr("Body from the side"))
        self.main.set_hint(tr("The body appears here"))
        self._layers: list[MeshLayer] = []
        self._picture_camera: ViewCamera | None = None
        self._legend: Legend | None = None
        self._shared = False
        self._start = (START_AZIMUTH, START_ELEVATION)
        self._fitted_sphere: tuple[NDArray[np.float32], float] = (np.zeros(3, np.float32), 0.0)
        self._drawing = False
        self._pushes = 0
        self._fit_waits = False
        self._waiting: tuple[tuple[MeshLayer, ...], Legend | None, bool] | None = None
        bar = panel_frame("bar")
        head = columns(bar, spacing=2)
        head.setContentsMargins(10, 4, 6, 4)
        head.addWidget(label(tr("Body"), "title"))
        self._hint = ElidedLabel("faint")
        head.addSpacing(6)
        head.addWidget(self._hint, 1)
        for action in actions:
            if action is None:
                head.addSpacing(6)
            else:
                head.addWidget(tool_button(action))
        self._side_frame = self._framed_side()
        for view in (self.main, self.side):
            # The window has the same actions with the same keys: twice would mean neither.
            for action in view.actions_by_name.values():
                action.setShortcuts([])
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.addWidget(self.main)
        self._split.addWidget(self._side_frame)
        self._split.setStretchFactor(0, 5)
        self._split.setStretchFactor(1, 3)
        self._split.setHandleWidth(4)
        self._split.setChildrenCollapsible(False)
        layout = rows(self, spacing=0)
        layout.addWidget(bar)
        layout.addWidget(self._split, 1)
        self.main.camera_changed.connect(self._main_turned)
        self.side.camera_changed.connect(self._side_turned)
        self.main.picked.connect(self._picked)
        self.side.picked.connect(self._picked)
        self.main.drawn.connect(self._drawn)
        self.main.failed.connect(self._drawn)

    def _framed_side(self) -> QWidget:
        frame = QWidget()
        layout = rows(frame, spacing=0)
        head = columns()
        head.setContentsMargins(10, 3, 6, 3)
        head.addWidget(label(tr("From the side"), "section"))
        head.addStretch(1)
        layout.addLayout(head)
        layout.addWidget(self.side, 1)
        return frame

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Views stand side by side where there is room, else one above the other."""
        super().resizeEvent(event)
        wide = self.width() > WIDE_PX and self.width() > 0.8 * self.height()
        way = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self._split.orientation() != way or not self._shared:
            self._shared = True
            self._split.setOrientation(way)
            length = self.width() if wide else self.height()
            self._split.setSizes([round(length * share) for share in (0.64, 0.36)])
        self._show_legend()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        for view in (self.main, self.side):
            view.set_theme(theme)

    def set_hint(self, text: str) -> None:
        """A few words beside the title, such as that depth is a guess."""
        self._hint.set_full_text(text)

    def set_layers(
        self,
        layers: Sequence[MeshLayer],
        legend: Legend | None = None,
        *,
        live: bool = False,
        flowing: bool = False,
    ) -> None:
        """What both views draw; ``live`` when more will follow at once.

        Live bodies wait until the one before is on the screen, and only the newest waits: a view
        that is handed more than it can draw would show nothing at all.
        """
        if live and self._drawing:
            self._waiting = (tuple(layers), legend, flowing)
            return
        self._waiting = None
        self._drawing = live and self.main.isVisible()
        self._layers = list(layers)
        self._legend = legend
        self._show_legend()
        self.main.set_layers(self._layers, live=live, flowing=flowing)
        self._pushes += 1
        # While a mark is dragged the cores belong to the network and to the view under the eye.
        if self._side_frame.isVisibleTo(self) and (not live or self._pushes % SIDE_EVERY == 0):
            self.side.set_layers(self._layers, live=live, flowing=flowing)

    @Slot()
    def _drawn(self, *_: object) -> None:
        self._drawing = False
        if self._waiting is not None:
            layers, legend, flowing = self._waiting
            fit, self._fit_waits = self._fit_waits, False
            self.set_layers(layers, legend, live=True, flowing=flowing)
            if fit:
                self.fit()

    def _show_legend(self) -> None:
        """A small view has no room for a legend; the inspector shows the same one."""
        roomy = self.main.height() > LEGEND_ROOM[1] and self.main.width() > LEGEND_ROOM[0]
        self.main.set_legend(self._legend if roomy else None)

    def set_grid(self, on: bool) -> None:
        """The ground under the person."""
        for view in (self.main, self.side):
            view.set_grid(on)

    def set_ground(self, plane: GroundPlane | None) -> None:
        """What the people of a clip stand on, as the floor of the layers that come next."""
        ground = None if plane is None else ground_of(plane)
        for view in (self.main, self.side):
            view.set_ground(ground)

    def set_side_visible(self, on: bool) -> None:
        """Show or hide the second view."""
        self._side_frame.setVisible(on)
        if on:
            self.side.set_layers(self._layers)

    def set_picture(self, image: NDArray[np.uint8] | None, camera: ViewCamera | None) -> None:
        """The picture that is seen behind the body from its own camera."""
        self._picture_camera = camera
        self.main.set_picture(image, camera)

    def fit(self) -> None:
        """Show the whole body, a little from above."""
        if self._waiting is not None:
            self._fit_waits = True
        elif self._layers:
            azimuth, elevation = self._start
            start = replace(ViewCamera(), azimuth=azimuth, elevation=elevation)
            self.main.set_camera(self._fitted(start, self.main))
            self._turn_side(self.main.camera)
            self._fitted_sphere = _sphere(self._layers)

    def turn_to(self, azimuth: float, elevation: float) -> None:
        """Look from there, in radians, once there is a body."""
        self._start = (azimuth, elevation)

    def has_lost_sight(self) -> bool:
        """Whether the bodies are now elsewhere, or of quite another size, than when last fitted."""
        centre, radius = _sphere(self._layers)
        old_centre, old_radius = self._fitted_sphere
        far = float(np.linalg.norm(centre - old_centre)) > old_radius
        return far or not 0.5 < radius / max(old_radius, 1e-6) < 2.0

    def look(self, view: StandardView | str) -> None:
        """``picture`` repeats the picture's camera; else a standard view of the body."""
        if not self._layers:
            return
        if view == "picture":
            if self._picture_camera is not None:
                self.main.set_camera(self._picture_camera)
        else:
            self.main.set_camera(self._fitted(self.main.camera.standard(view), self.main))  # type: ignore[arg-type]
        self._turn_side(self.main.camera)

    @Slot(object)
    def _main_turned(self, camera: ViewCamera) -> None:
        self._turn_side(camera, moving=True)

    def _turn_side(self, camera: ViewCamera, *, moving: bool = False) -> None:
        turned = replace(camera, intrinsics=None, offset=(0.0, 0.0)).orbited(SIDE_TURN, 0.0)
        self.side.set_camera(self._fitted(turned, self.side), moving)

    @Slot(object)
    def _side_turned(self, camera: ViewCamera) -> None:
        back = replace(camera.orbited(-SIDE_TURN, 0.0), distance=self.main.camera.distance)
        self.main.set_camera(self._fitted(back, self.main), True)

    def _fitted(self, camera: ViewCamera, view: QWidget) -> ViewCamera:
        points = points_of([layer for layer in self._layers if layer.alpha > 0])
        return (
            camera.fitted(points, max(1, view.width()) / max(1, view.height()))
            if len(points)
            else camera
        )

    @Slot(object)
    def _picked(self, pick: PickResult | None) -> None:
        if pick is not None:  # bodies come first among the layers, and nothing else can be picked
            self.vertex_picked.emit(pick.layer, pick.vertex)

    def stop(self) -> None:
        """End the threads of both views."""
        for view in (self.main, self.side):
            view.shutdown()


def _sphere(layers: Sequence[MeshLayer]) -> tuple[NDArray[np.float32], float]:
    """Centre (3,) and radius in metres of all that is drawn."""
    points = points_of(layers)
    if not len(points):
        return np.zeros(3, np.float32), 0.0
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, float(np.linalg.norm(high - low)) / 2
