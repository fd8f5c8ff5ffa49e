"""``weights``: what a file is, kept and converted, nothing of it executed."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import torch

from app.cli.main import main


def test_inspect_and_convert_a_state_dict(tmp_path: Path, capsys) -> None:
    path = tmp_path / "net.pt"
    torch.save({"layer.weight": torch.arange(6.0).view(2, 3)}, path)
    assert main(["weights", "inspect", str(path), "--tensors"]) == 0
    assert "layer.weight" in capsys.readouterr().out
    assert main(["weights", "convert", str(path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert Path(row["written"]).is_file()
    assert main(["weights", "inspect", row["written"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["parameters"] == 6


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch /tmp/meshloupe-cli-was-here",)


def test_bad_files_are_named_and_the_others_still_done(tmp_path: Path, capsys) -> None:
    bomb, good = tmp_path / "bomb.pkl", tmp_path / "good.pt"
    bomb.write_bytes(pickle.dumps({"a": _Bomb()}))
    torch.save({"w": torch.zeros(3)}, good)
    code = main(["weights", "inspect", str(bomb), str(tmp_path / "gone.pt"), str(good)])
    shown = capsys.readouterr()
    assert code == 1
    assert "gone.pt" in shown.err
    assert "good.pt" in shown.out
    assert not Path("/tmp/meshloupe-cli-was-here").exists()
    assert all(line.startswith("meshloupe: ") for line in shown.err.strip().splitlines())


def test_add_refuses_what_is_of_no_use(tmp_path: Path, capsys) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("dear sir")
    assert main(["weights", "add", str(path)]) == 1
    assert "letter.txt" in capsys.readouterr().err
    assert main(["weights", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert not [row for row in listed if row["origin"] == "yours"]
