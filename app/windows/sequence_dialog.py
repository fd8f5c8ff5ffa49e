"""Choosing what to save of a whole video; stays open for progress and report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from app.engine.requests import ExportLine
from app.engine.work_thread import Failure
from app.panels.controls import columns, label, rows

KINDS = (
    ("video", "Overlay video, MP4", "Bodies drawn over every frame, sound kept", True),
    ("npz", "Numbers, NPZ", "Vertices, joints, cameras and poses of all frames", True),
    (
        "glb",
        "Animated mesh, GLB",
        "One file per person with the motion, for Blender and the web",
        False,
    ),
    ("bvh", "Skeleton motion, BVH", "One file per person, for animation programs", False),
)


class SequenceDialog(QDialog):
    """Kinds and folder.

    Signals:
        export_wanted: (kinds, folder).
        cancelled: give up what is being written.
        progressed: (frames done, all); may be emitted by another thread.
    """

    export_wanted = Signal(object, object)
    cancelled = Signal()
    progressed = Signal(int, int)

    def __init__(self, parent: QWidget, name: str, method: str, folder: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save the take")
        self.setMinimumWidth(540)
        self._busy = False
        self.kinds: dict[str, QCheckBox] = {}
        grid = QGridLayout()
        for row, (kind, text, tip, on) in enumerate(KINDS):
            box = QCheckBox(text)
            box.setChecked(on)
            box.toggled.connect(self._show_ready)
            self.kinds[kind] = box
            grid.addWidget(box, row, 0)
            grid.addWidget(label(tip, "muted"), row, 1)
        grid.setColumnStretch(1, 1)
        self.folder = QLineEdit(str(folder))
        self.folder.setAccessibleName("Folder")
        self.folder.textChanged.connect(self._show_ready)
        browse = QPushButton("Browse…")
        browse.clicked.connect(self._browse)
        where = columns()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the export")
        self.bar.hide()
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName("Report")
        self.report.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save = buttons.addButton("Save", QDialogButtonBox.ButtonRole.ActionRole)
        self.save.setProperty("role", "primary")
        self.save.clicked.connect(self._save_or_stop)
        buttons.rejected.connect(self.reject)
        layout = rows(self, margin=18, spacing=10)
        layout.addWidget(label(f"Save {name}", "title"))
        layout.addWidget(label(f"Every frame by {method}, at full quality", "muted"))
        layout.addLayout(grid)
        layout.addWidget(label("Folder", "section"))
        layout.addLayout(where)
        layout.addWidget(self.bar)
        layout.addWidget(self.report, 1)
        layout.addWidget(buttons)
        self.progressed.connect(self._show_progress)

    def chosen_kinds(self) -> tuple[str, ...]:
        """What is ticked."""
        return tuple(kind for kind, box in self.kinds.items() if box.isChecked())

    def show_lines(self, lines: Sequence[ExportLine]) -> None:
        """The report after writing."""
        self._finish("\n".join(f"✓ {line.path}\n   {line.report}" for line in lines))

    def show_failure(self, failure: Failure) -> None:
        """Why it ended."""
        cure = f"\n   {failure.cure}" if failure.cure else ""
        self._finish(f"✗ {failure.text}{cure}")

    def show_stopped(self) -> None:
        """It was given up."""
        self._finish("Stopped. Nothing half-written is left.")

    def reject(self) -> None:
        """Closing gives up what is being written."""
        if self._busy:
            self.cancelled.emit()
        super().reject()

    def _finish(self, text: str) -> None:
        self._busy = False
        self.bar.hide()
        self.report.setPlainText(text)
        self.report.show()
        self.report.setMinimumHeight(130)
        self.save.setText("Save again")

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(total, 0))
        self.bar.setValue(done)

    def _show_ready(self) -> None:
        self.save.setEnabled(bool(self.chosen_kinds()) and bool(self.folder.text().strip()))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for the take", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _save_or_stop(self) -> None:
        if self._busy:
            self.cancelled.emit()
            return
        self._busy = True
        self.bar.setRange(0, 0)
        self.bar.show()
        self.save.setText("Stop")
        self.export_wanted.emit(self.chosen_kinds(), Path(self.folder.text()).expanduser())
