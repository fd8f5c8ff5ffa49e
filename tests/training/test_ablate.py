"""Ablations: every table can be listed and built, rows differ in one thing, verdicts follow numbers."""

import json

import numpy as np
import pytest
import torch

from core.body import load_body
from core.methods import create_method
from training import ablate
from training.ablate import main, markdown, verdict, with_changes
from training.ablations import ABLATIONS, ablation_named
from training.pictures.render import render_shards

TABLES = {
    "METRO": {"Table 2", "Table 3", "Table 5"},
    "PointHMR": {"Table 2", "Table 3"},
    "Multi-RoI HMR": {"Table 2", "Table 3", "Table 4", "Figure 8"},
    "CoarseMETRO": {"Table 2", "Table 3"},
    "GLNet": {"Table 2", "Table 3", "Table 4", "Table 5", "Table 6"},
}


def test_every_table_of_the_papers_is_there() -> None:
    found: dict[str, set[str]] = {}
    for table in ABLATIONS:
        paper, place = table.table.split(", ")
        found.setdefault(paper, set()).add(place)
        assert all(row.changes is not None or row.why_not for row in table.rows)
    assert found == TABLES


@pytest.mark.parametrize("table", ABLATIONS, ids=lambda table: table.name)
def test_every_row_that_can_run_is_another_network_or_another_training(table) -> None:
    body = load_body("embedded")
    plain = create_method(table.method, preset="lite", variant="body", body=body)
    configs = []
    for row in table.rows:
        if row.changes is None:
            continue
        made = with_changes(plain, row.changes)
        assert made.method_id == table.method
        configs.append(repr(made.config))
    assert len(set(configs)) == len(configs)


def rows_of(table, shift: float, noise: float = 5.0) -> dict:
    rng = np.random.default_rng(1)
    base = rng.normal(100, 20, 384)
    worse, better = (table.rows[place].label for place in table.claim)
    return {
        worse: {"people_pa_mpjpe_mm": base.tolist()},
        better: {"people_pa_mpjpe_mm": (base - shift + rng.normal(0, noise, 384)).tolist()},
    }


def test_a_verdict_follows_from_the_numbers() -> None:
    table = ablation_named("coarsemetro-attention")
    assert verdict(table, rows_of(table, 4.0)).startswith("Trend as in the paper")
    assert verdict(table, rows_of(table, -4.0)).startswith("Trend opposite")
    assert verdict(table, rows_of(table, 0.0, 60.0)).startswith("Cannot be told")
    assert "cannot both be run" in verdict(table, {})


@pytest.mark.slow
def test_a_table_is_run_kept_and_written(tmp_path, monkeypatch, capsys) -> None:
    torch.manual_seed(0)
    render_shards(tmp_path / "pictures", 128, 1, 1)
    monkeypatch.setattr(ablate, "shipped_test_set", lambda: _few())
    command = ["metro-masking", "--pictures", str(tmp_path / "pictures"), "--samples", "32"]
    command += ["--out", str(tmp_path / "out")]
    assert main(command) == 0
    text = (tmp_path / "out" / "metro-masking.md").read_text()
    assert "| w/o MVM | 61.0 | 39.1 |" in text
    assert "95 % of resamplings" in text
    first = json.loads((tmp_path / "out" / "metro-masking" / "metro-masking.0.json").read_text())
    assert first["mpjpe_mm"] > 0
    monkeypatch.setattr(ablate, "_run_row", lambda *_: pytest.fail("a row that is done ran again"))
    assert main(command) == 0
    assert (tmp_path / "out" / "metro-masking.md").read_text() == text


def _few():
    from training.pictures.test_set import shipped_test_set

    return shipped_test_set()[:8]


def test_bad_calls_say_what_to_do(capsys, caplog) -> None:
    assert main(["nothing"]) == 1
    assert "choose one of" in caplog.text
    assert main(["metro-masking"]) == 1
    assert "--pictures" in caplog.text
    assert main(["--list"]) == 0
    assert "vertex_attention=none" in capsys.readouterr().out


def test_the_table_names_what_was_not_run() -> None:
    table = ablation_named("glnet-guidance")
    text = markdown(table, {"rows": [], "samples": 1, "seed": 0, "backbone": "0" * 64})
    assert "IUV map (not run" in text
