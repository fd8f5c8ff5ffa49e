"""``meshloupe inspect``: every file gets its answer, and one bad file does not hide the others."""

import json

import numpy as np

from app.cli.main import main


def test_good_files_are_told_although_one_is_bad(tmp_path, capsys) -> None:
    good, bad = tmp_path / "motion.npz", tmp_path / "bad"
    np.savez(good, poses=np.zeros((3, 72)), trans=np.zeros((3, 3)))
    bad.write_bytes(b"?")
    assert main(["inspect", str(bad), str(good)]) == 1
    said = capsys.readouterr()
    assert "SMPL, 24 joints" in said.out
    assert said.err.count("\n") == 1
    assert "bad" in said.err


def test_json_names_every_file(tmp_path, capsys) -> None:
    good = tmp_path / "motion.npz"
    np.savez(good, poses=np.zeros((3, 72)), trans=np.zeros((3, 3)))
    assert main(["inspect", "--json", str(good), str(tmp_path / "no")]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["kind"] == "amass"
    assert rows[0]["facts"]["frames"] == "3"
    assert "cannot be read" in rows[1]["error"]
