"""What all dialogs that save files share: kinds, folder, progress, stop, and a growing report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.engine.requests import ExportLine
from app.engine.work_thread import Failure
from app.panels.controls import columns, label, rows
from app.settings.language import mark, tr

WIDTH, REPORT_HEIGHT = 560, 130


@dataclass(frozen=True)
class Kind:
    """One kind of file: id, name, what it is for, and whether it is ticked at first."""

    id: str
    text: str
    tip: str
    on: bool = False


class SaveDialog(QDialog):
    """Kinds and folder; stays open for progress and report.

    Signals:
        save_wanted: write what is ticked.
        cancelled: give up what is being written.
    """

    save_wanted = Signal()
    cancelled = Signal()

    def __init__(
        self, parent: QWidget, title: str, heading: str, words: str, kinds: Sequence[Kind]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self._busy = False
        self._lines: list[ExportLine] = []
        self.kinds: dict[str, QCheckBox] = {}
        self.words = label(words, "muted", wrap=True)
        self._make_report()
        layout = rows(self, margin=18, spacing=10)
        layout.addWidget(label(heading, "title"))
        layout.addWidget(self.words)
        self.before_kinds = QVBoxLayout()
        layout.addLayout(self.before_kinds)
        layout.addLayout(self._kind_grid(kinds))
        self.after_kinds = QVBoxLayout()
        layout.addLayout(self.after_kinds)
        layout.addWidget(label(tr("Folder"), "section"))
        layout.addLayout(self._folder_row())
        layout.addWidget(self.bar)
        layout.addWidget(self.report, 1)
        layout.addWidget(self._buttons())

    def _kind_grid(self, kinds: Sequence[Kind]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        for row, kind in enumerate(kinds):
            box = QCheckBox(tr(kind.text))
            box.setToolTip(tr(kind.tip))
            box.setChecked(kind.on)
            box.toggled.connect(self._show_ready)
            self.kinds[kind.id] = box
            grid.addWidget(box, row, 0)
            grid.addWidget(label(tr(kind.tip), "muted", wrap=True), row, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _folder_row(self):
        self.folder = QLineEdit()
        self.folder.setAccessibleName(tr("Folder"))
        self.folder.textChanged.connect(self._show_ready)
        browse = QPushButton(tr("Browse…"))
        browse.setToolTip(tr("Choose the folder that files are written to"))
        browse.clicked.connect(self._browse)
        where = columns()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        return where

    def _make_report(self) -> None:
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress of the export"))
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName(tr("Report"))
        self.report.setMinimumHeight(REPORT_HEIGHT)
        self.report.hide()

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save = buttons.addButton(tr("Save"), QDialogButtonBox.ButtonRole.ActionRole)
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.save.clicked.connect(self._save_or_stop)
        buttons.rejected.connect(self.reject)
        return buttons

    # ---- what is chosen

    @property
    def target(self) -> Path:
        """Where files go."""
        return Path(self.folder.text().strip()).expanduser()

    @property
    def is_busy(self) -> bool:
        """Whether files are being written."""
        return self._busy

    def chosen_kinds(self) -> tuple[str, ...]:
        """What is ticked and can be written."""
        return tuple(k for k, box in self.kinds.items() if box.isChecked() and box.isEnabled())

    # ---- what happens

    def show_lines(self, lines: Sequence[ExportLine]) -> None:
        """The whole report, at the end."""
        self._lines = list(lines)
        failed = sum(not line.ok for line in lines)
        written = len(lines) - failed
        words = (
            mark("{count} file written and read back")
            if written == 1
            else mark("{count} files written and read back")
        )
        files = tr(words, count=written)
        self._finish(
            tr("{files}; {failed} failed", files=files, failed=failed) if failed else f"{files}."
        )

    def show_failure(self, failure: Failure) -> None:
        """Why it ended."""
        cure = f"\n   {failure.cure}" if failure.cure else ""
        self._finish(f"✗ {failure.text}{cure}")

    def show_stopped(self) -> None:
        """It was given up."""
        self._finish(tr("Stopped. Files that are whole stay, nothing half-written is left."))

    def reject(self) -> None:
        """Closing gives up what is being written."""
        if self._busy:
            self.cancelled.emit()
        super().reject()

    def _finish(self, last: str) -> None:
        self._busy = False
        self.bar.hide()
        self._show_report(last)
        self.save.setText(tr("Save again"))
        self._show_ready()

    def _show_report(self, last: str = "") -> None:
        lines = [f"{'✓' if line.ok else '✗'} {line.path}\n   {line.report}" for line in self._lines]
        self.report.setPlainText("\n".join([*lines, last] if last else lines))
        if self.report.isHidden():
            self.report.show()
            layout = self.layout()
            assert layout is not None
            wanted = layout.totalHeightForWidth(self.width())
            self.resize(self.width(), max(self.height(), wanted))
        bar = self.report.verticalScrollBar()
        bar.setValue(bar.maximum())

    def add_line(self, line: ExportLine) -> None:
        """One more file is whole."""
        if self._busy:
            self._lines.append(line)
            self._show_report()

    def show_progress(self, done: int, total: int) -> None:
        """How far it is."""
        if self._busy:
            self.bar.setRange(0, max(total, 0))
            self.bar.setValue(done)

    def _show_ready(self) -> None:
        can_begin = bool(self.chosen_kinds()) and bool(self.folder.text().strip())
        self.save.setEnabled(self._busy or can_begin)

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.windowTitle(), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _save_or_stop(self) -> None:
        if self._busy:
            self.save.setEnabled(False)
            self.cancelled.emit()
            return
        self._busy = True
        self._lines = []
        self.bar.setRange(0, 0)
        self.bar.show()
        self.save.setText(tr("Stop"))
        self.save_wanted.emit()
