"""The benchmark of videos: cases, what a played clip tells, both ways over a file, and the tables."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.pipeline.videos import VideoFile
from tests.core.pipeline.posed_method import CONFIG, make_clip, posed
from training import live_benchmark, video_benchmark
from training.clips import make_people_clip
from training.file_benchmark import against_loop, grow
from training.live_benchmark import LiveCase, play
from training.video_benchmark import live_cases
from training.video_report import markdown_tables, read_video_report

__all__ = ["posed"]
CASE = LiveCase("posed", "lite", 1, (48, 48), untrained=True)


@pytest.fixture
def here(posed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measures in this process, which knows the small method, for a moment only."""
    monkeypatch.setattr(live_benchmark, "EngineConfig", lambda *_, **__: CONFIG)
    monkeypatch.setattr(live_benchmark, "WARM_UP_S", 0.0)
    monkeypatch.setattr(video_benchmark, "EngineConfig", lambda *_, **__: CONFIG)
    monkeypatch.setattr(video_benchmark, "_alone", lambda work, *given: work(*given))
    monkeypatch.setattr(video_benchmark, "live_cases", lambda *_, **__: (CASE,))
    monkeypatch.setattr(video_benchmark, "USUAL_HW", (48, 64))
    monkeypatch.setattr(video_benchmark, "LOOP_FRAMES", 6)


@pytest.mark.parametrize("people", [1, 2, 4])
def test_a_clip_moves_and_has_no_seam(tmp_path: Path, people: int) -> None:
    clip = make_people_clip(tmp_path / "clip.mp4", people, (120, 160), 40, 10.0)
    with VideoFile(clip) as video:
        pictures = [np.asarray(frame.image, np.int16) for frame in video]
    assert len(pictures) == 40
    assert pictures[0].shape == (120, 160, 3)
    steps = [np.abs(a - b).mean() for a, b in pairwise(pictures)]
    assert np.abs(pictures[-1] - pictures[0]).mean() < 1.5 * max(steps)
    assert np.abs(pictures[20] - pictures[0]).mean() > 2 * np.median(steps)


def test_a_clip_of_too_many_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no clip of 9 people"):
        make_people_clip(tmp_path / "clip.mp4", 9, (120, 160), 4)


def test_every_method_is_played_and_two_are_varied() -> None:
    cases = live_cases(("metro", "cliff"), cuda=False)
    assert [(c.method, c.people, c.size_hw[0]) for c in cases] == [
        ("metro", 1, 720), ("cliff", 1, 720),
        ("metro", 2, 720), ("metro", 4, 720), ("metro", 1, 360), ("metro", 1, 1080),
    ]  # fmt: skip
    published = [c for c in live_cases(("metro",), cuda=True) if c.preset == "paper"]
    assert len(published) == 1


def test_a_played_clip_tells_rates_and_ages(here, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 12, size=48)
    row = play(CASE, clip, "cpu", 0.6)
    assert row.found == 1
    assert 0 < row.drawn <= row.network + 2
    assert row.network <= row.camera + 2
    assert 0 < row.delay_ms <= row.delay_p95_ms
    assert row.drawn_ms is not None
    assert row.drawn_ms > 0
    assert {"detect", "crop", "network", "steady"} <= set(row.stages_ms)
    assert row.memory_mb > 0


def test_both_ways_do_every_frame(posed, tmp_path: Path) -> None:
    row = against_loop(make_clip(tmp_path / "clip.mp4", 6, size=48), CONFIG, turns=1)
    assert row["plain_loop"]["frames"] == row["job"]["frames"] == 6
    ratio = row["plain_loop"]["wall_s"] / row["job"]["wall_s"]
    assert abs(row["times_quicker"]["wall_s"] - ratio) < 0.05 * ratio


def test_a_growing_file_tells_its_memory(posed, tmp_path: Path) -> None:
    row = grow(make_clip(tmp_path / "clip.mp4", 9, size=48), CONFIG)
    assert row["frames"] == 9
    assert row["wall_s"] > 0
    assert row["settled_mb"] == row["last_mb"]


def test_one_command_measures_everything_and_the_tables_say_it(
    here, tmp_path: Path, capsys
) -> None:
    out = tmp_path / "report.json"
    arguments = ["--methods", "metro", "--device", "cpu", "--seconds", "0.3", "--turns", "1"]
    assert video_benchmark.main([*arguments, "--lengths", "5,8", "--out", str(out)]) == 0
    report = read_video_report(out)
    assert [row["frames"] for row in report["length"]] == [5, 8]
    assert report["loop"]["job"]["frames"] == 6
    text = markdown_tables(report)
    assert text in capsys.readouterr().out
    assert "| `posed` lite (no weights) | 1 | 48 x 48 |" in text
    assert f"**{report['loop']['times_quicker']['wall_s']:.1f} times as quick**" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--parts", "live,nothing"], "unknown part"), (["--lengths", "3,x"], "no numbers of frames")],
)
def test_what_cannot_be_measured_is_told(tmp_path: Path, capsys, arguments, told) -> None:
    assert video_benchmark.main([*arguments, "--out", str(tmp_path / "r.json")]) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "r.json").exists()


@pytest.mark.parametrize("content", [None, "nonsense", "[]", json.dumps({"schema": 0})])
def test_a_file_that_is_no_report_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "report.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError):
        read_video_report(path)
