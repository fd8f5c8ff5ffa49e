"""A window started in German: menus, commands, panels, and nothing left in English."""

from collections import Counter

import pytest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from app.main import make_application
from app.settings.language import install_language
from app.settings.schema import Settings
from app.windows.actions import SPECS
from app.windows.menus import MENUS
from tests.e2e.window_fixtures import Lab, lab  # noqa: F401
from tools.translations import read_translations, ts_file


@pytest.fixture
def german(lab: Lab):  # noqa: F811
    """A window whose settings ask for German."""
    lab.store.save(Settings(language="de", theme="dark"))
    make_application(lab.store.current.language)
    lab.start()
    yield lab.window
    install_language(QApplication.instance(), "en")


def menus_of(window) -> dict[str, QMenu]:
    """Menus of the bar by their title."""
    return {action.text(): action.menu() for action in window.menuBar().actions()}


def test_menus_and_tips_are_german(german) -> None:
    words = read_translations(ts_file("de"))
    assert list(menus_of(german)) == [words[title] for title, _ in MENUS]
    assert "&Datei" in menus_of(german)
    for spec in SPECS:
        action = german.acts[spec.name]
        assert action.text() == words[spec.text]
        assert action.toolTip().startswith(words[spec.tip])
        assert action.statusTip() == words[spec.tip]


def test_letters_after_ampersands_are_unique_in_every_menu(german) -> None:
    bars = [[action.text() for action in german.menuBar().actions()]]
    for menu in menus_of(german).values():
        bars.append([action.text() for action in menu.actions() if not action.isSeparator()])
    for texts in bars:
        letters = Counter(text.lower()[text.index("&") + 1] for text in texts if "&" in text)
        assert not [letter for letter, times in letters.items() if times > 1], texts


def test_panels_are_german(german) -> None:
    tabs = german.layout_widget.tabs
    assert [tabs.tabText(n) for n in range(tabs.count())][:2] == ["Attention", "Protokoll"]
    heads = [button.text() for button in german.inspector.findChildren(QToolButton)]
    assert {"Methode", "Ergebnis", "Anzeige", "Markierungen und Tiefe"} <= set(heads)
    assert german.method_panel.run_button.text() == "Ausführen"
    assert german.status.text == "Bereit"


def test_stop_button_stops_in_german(german, qtbot) -> None:
    german.method_panel.set_running(True)
    with qtbot.waitSignal(german.acts["cancel"].triggered):
        german.acts["cancel"].setEnabled(True)
        german.method_panel.run_button.click()


def test_choosing_a_language_is_kept_for_the_next_start(german) -> None:
    menu = german.findChild(QMenu, "languages")
    chosen = [action.text() for action in menu.actions() if action.isChecked()]
    assert chosen == ["&Deutsch"]
    menu.actions()[1].trigger()
    assert german.settings.language == "en"
    assert "nächsten Start" in german.banner.text
