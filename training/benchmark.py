"""``python -m training.benchmark``: parameters, milliseconds and memory of every method and variant.

Each network is measured in a process of its own, so that its peak memory is its own. The numbers go
to JSON; the README's table is generated from that file (``--markdown``).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from core.detection import default_pose
from core.errors import MeshLoupeError
from core.files.atomic import write_atomically
from core.methods import list_methods, method_entry
from core.openmp import bound_spinning
from core.pipeline.acceleration import has_half
from core.pipeline.config import EngineConfig
from core.pipeline.engine import Engine, open_engine
from core.pipeline.loading import find_weights, load_method
from core.pipeline.pictures import read_picture
from core.pipeline.samples import bundled_samples, sample_joints
from core.types import Detection, Frame, FrameResult
from training.benchmark_report import SCHEMA, markdown_table, read_report

DEFAULT_OUT = Path("docs/benchmark.json")
WARM_UP = 3
LEAST_REPEATS = 3
BUDGET_S = 30.0
LIBRARIES = ("torch", "torchvision", "numpy", "opencv-python")
# A picture of the samples' kind for an installation without samples.
BLANK_HW = (640, 480)


@dataclass(frozen=True)
class Network:
    """One variant of one preset of one method."""

    method: str
    preset: str
    variant: str


@dataclass(frozen=True)
class StageStat:
    """Milliseconds of one stage over the repeats."""

    stage: str
    median_ms: float
    p95_ms: float


@dataclass(frozen=True)
class NetworkResult:
    """What was measured for one network, one person in one picture.

    Attributes:
        network: which.
        parameters: numbers in the network, buffers not counted.
        weights: ``embedded``, ``user`` or ``none`` (speed does not depend on it).
        stages: per stage; ``total`` is their sum, ``live`` the sum in live quality.
        peak_memory_mb: most memory of the process (on CUDA: of the device), megabytes.
        base_memory_mb: the same before the network was built: Python, torch, the picture.
        threads: CPU threads of a run.
        repeats: measured runs after the warm-up.
    """

    network: Network
    parameters: int
    weights: str
    stages: tuple[StageStat, ...]
    peak_memory_mb: float
    base_memory_mb: float
    threads: int
    repeats: int
    speed: Speed | None = None


@dataclass(frozen=True)
class Speed:
    """The network alone, three ways in alternation; medians.

    Attributes:
        plain_ms: the module as it was built; full_ms: as engines run it, in float32.
        half_ms: in half precision; None where that is no faster by nature.
        half_off_mm: how far half precision moves vertices in the mean; None without weights.
    """

    plain_ms: float
    full_ms: float
    half_ms: float | None
    half_off_mm: float | None


def networks(methods: tuple[str, ...] = ()) -> tuple[Network, ...]:
    """All variants of the named methods, or of all methods."""
    entries = [method_entry(name) for name in methods] if methods else list_methods()
    return tuple(
        Network(entry.id, preset.id, variant.id)
        for entry in entries
        for preset in entry.presets
        for variant in preset.variants
    )


def measure(network: Network, device: str, repeats: int) -> NetworkResult:
    """Run one network on the first bundled sample; meant for a process of its own."""
    frame, person = _subject()
    base = memory_mb(device)
    state = find_weights(network.method, network.preset, network.variant).state
    config = EngineConfig(
        network.method, network.preset, network.variant, device=device, untrained=state == "none"
    )
    with open_engine(config) as engine:
        _runs(lambda: engine.run(frame, (person,)), WARM_UP)
        full = _runs(lambda: engine.run(frame, (person,)), repeats)
        live = _runs(lambda: engine.run(frame, (person,), quality="live"), repeats)
        memory = memory_mb(str(engine.device))
        return NetworkResult(
            network=network,
            parameters=engine.parameters,
            weights=engine.weights_state,
            stages=(*_stages(full), _stat("live", [run.seconds for run in live])),
            peak_memory_mb=memory,
            base_memory_mb=base,
            threads=engine.threads,
            repeats=len(full),
            speed=compare_speed(engine, frame, person, len(full)),
        )


def compare_speed(engine: Engine, frame: Frame, person: Detection, repeats: int) -> Speed:
    """The engine's network against the plain module and against half precision, by turns."""
    method, state = load_method(engine.config)
    ways = [Engine(engine.config, method, state, engine.device, engine.detector), engine]
    if has_half(engine.device):
        ways.append(open_engine(replace(engine.config, precision="half")))
    for way in ways:
        way.run(frame, (person,))
    seconds: list[list[float]] = [[] for _ in ways]
    meshes = [way.run(frame, (person,)).people[0].vertices for way in ways]
    for _ in range(repeats):
        for way, mine in zip(ways, seconds, strict=True):
            stages = way.run(frame, (person,)).timing
            mine.append(next(s.seconds for s in stages if s.stage == "network"))
    median = [1000 * float(np.median(mine)) for mine in seconds]
    half = len(ways) == 3
    off = None
    if half and state != "none":
        off = 1000 * float(np.linalg.norm(meshes[2] - meshes[1], axis=-1).mean())
    for way in ways:
        if way is not engine:
            way.close()
    return Speed(median[0], median[1], median[2] if half else None, off)


