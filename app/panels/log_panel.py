"""What was said so far, newest last."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.panels.controls import rows
from app.settings.language import tr
from app.state.activity import LOG_LINES, LogLine

MARKS = {"info": " ", "warning": "!", "error": "×"}


class LogPanel(QWidget):
    """A read-only log of bounded length."""

    def __init__(self) -> None:
        super().__init__()
        self._view = QPlainTextEdit()
        self._view.setReadOnly(True)
        self._view.setMaximumBlockCount(LOG_LINES)
        self._view.setAccessibleName(tr("Log"))
        self._view.setPlaceholderText(tr("Nothing was logged yet."))
        rows(self, margin=8).addWidget(self._view)

    def add(self, line: LogLine) -> None:
        """One line more."""
        mark = MARKS.get(line.tone, " ")
        self._view.appendPlainText(f"{line.time:%H:%M:%S} {mark} {line.text}")

    @property
    def text(self) -> str:
        """Everything shown."""
        return self._view.toPlainText()
