"""The right side: sections one below the other in a scroll area."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.panels.controls import Section, rows
from app.settings.language import tr
from app.settings.theme import Theme


class Inspector(QScrollArea):
    """Foldable sections, as wide as the column."""

    def __init__(self, sections: Sequence[tuple[str, QWidget, bool]]) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Inspector"))
        inner = QWidget()
        inner.setMinimumWidth(0)
        layout = rows(inner, spacing=2)
        layout.setContentsMargins(8, 4, 8, 8)
        self.sections: dict[str, Section] = {}
        for title, content, is_open in sections:
            section = Section(tr(title), content, is_open=is_open)
            self.sections[title] = section
            layout.addWidget(section)
        layout.addStretch(1)
        self.setWidget(inner)

    def set_theme(self, theme: Theme) -> None:
        """Retint the arrows."""
        for section in self.sections.values():
            section.set_theme(theme)
