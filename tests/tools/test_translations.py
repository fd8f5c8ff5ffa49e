"""Every word of the window has its German, and what is shipped is what was written."""

import string

import pytest
from PySide6.QtCore import QTranslator

from app.settings.language import CONTEXT, TRANSLATED, translation_file
from tools.translations import (
    CALLS,
    all_words,
    read_translations,
    ts_file,
    words_of,
    write_translations,
)

REFRESH = "run `make translations`, translate what it lists, run it again"


def fields_of(text: str) -> list[tuple[str, str]]:
    """Names and formats of the placeholders, in any order."""
    parts = string.Formatter().parse(text)
    return sorted((name, form or "") for _, name, form, _ in parts if name is not None)


def test_words_are_literals_of_both_branches() -> None:
    source = 'tr("a" if one else "b", n=1); mark("c"); other("d"); tr(name)'
    assert list(words_of(source, CALLS)) == ["a", "b", "c"]


def test_a_new_word_is_written_as_unfinished(tmp_path) -> None:
    path = tmp_path / "words.ts"
    write_translations(path, "de", {"Open": "Öffnen", "New & <odd>": ""})
    assert read_translations(path) == {"Open": "Öffnen", "New & <odd>": ""}
    assert path.read_text(encoding="utf-8").count("unfinished") == 1


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_word_is_translated_and_none_is_left_over(language) -> None:
    known = read_translations(ts_file(language))
    missing = [word for word in all_words() if not known.get(word)]
    assert not missing, REFRESH
    assert set(known) == set(all_words()), REFRESH


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_the_same(language) -> None:
    for source, translated in read_translations(ts_file(language)).items():
        has_fields = any(name.isidentifier() for name, _ in fields_of(source))
        if has_fields:
            assert fields_of(source) == fields_of(translated), source


@pytest.mark.parametrize("language", TRANSLATED)
def test_ends_that_join_other_words_are_kept(language) -> None:
    for source, translated in read_translations(ts_file(language)).items():
        for end in ("…", " ", "\n", "&"):
            assert source.endswith(end) == translated.endswith(end), source


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_file_is_up_to_date(language) -> None:
    translator = QTranslator()
    assert translator.load(str(translation_file(language)))
    for source, translated in read_translations(ts_file(language)).items():
        assert translator.translate(CONTEXT, source) == translated, REFRESH
