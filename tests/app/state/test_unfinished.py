"""Lists of folders that are written to: swept after a crash, left alone while their program runs."""

import json

import pytest

from app.state.unfinished import Unfinished

RUN = "0123456789abcdef"


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / f".body-{RUN}-abc.obj").write_text("half")
    (folder / "whole.obj").write_text("whole")
    return folder


def crashed(home, text):
    """The list of a program that is gone."""
    home.mkdir(exist_ok=True)
    (home / "writing-ffffffffffff.json").write_text(text)


def test_what_a_crash_left_is_removed_once(tmp_path, out) -> None:
    home = tmp_path / "home"
    crashed(home, json.dumps({"run": RUN, "folders": [str(out), str(tmp_path / "gone")]}))
    mine = Unfinished(home)
    assert mine.sweep() == 1
    assert [path.name for path in out.iterdir()] == ["whole.obj"]
    assert mine.sweep() == 0
    mine.end()
    assert list(home.iterdir()) == []


def test_a_program_that_still_runs_is_left_alone(tmp_path, out) -> None:
    home = tmp_path / "home"
    home.mkdir()
    other, mine = Unfinished(home), Unfinished(home)
    other.watch(out)
    assert mine.sweep() == 0
    assert len(list(home.glob("writing-*.json"))) == 2
    other.end()
    mine.end()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"run": 3, "folders": 4}', '{"folders": []}'])
def test_a_damaged_list_removes_nothing(tmp_path, out, text) -> None:
    home = tmp_path / "home"
    crashed(home, text)
    mine = Unfinished(home)
    assert mine.sweep() == 0
    assert len(list(out.iterdir())) == 2
    assert not (home / "writing-ffffffffffff.json").exists()
    mine.end()


def test_a_home_that_cannot_be_written_to_is_no_trouble(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    mine = Unfinished(tmp_path / "file")
    assert mine.sweep() == 0
    mine.end()
