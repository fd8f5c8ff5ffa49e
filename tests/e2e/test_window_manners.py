"""A good desktop program: everything has a name, is readable, and can be reached by the keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from app.settings.theme import DARK, LIGHT, rgb_float
from app.windows.actions import SPECS
from app.windows.menus import MENUS
from tests.e2e.window_fixtures import lab, photos  # noqa: F401

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)
OWN_PARTS = ("qt_", "ScrollLeftButton", "ScrollRightButton")


def luminance(colour: str) -> float:
    channels = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb_float(colour)
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(a: str, b: str) -> float:
    bright, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_words_can_be_read_on_their_ground(theme) -> None:
    for ground in (theme.window, theme.panel, theme.raised, theme.selection):
        assert contrast(theme.text, ground) >= 7
        assert contrast(theme.muted, ground) >= 4.5
    for ground in (theme.panel, theme.raised):
        for name in ("good", "warning", "error"):
            assert contrast(getattr(theme, name), ground) >= 3.0, name
    for tone in ("warning", "error", "info"):
        assert contrast(theme.text, getattr(theme, f"{tone}_back")) >= 7, tone
    assert contrast(theme.on_accent, theme.accent) >= 3.0


def controls(window: QWidget) -> list[QWidget]:
    found = []
    for control in window.findChildren(QWidget):
        inner = control.objectName().startswith(OWN_PARTS) or isinstance(control, QScrollBar)
        above = (control.parent(), control.parent().parent() if control.parent() else None)
        private = any(isinstance(w, QComboBox | QAbstractItemView | QLineEdit) for w in above)
        if isinstance(control, CONTROLS) and not inner and not private:
            found.append(control)
    return found


def test_every_control_has_a_name_for_those_who_cannot_see_it(lab, photos) -> None:  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.comparison.set(on=True)
    nameless = [
        f"{type(c).__name__} in {type(c.parent()).__name__}"
        for c in controls(window)
        if not (c.accessibleName() or (isinstance(c, QAbstractButton) and c.text()))
    ]
    assert nameless == []


@pytest.mark.parametrize(
    "command", ["export", "files", "preferences", "about", "shortcuts", "play_camera", "open_data"]
)
def test_every_control_of_a_dialog_has_a_name_and_closes_by_escape(lab, photos, command) -> None:  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.acts[command].trigger()
    lab.until(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    nameless = [
        f"{type(c).__name__} in {type(c.parent()).__name__}"
        for c in controls(dialog)
        if not (c.accessibleName() or (isinstance(c, QAbstractButton) and c.text()))
    ]
    assert nameless == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_versions_can_be_copied_for_a_report(lab) -> None:  # noqa: F811
    window = lab.start()
    window.acts["about"].trigger()
    dialog = QApplication.activeModalWidget()
    dialog.copy.click()
    words = QApplication.clipboard().text()
    assert words.startswith("MeshLoupe ")
    for name in ("Python", "torch", "PySide6"):
        assert f"\n{name} " in words
    dialog.reject()


def test_every_command_is_in_a_menu_with_text_and_tip(lab) -> None:  # noqa: F811
    window = lab.start()
    listed = {name for _, names in MENUS for name in names}
    for spec in SPECS:
        assert spec.name in listed, f"{spec.name} is in no menu"
        assert spec.text
        assert spec.tip
    keys = [keys for spec in SPECS for keys in spec.keys]
    assert len(keys) == len(set(keys)), "one key, two commands"
    assert all(isinstance(action, QAction) and action.statusTip() for action in window.acts.all)


def test_every_command_is_reached_by_typing_its_name(lab, photos) -> None:  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    for action in window.acts.all:
        action.setEnabled(True)
    for action in window.acts.all:
        name = action.objectName()
        if name == "palette":
            continue
        reached = []
        action.triggered.disconnect()
        action.triggered.connect(lambda _on=False, name=name, reached=reached: reached.append(name))
        QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
        palette = window.wiring._palette
        words = action.text().replace("&", "").rstrip("…")
        QTest.keyClicks(palette.field, words)
        while palette.list.currentItem().data(Qt.ItemDataRole.UserRole) is not action:
            QTest.keyClick(palette.field, Qt.Key.Key_Down)
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        assert reached == [name]


def test_the_palette_finds_by_words_anywhere(lab, photos) -> None:  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.acts["palette"].trigger()
    palette = window.wiring._palette
    assert palette.matching("grid")[0].objectName() == "grid"
    assert "truth" in [a.objectName() for a in palette.matching("true body")]
    assert palette.matching("no such thing") == []
    palette.close()
