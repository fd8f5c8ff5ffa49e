"""What a newcomer sees before anything is open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from app.panels.controls import columns, label, rows
from app.settings.icons import pixmap
from app.settings.theme import Theme


class EmptyState(QWidget):
    """An invitation with the first steps as buttons; the first is the recommended one."""

    def __init__(self, title: str, text: str, actions: Sequence[QAction]) -> None:
        super().__init__()
        self._icon = label()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        heading = label(title, "title")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        body = label(text, "muted", wrap=True)
        body.setAlignment(Qt.AlignmentFlag.AlignCenter)
        body.setMinimumWidth(230)
        buttons = columns()
        buttons.addStretch(1)
        for place, action in enumerate(actions):
            button = QPushButton(action.text().replace("&", ""))
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            if place == 0:
                button.setProperty("role", "primary")
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = rows(self, margin=24, spacing=10)
        layout.addStretch(1)
        layout.addWidget(self._icon)
        layout.addWidget(heading)
        layout.addWidget(body)
        layout.addSpacing(4)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Retint."""
        self._icon.setPixmap(pixmap("meshloupe", theme.accent, 56))
