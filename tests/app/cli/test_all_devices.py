"""One command on every device of a machine: each file is done once, and a lost worker is told."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.cli.all_devices import job_of, run_on_all
from app.cli.main import main
from core.errors import WeightsError
from core.pipeline import EngineConfig, InferJob, Shard
from core.pipeline.samples import bundled_samples, sample_joints


@pytest.fixture
def job(tmp_path: Path) -> InferJob:
    return InferJob((tmp_path,), (EngineConfig("metro"),), tmp_path)


def _mark(job: InferJob, watched: bool) -> int:
    device = job.engines[0].device
    (job.out / device).write_text(f"{job.shard} {watched}")
    return {"fails": 1, "stopped": 130}.get(device, 0)


def _die(job: InferJob, watched: bool) -> int:
    if job.engines[0].device == "b":
        os.kill(os.getpid(), signal.SIGKILL)
    return _mark(job, watched)


def _refuse(job: InferJob, watched: bool) -> int:
    raise WeightsError("no weights for it", cure="add some")


def test_parts_hold_every_file_once_and_keep_to_their_shard(job: InferJob) -> None:
    files = [Path(f"{number}.png") for number in range(13)]
    mine = replace(job, shard=Shard(1, 2))
    parts = [job_of(mine, row, ("cuda:0", "cuda:1", "cuda:2")) for row in range(3)]
    assert [part.engines[0].device for part in parts] == ["cuda:0", "cuda:1", "cuda:2"]
    done = [file for part in parts for file in part.shard.of(files)]
    others = [job_of(replace(job, shard=Shard(0, 2)), row, ("a", "b", "c")) for row in range(3)]
    done += [file for part in others for file in part.shard.of(files)]
    assert sorted(done) == sorted(files)


def test_every_device_has_a_process_and_one_shows_its_progress(job: InferJob) -> None:
    assert run_on_all(job, ("a", "b"), _mark) == 0
    assert (job.out / "a").read_text() == "1/2 True"
    assert (job.out / "b").read_text() == "2/2 False"


@pytest.mark.parametrize(
    ("devices", "code"),
    [(("a", "fails"), 1), (("stopped", "fails"), 130)],
    ids=["failed", "stopped"],
)
def test_the_worst_code_counts(job: InferJob, devices: tuple[str, ...], code: int) -> None:
    assert run_on_all(job, devices, _mark) == code


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_lost_worker_is_told_and_the_others_go_on(job: InferJob, capfd) -> None:
    assert run_on_all(job, ("a", "b"), _die) == 1
    assert "infer on b was lost; run it again" in capfd.readouterr().err
    assert (job.out / "a").exists()


def test_what_is_wrong_is_said_without_a_traceback(job: InferJob, capfd) -> None:
    assert run_on_all(job, ("a",), _refuse) == 1
    told = capfd.readouterr().err
    assert "no weights for it" in told
    assert "Traceback" not in told


def test_two_devices_write_what_one_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd
) -> None:
    samples = bundled_samples()[:3]
    words = ["infer", *map(str, samples), "--method", "pose_lift", "--joints", str(sample_joints())]
    words += ["--save", "npz"]
    assert main([*words, "--device", "cpu", "--out", str(tmp_path / "one")]) == 0
    monkeypatch.setattr("core.pipeline.devices.all_devices", lambda: ("cpu", "cpu"))
    assert main([*words, "--device", "all", "--out", str(tmp_path / "two")]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 6
    for sample in samples:
        name = f"{sample.name}.pose_lift.npz"
        one, two = np.load(tmp_path / "one" / name), np.load(tmp_path / "two" / name)
        np.testing.assert_array_equal(one["vertices"], two["vertices"])


def test_several_processes_print_no_json(tmp_path: Path, capsys) -> None:
    assert main(["infer", "x.jpg", "--method", "metro", "--device", "all", "--json"]) == 2
    assert "leave --json out" in capsys.readouterr().err
