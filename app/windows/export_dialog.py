"""Choosing what to save, and the report of what was written and read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from app.engine.requests import ExportKind, ExportLine, ExportRequest
from app.engine.work_thread import Failure
from app.panels.controls import Segments, columns, label, rows
from app.state.values import RunResult

KINDS: tuple[tuple[ExportKind, str, str, bool], ...] = (
    ("obj", "Mesh, OBJ", "Text mesh that every program reads", True),
    ("ply", "Mesh, PLY", "Binary mesh", False),
    ("glb", "Mesh, GLB", "Binary glTF, for the web and for engines", False),
    ("npz", "Numbers, NPZ", "Vertices, joints, camera and pose as arrays (schema 1)", True),
    ("overlay", "Overlay, PNG", "The body drawn over the picture", True),
)


class ExportDialog(QDialog):
    """Kinds, place and folder; stays open to show the report.

    Signals:
        export_requested: an `ExportRequest`.
    """

    export_requested = Signal(object)

    def __init__(self, parent: QWidget, result: RunResult, folder: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(520)
        self._result = result
        self._origin = "pelvis"
        self.kinds: dict[ExportKind, QCheckBox] = {}
        grid = QGridLayout()
        for row, (kind, text, tip, on) in enumerate(KINDS):
            box = QCheckBox(text)
            box.setChecked(on)
            box.toggled.connect(self._show_ready)
            self.kinds[kind] = box
            grid.addWidget(box, row, 0)
            grid.addWidget(label(tip, "muted"), row, 1)
        grid.setColumnStretch(1, 1)
        self.origin = Segments(
            (
                ("pelvis", "Pelvis", "The pelvis is at zero"),
                ("ground", "On the ground", "The lowest point is at height zero"),
                ("camera", "Camera frame", "As the camera sees it"),
            ),
            "Origin of meshes",
        )
        self.origin.set_current("pelvis")
        self.origin.chosen.connect(self._origin_chosen)
        self.folder = QLineEdit(str(folder))
        self.folder.setAccessibleName("Folder")
        self.folder.textChanged.connect(self._show_ready)
        browse = QPushButton("Browse…")
        browse.clicked.connect(self._browse)
        where = columns()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName("Report")
        self.report.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save = buttons.addButton("Save", QDialogButtonBox.ButtonRole.ActionRole)
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        buttons.rejected.connect(self.reject)
        people = len(result.result.people)
        layout = rows(self, margin=18, spacing=10)
        layout.addWidget(label(f"Export {result.result.frame.key}", "title"))
        layout.addWidget(
            label(
                f"{people} {'person' if people == 1 else 'people'} by {result.choice.key}", "muted"
            )
        )
        layout.addLayout(grid)
        layout.addWidget(label("Origin of meshes (metres, y up, facing +z)", "section"))
        layout.addWidget(self.origin)
        layout.addWidget(label("Folder", "section"))
        layout.addLayout(where)
        layout.addWidget(self.report, 1)
        layout.addWidget(buttons)

    def chosen_kinds(self) -> tuple[ExportKind, ...]:
        """What is ticked."""
        return tuple(kind for kind, box in self.kinds.items() if box.isChecked())

    def show_lines(self, lines: Sequence[ExportLine]) -> None:
        """The report after writing."""
        text = "\n".join(f"✓ {line.path}\n   {line.report}" for line in lines)
        self._show_report(text)

    def show_failure(self, failure: Failure) -> None:
        """Why nothing was written."""
        cure = f"\n   {failure.cure}" if failure.cure else ""
        self._show_report(f"✗ {failure.text}{cure}")

    def _show_report(self, text: str) -> None:
        self.report.setPlainText(text)
        self.report.show()
        self.report.setMinimumHeight(130)
        self.save.setEnabled(True)
        self.save.setText("Save again")

    def _origin_chosen(self, origin: str) -> None:
        self._origin = origin

    def _show_ready(self) -> None:
        self.save.setEnabled(bool(self.chosen_kinds()) and bool(self.folder.text().strip()))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for the export", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _save(self) -> None:
        self.save.setEnabled(False)
        self.export_requested.emit(
            ExportRequest(
                self._result,
                Path(self.folder.text()).expanduser(),
                self.chosen_kinds(),
                self._origin,
            )
        )
