"""What is ready and what is missing, per network; files are brought here."""

from __future__ import annotations

import html
import re
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.engine.ready import Brought, Ready
from app.engine.work_thread import Failure
from app.panels.controls import columns, label, rows
from app.settings.language import mark, tr
from app.settings.theme import Theme
from app.windows.file_kinds import ANY, filters
from core.methods.sources import BODIES

COLUMNS = (
    mark("Method"),
    mark("Preset"),
    mark("Network"),
    mark("State"),
    mark("Licence of the weights"),
)
FILES = mark("Weights and bodies (*.safetensors *.pt *.pth *.bin *.ckpt *.tar *.pkl *.npz *.npy)")
ADVICE = mark(
    "Everything marked “in the box” runs now. The networks of the papers need the files of their "
    "authors, and an SMPL or MANO body: free of charge after registering on the page of the body's "
    "makers, {smpl} and {mano}. Many links in old instructions are dead; choose a row to read where its "
    "files are spoken of today. Bring a file of any name: it is recognised by what is in it, and "
    "nothing in it is executed."
)
ADDRESS = re.compile(r"https://[^\s;,]+")


class FilesDialog(QDialog):
    """A table of networks, a list of brought files, and a place to drop more.

    Signals:
        bring_wanted: a path.
    """

    bring_wanted = Signal(object)

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.theme = theme
        self._where: tuple[str, ...] = ()
        self.setWindowTitle(tr("Weights and bodies"))
        self.setAcceptDrops(True)
        self.resize(820, 560)
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels([tr(name) for name in COLUMNS])
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(25)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAccessibleName(tr("Networks and their weights"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.where = _linked()
        self.table.currentCellChanged.connect(self._show_where)
        self.files = label(tr("Looking…"), "muted", wrap=True)
        self.said = label("", "", wrap=True)
        self.bring = QPushButton(tr("Bring a file…"))
        self.bring.setProperty("role", "primary")
        self.bring.setToolTip(tr("Weights, body models, sampling matrices, joint regressors"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        foot = columns()
        foot.addWidget(self.bring)
        foot.addWidget(self.said, 1)
        layout = rows(self, margin=14, spacing=8)
        advice = _linked()
        advice.setText(with_links(tr(ADVICE, smpl=BODIES["SMPL"], mano=BODIES["MANO"])))
        layout.addWidget(advice)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.where)
        layout.addWidget(label(tr("Files of yours"), "section"))
        layout.addWidget(self.files)
        layout.addLayout(foot)
        layout.addWidget(buttons)
        self.bring.clicked.connect(self._choose)

    def show_ready(self, ready: Ready) -> None:
        """Fill the table; the first network that lacks something says where it is found."""
        self._where = tuple(f"{r.title}: {r.where}" if r.where else "" for r in ready.networks)
        self.table.setRowCount(len(ready.networks))
        for number, row in enumerate(ready.networks):
            tint = QColor(self.theme.good if row.ready else self.theme.muted)
            cells = (row.title, row.preset, row.variant, row.state, row.licence)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if column == 3:
                    item.setForeground(tint)
                self.table.setItem(number, column, item)
        missing = next((row for row, words in enumerate(self._where) if words), 0)
        self.table.setCurrentCell(missing, 0)
        words = "\n".join(f"{title}: {name}" for title, name in ready.files)
        self.files.setText(words or tr("None yet."))

    @Slot(int)
    def _show_where(self, row: int, *_: int) -> None:
        self.where.setText(with_links(self._where[row]) if row < len(self._where) else "")

    def show_brought(self, brought: Brought) -> None:
        """What a file turned out to be."""
        self.said.setText(tr("{name}: {title}. Kept.", name=brought.path.name, title=brought.title))

    def show_failure(self, failure: Failure) -> None:
        """Why a file was not taken."""
        cure = f" {failure.cure[0].upper()}{failure.cure[1:]}." if failure.cure else ""
        self.said.setText(f"{failure.text}.{cure}")

    @Slot()
    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, tr("Bring files"), "", filters(FILES, ANY))
        for name in names:
            self.bring_wanted.emit(Path(name))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.bring_wanted.emit(Path(url.toLocalFile()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()


def with_links(text: str) -> str:
    """Plain words as rich text whose addresses can be followed."""
    return ADDRESS.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', html.escape(text))


def _linked() -> QLabel:
    """A line whose links open in the browser, by mouse or keyboard."""
    made = label("", "muted", wrap=True)
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    made.setOpenExternalLinks(True)
    return made
