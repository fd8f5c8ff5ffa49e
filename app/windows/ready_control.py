"""The dialog of weights and bodies, and what a brought file changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from app.engine.ready import BringRequest, Brought, Ready, ReadyRequest
from app.engine.work_thread import Failure
from app.settings.language import tr
from app.state.values import Notice
from app.windows.files_dialog import FilesDialog

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow


class ReadyControl(QObject):
    """Between the dialog and the thread that reads files."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.w = window
        self.dialog: FilesDialog | None = None
        window.workers.files.answered.connect(self._answered)
        window.workers.files.failed.connect(self._failed)

    @Slot()
    def show(self) -> None:
        """The dialog, filled as soon as the libraries are loaded."""
        dialog = FilesDialog(self.w, self.w.theme)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.bring_wanted.connect(self.bring)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        self.w.workers.files.submit(ReadyRequest(), first=True)
        dialog.open()

    @Slot(object)
    def bring(self, path: Path) -> None:
        """Take a file in."""
        self.w.activity.set_busy("bring", tr("Looking into {name}", name=path.name))
        self.w.workers.files.submit(BringRequest(path), first=True)

    @Slot(int)
    def _closed(self, _code: int) -> None:
        self.dialog = None

    @Slot(object, object)
    def _answered(self, request: Any, answer: Any) -> None:
        if isinstance(request, ReadyRequest):
            ready: Ready = answer
            if self.dialog is not None:
                self.dialog.show_ready(ready)
        elif isinstance(request, BringRequest):
            brought: Brought = answer
            self.w.activity.set_busy("bring", "")
            self.w.activity.log(
                tr("{name}: {title}, kept", name=brought.path.name, title=brought.title)
            )
            if self.dialog is not None:
                self.dialog.show_brought(brought)
                self.w.workers.files.submit(ReadyRequest(), first=True)
            self._wire(brought)

    def _wire(self, brought: Brought) -> None:
        """Weights choose the network that they fit."""
        if brought.method:
            self.w.choice.choose_method(brought.method)
            self.w.choice.choose_preset(brought.preset)
            self.w.choice.choose_variant(brought.variant)

    @Slot(object, object)
    def _failed(self, request: Any, failure: Failure) -> None:
        if not isinstance(request, ReadyRequest | BringRequest):
            return
        self.w.activity.set_busy("bring", "")
        if self.dialog is not None:
            self.dialog.show_failure(failure)
        else:
            self.w.activity.notify(Notice("error", failure.text, failure.cure))
