"""Settings survive a restart, and a damaged file costs its damaged entries only."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from app.settings.entries import Entry
from app.settings.schema import COLOURS, ENTRIES, MAX_RECENT, REFINE, Settings
from app.settings.store import SettingsStore, settings_folder
from app.state.view import COLOUR_MODES
from core.types import REFINE_LEVELS


def test_what_was_saved_is_loaded_again(tmp_path):
    changed = replace(
        Settings(),
        theme="light",
        overlay_opacity=0.2,
        recent=("a", "b"),
        weights=(("m/p/v", "w.bin"),),
    )
    assert SettingsStore(tmp_path).save(changed)
    assert SettingsStore(tmp_path).current == changed


def test_every_field_survives_json():
    settings = Settings()
    assert Settings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", "null", '{"theme": 7, "unknown": 1}', "\x00", "[" * 99999],
    ids=range(7),
)
def test_a_damaged_file_gives_defaults(tmp_path, text):
    (tmp_path / "settings.json").write_text(text)
    assert SettingsStore(tmp_path).current == Settings()


@pytest.mark.parametrize(
    "field", [field.name for field in fields(Settings) if field.name != "version"]
)
@pytest.mark.parametrize("wrong", [None, 3.5j.imag, {"a": 1}, [1, 2], "no such choice"])
def test_a_wrong_entry_costs_only_itself(field, wrong):
    data = Settings(method="metro").to_json() | {field: wrong}
    loaded = Settings.from_json(data)
    assert type(getattr(loaded, field)) is type(getattr(Settings(), field))
    if field != "method":
        assert loaded.method == "metro"
    if field in ENTRIES and ENTRIES[field].choices:
        assert getattr(loaded, field) in dict(ENTRIES[field].choices)


def test_recent_files_are_few_newest_first_and_once():
    settings = Settings()
    for number in range(MAX_RECENT + 5):
        settings = settings.with_recent(f"f{number}")
    settings = settings.with_recent("f10")
    assert settings.recent[0] == "f10"
    assert len(settings.recent) == MAX_RECENT == len(set(settings.recent))


def test_weights_are_kept_per_network():
    settings = (
        Settings().with_weights("a/b/c", "x").with_weights("d/e/f", "y").with_weights("a/b/c", "z")
    )
    assert settings.weights_of("a/b/c") == "z"
    assert settings.with_weights("a/b/c", None).weights_of("a/b/c") is None
    assert settings.weights_of("d/e/f") == "y"


def test_the_folder_can_be_set_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MESHLOUPE_HOME", str(tmp_path / "here"))
    assert settings_folder() == tmp_path / "here"


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert SettingsStore(blocked / "sub").save(Settings()) is False


HIDDEN = {"version", "method", "preset", "variant", "weights", "recent", "geometry", "layout"}


def test_every_field_says_whether_it_is_shown():
    assert {field.name for field in fields(Settings)} == HIDDEN | set(ENTRIES)
    assert not HIDDEN & set(ENTRIES)
    for entry in ENTRIES.values():
        assert entry.title
        assert entry.tip
        assert entry.group
    titles = [entry.title for entry in ENTRIES.values()]
    assert len(titles) == len(set(titles))


def test_the_defaults_are_possible_values():
    default = Settings()
    for name, entry in ENTRIES.items():
        value = getattr(default, name)
        assert entry.kind_of(value)
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        wrong = type(value)(7) if numeric else type(value)("no such value")
        assert entry.checked(value, wrong) == value, name


def test_choices_are_those_that_the_program_knows():
    assert tuple(value for value, _ in REFINE) == REFINE_LEVELS
    assert tuple(value for value, _ in COLOURS) == COLOUR_MODES


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("device", "tape"),
        ("device", "cuda:"),
        ("body", ""),
        ("body", "a\0b"),
        ("overlay_opacity", float("nan")),
        ("overlay_opacity", True),
        ("item_sort", "by colour"),
        ("auto_run", 1),
    ],
)
def test_an_impossible_value_falls_back(name, wrong):
    assert getattr(Settings.from_json({name: wrong}), name) == getattr(Settings(), name)


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1"])
def test_devices_are_kept(device):
    assert Settings.from_json({"device": device}).device == device


def test_numbers_are_brought_into_their_span():
    entry = Entry("a", "b", "c", span=(2.0, 3.0))
    assert [entry.checked(v, 2.5) for v in (1, 2.25, 9, 10**400)] == [2.0, 2.25, 3.0, 3.0]
