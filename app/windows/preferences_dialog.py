"""The preferences: one row per shown field of the settings, made from what the schema says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QPushButton, QScrollArea, QWidget

from app.panels.controls import label, rows
from app.panels.setting_rows import SettingRow, row_of
from app.settings.language import tr
from app.settings.schema import ENTRIES, Settings
from app.settings.theme import Theme

WIDTH, HEIGHT = 600, 680
Choices = tuple[tuple[str, str], ...]


class PreferencesDialog(QDialog):
    """Every change counts at once; Cancel asks for the values that were there before.

    Signals:
        changed: (name of the field, value).
    """

    changed = Signal(str, object)

    def __init__(
        self,
        parent: QWidget,
        settings: Settings,
        theme: Theme,
        known: Mapping[str, Choices] | None = None,
    ) -> None:
        """``known``: (value, words) of fields whose choices only the machine knows."""
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self.resize(WIDTH, min(HEIGHT, max(360, parent.height() - 40)))
        self.before = settings
        default = Settings()
        self.rows: dict[str, SettingRow] = {}
        for name, entry in ENTRIES.items():
            choices = (known or {}).get(name, entry.choices)
            row = row_of(
                replace(entry, choices=choices), getattr(default, name), getattr(settings, name)
            )
            row.chosen.connect(lambda value, name=name: self.changed.emit(name, value))
            self.rows[name] = row
        layout = rows(self, margin=18, spacing=10)
        layout.addWidget(label(tr("Preferences"), "title"))
        layout.addWidget(label(tr("Changes are seen at once. Cancel takes them back."), "muted"))
        layout.addWidget(self._groups(), 1)
        layout.addWidget(self._buttons())
        self.set_theme(theme)

    def _groups(self) -> QScrollArea:
        content = QWidget()
        column = rows(content, spacing=6)
        group = ""
        for row in sorted(self.rows.values(), key=lambda row: _GROUPS.index(row.entry.group)):
            if row.entry.group != group:
                if group:
                    column.addSpacing(8)
                group = row.entry.group
                column.addWidget(label(tr(group), "section"))
            column.addWidget(row)
        column.addStretch(1)
        column.setContentsMargins(0, 0, 12, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        return area

    def _buttons(self) -> QDialogButtonBox:
        kind = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kind.Ok | kind.Cancel)
        self.ok, self.cancel = buttons.button(kind.Ok), buttons.button(kind.Cancel)
        self.ok.setProperty("role", "primary")
        self.restore_all = QPushButton(tr("Restore defaults"))
        self.restore_all.setToolTip(tr("Every preference back to its default"))
        buttons.addButton(self.restore_all, QDialogButtonBox.ButtonRole.ResetRole)
        self.restore_all.clicked.connect(self._restore_all)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons."""
        for row in self.rows.values():
            row.set_theme(theme)

    def reject(self) -> None:
        """Back to what was there before."""
        for name, row in self.rows.items():
            row.choose(getattr(self.before, name))
            row.show_value(row.value)  # a text that was typed but not yet taken over goes too
        super().reject()

    def _restore_all(self) -> None:
        for row in self.rows.values():
            row.choose(row.default)


_GROUPS = tuple(dict.fromkeys(entry.group for entry in ENTRIES.values()))
