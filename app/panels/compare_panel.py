"""Numbers of the compared methods: a row a method, or a row a joint; sorted, copied, saved."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.panels.controls import Segments, columns, label, rows
from app.settings.language import tr
from app.state.table import Table

DASH = "–"
ROW_HEIGHT = 25


class NumberItem(QTableWidgetItem):
    """A number that sorts as one; unknown ones come last."""

    def __init__(self, value: float | None) -> None:
        super().__init__(DASH if value is None else f"{value:.1f}")
        self.value = math.inf if value is None else value
        self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return self.value < (other.value if isinstance(other, NumberItem) else math.inf)


class ComparePanel(QWidget):
    """Shows one of two tables; knows nothing of where they come from.

    Signals:
        save_requested: the table shown as comma-separated text.
    """

    save_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tables = {"methods": Table((), ()), "joints": Table((), ())}
        self._which = "methods"
        self.which = Segments(
            (
                ("methods", tr("Methods"), tr("A row for each method")),
                ("joints", tr("Joints"), tr("A row for each joint: distance to the reference")),
            ),
            tr("Rows of the table"),
        )
        self.which.setFixedWidth(190)
        self.which.set_current("methods")
        self._note = label("", "muted", wrap=True)
        self.table = QTableWidget()
        self.table.setAccessibleName(tr("Numbers of the compared methods"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._note.setToolTip(
            tr(
                "Disagreement: mean distance between the bodies over all pairs of methods, pelvis aligned. "
                "Where it is large at least one of them is wrong."
            )
        )
        self.table.setSortingEnabled(True)
        self.copy = QPushButton(tr("Copy"))
        self.copy.setToolTip(
            tr("Copy the table, to paste into a spreadsheet (Ctrl+C in the table)")
        )
        self.save = QPushButton(tr("Save CSV…"))
        self.save.setToolTip(tr("Save the table as comma-separated values"))
        head = columns(spacing=6)
        head.addWidget(self.which)
        head.addWidget(self._note, 1)
        head.addWidget(self.copy)
        head.addWidget(self.save)
        layout = rows(self, margin=8, spacing=6)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        copying = QAction(tr("Copy the table"), self.table)
        copying.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copying.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copying.triggered.connect(self._copy)
        self.table.addAction(copying)
        self.which.chosen.connect(self._choose)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(lambda: self.save_requested.emit(self.text(",")))

    def show_tables(self, methods: Table, joints: Table, note: str) -> None:
        """Both tables, and a line about them."""
        self._tables = {"methods": methods, "joints": joints}
        self._note.setText(note)
        self._fill()

    @property
    def note(self) -> str:
        """The line above the table."""
        return self._note.text()

    def text(self, separator: str) -> str:
        """The table shown, as separated text."""
        return self._tables[self._which].text(separator)

    def _choose(self, which: str) -> None:
        self._which = which
        self._fill()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text("\t"))

    def _fill(self) -> None:
        headings, cells = self._tables[self._which].columns, self._tables[self._which].rows
        order = self.table.horizontalHeader()
        sorted_by, way = order.sortIndicatorSection(), order.sortIndicatorOrder()
        self.table.setSortingEnabled(False)
        self.table.setColumnCount(len(headings))
        self.table.setHorizontalHeaderLabels(list(headings))
        self.table.setRowCount(len(cells))
        for row, values in enumerate(cells):
            for column, value in enumerate(values):
                item = QTableWidgetItem(value) if isinstance(value, str) else NumberItem(value)
                self.table.setItem(row, column, item)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(64)
        self.table.setSortingEnabled(True)
        kept = sorted_by if 0 < sorted_by < len(headings) else -1
        self.table.sortByColumn(kept, way)
