"""Several 3D views with one camera: a method each, or all bodies in one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.settings.language import tr
from app.settings.theme import DARK, Theme
from app.viewport import MeshViewport
from core.render import MeshLayer, PickResult, ViewCamera, points_of

GAP = 2
# A view narrower than this shows a body too small to judge: rows are broken before.
LEAST_WIDTH = 230


class CompareViews(QWidget):
    """As many views as there are lists of layers; moving one camera moves all.

    Signals:
        vertex_picked: (view, `PickResult`).
        camera_changed: `ViewCamera`, when a person moved it.
    """

    vertex_picked = Signal(int, object)
    camera_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.views: list[MeshViewport] = []
        self._wireframe = False
        self._grid_on = True
        self._shape = (0, 0)
        self._places = QGridLayout(self)
        self._places.setContentsMargins(0, 0, 0, 0)
        self._places.setSpacing(GAP)

    @property
    def shown(self) -> list[MeshViewport]:
        """The views in use."""
        return [view for view in self.views if not view.isHidden()]

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        for view in self.views:
            view.set_theme(theme)

    def set_grid(self, on: bool) -> None:
        """The ground under the bodies."""
        self._grid_on = on
        for view in self.views:
            view.set_grid(on)

    def set_layers(self, scenes: Sequence[Sequence[MeshLayer]], hints: Sequence[str]) -> None:
        """What each view draws.

        Args:
            scenes: layers per view; an empty list shows the hint instead.
            hints: words for a view without a body, as many as there are views.
        """
        while len(self.views) < len(scenes):
            self._add_view()
        for number, view in enumerate(self.views):
            view.setVisible(number < len(scenes))
        for number, (layers, hint) in enumerate(zip(scenes, hints, strict=True)):
            view = self.views[number]
            view.set_hint(hint)
            view.set_layers(layers)
        self._arrange()

    def fit(self) -> None:
        """See every body whole, all from the same place."""
        views = self.shown
        clouds = [layer for view in views for layer in view.layers if layer.alpha > 0]
        if not views or not clouds:
            return
        narrow = min(view.width() / max(1, view.height()) for view in views)
        camera = views[0].camera.fitted(points_of(clouds), max(0.2, narrow))
        self.set_camera(camera)

    def set_camera(self, camera: ViewCamera, *, moving: bool = False) -> None:
        """All views look through this camera."""
        for view in self.shown:
            view.set_camera(camera, moving)

    def select(self, vertex: int, texts: Sequence[str]) -> None:
        """Mark the same vertex in every view, each with its words; -1 takes the marks away."""
        for view, text in zip(self.shown, texts, strict=False):
            if vertex < 0 or not view.layers:
                view.clear_marks()
            else:
                view.select_vertex(0, vertex, text)

    def stop(self) -> None:
        """End the threads of all views."""
        for view in self.views:
            view.shutdown()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break rows where views would be too narrow."""
        super().resizeEvent(event)
        self._arrange()

    def _add_view(self) -> None:
        view = MeshViewport()
        number = len(self.views)
        view.setAccessibleName(tr("Compared body {number}", number=number + 1))
        for action in view.actions_by_name.values():
            action.setShortcuts([])  # the window has the same keys
        view.set_theme(self.theme)
        view.set_grid(self._grid_on)
        view.camera_changed.connect(lambda camera, view=view: self._moved(view, camera))
        view.picked.connect(lambda pick, number=number: self._picked(number, pick))
        if self.views:
            view.set_camera(self.views[0].camera)
        self.views.append(view)

    def _moved(self, by: MeshViewport, camera: ViewCamera) -> None:
        for view in self.shown:
            if view is not by:
                view.set_camera(camera, moving=True)
        self.camera_changed.emit(camera)

    @Slot(int, object)
    def _picked(self, number: int, pick: PickResult) -> None:
        self.vertex_picked.emit(number, pick)

    def _arrange(self) -> None:
        """As few rows as leave every view wide enough."""
        views = self.shown
        if not views:
            return
        across = max(1, min(len(views), self.width() // LEAST_WIDTH))
        rows = math.ceil(len(views) / across)
        across = math.ceil(len(views) / rows)  # three views: 2 + 1 rather than an empty row
        if (len(views), across) == self._shape:
            return
        self._shape = (len(views), across)
        for view in self.views:
            self._places.removeWidget(view)
        for number, view in enumerate(views):
            self._places.addWidget(view, number // across, number % across)
        for row in range(4):
            self._places.setRowStretch(row, 1 if row < rows else 0)
            self._places.setColumnStretch(row, 1 if row < across else 0)
