"""Saving results: one picture, a whole video, or what a camera sees."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from app.engine.requests import ExportRequest
from app.engine.sequences import RecordRequest, SequenceRequest
from app.engine.work_thread import Failure
from app.state.values import Notice
from app.windows.export_dialog import ExportDialog
from app.windows.sequence_dialog import SequenceDialog

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow


class ExportControl(QObject):
    """Between the dialogs and the exporter's thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.w = window
        self._export: ExportDialog | SequenceDialog | None = None
        exporter = window.workers.exporter
        exporter.answered.connect(self._exported)
        exporter.failed.connect(self._export_failed)
        exporter.dropped.connect(self._export_dropped)

    @Slot()
    def show(self) -> None:
        """The export dialog of the shown result."""
        shown = self.w.results.shown
        if shown is None or not shown.result.people:
            return
        folder = Path(self.w.settings.last_folder or Path.home()) / "meshloupe-out"
        dialog = ExportDialog(self.w, shown, folder)
        dialog.export_requested.connect(self._submit)
        dialog.finished.connect(self._export_closed)
        self._export = dialog
        dialog.open()

    @Slot(object)
    def _submit(self, request: ExportRequest) -> None:
        self.w.activity.set_busy("export", "Exporting")
        self.w.workers.exporter.submit(request)

    @Slot(int)
    def _export_closed(self, _code: int) -> None:
        if self._export is not None:
            self._export.deleteLater()
            self._export = None

    @Slot(object, object)
    def _exported(self, request: Any, lines: Any) -> None:
        if isinstance(request, RecordRequest) and request.frame is not None:
            return
        self.w.activity.set_busy("export", "")
        if isinstance(request, RecordRequest) and lines:
            self.w.files.open_paths([request.path])
        for line in lines:
            self.w.activity.log(f"wrote {line.path}: {line.report}")
        if self._export is not None:
            self._export.show_lines(lines)

    @Slot(object)
    def _export_dropped(self, request: Any) -> None:
        if isinstance(request, SequenceRequest):
            self.w.activity.set_busy("export", "")
            if isinstance(self._export, SequenceDialog):
                self._export.show_stopped()

    @Slot(object, object)
    def _export_failed(self, _request: Any, failure: Failure) -> None:
        self.w.activity.set_busy("export", "")
        self.w.activity.notify(Notice("error", failure.text, failure.cure))
        if self._export is not None:
            self._export.show_failure(failure)

    @Slot()
    def show_sequence(self) -> None:
        """The dialog that saves a whole video."""
        now = self.w.playback.now
        folder = Path(self.w.settings.last_folder or Path.home()) / "meshloupe-out"
        dialog = SequenceDialog(self.w, now.name, self.w.choice.choice.key, folder)
        dialog.export_wanted.connect(self._submit_sequence)
        dialog.cancelled.connect(self.w.workers.exporter.cancel)
        dialog.finished.connect(self._export_closed)
        self._export = dialog
        dialog.open()

    @Slot(object, object)
    def _submit_sequence(self, kinds: tuple[str, ...], folder: Path) -> None:
        now = self.w.playback.now
        if now.path is None or not isinstance(self._export, SequenceDialog):
            return
        self.w.playback.set(playing=False)
        self.w.activity.set_busy("export", f"Saving {now.name}")
        self.w.workers.exporter.submit(
            SequenceRequest(
                now.path,
                self.w.choice.choice,
                kinds,
                folder,
                now.smoothing,
                now.lock_feet,
                self._export.progressed.emit,
            )
        )

    def record(self) -> None:
        """Begin to record the camera, or end the recording and look at it as a video."""
        live = self.w.live
        if live.recording is not None:
            live.stop_recording()
            return
        folder = Path(self.w.settings.last_folder or Path.home()) / "meshloupe-out"
        stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S")
        live.start_recording(folder / f"take {stamp}.mp4")

    def save_numbers(self) -> None:
        """Ask where the read-out of all frames goes."""
        name = f"{Path(self.w.playback.now.name).stem or 'live'}.read-out.json"
        chosen, _ = QFileDialog.getSaveFileName(self.w, "Save the read-out", name, "JSON (*.json)")
        if chosen:
            self.w.live.save_numbers(Path(chosen))
