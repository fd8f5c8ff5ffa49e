"""A file is there whole or not at all."""

from __future__ import annotations

import errno
import os

import pytest

from core.errors import OutputError
from core.files import RUN, remove_unfinished, write_atomically


def test_writes_and_makes_the_folder(tmp_path):
    target = tmp_path / "new" / "x.txt"
    with write_atomically(target) as temporary:
        assert temporary.parent == target.parent
        assert temporary.suffix == ".txt"
        temporary.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole"
    assert os.listdir(target.parent) == ["x.txt"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "x.txt"
    target.write_text("old")

    def write_half() -> None:
        with write_atomically(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_half()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.txt"]


def test_a_writer_that_replaces_the_temporary_file_is_fine(tmp_path):
    target = tmp_path / "x.bin"
    with write_atomically(target) as temporary:
        temporary.unlink()
        temporary.write_bytes(b"again")
    assert target.read_bytes() == b"again"


def test_a_file_in_place_of_the_folder_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(OutputError, match="cannot be written"),
        write_atomically(tmp_path / "file" / "x.txt"),
    ):
        pass


def test_a_folder_in_the_way_is_a_clear_error(tmp_path):
    (tmp_path / "x.txt").mkdir()
    with pytest.raises(OutputError, match="in the way"), write_atomically(tmp_path / "x.txt"):
        pass


def test_others_may_read_the_file(tmp_path):
    with write_atomically(tmp_path / "x.txt") as temporary:
        temporary.write_text("x")
    plain = tmp_path / "plain.txt"
    plain.write_text("x")
    assert (tmp_path / "x.txt").stat().st_mode == plain.stat().st_mode


def test_a_full_disk_gets_its_own_advice(tmp_path):
    with pytest.raises(OutputError, match="free some space"), write_atomically(tmp_path / "x.txt"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert os.listdir(tmp_path) == []


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path):
    run, other = "0123456789abcdef", "f" * 16
    left = tmp_path / f".body-{run}-abcd1234.obj"
    kept = [tmp_path / f".body-{other}-abcd1234.obj", tmp_path / f"body-{run}-abcd1234.obj"]
    for path in (left, *kept):
        path.write_text("half")
    assert remove_unfinished(tmp_path, run) == 1
    assert not left.exists()
    assert all(path.exists() for path in kept)
    assert remove_unfinished(tmp_path, "") == 0
    assert remove_unfinished(tmp_path / "gone", run) == 0
    with write_atomically(tmp_path / "x.npz") as temporary:
        assert f"-{RUN}-" in temporary.name
        temporary.write_text("whole")
