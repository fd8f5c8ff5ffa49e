"""Which data set to open: its reader, its folder or file, its split."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)

from app.panels.controls import columns, fill_combo, label, named_row, rows
from app.settings.language import tr
from core.data.catalogue import list_datasets

# Readers whose path is one file.
FILES = {
    "spin_npz": "NPZ files (*.npz)",
    "human_data_npz": "NPZ files (*.npz)",
    "metro_tsv": "YAML files (*.yaml *.yml)",
    "muco": "",
}
NAME_WIDTH = 76


class DataDialog(QDialog):
    """Asks for a data set; opens nothing.

    Signals:
        chosen: reader, path, split.
    """

    chosen = Signal(str, object, str)

    def __init__(self, parent: QWidget, folder: str = "", reader: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Open a data set"))
        self.setMinimumWidth(520)
        self._folder = folder
        self._rows = {row.id: row for row in list_datasets()}
        self.reader, self.split, self.path = QComboBox(), QComboBox(), QLineEdit()
        fill_combo(self.reader, [(row.title, row.id) for row in self._rows.values()], reader)
        self.reader.setToolTip(tr("How the files are laid out"))
        self.split.setToolTip(tr("Which part of the data set"))
        self.path.setToolTip(tr("Folder of the data set, or the file of a container"))
        self.path.setAccessibleName(tr("Folder or file"))
        self.browse = QPushButton(tr("Browse…"))
        self.browse.setToolTip(tr("Choose the folder or file"))
        self._says = label("", "muted", wrap=True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        self._open = self.buttons.button(QDialogButtonBox.StandardButton.Open)
        layout = rows(self, margin=12)
        layout.addLayout(named_row(tr("Reader"), self.reader, NAME_WIDTH))
        place = columns()
        place.addLayout(named_row(tr("Folder or file"), self.path, NAME_WIDTH), 1)
        place.addWidget(self.browse)
        layout.addLayout(place)
        layout.addLayout(named_row(tr("Split"), self.split, NAME_WIDTH))
        layout.addWidget(self._says)
        layout.addWidget(self.buttons)
        self.reader.currentIndexChanged.connect(self._reader_chosen)
        self.path.textChanged.connect(self._show_open)
        self.browse.clicked.connect(self._browse)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._reader_chosen()

    def accept(self) -> None:
        """Hand the data set over."""
        text = self.path.text().strip()
        if text:
            split = str(self.split.currentData() or "")
            self.chosen.emit(str(self.reader.currentData()), Path(text).expanduser(), split)
            super().accept()

    @Slot()
    def _reader_chosen(self) -> None:
        row = self._rows[str(self.reader.currentData())]
        fill_combo(self.split, [(split, split) for split in row.splits], "")
        self.split.setEnabled(len(row.splits) > 1)
        words = {"2d": tr("marks in the picture"), "3d": tr("joints in space"), "mesh": "meshes"}
        self._says.setText(tr("Has {truth}.", truth=", ".join(words[kind] for kind in row.truth)))
        self._show_open()

    @Slot()
    def _show_open(self) -> None:
        self._open.setEnabled(bool(self.path.text().strip()))

    @Slot()
    def _browse(self) -> None:
        reader, start = str(self.reader.currentData()), self.path.text() or self._folder
        if FILES.get(reader):
            name, _ = QFileDialog.getOpenFileName(self, tr("The file"), start, FILES[reader])
        else:
            name = QFileDialog.getExistingDirectory(self, tr("The folder"), start)
        if name:
            self.path.setText(name)
