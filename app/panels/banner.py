"""A message in the window, never in its way: what happened, the cure, and a button that offers it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QToolButton

from app.panels.controls import columns, label, set_tone
from app.settings.icons import icon, pixmap
from app.settings.language import tr
from app.settings.theme import DARK, Theme
from app.state.values import Notice

ICONS = {"info": "info", "warning": "warning", "error": "error"}


class Banner(QFrame):
    """Shows a `Notice`.

    Signals:
        action_chosen: the notice's action.
        dismissed: the person closed it.
    """

    action_chosen = Signal(str)
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.setProperty("tone", "info")
        self._theme: Theme = DARK
        self._notice: Notice | None = None
        self._icon = label()
        self._text = label(wrap=True)
        self._button = QPushButton()
        self._button.setAccessibleName(tr("Cure"))
        self._close = QToolButton()
        self._close.setToolTip(tr("Dismiss"))
        self._close.setAccessibleName(tr("Dismiss the message"))
        layout = columns(self)
        layout.setContentsMargins(10, 6, 6, 6)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._close)
        self._close.clicked.connect(self.dismissed)
        self._button.clicked.connect(self._act)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now, '' when hidden."""
        return "" if self._notice is None else self._text.text()

    def set_theme(self, theme: Theme) -> None:
        """Retint."""
        self._theme = theme
        self._close.setIcon(icon("close", theme))
        self.show_notice(self._notice)

    def show_notice(self, notice: Notice | None) -> None:
        """Show a message, or hide."""
        self._notice = notice
        self.setVisible(notice is not None)
        if notice is None:
            return
        cure = f" {notice.cure[0].upper()}{notice.cure[1:]}." if notice.cure else ""
        text = notice.text.rstrip(".")
        # A sentence begins with a capital, a file name stays as it is.
        begins_with_path = ("/" in text.split(" ")[0]) or (":" in text.split(" ")[0])
        text = text if begins_with_path else text[:1].upper() + text[1:]
        self._text.setText(f"{text}.{cure}")
        self._button.setText(notice.action_text)
        self._button.setAccessibleName(notice.action_text or tr("Cure"))
        self._button.setVisible(bool(notice.action))
        set_tone(self, notice.tone)
        tint = {
            "info": self._theme.accent,
            "warning": self._theme.warning,
            "error": self._theme.error,
        }[notice.tone]
        self._icon.setPixmap(pixmap(ICONS[notice.tone], tint, 18))
        self.setAccessibleName(self._text.text())

    def _act(self) -> None:
        if self._notice is not None:
            self.action_chosen.emit(self._notice.action)
