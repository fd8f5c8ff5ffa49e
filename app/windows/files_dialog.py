"""What is ready and what is missing, per network; files are brought here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
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
    "makers. Many links in old instructions are dead; the papers' project pages and their forks on "
    "code hosts are where people find the files today. Bring a file of any name: it is recognised by "
    "what is in it, and nothing in it is executed."
)


class FilesDialog(QDialog):
    """A table of networks, a list of brought files, and a place to drop more.

    Signals:
        bring_wanted: a path.
    """

    bring_wanted = Signal(object)

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.theme = theme
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
        layout.addWidget(label(tr(ADVICE), "muted", wrap=True))
        layout.addWidget(self.table, 1)
        layout.addWidget(label(tr("Files of yours"), "section"))
        layout.addWidget(self.files)
        layout.addLayout(foot)
        layout.addWidget(buttons)
        self.bring.clicked.connect(self._choose)

    def show_ready(self, ready: Ready) -> None:
        """Fill the table."""
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
        words = "\n".join(f"{title}: {name}" for title, name in ready.files)
        self.files.setText(words or tr("None yet."))

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
