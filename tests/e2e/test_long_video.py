"""A long video through decoder, network, cache and writers: memory stays as it was."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from app.state import playback
from app.state.playback import PlaybackModel
from app.state.values import Choice, RunResult
from core.pipeline import EngineConfig, InferJob, outputs, run_job
from core.types import FrameResult
from tests.core.pipeline.posed_method import make_clip
from tests.standing_method import standing
from training.clips import make_people_clip
from training.file_benchmark import grow

__all__ = ["standing"]
FRAMES, REAL_FRAMES = 10_000, 1_000
KEPT = 300
DRAWN_EVERY = 20
SIZE = 64
# A single frame kept by mistake takes 80 KB of numbers and 12 KB of picture: 700 MB over the video.
GROWTH_MB = 40.0


@pytest.fixture
def seldom_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray casting takes most of the time: every `DRAWN_EVERY`th body is drawn, all are encoded."""
    draw = outputs.OutputWriter._overlay

    def overlay(self: outputs.OutputWriter, result: FrameResult) -> np.ndarray:
        drawn = (result.frame.index or 0) % DRAWN_EVERY == 0
        return draw(self, result) if drawn else np.asarray(result.frame.image)

    monkeypatch.setattr(outputs.OutputWriter, "_overlay", overlay)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="measured on Linux")
def test_memory_does_not_grow_with_the_video(
    standing, seldom_drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property
) -> None:
    import psutil

    monkeypatch.setattr(playback, "KEPT_FRAMES", KEPT)
    cache, process = PlaybackModel(), psutil.Process()
    clip = make_clip(tmp_path / "long.mp4", FRAMES, size=SIZE)
    config = EngineConfig("standing", device="cpu", detector="none", untrained=True)
    box = (8.0, 4.0, SIZE - 8.0, SIZE - 4.0)
    job = InferJob((clip,), (config,), tmp_path / "out", ("npz", "video"), (box,))
    memory = []
    for step in run_job(job):
        if step.result is None:
            continue
        cache.keep(step.done - 1, _kept(step.result, step.done))
        memory.append(process.memory_info().rss / 1e6)
    start, middle, end = (
        float(np.median(memory[at : at + KEPT])) for at in (KEPT, FRAMES // 2, FRAMES - KEPT)
    )
    text = f"start {start:.0f} MB, middle {middle:.0f} MB, end {end:.0f} MB, most {max(memory):.0f}"
    record_property("memory", text)
    sys.stdout.write(text + "\n")
    assert len(memory) == FRAMES
    assert end - start < GROWTH_MB, text
    assert process.memory_info().rss / 1e6 - start < GROWTH_MB, f"{text}; more after the end"
    with np.load(tmp_path / "out" / "long.mp4.standing.npz") as arrays:
        assert len(arrays["frame"]) == FRAMES


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="measured on Linux")
def test_memory_does_not_grow_with_a_real_method(tmp_path: Path, record_property) -> None:
    """Detector, tracking, network, smoothing, drawing and both archives, on pictures of people."""
    clip = make_people_clip(tmp_path / "real.mp4", 1, (360, 640), REAL_FRAMES)
    row = grow(clip, EngineConfig("metro", device="cpu"))
    record_property("memory", json.dumps(row))
    sys.stdout.write(f"{json.dumps(row)}\n")
    assert row["frames"] == REAL_FRAMES
    assert row["last_mb"] - row["settled_mb"] < GROWTH_MB, row
    assert row["written_mb"] - row["settled_mb"] < GROWTH_MB, row


def _kept(result: FrameResult, number: int) -> RunResult:
    return RunResult(number, 0, Choice("standing"), "live", result, (), None)