def _subject() -> tuple[Frame, Detection]:
    """The first sample with its person, or a grey picture with a standing one."""
    from core.pipeline.joints_file import read_joints_file

    samples, joints = bundled_samples(), sample_joints()
    if samples and joints is not None:
        frame = read_picture(samples[0])
        people = read_joints_file(joints).detections(frame.key)
        if people:
            return frame, people[0]
    height, width = BLANK_HW
    frame = Frame(np.full((height, width, 3), 128, np.uint8), "blank.png")
    return frame, default_pose(np.array([0.2 * width, 0.1 * height, 0.8 * width, 0.9 * height]))


def _runs(run: Callable[[], FrameResult], repeats: int) -> list[FrameResult]:
    """Repeat a run; large networks on small machines stop at `BUDGET_S`, after three at least."""
    began = time.perf_counter()
    results: list[FrameResult] = []
    while len(results) < repeats:
        if len(results) >= LEAST_REPEATS and time.perf_counter() - began > BUDGET_S:
            break
        results.append(run())
    return results


def _stages(runs: list[FrameResult]) -> tuple[StageStat, ...]:
    names = [stage.stage for stage in runs[0].timing]
    per_run = [{stage.stage: stage.seconds for stage in run.timing} for run in runs]
    stats = [_stat(name, [run[name] for run in per_run]) for name in names]
    return (*stats, _stat("total", [run.seconds for run in runs]))


def _stat(stage: str, seconds: list[float]) -> StageStat:
    milliseconds = np.array(seconds) * 1000.0
    return StageStat(
        stage,
        round(float(np.median(milliseconds)), 3),
        round(float(np.percentile(milliseconds, 95)), 3),
    )


def memory_mb(device: str) -> float:
    """Peak memory so far: of the CUDA device if it is one, else of this process."""
    import torch

    if device.startswith("cuda"):
        return round(torch.cuda.max_memory_allocated(device) / 1e6, 1)
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def machine(device: str) -> dict[str, Any]:
    """Where and with what the numbers were measured."""
    import torch

    from core.pipeline.devices import choose_device, usable_cores

    chosen = choose_device(device)
    name = torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else _cpu_name()
    return {
        "device": str(chosen),
        "device_name": name,
        "cores": usable_cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {library: version(library) for library in LIBRARIES},
        # Other work on the machine slows everything; a reader must know of it.
        "load_average": [round(load, 1) for load in os.getloadavg()]
        if hasattr(os, "getloadavg")
        else [],
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _commit() -> str:
    """Hash of the checkout, with ``+`` when it holds changes; empty outside one."""
    here = Path(__file__).resolve().parent

    def git(*arguments: str) -> str:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=here,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        head = git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if head and git("status", "--porcelain", "-uno") else "")
    except OSError:
        return ""


def run_benchmark(methods: tuple[str, ...], device: str, repeats: int) -> dict[str, Any]:
    """Measure networks one after the other, each in a fresh process."""
    results: list[dict[str, Any]] = []
    context = get_context("spawn")
    for network in networks(methods):
        label = f"{network.method} {network.preset} {network.variant}"
        sys.stderr.write(f"{label} ...\n")
        try:
            with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
                result = pool.submit(measure, network, device, repeats).result()
        except (MeshLoupeError, NotImplementedError) as error:
            results.append({"network": asdict(network), "error": str(error)})
            sys.stderr.write(f"{label}: {error}\n")
            continue
        results.append(asdict(result))
    return {"schema": SCHEMA, "machine": machine(device), "results": results}


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="training.benchmark", description=__doc__)
    parser.add_argument("--methods", default="", metavar="ID[,ID...]", help="default: all")
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda[:N]")
    parser.add_argument("--repeats", type=int, default=20, metavar="N")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="FILE")
    parser.add_argument(
        "--markdown", action="store_true", help="print the table of --out, measure nothing"
    )
    chosen = parser.parse_args(arguments)
    try:
        if chosen.markdown:
            sys.stdout.write(markdown_table(read_report(chosen.out)) + "\n")
            return 0
        bound_spinning()  # as the program does; everything is measured in new processes
        methods = tuple(part.strip() for part in chosen.methods.split(",") if part.strip())
        report = run_benchmark(methods, chosen.device, max(1, chosen.repeats))
        with write_atomically(chosen.out) as temporary:
            temporary.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    except MeshLoupeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(markdown_table(report) + f"\n\nwritten to {chosen.out}\n")
    return 1 if any("error" in row for row in report["results"]) else 0


if __name__ == "__main__":
    raise SystemExit(main())
