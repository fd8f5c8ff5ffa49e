"""The command with the methods that are in the box, on the bundled pictures."""

import json

import pytest

from core.assets import asset_files
from training.evaluate import main

SAMPLES = asset_files("samples", "*.truth.npz")[0].parent
METHODS = ("metro", "pointhmr", "multi_roi", "coarsemetro", "glnet", "fastmetro", "cliff")


@pytest.mark.parametrize("method", METHODS)
def test_every_paper_has_a_table(method, tmp_path, capsys):
    arguments = ["--data", f"truth_folder={SAMPLES}", "--method", method, "--device", "cpu"]
    arguments += ["--protocol", "synthetic-lsp14", "--limit", "2", "--out", str(tmp_path)]
    assert main(arguments) == 0
    told = capsys.readouterr()
    assert f"# {method} lite body on truth_folder samples" in told.out
    assert "synthetic-lsp14+part" in told.out
    content = json.loads((tmp_path / "result.json").read_text())
    assert {m["name"] for m in content["measures"]} == {"MPJPE", "PA-MPJPE", "MPVPE", "PA-MPVPE"}
    assert all(0 < m["value"] < 500 and m["n"] == 2 for m in content["measures"])
    assert len(content["method"]["weights_sha256"]) == 64


def test_reading_marks_is_stamped(tmp_path, capsys):
    arguments = ["--data", f"truth_folder={SAMPLES}", "--protocol", "synthetic-lsp14"]
    assert main([*arguments, "--limit", "1", "--out", str(tmp_path), "--device", "cpu"]) == 0
    assert "synthetic-lsp14+marks+part" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ([], "needs --protocol"),
        (["--protocol", "x"], "no protocol 'x'"),
        (["--protocol", "metro-lsp14", "--shard", "3/2"], "is not I/N"),
        (["--protocol", "metro-lsp14", "--refine", "quick"], "--refine is not measured"),
        (["--protocol", "metro-lsp14", "--batch", "0"], "must be positive"),
        (["--protocol", "metro-lsp14", "--submission", "a.zip"], "FreiHAND"),
        (["--protocol", "metro-lsp14", "--holds", "3dpw/test", "--method", "nobody"], "nobody"),
    ],
)
def test_wrong_use_is_said_in_one_line(more, match, tmp_path, capsys):
    arguments = ["--data", f"truth_folder={SAMPLES}", "--out", str(tmp_path), *more]
    assert main(arguments) == 1
    assert match in capsys.readouterr().err


def test_averages_over_views_are_stamped(tmp_path, capsys):
    arguments = ["--data", f"truth_folder={SAMPLES}", "--method", "metro", "--device", "cpu"]
    arguments += ["--protocol", "synthetic-lsp14", "--limit", "1", "--average", "2"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    assert "synthetic-lsp14+average+part" in capsys.readouterr().out


def test_nothing_to_do(capsys):
    assert main([]) == 2
    assert "--data" in capsys.readouterr().err
