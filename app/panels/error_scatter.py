"""Two evaluations against each other: a point for each person, equal errors on the diagonal."""

from __future__ import annotations

import os

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal

from app.settings.language import tr
from app.settings.theme import DARK, Theme, rgb

# More points than this hide each other; those farthest from the diagonal are drawn.
MOST_POINTS = 8_000
REACH_PX = 9.0
GROUND = {"dark": (20, 22, 26), "light": (248, 249, 251)}


class ErrorScatter(pg.GraphicsLayoutWidget):
    """Points that can be clicked.

    Signals:
        person_chosen: number of the clicked person, as in the arrays handed over.
    """

    person_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Errors of two evaluations"))
        self.setToolTip(
            tr("Each point is a person: click one to look. Above the line we are worse")
        )
        self.setMinimumSize(220, 110)
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._points = np.zeros((0, 2))
        self._labels = ("", "")
        self._theme: Theme = DARK
        self._plot = self.addPlot()
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.getAxis("left").setWidth(44)
        self.ci.layout.setContentsMargins(0, 4, 6, 0)
        self._diagonal = pg.InfiniteLine(pos=(0, 0), angle=45)
        # Two items of one colour each: thousands of points with a colour of their own are slow.
        self._worse, self._better = (pg.ScatterPlotItem(size=6, pxMode=True) for _ in range(2))
        self._mark = pg.ScatterPlotItem(size=13, pxMode=True)
        for item in (self._diagonal, self._better, self._worse, self._mark):
            self._plot.addItem(item)
        self.scene().sigMouseClicked.connect(self._clicked)
        self.set_theme(DARK)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.setBackground(GROUND[theme.name])
        for side, text in zip(("bottom", "left"), self._labels, strict=True):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(rgb(theme.border)))
            axis.setTextPen(pg.mkPen(rgb(theme.muted)))
            self._plot.setLabel(side, text, color=theme.muted)
        self._diagonal.setPen(pg.mkPen(rgb(theme.muted), width=1.2))
        for dots, colour in ((self._worse, theme.error), (self._better, theme.good)):
            dots.setPen(pg.mkPen(None))
            dots.setBrush(pg.mkBrush(*rgb(colour), 170))
        self._mark.setBrush(pg.mkBrush(None))
        self._mark.setPen(pg.mkPen(rgb(theme.accent), width=2))

    def show_pairs(
        self,
        rows: NDArray[np.int64],
        others: NDArray[np.floating],
        values: NDArray[np.floating],
        labels: tuple[str, str],
    ) -> None:
        """Draw people.

        Args:
            rows: (N,) numbers of the people.
            others: (N,) the other evaluation's error, drawn to the right.
            values: (N,) ours, drawn upwards; NaN on either side is left out.
            labels: of the two axes, the other's first.
        """
        pairs = np.stack([np.asarray(others, np.float64), np.asarray(values, np.float64)], 1)
        known = np.isfinite(pairs).all(1)
        rows, pairs = np.asarray(rows)[known], pairs[known]
        if len(rows) > MOST_POINTS:
            far = np.argsort(-np.abs(pairs[:, 0] - pairs[:, 1]))[:MOST_POINTS]
            rows, pairs = rows[far], pairs[far]
        self._rows, self._points, self._labels = rows, pairs, labels
        if len(rows):
            top = float(pairs.max()) * 1.03 + 1e-6
            self._plot.setXRange(0, top, padding=0.01)
            self._plot.setYRange(0, top, padding=0.01)
        self._paint()
        for side, text in zip(("bottom", "left"), labels, strict=True):
            self._plot.setLabel(side, text, color=self._theme.muted)
        self.mark(-1)

    def mark(self, number: int) -> None:
        """Ring a person; -1 for nobody."""
        found = np.flatnonzero(self._rows == number)
        self._mark.setData(pos=self._points[found] if len(found) else np.zeros((0, 2)))

    def person_at(self, at: QPointF) -> int:
        """Number of the person whose point is nearest to a point of the scene; -1 if all are far."""
        if not len(self._rows):
            return -1
        box = self._plot.getViewBox()
        here, size = box.mapSceneToView(at), box.viewPixelSize()
        apart = (self._points - [here.x(), here.y()]) / [size[0] or 1, size[1] or 1]
        distance = np.hypot(apart[:, 0], apart[:, 1])
        nearest = int(distance.argmin())
        return int(self._rows[nearest]) if distance[nearest] <= REACH_PX else -1

    def scene_point(self, number: int) -> QPointF:
        """Where the point of a person is on the scene."""
        place = int(np.flatnonzero(self._rows == number)[0])
        return self._plot.getViewBox().mapViewToScene(QPointF(*self._points[place]))

    def _paint(self) -> None:
        worse = self._points[:, 1] > self._points[:, 0]
        self._worse.setData(pos=self._points[worse])
        self._better.setData(pos=self._points[~worse])

    def _clicked(self, event: object) -> None:
        if event.button() == Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            number = self.person_at(event.scenePos())  # type: ignore[attr-defined]
            if number >= 0:
                self.person_chosen.emit(number)
