"""Claims and done records: one worker per item, lost workers are replaced, nothing is half-known."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from core.errors import OutputError
from core.pipeline import job_records
from core.pipeline.job_records import LOST_AFTER_S, ItemRecords, file_state, fingerprint

DEAD_PID = 2**22 + 1  # beyond the largest process number of Linux


def _records(out: Path, wanted: str = "w") -> ItemRecords:
    return ItemRecords(out, Path("clip.mp4"), "posed", wanted)


def _claim_of(out: Path) -> Path:
    return out / ".meshloupe" / "clip.mp4.posed.claim"


def _foreign_claim(out: Path, *, host: str, pid: int, age_s: float = 0.0) -> None:
    path = _claim_of(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"host": host, "pid": pid, "token": "theirs"}))
    os.utime(path, (time.time() - age_s,) * 2)


def test_done_only_with_the_same_wishes_and_all_files(tmp_path: Path) -> None:
    made = tmp_path / "clip.mp4.posed.npz"
    made.write_bytes(b"x")
    assert _records(tmp_path).done() is None
    _records(tmp_path).finish((made,), 7)
    found = _records(tmp_path).done()
    assert found is not None
    assert found.frames == 7
    assert _records(tmp_path, "other").done() is None
    made.unlink()
    assert _records(tmp_path).done() is None


def test_a_damaged_record_counts_as_none(tmp_path: Path) -> None:
    _records(tmp_path).finish((), 1)
    (tmp_path / ".meshloupe" / "clip.mp4.posed.done.json").write_text("{")
    assert _records(tmp_path).done() is None


def test_a_claim_is_held_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_records, "_runs", lambda pid: True)
    _foreign_claim(tmp_path, host=socket.gethostname(), pid=1)
    assert not _records(tmp_path).claim()
    _records(tmp_path).release()
    assert _claim_of(tmp_path).exists()


@pytest.mark.parametrize(
    ("host", "pid", "age_s", "free"),
    [
        ("here", DEAD_PID, 0.0, True),
        ("elsewhere", 1, 0.0, False),
        ("elsewhere", 1, LOST_AFTER_S + 5, True),
    ],
)
def test_lost_workers_are_replaced(tmp_path: Path, host, pid, age_s, free) -> None:
    name = socket.gethostname() if host == "here" else "another-machine"
    _foreign_claim(tmp_path, host=name, pid=pid, age_s=age_s)
    records = _records(tmp_path)
    assert records.claim() == free
    records.release()
    assert _claim_of(tmp_path).exists() != free
    assert len(list((tmp_path / ".meshloupe").iterdir())) == (0 if free else 1)


def test_of_many_at_once_one_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_records, "_is_alive", lambda holder, path: True)
    got: list[bool] = []
    start = threading.Barrier(8)

    def take() -> None:
        start.wait()
        got.append(_records(tmp_path).claim())

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got.count(True) == 1


def test_work_that_was_taken_over_is_noticed(tmp_path: Path, monkeypatch) -> None:
    records = _records(tmp_path)
    assert records.claim()
    _claim_of(tmp_path).unlink()
    monkeypatch.setattr(job_records, "SIGN_EVERY_S", -1.0)
    with pytest.raises(OutputError, match="another process has taken this work over"):
        records.sign()


def test_fingerprints_tell_wishes_apart(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("1")
    before = fingerprint({"a": file_state(path), "b": None})
    assert before == fingerprint({"b": None, "a": file_state(path)})
    path.write_text("12")
    assert before != fingerprint({"a": file_state(path), "b": None})
    assert file_state(None) is None
