"""Saving results: one picture, a whole video, or what a camera sees."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from app.engine.requests import ExportItem, ExportLine, ExportRequest
from app.engine.sequences import RecordRequest, SequenceRequest
from app.engine.work_thread import Failure
from app.settings.language import mark, tr
from app.state.values import Choice, Notice, RunResult
from app.windows.export_dialog import LIST, ONE, ExportDialog, ExportSubject
from app.windows.sequence_dialog import SequenceDialog

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow


PANEL_SCALE = 2  # panels are saved at twice their size on the screen
AXES = mark(
    "Meshes: metres, right-handed, y up; a person facing the camera faces +z. "
    "NPZ: metres, x right, y down, z forward. "
)


class ExportControl(QObject):
    """Between the dialogs and the exporter's thread.

    Signals:
        progressed: (number of the export, done, all), from the exporter's thread.
        wrote: (number of the export, `ExportLine`), from the exporter's thread.
    """

    # Not the dialog's own signals: it may be gone while the thread still writes.
    progressed = Signal(int, int, int)
    wrote = Signal(int, object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.w = window
        self.dialog: ExportDialog | SequenceDialog | None = None
        self._request: ExportRequest | SequenceRequest | None = None
        self._number = 0
        self.progressed.connect(self._show_progress)
        self.wrote.connect(self._show_line)
        exporter = window.workers.exporter
        exporter.answered.connect(self._exported)
        exporter.failed.connect(self._export_failed)
        exporter.dropped.connect(self._export_dropped)

    @property
    def _folder(self) -> Path:
        return Path(self.w.settings.last_folder or Path.home()) / "meshloupe-out"

    # ---- pictures

    @Slot()
    def show(self) -> None:
        """The export dialog of the shown result and of the list."""
        w = self.w
        shown = w.results.shown
        if shown is None and not w.session.rowCount():
            return
        items, choice = w.session.items(), w.choice.choice
        people = 0 if shown is None else len(shown.result.people)
        subject = ExportSubject(
            title=tr("the list") if shown is None or not people else shown.result.frame.key,
            method=choice.key if shown is None else shown.choice.key,
            people=people,
            person=w.results.person,
            pictures=len(items),
            missing=sum(w.results.get(item.id, choice) is None for item in items),
            terms=terms_of(shown, choice),
        )
        dialog = ExportDialog(w, subject, self._folder)
        dialog.save_wanted.connect(self._submit)
        self._open(dialog)

    def _open(self, dialog: ExportDialog | SequenceDialog) -> None:
        dialog.cancelled.connect(self._cancel)
        dialog.finished.connect(self._export_closed)
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _submit(self) -> None:
        dialog = self.dialog
        if not isinstance(dialog, ExportDialog):
            return
        shown, kinds = self.w.results.shown, dialog.chosen_kinds()
        on_list = dialog.scope_id == LIST
        if not on_list and shown is None:
            return
        request = ExportRequest(
            items=self._all_items() if on_list else (ExportItem(None, shown),),
            choice=self.w.choice.choice,
            folder=dialog.target,
            kinds=kinds,  # type: ignore[arg-type]
            origin=dialog.origin_id,
            person=self.w.results.person if dialog.scope_id == ONE else None,
            panels=self._panels() if "panels" in kinds else (),
            progress=partial(self.progressed.emit, self._next_number()),
            wrote=partial(self.wrote.emit, self._number),
        )
        self._begin(request, tr("Exporting the list") if on_list else tr("Exporting"))

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    @Slot(int, int, int)
    def _show_progress(self, number: int, done: int, total: int) -> None:
        if self.dialog is not None and number == self._number:
            self.dialog.show_progress(done, total)

    @Slot(int, object)
    def _show_line(self, number: int, line: ExportLine) -> None:
        if self.dialog is not None and number == self._number:
            self.dialog.add_line(line)

    def _begin(self, request: ExportRequest | SequenceRequest, words: str) -> None:
        self._request = request
        self.w.workspaces.unfinished.watch(request.folder)
        self.w.activity.set_busy("export", words)
        self.w.workers.exporter.submit(request)

    def _all_items(self) -> tuple[ExportItem, ...]:
        """Every row of the list with its result, or with the marks that a run starts from."""
        w, choice = self.w, self.w.choice.choice
        return tuple(
            ExportItem(
                item,
                w.results.get(item.id, choice),
                w.people.of(item.id) if w.people.knows(item.id) else None,
                w.people.edited(item.id),
            )
            for item in w.session.items()
        )

    def _panels(self) -> tuple[tuple[str, NDArray[np.uint8]], ...]:
        """Panels as they look on the screen, sharper."""
        w = self.w
        found: list[tuple[str, QWidget]] = [
            ("picture", w.picture.view),
            ("body", w.stage.main),
            ("side", w.stage.side),
        ]
        tabs = w.layout_widget.tabs
        page = tabs.tabText(tabs.currentIndex()).lower()
        found.append((page, tabs.currentWidget()))
        w.picture.view.set_mirrored(False)  # what is saved stays as it is
        saved = tuple((name, picture_of(part)) for name, part in found if part.isVisible())
        w.picture.view.set_mirrored(w.view.options.mirror)
        return saved

    # ---- what the thread says

    @Slot()
    def _cancel(self) -> None:
        self.w.workers.exporter.cancel()

    @Slot(int)
    def _export_closed(self, _code: int) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @Slot(object, object)
    def _exported(self, request: Any, lines: Any) -> None:
        if isinstance(request, RecordRequest) and request.frame is not None:
            return
        self.w.activity.set_busy("export", "")
        if isinstance(request, RecordRequest) and lines:
            self.w.files.open_paths([request.path])
        for line in lines:
            if line.ok:
                self.w.activity.log(
                    tr("wrote {path}: {report}", path=line.path, report=line.report)
                )
            else:
                self.w.activity.log(f"{line.path}: {line.report}", "error")
        if self.dialog is not None and request is self._request:
            self.dialog.show_lines(lines)

    @Slot(object)
    def _export_dropped(self, request: Any) -> None:
        if isinstance(request, SequenceRequest | ExportRequest):
            self.w.activity.set_busy("export", "")
            if self.dialog is not None and request is self._request:
                self.dialog.show_stopped()

    @Slot(object, object)
    def _export_failed(self, request: Any, failure: Failure) -> None:
        self.w.activity.set_busy("export", "")
        self.w.activity.notify(Notice("error", failure.text, failure.cure))
        if self.dialog is not None and request is self._request:
            self.dialog.show_failure(failure)

    # ---- videos and cameras

    @Slot()
    def show_sequence(self) -> None:
        """The dialog that saves a whole video."""
        now, choice = self.w.playback.now, self.w.choice.choice
        terms = terms_of(self.w.results.shown, choice)
        dialog = SequenceDialog(self.w, now.name, choice.key, self._folder, terms)
        dialog.save_wanted.connect(self._submit_sequence)
        self._open(dialog)

    @Slot()
    def _submit_sequence(self) -> None:
        now, dialog = self.w.playback.now, self.dialog
        if now.path is None or not isinstance(dialog, SequenceDialog):
            return
        self.w.playback.set(playing=False)
        request = SequenceRequest(
            now.path,
            self.w.choice.choice,
            dialog.chosen_kinds(),
            dialog.target,
            now.smoothing,
            now.lock_feet,
            now.ground,
            partial(self.progressed.emit, self._next_number()),
        )
        self._begin(request, tr("Saving {name}", name=now.name))

    def record(self) -> None:
        """Begin to record the camera, or end the recording and look at it as a video."""
        live = self.w.live
        if live.recording is not None:
            live.stop_recording()
            return
        self.w.workspaces.unfinished.watch(self._folder)
        stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S")
        live.start_recording(self._folder / f"take {stamp}.mp4")

    def save_numbers(self) -> None:
        """Ask where the read-out of all frames goes."""
        name = f"{Path(self.w.playback.now.name).stem or 'live'}.read-out.json"
        chosen, _ = QFileDialog.getSaveFileName(
            self.w, tr("Save the read-out"), name, "JSON (*.json)"
        )
        if chosen:
            self.w.live.save_numbers(Path(chosen))


def terms_of(shown: RunResult | None, choice: Choice) -> str:
    """Units, axes and the licence of the body, for the dialog; the files say the same."""
    from core.export.licences import body_licence

    people = () if shown is None else shown.result.people
    body = people[0].body if people else choice.body
    return tr(
        "{axes}Body: {body}; licence: {licence}.",
        axes=tr(AXES),
        body=body,
        licence=body_licence(body),
    )


def picture_of(widget: QWidget) -> NDArray[np.uint8]:
    """(H, W, 3) a widget as it looks, at `PANEL_SCALE` times its size."""
    image = QImage(widget.size() * PANEL_SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PANEL_SCALE)
    image.fill(widget.palette().window().color())
    QWidget.render(widget, image, QPoint())  # QGraphicsView has another `render`
    packed = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(packed.constBits(), np.uint8)
    rows = rows.reshape(packed.height(), packed.bytesPerLine())[:, : 3 * packed.width()]
    return rows.reshape(packed.height(), packed.width(), 3).copy()
