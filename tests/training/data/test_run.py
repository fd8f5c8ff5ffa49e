"""Training on data sets from end to end: every paper's training, resumed, mixed, checked, shared."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.data import open_dataset
from core.errors import InputError
from core.files import file_sha256
from core.methods import create_method
from core.metrics.result_file import read_result
from core.weights import load_weights
from training import evaluate, train
from training.data.dry_run import check_set
from training.data.options import data_run
from training.data.presets import PRESETS
from training.distributed import Workers
from training.pictures.shards import SUFFIX, write_shard
from training.pictures.test_set import shipped_test_set

FIRST = {preset.method: preset for preset in reversed(PRESETS)}


def options(
    folder: Path, out: Path, *more: str, method: str = "metro", batch: int = 2
) -> list[str]:
    return [
        "--method", method, "--preset", "lite", "--variant", "body", "--device", "cpu",
        "--data", f"truth_folder={folder}@0.7", "--data", f"truth_folder={folder}@0.3",
        "--validate", f"truth_folder={folder}", "--workers", "0", "--batch", str(batch),
        "--out", str(out), *more,
    ]  # fmt: skip


def two_steps(batch: int = 2) -> tuple[str, str]:
    """Epochs of two steps: the mix holds the folder of eight twice."""
    return "--epochs", str(2 * batch / 16)


@pytest.mark.parametrize("method", FIRST)
def test_two_steps_of_every_papers_training(
    method: str, people_folder: Path, tmp_path: Path
) -> None:
    shipped = tmp_path / "shipped"
    asked = options(people_folder, tmp_path, *two_steps(), "--ship", str(shipped), method=method)
    assert train.main(asked) == 0
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["training"]["id"] == FIRST[method].id
    assert config["shares"] == [0.7, 0.3]
    assert config["seed"] == 0
    curve = json.loads((tmp_path / "curve.json").read_text())["curve"]
    assert curve[-1]["samples"] == 4
    assert curve[-1]["pa_mpjpe_mm"] > 0
    again = create_method(method, preset="lite", variant="body")
    load_weights(again, shipped / f"{method}.body.safetensors")
    best = load_file(tmp_path / "best.safetensors")
    for name, value in again.state_dict().items():
        assert torch.equal(value, best[name])
    asked = ["--data", f"truth_folder={people_folder}", "--method", method, "--device", "cpu"]
    asked += ["--preset", "lite", "--weights", str(shipped / f"{method}.body.safetensors")]
    asked += ["--protocol", "synthetic-lsp14", "--out", str(tmp_path / "measured")]
    assert evaluate.main(asked) == 0
    result = read_result(tmp_path / "measured")
    assert {(m.name, m.n) for m in result.measures} >= {("MPJPE", 8), ("MPVPE", 8)}
    assert result.method.weights_sha256 == file_sha256(shipped / f"{method}.body.safetensors")


def test_a_stopped_training_sees_what_a_whole_one_would_have_seen(
    people_folder: Path, tmp_path: Path
) -> None:
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    four = ("--epochs", "0.5")
    assert train.main(options(people_folder, whole, *four)) == 0
    assert train.main(options(people_folder, halves, *two_steps())) == 0
    assert train.main(options(people_folder, halves, *four, "--resume")) == 0
    first, second = (load_file(f / "checkpoint.safetensors") for f in (whole, halves))
    assert first.keys() == second.keys()
    for name, value in first.items():
        torch.testing.assert_close(value, second[name], rtol=0, atol=0)


def test_a_rate_falls_where_the_paper_says(people_folder: Path, tmp_path: Path) -> None:
    asked = train.parse(options(people_folder, tmp_path, method="glnet"))
    recipe = data_run(asked, Workers(0, 1, torch.device("cpu"))).recipe
    rate = recipe.optimiser.rate
    assert [rate(0, 0.0, epoch) for epoch in (0, 39.9, 40, 61)] == [2.5e-4, 2.5e-4, 2.5e-5, 2.5e-6]
    assert type(recipe.optimiser.make(recipe.build().parameters())) is torch.optim.Adam
    asked = train.parse(options(people_folder, tmp_path, method="coarsemetro"))
    recipe = data_run(asked, Workers(0, 1, torch.device("cpu"))).recipe
    assert recipe.optimiser.clip_norm == 0.3
    assert type(recipe.optimiser.make(recipe.build().parameters())) is torch.optim.AdamW


def test_rendered_people_are_mixed_in(people_folder: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    write_shard(shipped_test_set()[:8], pictures / f"0-0{SUFFIX}")
    more = ("--synthetic", "0.5", "--pictures", str(pictures))
    asked = train.parse(options(people_folder, tmp_path, *more, batch=4))
    recipe = data_run(asked, Workers(0, 1, torch.device("cpu"))).recipe
    batch, target = recipe._draw()
    assert len(batch) == 4
    assert target.has_mesh.tolist() == [1, 1, 1, 1]
    assert torch.isfinite(recipe.losses(recipe.build(), 0.0).total)
    alone = train.parse(options(people_folder, tmp_path, "--synthetic", "0.5"))
    with pytest.raises(InputError, match="--pictures"):
        data_run(alone, Workers(0, 1, torch.device("cpu")))


def test_a_dry_run_checks_all_and_writes_nothing(
    people_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert train.main(options(people_folder, out, "--dry-run")) == 0
    assert "truth_folder people" in capsys.readouterr().out
    assert not out.exists()


def test_a_dry_run_names_what_is_missing(
    people_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(people_folder, broken)
    (broken / "003.png").unlink()
    asked = train.parse(options(people_folder, tmp_path))
    recipe = data_run(asked, Workers(0, 1, torch.device("cpu"))).recipe
    report = check_set(open_dataset("truth_folder", broken), recipe)
    assert (report.people, report.missing) == (8, 1)
    damaged = options(broken, tmp_path / "out", "--dry-run")
    damaged[damaged.index("--validate") + 1] = f"truth_folder={people_folder}"
    assert train.main(damaged) == 1
    assert "1 of 8 pictures are missing" in caplog.text


def test_fine_tuning_wants_weights(
    people_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert train.main(options(people_folder, tmp_path, "--training", "metro-3dpw")) == 1
    assert "--start" in caplog.text
    shipped = options(people_folder, tmp_path, *two_steps(), "--start", "embedded")
    assert train.main([*shipped, "--training", "metro-3dpw"]) == 0


def test_two_processes_train_as_one(people_folder: Path, tmp_path: Path) -> None:
    """torchrun with two processes: both take the same steps, one writes."""
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", "0",
        "--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0",
        "-m", "training.train", *options(people_folder, tmp_path, *two_steps(4), batch=4),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["processes"] == 2
    curve = json.loads((tmp_path / "curve.json").read_text())["curve"]
    assert curve[-1]["samples"] == 8


def test_two_processes_measure_as_one(people_folder: Path, tmp_path: Path) -> None:
    """torchrun with two processes: each takes its part, the numbers are those of one."""
    asked = [
        "--data", f"truth_folder={people_folder}", "--method", "cliff", "--preset", "lite",
        "--protocol", "synthetic-lsp14", "--device", "cpu",
    ]  # fmt: skip
    assert evaluate.main([*asked, "--out", str(tmp_path / "one")]) == 0
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2",
        "--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0",
        "-m", "training.evaluate", *asked, "--out", str(tmp_path / "two"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = (json.loads((tmp_path / n / "result.json").read_text()) for n in ("one", "two"))
    numbers = [{m["name"]: m["value"] for m in result["measures"]} for result in (one, two)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-4)
    assert len(list((tmp_path / "two" / "people").glob("*.jsonl"))) >= 2
