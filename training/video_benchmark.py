"""``python -m training.video_benchmark``: live rates and delays, and videos on file.

Everything runs on clips of bundled samples that move about (`training.clips`). Three parts:
``live``, a file played as a camera, by method, people and size of the picture; ``length``, a job over
longer and longer files; ``loop``, a job against a plain loop over the frames. Numbers go to JSON; the
tables of ``docs/live.md`` are made of it by ``make readme``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from core.errors import InputError, MeshLoupeError
from core.files.atomic import write_atomically
from core.methods import list_methods, method_entry
from core.openmp import bound_spinning
from core.pipeline import EngineConfig
from core.pipeline.devices import choose_device
from core.pipeline.loading import find_weights
from training.benchmark import machine
from training.benchmark_report import SCHEMA
from training.clips import make_people_clip
from training.file_benchmark import against_loop, grow
from training.live_benchmark import LiveCase, play
from training.video_report import markdown_tables

DEFAULT_OUT = Path("docs/video_benchmark.json")
PARTS = ("live", "length", "loop")
USUAL_HW = (720, 1280)
SIZES_HW = ((360, 640), (1080, 1920))
PEOPLE = (2, 4)
# One that reads the picture, and one that reads the detector's joints.
VARIED = ("metro", "pose_lift")
LENGTHS = (100, 300, 1000)
LOOP_FRAMES = 60
CLIP_SECONDS = 4.0
# A camera that a processor keeps up with, and one that leaves a CUDA device nothing to wait for.
CAMERA_RATE, CAMERA_RATE_CUDA = 30.0, 120.0
R = TypeVar("R")


@dataclass(frozen=True)
class Wanted:
    """What is to be measured.

    Attributes:
        methods: registry ids.
        device: as ``--device``.
        parts: of `PARTS`.
        seconds: of playing per case; turns: of the job and the loop; lengths: frames of the files.
    """

    methods: tuple[str, ...]
    device: str
    parts: tuple[str, ...] = PARTS
    seconds: float = 6.0
    turns: int = 2
    lengths: tuple[int, ...] = LENGTHS


def live_cases(methods: Sequence[str], *, cuda: bool) -> tuple[LiveCase, ...]:
    """Every method with one person in pictures of the usual size, then more people and other sizes.

    Published networks are measured on CUDA only, without weights where there are none.
    """
    cases = []
    for method in methods:
        for preset in method_entry(method).presets:
            state = find_weights(method, preset.id, preset.variants[0].id).state
            if preset.id == "lite" or cuda:
                cases.append(LiveCase(method, preset.id, 1, USUAL_HW, state == "none"))
    varied = [case for case in cases if case.method in VARIED and case.preset == "lite"]
    for case in varied:
        cases += [LiveCase(case.method, "lite", people, USUAL_HW) for people in PEOPLE]
        cases += [LiveCase(case.method, "lite", 1, size) for size in SIZES_HW]
    return tuple(cases)


class _Clips:
    """Clips made once each, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, people: int, size_hw: tuple[int, int], frames: int, fps: float) -> Path:
        path = self._folder / f"{people}-{size_hw[0]}-{frames}-{fps:g}.mp4"
        return path if path.exists() else make_people_clip(path, people, size_hw, frames, fps)


def run_benchmark(wanted: Wanted) -> dict[str, Any]:
    """Measure everything that is wanted."""
    cuda = choose_device(wanted.device).type == "cuda"
    rate = CAMERA_RATE_CUDA if cuda else CAMERA_RATE
    report: dict[str, Any] = {"schema": SCHEMA, "machine": machine(wanted.device)}
    with tempfile.TemporaryDirectory() as folder:
        clips = _Clips(Path(folder))
        config = EngineConfig(wanted.methods[0], device=wanted.device)
        if "live" in wanted.parts:
            report["live"] = []
            for case in live_cases(wanted.methods, cuda=cuda):
                clip = clips.of(case.people, case.size_hw, round(CLIP_SECONDS * rate), rate)
                row = _alone(play, case, clip, wanted.device, wanted.seconds)
                report["live"].append(_told(row.as_json()))
        if "length" in wanted.parts:
            report["length"] = []
            for frames in wanted.lengths:
                clip = clips.of(1, USUAL_HW, frames, CAMERA_RATE)
                report["length"].append(_told(_alone(grow, clip, config)))
        if "loop" in wanted.parts:
            clip = clips.of(1, USUAL_HW, LOOP_FRAMES, CAMERA_RATE)
            report["loop"] = _told(_alone(against_loop, clip, config, wanted.turns))
    return report


def _alone(work: Callable[..., R], *arguments: Any) -> R:
    """The work in a fresh process, so that its memory is its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _told(row: dict[str, Any]) -> dict[str, Any]:
    sys.stderr.write(f"{json.dumps(row)}\n")
    return row


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="training.video_benchmark", description=__doc__)
    add = parser.add_argument
    add("--parts", default=",".join(PARTS), metavar="PART[,PART...]")
    add("--methods", default="", metavar="ID[,ID...]", help="default: all; files take the first")
    add("--device", default="auto", metavar="auto|cpu|cuda[:N]")
    add("--seconds", type=float, default=6.0, metavar="S", help="of playing per case")
    add("--turns", type=int, default=2, metavar="N", help="of the job and the plain loop")
    add("--lengths", default=",".join(map(str, LENGTHS)), metavar="N[,N...]", help="frames")
    add("--out", type=Path, default=DEFAULT_OUT, metavar="FILE")
    return parser


def _wanted(chosen: argparse.Namespace) -> Wanted:
    parts = tuple(chosen.parts.split(","))
    if not set(parts) <= set(PARTS):
        raise InputError(f"unknown part in {chosen.parts}", cure=f"choose of {', '.join(PARTS)}")
    lengths = chosen.lengths.split(",")
    if not all(text.isdecimal() and int(text) for text in lengths):
        raise InputError(
            f"{chosen.lengths} are no numbers of frames", cure="write for example 100,300"
        )
    named = [part.strip() for part in chosen.methods.split(",") if part.strip()]
    methods = tuple(named) or ("metro", *(e.id for e in list_methods() if e.id != "metro"))
    return Wanted(
        methods,
        chosen.device,
        parts,
        max(chosen.seconds, 0.1),
        max(chosen.turns, 1),
        tuple(map(int, lengths)),
    )


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    bound_spinning()  # as the program does; everything is measured in new processes
    try:
        report = run_benchmark(_wanted(chosen))
        with write_atomically(chosen.out) as temporary:
            temporary.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    except MeshLoupeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{markdown_tables(report)}\n\nwritten to {chosen.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
