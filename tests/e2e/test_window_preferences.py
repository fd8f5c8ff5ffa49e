"""Preferences: a row for everything that is shown, seen at once, taken back by Cancel."""

from __future__ import annotations

import json
from dataclasses import fields

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from app.panels.setting_rows import ChoiceRow, CountRow, NumberRow, TextRow, ToggleRow
from app.settings.schema import ENTRIES, Settings
from app.settings.store import SettingsStore
from app.windows.connections import SETTINGS_OF_VIEW
from tests.e2e.test_window_manners import controls
from tests.e2e.window_fixtures import lab, photos  # noqa: F401

OTHER = {
    "theme": "light",
    "device": "cpu",
    "body": "some/body.npz",
    "last_folder": "/somewhere/else",
    "live_budget_ms": 120,
}


def other_value(name: str):
    """A possible value that is not the default."""
    default, entry = getattr(Settings(), name), ENTRIES[name]
    if name in OTHER:
        return OTHER[name]
    if entry.choices:
        return next(value for value, _ in entry.choices if value != default)
    return not default if isinstance(default, bool) else 0.25


def opened(lab):  # noqa: F811
    window = lab.window or lab.start()
    window.method_panel.set_devices(("cpu",))
    window.activateWindow()
    lab.until(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.wiring.preferences.dialog
    assert dialog is not None
    assert dialog.isVisible()
    return window, dialog


def set_by_hand(row, value) -> None:
    """What a person does to a control."""
    match row:
        case ToggleRow():
            row.box.click()
        case NumberRow():
            low, high = row.entry.span
            row.slider.setValue(round((value - low) / (high - low) * row.slider.maximum()))
        case CountRow():
            row.spin.setValue(value)
        case ChoiceRow():
            place = row.combo.findData(value)
            assert place >= 0
            row.combo.setCurrentIndex(place)
            row.combo.activated.emit(place)
        case TextRow():
            row.field.setFocus()
            row.field.selectAll()
            QTest.keyClicks(row.field, value)
            row.field.editingFinished.emit()


def running_value(window, name: str):
    """The value that the running window goes by."""
    inverse = {setting: option for option, setting in SETTINGS_OF_VIEW.items()}
    if name in inverse:
        return getattr(window.view.options, inverse[name])
    return {
        "theme": lambda: window.theme.name,
        "auto_run": lambda: window.choice.auto_run,
        "device": lambda: window.choice.choice.device,
        "refine": lambda: window.choice.choice.refine,
        "body": lambda: window.choice.choice.body,
        "item_sort": lambda: window.items_panel.order.currentData(),
        "live_half": lambda: window.live._half(),
        "last_folder": lambda: str(window.settings.last_folder),
        "language": lambda: window.settings.language,
        "live_budget_ms": lambda: window.timeline.budget.currentData(),
    }[name]()


def test_every_shown_setting_has_one_row_with_name_and_tip(lab) -> None:  # noqa: F811
    _, dialog = opened(lab)
    assert list(dialog.rows) == list(ENTRIES)
    assert len(ENTRIES) + 8 == len(fields(Settings)), "eight fields are hidden"
    shown = [text.text() for text in dialog.findChildren(QLabel)]
    for name, row in dialog.rows.items():
        assert shown.count(ENTRIES[name].title) == 1
        assert row.control.accessibleName() == ENTRIES[name].title
        assert row.control.toolTip() == ENTRIES[name].tip
    for control in controls(dialog):
        named = isinstance(control, QAbstractButton) and control.text()
        assert control.accessibleName() or named, control


def test_every_change_reaches_the_window_and_the_next_start(lab) -> None:  # noqa: F811
    window, dialog = opened(lab)
    for name, row in dialog.rows.items():
        set_by_hand(row, other_value(name))
        assert running_value(window, name) == other_value(name), name
    dialog.accept()
    window._save_now()
    kept = SettingsStore(window.store.path.parent).current
    assert all(getattr(kept, name) == other_value(name) for name in ENTRIES)


def test_cancel_restores_everything(lab) -> None:  # noqa: F811
    window, dialog = opened(lab)
    before = window.settings
    running = {name: running_value(window, name) for name in ENTRIES}
    for name, row in dialog.rows.items():
        row.choose(other_value(name))
    assert all(running_value(window, name) != running[name] for name in ENTRIES)
    dialog.cancel.click()
    assert {name: running_value(window, name) for name in ENTRIES} == running
    assert all(getattr(window.settings, name) == getattr(before, name) for name in ENTRIES)
    assert window.wiring.preferences.dialog is None


def test_a_text_typed_but_not_taken_over_is_forgotten_by_escape(lab) -> None:  # noqa: F811
    window, dialog = opened(lab)
    row = dialog.rows["body"]
    row.field.setFocus()
    row.field.selectAll()
    QTest.keyClicks(row.field, "typed.npz")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.choice.choice.body == "embedded"
    assert window.settings.body == "embedded"


def test_a_row_goes_back_to_its_default(lab) -> None:  # noqa: F811
    window, dialog = opened(lab)
    row = dialog.rows["show_grid"]
    assert not row.restore.isEnabled()
    row.box.click()
    assert not window.acts["grid"].isChecked()
    row.restore.click()
    assert window.acts["grid"].isChecked()
    assert row.box.isChecked()
    assert not row.restore.isEnabled()
    dialog.rows["theme"].choose("light")
    dialog.restore_all.click()
    assert window.theme.name == "dark"


def test_a_text_that_cannot_be_is_put_back(lab) -> None:  # noqa: F811
    window, dialog = opened(lab)
    row = dialog.rows["body"]
    row.field.setText("   ")
    row.field.editingFinished.emit()
    assert row.field.text() == "embedded"
    assert window.choice.choice.body == "embedded"


def test_a_window_starts_from_any_broken_settings(lab) -> None:  # noqa: F811
    path = lab.store.path
    path.parent.mkdir(parents=True, exist_ok=True)
    broken = {field.name: "a" for field in fields(Settings)} | {"overlay_opacity": None}
    path.write_text(json.dumps(broken), encoding="utf-8")
    lab.store = SettingsStore(path.parent)
    window, dialog = opened(lab)
    assert window.isVisible()
    default = Settings()
    for name, row in dialog.rows.items():
        if not isinstance(row, TextRow):
            assert row.value == getattr(default, name), name
