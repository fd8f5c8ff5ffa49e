"""Words of a person about the picture; kept in the session."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.panels.controls import rows
from app.settings.language import tr

HEIGHT = 72


class NotesPanel(QWidget):
    """One field of text.

    Signals:
        changed: the text, as it is typed.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.field = QPlainTextEdit()
        self.field.setPlaceholderText(tr("What is worth remembering about this picture"))
        self.field.setAccessibleName(tr("Notes on this picture"))
        self.field.setFixedHeight(HEIGHT)
        self.field.setTabChangesFocus(True)
        rows(self).addWidget(self.field)
        self.field.textChanged.connect(lambda: self.changed.emit(self.field.toPlainText()))

    @property
    def text(self) -> str:
        """What stands there."""
        return self.field.toPlainText()

    def show_note(self, text: str, *, enabled: bool) -> None:
        """The note of a picture."""
        with QSignalBlocker(self.field):
            self.field.setPlainText(text)
        self.field.setEnabled(enabled)
