"""The benchmark measures every stage, and the README's table says what its file says."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from core.methods import list_methods
from tests.standing_method import standing
from training import benchmark
from training.benchmark import Network, measure, networks

__all__ = ["standing"]


def test_every_variant_has_its_turn() -> None:
    assert len(networks()) == sum(len(p.variants) for e in list_methods() for p in e.presets)
    assert {network.method for network in networks(("metro",))} == {"metro"}


def test_a_network_is_measured_stage_by_stage(standing) -> None:
    result = measure(Network("standing", "lite", "body"), "cpu", repeats=3)
    stages = {stat.stage: stat for stat in result.stages}
    assert list(stages) == ["crop", "network", "result", "total", "live"]
    parts = sum(stages[name].median_ms for name in ("crop", "network", "result"))
    assert stages["total"].median_ms == pytest.approx(parts, rel=0.5)
    assert all(0 < stat.median_ms <= stat.p95_ms for stat in stages.values())
    assert result.parameters == 1
    assert result.weights == "none"
    assert result.peak_memory_mb >= result.base_memory_mb > 0


def test_p95_and_median_are_of_the_runs() -> None:
    stat = benchmark._stat("x", [n / 1000 for n in range(101)])
    assert (stat.median_ms, stat.p95_ms) == (50.0, 95.0)


def test_table_from_the_file(standing, tmp_path: Path, capsys) -> None:
    result = measure(Network("standing", "lite", "body"), "cpu", repeats=1)
    broken = {"network": asdict(Network("metro", "paper", "body_h64")), "error": "no memory"}
    report = {
        "schema": benchmark.SCHEMA,
        "machine": benchmark.machine("cpu"),
        "results": [asdict(result), broken],
    }
    path = tmp_path / "bench.json"
    path.write_text(json.dumps(report))
    assert benchmark.main(["--markdown", "--out", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith("| `")]) == 1
    total = next(stat for stat in result.stages if stat.stage == "total")
    assert f" {total.median_ms:.1f} |" in lines[2]
    assert report["machine"]["versions"]["numpy"] == np.__version__


@pytest.mark.parametrize("content", [None, "nonsense", "{}", "[]"])
def test_a_file_that_is_no_report(tmp_path: Path, capsys, content: str | None) -> None:
    path = tmp_path / "bench.json"
    if content is not None:
        path.write_text(content)
    assert benchmark.main(["--markdown", "--out", str(path)]) == 1
    assert "bench.json" in capsys.readouterr().err
