"""What playing a camera or a video changes in the rest of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.settings.language import tr
from app.state.values import Notice
from app.windows.camera_dialog import CameraDialog
from app.windows.export_control import ExportControl

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow


class PlayingControl(QObject):
    """Between the player and the panels around it.

    Signals:
        changed: playing began or ended; what may be done is another.
    """

    changed = Signal()

    def __init__(self, window: MainWindow, exports: ExportControl) -> None:
        super().__init__(window)
        self.w, self._exports = window, exports
        window.acts["play"].triggered.connect(self.play)
        window.acts["play_camera"].triggered.connect(self.choose_camera)
        window.acts["frame_on"].triggered.connect(lambda: window.live.step(1))
        window.acts["frame_back"].triggered.connect(lambda: window.live.step(-1))
        window.live.opened_changed.connect(self._opened)
        window.timeline.save_wanted.connect(self._save)
        window.timeline.show_budget(window.settings.live_budget_ms)
        window.timeline.budget_chosen.connect(lambda ms: window.change_settings(live_budget_ms=ms))

    @Slot()
    def play(self) -> None:
        """Play or pause; where nothing is played yet, the video of the current row."""
        item = self.w.session.current
        if self.w.playback.now.is_open:
            self.w.live.toggle()
        elif item is not None and item.frame_index is not None:
            self.w.live.open_clip(item.path)
        else:
            self.w.activity.notify(
                Notice("info", tr("This is a picture"), tr("open a video, or a camera (Ctrl+K)"))
            )

    @Slot()
    def choose_camera(self) -> None:
        """Ask for a camera, a stream or a file to play as one."""
        dialog = CameraDialog(self.w)
        dialog.chosen.connect(self.w.live.open_camera)
        dialog.open()

    @Slot(bool)
    def _opened(self, on: bool) -> None:
        w = self.w
        w.timeline.setVisible(on)
        w.runs.rest(on)
        w.marks.show_now()
        loaded = w.session.current_loaded
        if on:
            w.comparison.set(on=False)
            w.means.stop()
            w.layout_widget.show_picture(True)
        elif loaded is not None:
            w.shown.show_loaded(loaded)
            w.marks.show_now()
            w.runs.show_known()
        else:
            w.shown.show_no_picture()
            w.layout_widget.show_picture(w.session.current is not None)
        self.changed.emit()

    @Slot(str)
    def _save(self, what: str) -> None:
        if what == "json":
            self._exports.save_numbers()
        elif self.w.playback.now.is_clip:
            self._exports.show_sequence()
        else:
            self._exports.record()
