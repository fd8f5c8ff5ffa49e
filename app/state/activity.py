"""What the program is doing, what went wrong, and what was said: for status bar, banner and log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from app.state.values import Notice
from core.errors import MeshLoupeError

LOG_LINES = 500


@dataclass(frozen=True)
class LogLine:
    """One line of the log.

    Attributes:
        aloud: worth the status line too: about what is looked at.
    """

    time: datetime
    tone: str
    text: str
    aloud: bool = True


class ActivityModel(QObject):
    """Busy text per worker, the notice shown, and the log.

    Signals:
        busy_changed: text of what is being done, '' when idle.
        notice_changed: a `Notice` or None.
        logged: a `LogLine`.
    """

    busy_changed = Signal(str)
    notice_changed = Signal(object)
    logged = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._busy: dict[str, str] = {}
        self.notice: Notice | None = None
        self.lines: list[LogLine] = []

    @property
    def busy(self) -> str:
        """What is being done, '' when idle."""
        return next(reversed(self._busy.values()), "")

    def set_busy(self, worker: str, text: str) -> None:
        """Say what a worker is doing ('' for nothing)."""
        before = self.busy
        self._busy.pop(worker, None)
        if text:
            self._busy[worker] = text
        if self.busy != before:
            self.busy_changed.emit(self.busy)

    def notify(self, notice: Notice) -> None:
        """Show a notice (and log it); the same one again changes nothing."""
        if notice is self.notice:
            return
        self.notice = notice
        self.log(f"{notice.text}; {notice.cure}" if notice.cure else notice.text, notice.tone)
        self.notice_changed.emit(notice)

    def dismiss(self) -> None:
        """Take the notice away."""
        if self.notice is not None:
            self.notice = None
            self.notice_changed.emit(None)

    def log(self, text: str, tone: str = "info", *, aloud: bool = True) -> None:
        """One line more."""
        line = LogLine(datetime.now(), tone, text, aloud)
        self.lines.append(line)
        del self.lines[:-LOG_LINES]
        self.logged.emit(line)


def error_notice(error: MeshLoupeError) -> Notice:
    """An error that a person can cure, as a message: the file, what is wrong, the cure."""
    where = "" if error.path is None else f"{error.path}: "
    return Notice("error", f"{where}{error.what}", error.cure)
