"""Where each source puts the person, seen from above: doubt made visible.

After Figure 4 of Multi-RoI HMR: the camera at the bottom, depth upwards, and for each source the place
that its camera implies.
"""

from __future__ import annotations

import os

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal

from app.settings.language import tr
from app.settings.theme import DARK, Theme
from core.types import CamerasRecord

COLOURS = ("#e6a741", "#71b4e6", "#4fb08b", "#d58bb3", "#f0e05a")
GROUND = {"dark": (20, 22, 26), "light": (248, 249, 251)}
BODY_M = 2.0  # the paper's box around the body, for scale


class BirdsEye(pg.GraphicsLayoutWidget):
    """A plot of x against depth, in metres.

    Signals:
        camera_clicked: name of the source whose place was clicked.
    """

    camera_clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.record: CamerasRecord | None = None
        self._chosen: tuple[str, ...] = ()
        self.setAccessibleName(tr("Cameras seen from above"))
        self.setMinimumSize(220, 120)
        self._plot = self.addPlot()
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setLabel("left", tr("depth, m"))
        self._plot.setLabel("bottom", tr("to the right, m"))
        self._plot.setAspectLocked(True)
        self.set_theme(DARK)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        self.setBackground(GROUND[theme.name])
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.border)
            axis.setTextPen(theme.muted)
        self.show_record(self.record)

    def show_sources(self, names: tuple[str, ...]) -> None:
        """Make the places of some sources stand out; empty for none."""
        if names != self._chosen:
            self._chosen = names
            self.show_record(self.record)

    def show_record(self, record: CamerasRecord | None) -> None:
        """Draw a record; None clears."""
        self.record = record
        self._plot.clear()
        if record is None:
            return
        x, depth = record.translations[:, 0], record.translations[:, 2]
        centre = record.translations.mean(axis=0)
        for number, name in enumerate(record.names):
            colour = pg.mkColor(COLOURS[number % len(COLOURS)])
            chosen = name in self._chosen
            if self._chosen and not chosen:
                colour.setAlpha(90)
            line = pg.mkPen(colour, width=3.0 if chosen else 1.5)
            self._plot.plot([0.0, float(x[number])], [0.0, float(depth[number])], pen=line)
            dot = pg.ScatterPlotItem(
                [float(x[number])],
                [float(depth[number])],
                size=15 if chosen else 9,
                brush=colour,
                pen=pg.mkPen(self.theme.accent, width=2) if chosen else None,
            )
            dot.setToolTip(name)
            dot.sigClicked.connect(lambda *_, name=name: self.camera_clicked.emit(name))
            self._plot.addItem(dot)
        width = pg.mkPen(self.theme.muted, width=2)
        half = BODY_M / 2
        self._plot.plot(
            [float(centre[0]) - half, float(centre[0]) + half], [float(centre[2])] * 2, pen=width
        )
        camera = pg.TextItem("camera", color=self.theme.muted, anchor=(0.5, 0.0))
        camera.setPos(0.0, 0.0)
        self._plot.addItem(camera)
        spread = np.ptp(record.translations, axis=0)
        self.setAccessibleDescription(
            tr(
                "{count} cameras, {depth:.2f} m apart in depth, {width:.2f} m across",
                count=len(record.names),
                depth=spread[2],
                width=spread[0],
            )
        )
        self._plot.autoRange()
