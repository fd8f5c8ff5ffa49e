"""The language of the window: chosen by the setting, English where nothing else is known."""

import pytest

from app.main import make_application
from app.settings import Settings
from app.settings.language import (
    current_language,
    inside,
    install_language,
    language_of,
    sentence,
    tr,
)


@pytest.fixture
def german(qapp):
    """German for a test, English again after it."""
    install_language(qapp, "de")
    yield qapp
    install_language(qapp, "en")


def test_a_system_without_a_translation_is_english() -> None:
    assert language_of("system", "de_AT") == "de"
    assert language_of("system", "fr_FR") == "en"
    assert language_of("en", "de_DE") == "en"
    assert language_of("nonsense") == "en"


def test_german_is_spoken_and_taken_back(german) -> None:
    assert tr("Picture") == "Bild"
    assert tr("{done} of {asked} pictures", done=1, asked=3) == "1 von 3 Bildern"
    assert current_language() == "de"
    install_language(german, "en")
    assert tr("Picture") == "Picture"
    assert current_language() == "en"


def test_dialogs_of_qt_speak_german_as_well(german) -> None:
    assert german.translate("QPlatformTheme", "Cancel") == "Abbrechen"


def test_an_unknown_word_stays_as_it_is(german) -> None:
    assert tr("no such word {here}", here=1) == "no such word 1"


def test_nouns_keep_their_capitals(german) -> None:
    assert sentence(tr("right knee")) == "Re. Knie"
    assert inside(tr("All layers")) == "Alle Schichten"
    install_language(german, "en")
    assert inside(tr("All layers")) == "all layers"


def test_setting_is_checked_and_english_is_the_default_of_tools(qapp) -> None:
    assert Settings().language == "system"
    assert Settings.from_json({"language": "de"}).language == "de"
    assert Settings.from_json({"language": "xx"}).language == "system"
    make_application("de")
    make_application()
    assert current_language() == "en"
