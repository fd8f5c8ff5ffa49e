"""The token matrix: one row per asking token, one column per token it looks at."""

from __future__ import annotations

import os

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from app.settings.language import tr
from app.settings.theme import DARK, Theme, rgb

RAMP = ((13, 8, 40), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164))
FIGURE_PX = 1000
GROUND = {"dark": (20, 22, 26), "light": (248, 249, 251)}


class AttentionMatrix(pg.GraphicsLayoutWidget):
    """Zoomable picture of a matrix.

    Signals:
        hovered: (row, column), or (-1, -1).
        cell_clicked: (row, column) under the mouse.
    """

    hovered = Signal(int, int)
    cell_clicked = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Attention between tokens"))
        self._shape = (0, 0)
        self._groups: tuple[list[tuple[float, str]], ...] = ([], [])
        self._plot = self.addPlot()
        self._plot.invertY(True)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=True, y=True)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setStyle(tickLength=3, tickTextOffset=4)
        self._plot.getAxis("left").setWidth(58)
        self._plot.getAxis("bottom").setHeight(20)
        self.ci.layout.setContentsMargins(0, 2, 4, 0)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setLookupTable(pg.ColorMap(None, RAMP).getLookupTable(nPts=256))
        self._plot.addItem(self._image)
        self._row = pg.LinearRegionItem((0, 1), orientation="horizontal", movable=False)
        self._column = pg.LinearRegionItem((0, 1), orientation="vertical", movable=False)
        for band in (self._row, self._column):
            band.hide()
            self._plot.addItem(band)
        self.scene().sigMouseMoved.connect(self._moved)
        self.scene().sigMouseClicked.connect(self._clicked)
        self.setMinimumSize(200, 120)
        self.set_theme(DARK)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.setBackground(GROUND[theme.name])
        self._words = QColor(theme.muted)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(rgb(theme.border)))
            axis.setTextPen(pg.mkPen(rgb(theme.muted)))
        for band in (self._row, self._column):
            band.setBrush((*rgb(theme.accent), 70))
            for line in band.lines:
                line.setPen(pg.mkPen(rgb(theme.accent), width=1.4))

    def show_matrix(
        self,
        matrix: NDArray[np.float32] | None,
        row_groups: list[tuple[str, float]],
        column_groups: list[tuple[str, float]],
    ) -> None:
        """(rows, columns) float32 with named groups of rows and columns as (name, middle index).

        Weights are shown on a root scale, so that small ones are seen beside large ones.
        """
        if matrix is None:
            self._image.clear()
            self._shape = (0, 0)
            return
        new_shape = matrix.shape != self._shape
        self._shape = (int(matrix.shape[0]), int(matrix.shape[1]))
        top = max(float(np.percentile(matrix, 99.5)), 1e-9)
        self._image.setImage(
            np.sqrt(np.clip(matrix / top, 0, 1)), levels=(0, 1), autoDownsample=True
        )
        self._groups = tuple(
            [(middle, name) for name, middle in groups] for groups in (row_groups, column_groups)
        )
        self._plot.getAxis("left").setTicks([self._groups[0]])
        self._plot.getAxis("bottom").setTicks([self._groups[1]])
        if new_shape:
            rows, columns = self._shape
            self._plot.setLimits(xMin=-2, xMax=columns + 2, yMin=-2, yMax=rows + 2)
            self._plot.setRange(QRectF(0, 0, columns, rows), padding=0.01)

    def show_row(self, row: int) -> None:
        """Mark a row; -1 for none."""
        self._row.setVisible(row >= 0)
        if row >= 0:
            self._row.setRegion((row, row + 1))

    def show_column(self, column: int) -> None:
        """Mark a column; -1 for none."""
        self._column.setVisible(column >= 0)
        if column >= 0:
            self._column.setRegion((column, column + 1))

    def picture(self, caption: str) -> QImage:
        """The whole matrix as a figure with words below it, however far the view is zoomed."""
        values = self._image.image
        if values is None:
            return QImage()
        table = self._image.lut[..., :3]
        cells = np.ascontiguousarray(table[np.round(values * (len(table) - 1)).astype(int)])
        height, width = cells.shape[:2]
        drawn = QImage(
            cells.astype(np.uint8).tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888
        )
        scale = max(1, FIGURE_PX // max(width, height))
        left, low = 84, 58
        figure = QImage(
            max(640, left + width * scale + 16),
            16 + height * scale + low,
            QImage.Format.Format_RGB32,
        )
        figure.fill(self.backgroundBrush().color())
        painter = QPainter(figure)
        painter.drawImage(QRectF(left, 16, width * scale, height * scale), drawn)
        painter.setPen(self._words)
        font = painter.font()
        font.setPixelSize(15)
        painter.setFont(font)
        self._write_groups(painter, scale, left, 16 + height * scale, figure.width())
        painter.drawText(QPointF(8, figure.height() - 12), caption)
        painter.end()
        return figure

    def _write_groups(
        self, painter: QPainter, scale: int, left: int, bottom: int, limit: int
    ) -> None:
        """Names of the groups of rows and columns, where there is room for them."""
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for middle, name in self._groups[0]:
            painter.drawText(QRectF(0, 6 + middle * scale, left - 8, 20), right, name)
        end = -1.0
        for middle, name in self._groups[1]:
            wide = painter.fontMetrics().horizontalAdvance(name)
            start = max(left + middle * scale - wide / 2, end)
            if start + wide <= limit:
                painter.drawText(QPointF(start, bottom + 20), name)
                end = start + wide + 10

    def cell_at(self, at: QPointF) -> tuple[int, int]:
        """(row, column) under a point of the scene; (-1, -1) outside."""
        point = self._plot.getViewBox().mapSceneToView(at)
        row, column = int(np.floor(point.y())), int(np.floor(point.x()))
        inside = 0 <= row < self._shape[0] and 0 <= column < self._shape[1]
        return (row, column) if inside else (-1, -1)

    def _moved(self, at: QPointF) -> None:
        self.hovered.emit(*self.cell_at(at))

    def _clicked(self, event: object) -> None:
        if event.button() == Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            row, column = self.cell_at(event.scenePos())  # type: ignore[attr-defined]
            if row >= 0:
                self.cell_clicked.emit(row, column)
