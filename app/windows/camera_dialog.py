"""Choosing a camera by its name, a stream by its address, or a file to play as a camera."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QPushButton,
    QWidget,
)

from app.panels.controls import columns, label, rows
from app.settings.language import tr


class CameraDialog(QDialog):
    """Lists cameras; anything else is typed or chosen.

    Signals:
        chosen: name or number of a camera, URL of a stream, or `Path` of a file.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        from core.pipeline.camera_feeds import list_cameras

        self.setWindowTitle(tr("Open a camera"))
        self.setMinimumWidth(420)
        self.cameras = QListWidget()
        self.cameras.setAccessibleName(tr("Cameras of this machine"))
        self._found = list_cameras()
        self.cameras.addItems([camera.name for camera in self._found])
        none = label(tr("No camera is connected to this machine."), "muted")
        none.setVisible(not self._found)
        self.cameras.setVisible(bool(self._found))
        self.address = QLineEdit()
        self.address.setPlaceholderText(tr("rtsp:// or http:// address of a stream"))
        self.address.setAccessibleName(tr("Address of a stream"))
        self.file = QPushButton(tr("Play a file as a camera…"))
        self.file.setToolTip(
            tr("At its own pace, over and over: to try things out without a camera")
        )
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        layout = rows(self, margin=12)
        layout.addWidget(label(tr("Camera"), "section"))
        layout.addWidget(none)
        layout.addWidget(self.cameras)
        layout.addWidget(label(tr("Stream"), "section"))
        layout.addWidget(self.address)
        last = columns()
        last.addWidget(self.file)
        last.addStretch(1)
        layout.addLayout(last)
        layout.addWidget(buttons)
        if self._found:
            self.cameras.setCurrentRow(0)
        self.file.clicked.connect(self._choose_file)
        self.cameras.itemDoubleClicked.connect(self.accept)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

    def accept(self) -> None:
        """The address where one was typed, else the camera."""
        row = self.cameras.currentRow()
        if self.address.text().strip():
            self.chosen.emit(self.address.text().strip())
        elif row >= 0:
            self.chosen.emit(self._found[row].index)
        else:
            return
        super().accept()

    @Slot()
    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Play as a camera"))
        if name:
            self.chosen.emit(Path(name))
            super().accept()
