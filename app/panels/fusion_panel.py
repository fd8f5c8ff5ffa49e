"""How much each source counts for each result, as a table of numbers and colours.

Works for any `FusionRecord`; the picture beside it shows the regions of the same names.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.panels.attention_panel import StrongestList
from app.panels.birds_eye import BirdsEye
from app.panels.controls import columns, label, rows
from app.settings.language import tr
from app.settings.theme import DARK, Theme
from app.state.linked import Pick
from core.render.colors import INFERNO
from core.types import CamerasRecord, FusionRecord

# Colour stays this far from the ends of the scale, so that numbers on it can be read.
DARKEST, SPAN = 0.12, 0.66
LIGHT_CELL = 0.55


class FusionPanel(QWidget):
    """The weights of one record, where its sources stand, and the cell of a map that was clicked.

    Signals:
        weight_clicked: (row, column) of the table.
        source_clicked: name of a source clicked in the plot.
    """

    weight_clicked = Signal(int, int)
    source_clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.record: FusionRecord | None = None
        self._title = label("", "muted", wrap=True)
        self.table = QTableWidget()
        self.table.setAccessibleName(tr("Fusion weights"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.birds_eye = BirdsEye()
        self._doubt = label("", "muted", wrap=True)
        self._right = QWidget()
        right = rows(self._right, spacing=4)
        right.addWidget(self._doubt)
        right.addWidget(self.birds_eye, 1)
        left = QWidget()
        column = rows(left, spacing=4)
        column.addWidget(self._title)
        column.addWidget(self.table, 1)
        layout = columns(self, margin=8)
        layout.addWidget(left, 3)
        layout.addWidget(self._right, 2)
        self._cell = QWidget()
        self._cell.setFixedWidth(184)
        self._cell_title = label("", "section", wrap=True)
        self.cell = StrongestList()
        self.cell.setAccessibleName(tr("Numbers of the clicked cell"))
        of_cell = rows(self._cell, spacing=4)
        of_cell.addWidget(self._cell_title)
        of_cell.addWidget(self.cell, 1)
        layout.addWidget(self._cell)
        self.table.cellClicked.connect(self.weight_clicked)
        self.birds_eye.camera_clicked.connect(self.source_clicked)
        self.show_record(None)
        self.show_cameras(None)
        self.show_pick(None)

    def show_pick(self, pick: Pick | None) -> None:
        """Numbers of what was clicked, and its sources in table and plot."""
        entries = () if pick is None else tuple((n, v) for n, v in pick.entries if v >= 0)
        self._cell.setVisible(pick is not None and bool(entries))
        self._cell_title.setText("" if pick is None else pick.title[:1].upper() + pick.title[1:])
        self.cell.show_entries(entries)
        sources = () if pick is None else pick.sources
        self.birds_eye.show_sources(sources)
        record = self.record
        self.table.clearSelection()
        if record is not None and sources and sources[-1] in record.columns:
            column = record.columns.index(sources[-1])
            if len(sources) > 1 and sources[0] in record.rows:
                self.table.setCurrentCell(record.rows.index(sources[0]), column)
            else:
                self.table.selectColumn(column)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        self.birds_eye.set_theme(theme)
        self.cell.theme = theme
        self.cell.update()
        self.show_record(self.record)

    def show_cameras(self, record: CamerasRecord | None) -> None:
        """Where each source puts the person; None hides the plot."""
        self._right.setVisible(record is not None)
        self.birds_eye.show_record(record)
        if record is not None:
            apart = f"{record.disagreement_m * 100:.0f} cm"
            lines = [
                f"{name}: ({s:.2f}, {tx:.2f}, {ty:.2f}) → ({x:.2f}, {y:.2f}, {z:.2f}) m"
                for name, (s, tx, ty), (x, y, z) in zip(
                    record.names, record.local.tolist(), record.translations.tolist(), strict=True
                )
            ]
            self._doubt.setText(
                tr(
                    "From above: where each camera puts the person. They disagree by {apart}.",
                    apart=apart,
                )
            )
            self._doubt.setToolTip(
                tr("Local camera (scale, x, y) and the camera of the whole picture:\n")
                + "\n".join(lines)
            )

    def show_record(self, record: FusionRecord | None) -> None:
        """Fill the table; None empties it."""
        self.record = record
        self.table.clear()
        self.table.setVisible(record is not None)
        if record is None:
            self._title.setText(tr("This method weighs no regions against one another."))
            return
        self._title.setText(
            tr("{name}: how much each column counts for each row; rows sum to 1.", name=record.name)
        )
        self.table.setRowCount(len(record.rows))
        self.table.setColumnCount(len(record.columns))
        self.table.setVerticalHeaderLabels(list(record.rows))
        self.table.setHorizontalHeaderLabels(list(record.columns))
        top = max(float(record.weights.max()), 1e-9)
        for row, column in np.ndindex(record.weights.shape):
            weight = float(record.weights[row, column])
            item = QTableWidgetItem(f"{weight:.3f}")
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            share = weight / top
            red, green, blue = INFERNO(np.array([DARKEST + SPAN * share]))[0].tolist()
            item.setBackground(QColor.fromRgbF(red, green, blue))
            item.setForeground(QColor("#101010" if share > LIGHT_CELL else "#f4f4f4"))
            item.setToolTip(
                tr(
                    "{column} for {row}: {weight:.4f}",
                    column=record.columns[column],
                    row=record.rows[row],
                    weight=weight,
                )
            )
            self.table.setItem(row, column, item)
