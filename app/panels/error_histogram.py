"""How an error is distributed: a bar for each range; a clicked bar names the people in it."""

from __future__ import annotations

import os

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal

from app.settings.language import tr
from app.settings.theme import DARK, Theme, rgb

BARS = 40
# The last bar also holds everything beyond this share of the people, so that one outlier does not
# squeeze all others into one bar.
SHARE_SHOWN = 99.0
GROUND = {"dark": (20, 22, 26), "light": (248, 249, 251)}


class ErrorHistogram(pg.GraphicsLayoutWidget):
    """Bars over an error; the mean and the median as lines.

    Signals:
        range_chosen: (low, high) of the clicked bar, high excluded; infinite for the last one.
        hovered: text about the bar under the mouse; empty beside all.
    """

    range_chosen = Signal(float, float)
    hovered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Distribution of the error"))
        self.setToolTip(tr("Click a bar to list its people; click it again for all"))
        self.setMinimumSize(220, 110)
        self.edges: NDArray[np.float64] = np.zeros(0)
        self.counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._chosen: tuple[float, float] | None = None
        self._values: NDArray[np.floating] = np.zeros(0)
        self._label = ""
        self._plot = self.addPlot()
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.getAxis("left").setWidth(44)
        self.ci.layout.setContentsMargins(0, 4, 6, 0)
        self._bars = pg.BarGraphItem(x=[0], height=[0], width=1)
        self._plot.addItem(self._bars)
        self._mean = pg.InfiniteLine(angle=90)
        self._median = pg.InfiniteLine(angle=90)
        for line in (self._mean, self._median):
            self._plot.addItem(line)
        self._theme: Theme = DARK
        self.scene().sigMouseClicked.connect(self._clicked)
        self.scene().sigMouseMoved.connect(self._moved)
        self.set_theme(DARK)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.setBackground(GROUND[theme.name])
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(rgb(theme.border)))
            axis.setTextPen(pg.mkPen(rgb(theme.muted)))
        self._mean.setPen(pg.mkPen(rgb(theme.text), width=1.4))
        self._median.setPen(pg.mkPen(rgb(theme.text), width=1.2, style=Qt.PenStyle.DashLine))
        self._plot.setLabel("bottom", self._label, color=theme.muted)
        self._paint()

    def show_values(
        self, values: NDArray[np.floating], label: str, chosen: tuple[float, float] | None
    ) -> None:
        """Draw a distribution.

        Args:
            values: one for each person; NaN is left out.
            label: of the axis, with the unit.
            chosen: range that is marked.
        """
        known = np.asarray(values, np.float64)
        known = known[np.isfinite(known)]
        self._chosen, self._label, self._values = chosen, label, known
        self._plot.setLabel("bottom", label, color=self._theme.muted)
        if not len(known):
            self.edges, self.counts = np.zeros(0), np.zeros(0, np.int64)
        else:
            high = float(np.percentile(known, SHARE_SHOWN))
            low = min(0.0, float(known.min()))
            self.edges = np.linspace(low, max(high, low + 1e-6) * (1 + 1e-9), BARS + 1)
            self.counts, _ = np.histogram(np.minimum(known, self.edges[-1]), self.edges)
            self._mean.setValue(float(known.mean()))
            self._median.setValue(float(np.median(known)))
            self._plot.setXRange(self.edges[0], self.edges[-1], padding=0.01)
            self._plot.setYRange(0, max(int(self.counts.max()), 1), padding=0.05)
        for line in (self._mean, self._median):
            line.setVisible(bool(len(known)))
        self._paint()

    def range_of(self, bar: int) -> tuple[float, float]:
        """The errors that a bar stands for."""
        last = bar == len(self.counts) - 1
        return float(self.edges[bar]), np.inf if last else float(self.edges[bar + 1])

    def choose_bar(self, bar: int) -> None:
        """As if the bar had been clicked."""
        if 0 <= bar < len(self.counts):
            self.range_chosen.emit(*self.range_of(bar))

    def bar_at(self, at: QPointF) -> int:
        """The bar over or under a point of the scene; -1 beside all."""
        x = self._plot.getViewBox().mapSceneToView(at).x()
        bar = int(np.searchsorted(self.edges, x, side="right")) - 1
        return bar if 0 <= bar < len(self.counts) else -1

    def _paint(self) -> None:
        if not len(self.counts):
            self._bars.setOpts(x=[0], height=[0], width=1)
            return
        width = float(self.edges[1] - self.edges[0])
        brushes = [
            pg.mkBrush(
                self._theme.accent if self._is_chosen(bar) else (*rgb(self._theme.muted), 170)
            )
            for bar in range(len(self.counts))
        ]
        self._bars.setOpts(
            x=self.edges[:-1] + width / 2,
            height=self.counts,
            width=width * 0.92,
            brushes=brushes,
            pen=pg.mkPen(None),
        )

    def _is_chosen(self, bar: int) -> bool:
        return self._chosen is not None and self.range_of(bar)[0] == self._chosen[0]

    def _clicked(self, event: object) -> None:
        if event.button() == Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            self.choose_bar(self.bar_at(event.scenePos()))  # type: ignore[attr-defined]

    def _moved(self, at: QPointF) -> None:
        bar = self.bar_at(at)
        if bar < 0:
            self.hovered.emit("")
            return
        low, high = self.range_of(bar)
        to = tr("and more") if np.isinf(high) else tr("to {high:.4g}", high=high)
        count = int(self.counts[bar])
        self.hovered.emit(
            f"{low:.4g} {to}: "
            + tr("{count} person" if count == 1 else "{count} people", count=count)
        )
