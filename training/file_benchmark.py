"""A video on file through a job: against a plain loop over its frames, and as it grows longer.

The plain loop reads a frame, detects, runs the network, draws and writes, one after the other. Both
write the same kinds of files.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.pipeline import EngineConfig, InferJob, JobStep, open_engine, run_job
from core.pipeline.outputs import OutputWriter, video_fps
from core.pipeline.video_parts import VideoParts
from core.pipeline.videos import VideoFile
from core.temporal import TemporalSettings

SAVE = ("npz", "video")
# Frames after which memory is as it stays: libraries are loaded, queues are full.
SETTLED = 60


def plain_loop(video: Path, config: EngineConfig, out: Path) -> int:
    """Every frame by itself, the detector looks at each; returns how many there were."""
    frames = 0
    with open_engine(config) as engine, VideoFile(video) as file:
        parts = VideoParts(out / "parts", 0, video_fps(video))
        writer = OutputWriter(out, video, engine.method, SAVE, parts)
        try:
            for frame in file:
                writer.add(engine.run(frame))
                frames += 1
            writer.finish()
        finally:
            writer.close()
    return frames


def job(video: Path, config: EngineConfig, out: Path) -> int:
    """The same video as ``meshloupe infer`` does it, nothing steadied."""
    still = TemporalSettings("off", hold_shape=False)
    steps = [_checked(step) for step in run_job(_job(video, config, out, still))]
    return sum(step.result is not None for step in steps)


def measure(
    run: Callable[[Path, EngineConfig, Path], int], video: Path, config: EngineConfig
) -> dict[str, float]:
    """Frames, seconds on the clock and of the processor; opening the network counts too."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        out.mkdir()
        clock, processor = time.perf_counter(), time.process_time()
        frames = run(video, config, out)
        return {
            "frames": frames,
            "wall_s": round(time.perf_counter() - clock, 2),
            "processor_s": round(time.process_time() - processor, 2),
        }


def against_loop(video: Path, config: EngineConfig, turns: int) -> dict[str, Any]:
    """Both ways by turns; the best turn of each counts, for other work only slows."""
    ways: dict[str, list[dict[str, float]]] = {"plain_loop": [], "job": []}
    for _ in range(turns):
        ways["plain_loop"].append(measure(plain_loop, video, config))
        ways["job"].append(measure(job, video, config))
    best = {name: min(runs, key=lambda run: run["wall_s"]) for name, runs in ways.items()}
    times = {
        unit: round(best["plain_loop"][unit] / best["job"][unit], 2)
        for unit in ("wall_s", "processor_s")
    }
    return {"method": config.method, **best, "times_quicker": times}


def grow(video: Path, config: EngineConfig) -> dict[str, Any]:
    """Seconds and memory of a whole job, steadied; meant for a process of its own.

    Returns:
        ``frames``, ``wall_s`` without opening the network, and memory of the process in megabytes once
        it has settled, at the last frame, and when all files are written.
    """
    memory: list[float] = []
    began: float | None = None
    with tempfile.TemporaryDirectory() as folder:
        for step in run_job(_job(video, config, Path(folder), TemporalSettings())):
            if _checked(step).result is not None:
                began = time.perf_counter() if began is None else began
                memory.append(resident_mb())
        lasted = time.perf_counter() - (began or 0.0)
    return {
        "method": config.method,
        "frames": len(memory),
        "wall_s": round(lasted, 2),
        "settled_mb": memory[min(SETTLED, len(memory) - 1)],
        "last_mb": memory[-1],
        "written_mb": resident_mb(),
    }


def resident_mb() -> float:
    """Memory of this process now; 0 where the system does not tell in ``/proc``."""
    if not sys.platform.startswith("linux"):
        return 0.0
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return round(pages * 4096 / 1e6, 1)


def _job(video: Path, config: EngineConfig, out: Path, temporal: TemporalSettings) -> InferJob:
    return InferJob((video,), (config,), out, SAVE, temporal=temporal)


def _checked(step: JobStep) -> JobStep:
    if step.error is not None:
        raise step.error
    return step
