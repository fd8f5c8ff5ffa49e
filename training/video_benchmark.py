"""``python -m training.video_benchmark``: a video through a job, against a plain loop over its frames.

The plain loop reads a frame, detects, runs the network, draws and writes, one after the other. Both
write the same kinds of files. The two are measured by turns; numbers go to JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import MeshLoupeError
from core.files.atomic import write_atomically
from core.pipeline import EngineConfig, InferJob, open_engine, run_job
from core.pipeline.outputs import OutputWriter, video_fps
from core.pipeline.video_parts import VideoParts
from core.pipeline.videos import VideoFile
from core.temporal import TemporalSettings
from training.benchmark import machine

DEFAULT_OUT = Path("docs/video_benchmark.json")
SAVE = ("npz", "video")


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
    steps = list(run_job(InferJob((video,), (config,), out, SAVE, temporal=still)))
    for step in steps:
        if step.error is not None:
            raise step.error
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


def run_benchmark(video: Path, methods: tuple[str, ...], device: str, turns: int) -> dict[str, Any]:
    """Measure each method by turns; the best turn of each way counts, for other work only slows."""
    rows = []
    for method in methods:
        config = EngineConfig(method, device=device)
        ways: dict[str, list[dict[str, float]]] = {"plain_loop": [], "job": []}
        for _ in range(turns):
            ways["plain_loop"].append(measure(plain_loop, video, config))
            ways["job"].append(measure(job, video, config))
        best = {name: min(runs, key=lambda run: run["wall_s"]) for name, runs in ways.items()}
        times = {
            unit: round(best["plain_loop"][unit] / best["job"][unit], 2)
            for unit in ("wall_s", "processor_s")
        }
        rows.append({"method": method, **best, "times_quicker": times})
        sys.stderr.write(f"{json.dumps(rows[-1])}\n")
    with VideoFile(video) as file:
        height, width = next(iter(file)).size_hw
    return {
        "machine": machine(device),
        "video": {"name": video.name, "size_hw": [int(height), int(width)]},
        "save": list(SAVE),
        "turns": turns,
        "results": rows,
    }


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="training.video_benchmark", description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--methods", default="metro", metavar="ID[,ID...]")
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda[:N]")
    parser.add_argument("--turns", type=int, default=3, metavar="N")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="FILE")
    chosen = parser.parse_args(arguments)
    methods = tuple(part.strip() for part in chosen.methods.split(",") if part.strip())
    try:
        report = run_benchmark(chosen.video, methods, chosen.device, max(1, chosen.turns))
        with write_atomically(chosen.out) as temporary:
            temporary.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    except MeshLoupeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    ratios = [row["times_quicker"]["wall_s"] for row in report["results"]]
    sys.stdout.write(f"{float(np.median(ratios)):.2f} times as quick, written to {chosen.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
