"""``python -m training.ablate NAME``: run a paper's ablation on rendered pictures, on equal terms.

Every row is the same ``lite`` head with one thing changed: the same pictures, seed, number of samples
and frozen backbone. Rows that are done are kept in the folder and not run again.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.assets import asset_path
from core.errors import InputError, MeshLoupeError
from core.files import file_sha256
from core.files.atomic import write_atomically
from core.methods.base import Method
from core.methods.multi_roi import MultiRoi
from training.ablations import ABLATIONS, Ablation, Row, ablation_named
from training.heads.held_out import errors_by_person
from training.heads.recipe import HeadRecipe
from training.loop import LoopSettings, TrainingLoop
from training.pictures.test_set import shipped_test_set

log = logging.getLogger("training")
SAMPLES = 6000
RESAMPLES = 2000
BACKBONE = ("weights", "lite_backbone.safetensors")


class ChangedRecipe(HeadRecipe):
    """The recipe of a head whose configuration differs."""

    def __init__(self, *given: Any, changes: Mapping[str, Any], **named: Any) -> None:
        super().__init__(*given, **named)
        self.changes = changes

    def method(self) -> Method:
        """The method made again with the changes."""
        plain = super().method()
        return with_changes(plain, self.changes) if self.changes else plain


class SampleLoop(TrainingLoop):
    """A training loop whose budget is a number of samples: equal for all rows on any machine."""

    def __init__(self, recipe: HeadRecipe, folder: Path, samples: int) -> None:
        super().__init__(recipe, folder, LoopSettings(1e9, evaluate_seconds=1e9))
        self._samples = samples

    @property
    def progress(self) -> float:
        """Share of the samples seen."""
        return min(1.0, self.facts.samples / self._samples)


def with_changes(method: Method, changes: Mapping[str, Any]) -> Method:
    """The same method with another configuration, its numbers drawn anew."""
    config: Any = replace(method.config, **changes)  # type: ignore[arg-type]
    if isinstance(method, MultiRoi):
        return MultiRoi(config, method.method_id, method.preset, method.variant, method.body)
    return type(method)(config, method.preset, method.variant, method.body)  # type: ignore[call-arg]


def run(table: Ablation, pictures: Path, folder: Path, samples: int, seed: int) -> dict[str, Any]:
    """Run the rows that are missing; the whole report."""
    folder.mkdir(parents=True, exist_ok=True)
    backbone = file_sha256(asset_path(*BACKBONE))
    rows = []
    for number, row in enumerate(table.rows):
        path = folder / f"{table.name}.{number}.json"
        if row.changes is None:
            continue
        key = {"samples": samples, "seed": seed, "backbone": backbone, "label": row.label}
        done = json.loads(path.read_text("utf-8")) if path.exists() else {}
        if {name: done.get(name) for name in key} != key:
            log.info("%s: %s", table.table, row.label)
            done = {**key, **_run_row(table, row, pictures, folder / f"row{number}", samples, seed)}
            with write_atomically(path) as part:
                part.write_text(json.dumps(done), "utf-8")
        rows.append(done)
    return {
        "table": table.name,
        "samples": samples,
        "seed": seed,
        "backbone": backbone,
        "rows": rows,
    }


def _run_row(
    table: Ablation, row: Row, pictures: Path, folder: Path, samples: int, seed: int
) -> dict[str, Any]:
    assert row.changes is not None
    torch.manual_seed(seed)
    recipe = ChangedRecipe(
        torch.device("cpu"), seed, pictures, method_id=table.method, changes=row.changes
    )
    loop = SampleLoop(recipe, folder, samples)
    loop.run()
    network = loop.averaged_network()
    assert isinstance(network, Method)
    found = errors_by_person(network, shipped_test_set(), recipe.body)
    return {
        "mpjpe_mm": float(found["mpjpe_mm"].mean()),
        "pa_mpjpe_mm": float(found["pa_mpjpe_mm"].mean()),
        "people_mpjpe_mm": [round(float(v), 2) for v in found["mpjpe_mm"]],
        "people_pa_mpjpe_mm": [round(float(v), 2) for v in found["pa_mpjpe_mm"]],
    }


def verdict(table: Ablation, rows: Mapping[str, dict[str, Any]]) -> str:
    """One plain sentence: whether the claimed order is found, beyond what chance over people allows."""
    worse, better = (table.rows[place].label for place in table.claim)
    if worse not in rows or better not in rows:
        return "The rows that the paper compares cannot both be run here."
    a = np.asarray(rows[worse]["people_pa_mpjpe_mm"])
    b = np.asarray(rows[better]["people_pa_mpjpe_mm"])
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(a), (RESAMPLES, len(a)))
    gains = (a - b)[picks].mean(axis=1)
    low, high = np.percentile(gains, [2.5, 97.5])
    gain = float((a - b).mean())
    told = (
        f"“{better}” against “{worse}”: {gain:+.1f} mm PA-MPJPE gained "
        f"(95 % of resamplings: {low:+.1f} to {high:+.1f})"
    )
    if low > 0:
        return f"Trend as in the paper. {told}."
    if high < 0:
        return f"Trend opposite to the paper's. {told}."
    return f"Cannot be told within the noise of this budget. {told}."


def markdown(table: Ablation, report: Mapping[str, Any]) -> str:
    """Our table beside the paper's."""
    rows = {row["label"]: row for row in report["rows"]}
    lines = [
        f"## {table.table}: {table.question}",
        "",
        f"`python -m training.ablate {table.name}`",
        "",
        f"| row | MPJPE, paper ({table.data}) | PA-MPJPE, paper | MPJPE, here | PA-MPJPE, here |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for row in table.rows:
        ours = rows.get(row.label)
        here = (f"{ours['mpjpe_mm']:.1f}", f"{ours['pa_mpjpe_mm']:.1f}") if ours else ("", "")
        paper = ("" if v is None else f"{v:.1f}" for v in (row.mpjpe, row.pa_mpjpe))
        label = row.label if row.changes is not None else f"{row.label} (not run: {row.why_not})"
        lines.append("| " + " | ".join((label, *paper, *here)) + " |")
    lines += [
        "",
        verdict(table, rows),
        "",
        f"Millimetres. Here: `lite` heads, {report['samples']} samples each, seed {report['seed']}, the "
        "fixed synthetic test set of 384 people, protocol `synthetic-lsp14`, backbone "
        f"`{report['backbone'][:12]}`.",
    ]
    return "\n".join(lines) + "\n"


def listing() -> str:
    """All tables and their rows."""
    lines = []
    for table in ABLATIONS:
        lines.append(f"{table.name}: {table.table}, {table.question}")
        for row in table.rows:
            words = row.why_not or ", ".join(f"{k}={v}" for k, v in (row.changes or {}).items())
            lines.append(f"    {row.label}: {words or 'as shipped'}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run one table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.ablate", description=__doc__)
    parser.add_argument("name", nargs="?", metavar="NAME", help="see --list")
    parser.add_argument("--list", action="store_true", help="print all tables and their rows")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="rendered pictures")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="of each row")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("runs/ablations"), metavar="DIR")
    parser.add_argument("--threads", type=int, help="processor threads of torch")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    if options.list:
        sys.stdout.write(listing())
        return 0
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        table = ablation_named(options.name or "")
        if table is None:
            known = ", ".join(t.name for t in ABLATIONS)
            raise InputError(f"there is no ablation {options.name}", cure=f"choose one of: {known}")
        if options.pictures is None:
            raise InputError(
                "an ablation learns from pictures rendered before",
                cure="render some with `python -m training.pictures.render --out DIR`, give --pictures",
            )
        report = run(
            table, options.pictures, options.out / table.name, options.samples, options.seed
        )
        text = markdown(table, report)
        with write_atomically(options.out / f"{table.name}.md") as part:
            part.write_text(text, "utf-8")
    except MeshLoupeError as error:
        log.error("%s", error)
        return 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
