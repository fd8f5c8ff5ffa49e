"""One row per setting: its name, a control that fits its type, and the way back to its default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from app.panels.controls import columns, fill_combo, label, narrow_combo
from app.settings.entries import Entry
from app.settings.icons import icon
from app.settings.language import tr
from app.settings.theme import Theme

TITLE_WIDTH, NUMBER_WIDTH, STEPS = 190, 40, 100
COUNT_STEP = 10


class SettingRow(QWidget):
    """Shows one value. Subclasses fill the place of the control and say what it was changed to.

    Signals:
        chosen: the new value.
    """

    chosen = Signal(object)

    def __init__(self, entry: Entry, default: object, value: object) -> None:
        super().__init__()
        self.entry, self.default, self.value = entry, default, value
        title = label(entry.title)
        title.setFixedWidth(TITLE_WIDTH)
        title.setToolTip(entry.tip)
        self.setToolTip(entry.tip)
        self.restore = QToolButton()
        self.restore.setAccessibleName(tr("Restore default: {title}", title=entry.title))
        self.restore.setToolTip(tr("Restore the default of “{title}”", title=entry.title))
        self.restore.clicked.connect(lambda: self.choose(self.default))
        layout = columns(self)
        layout.addWidget(title)
        self.control = self._control()
        self.control.setAccessibleName(entry.title)
        self.control.setAccessibleDescription(entry.tip)
        self.control.setToolTip(entry.tip)
        title.setBuddy(self.control)
        for part in self._parts():
            layout.addWidget(part, 1 if part is self.control else 0)
        layout.addWidget(self.restore)
        self.show_value(value)

    def set_theme(self, theme: Theme) -> None:
        """Tint the icon."""
        self.restore.setIcon(icon("undo", theme))

    def show_value(self, value: object) -> None:
        """Show a value without telling anybody."""
        self.value = value
        with QSignalBlocker(self.control):
            self._show(value)
        self.restore.setEnabled(value != self.default)

    def choose(self, value: object) -> None:
        """Another value, by a person."""
        if value != self.value:
            self.show_value(value)
            self.chosen.emit(value)

    def _control(self) -> QWidget:
        raise NotImplementedError

    def _parts(self) -> Sequence[QWidget]:
        return (self.control,)

    def _show(self, value: Any) -> None:
        raise NotImplementedError


class ToggleRow(SettingRow):
    """Yes or no."""

    def _control(self) -> QWidget:
        self.box = QCheckBox()
        self.box.toggled.connect(self.choose)
        return self.box

    def _show(self, value: Any) -> None:
        self.box.setChecked(value)


class NumberRow(SettingRow):
    """A number within its span, by a slider of `STEPS` steps."""

    def _control(self) -> QWidget:
        self.number = label("", "muted")
        self.number.setFixedWidth(NUMBER_WIDTH)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.valueChanged.connect(self._moved)
        return self.slider

    def _parts(self) -> Sequence[QWidget]:
        return (self.slider, self.number)

    def _show(self, value: Any) -> None:
        low, high = self.entry.span
        self.slider.setValue(round((value - low) / (high - low) * STEPS))
        self.number.setText(f"{value:.2f}")

    @Slot(int)
    def _moved(self, place: int) -> None:
        low, high = self.entry.span
        self.choose(round(low + (high - low) * place / STEPS, 6))


class CountRow(SettingRow):
    """A whole number within its span, typed or stepped."""

    def _control(self) -> QWidget:
        self.spin = QSpinBox()
        low, high = self.entry.span
        self.spin.setRange(int(low), int(high))
        self.spin.setSingleStep(COUNT_STEP)
        self.spin.valueChanged.connect(self.choose)
        return self.spin

    def _show(self, value: Any) -> None:
        self.spin.setValue(value)


class ChoiceRow(SettingRow):
    """One of a few; a value that is none of them is kept among them."""

    def _control(self) -> QWidget:
        self.combo = narrow_combo(self.entry.title, self.entry.tip)
        self.combo.activated.connect(lambda _row: self.choose(self.combo.currentData()))
        return self.combo

    def _show(self, value: Any) -> None:
        known = self.entry.choices
        others = () if value in dict(known) else ((value, value),)
        fill_combo(self.combo, [(words, data) for data, words in (*known, *others)], value)


class TextRow(SettingRow):
    """A text, taken over when Enter is pressed or the field is left; what cannot be is put back."""

    def _control(self) -> QWidget:
        self.field = QLineEdit()
        self.field.editingFinished.connect(self._edited)
        return self.field

    def _show(self, value: Any) -> None:
        self.field.setText(value)

    @Slot()
    def _edited(self) -> None:
        text = self.field.text().strip()
        self.choose(self.entry.checked(text, self.value))
        self.show_value(self.value)


class PathRow(TextRow):
    """A file or folder: typed, or looked for."""

    def _control(self) -> QWidget:
        self.browse = QPushButton(tr("Browse…"))
        what = {"file": tr("Look for the file"), "folder": tr("Look for the folder")}
        self.browse.setToolTip(what.get(self.entry.browse, ""))
        self.browse.setAccessibleName(tr("Browse: {title}", title=self.entry.title))
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        return super()._control()

    def _parts(self) -> Sequence[QWidget]:
        return (self.field, self.browse)

    @Slot()
    def _browse(self) -> None:
        if self.entry.browse == "folder":
            found = QFileDialog.getExistingDirectory(self, self.entry.title, self.field.text())
        else:
            found, _ = QFileDialog.getOpenFileName(self, self.entry.title, self.field.text())
        if found:
            self.choose(found)


ROWS: dict[str, type[SettingRow]] = {
    "toggle": ToggleRow,
    "number": NumberRow,
    "count": CountRow,
    "choice": ChoiceRow,
    "text": TextRow,
    "file": PathRow,
    "folder": PathRow,
}


def row_of(entry: Entry, default: object, value: object) -> SettingRow:
    """The row of a setting by the type of its value, in the language of the window."""
    said = replace(
        entry,
        title=tr(entry.title),
        tip=tr(entry.tip),
        choices=tuple((known, tr(words)) for known, words in entry.choices),
    )
    return ROWS[entry.kind_of(default)](said, default, value)
