"""``python -m training.steadiness``: jitter and sliding feet of a video, before and after steadying.

Each method sees the video once; what it gives goes through every kind of steadying beside each other.
Numbers go to JSON, and a table with words around it to Markdown.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, MeshLoupeError
from core.files.atomic import write_atomically
from core.geometry.ground_plane import pitch_of
from core.pipeline import EngineConfig, open_engine
from core.pipeline.video_people import VideoPeople
from core.pipeline.videos import VideoFile
from core.temporal import SMOOTHINGS, PeopleOverTime, TemporalSettings
from core.types import FrameResult, GroundPlane
from training.benchmark import machine

DEFAULT_OUT = Path("docs/steadiness.json")
WAYS = tuple(
    TemporalSettings(smoothing, smoothing != "off", lock_feet, ground=True)
    for smoothing in SMOOTHINGS
    for lock_feet in (False, True)
)
WORDS = """# Steadiness: jitter and sliding feet

Written by `python -m training.steadiness {video}`: {frames} frames of {size[1]} x {size[0]} pixels,
{rate:g} a second.

- **Jitter**: mean acceleration of the joints in the camera's frame, mm per frame squared. Most of it is
  distance, which one camera tells worst.
- **Feet slide**: how far heels and balls of standing feet move, mm per frame; both numbers by the same
  contacts, of which there are *steps*.
- **Moved**: how far the joints lie from where the method saw them in the picture, mean, pixels: what
  steadiness costs.

| method | smoothing | feet | jitter | feet slide | steps | moved |
| --- | --- | --- | --- | --- | --- | --- |
"""


class Way:
    """One kind of steadying along the video."""

    def __init__(self, settings: TemporalSettings, people: PeopleOverTime) -> None:
        self.settings, self._people = settings, people
        self._moved_px, self._count = 0.0, 0

    def add(self, raw: FrameResult) -> None:
        """Take what the method gave for the next frame."""
        steady = self._people.settle(raw)
        for before, after in zip(raw.people, steady.people, strict=True):
            self._moved_px += _apart(before.joints_2d, after.joints_2d)
            self._count += 1

    def row(self) -> dict[str, Any]:
        """The measures."""
        gained, ground = self._people.steadiness, self._people.ground
        return {
            "smoothing": self.settings.smoothing,
            "lock_feet": self.settings.lock_feet,
            "frames": gained.frames,
            "jitter_mm": [round(gained.jitter_before_mm, 1), round(gained.jitter_after_mm, 1)],
            "sliding_mm": [round(gained.sliding_before_mm, 1), round(gained.sliding_after_mm, 1)],
            "steps": gained.steps,
            "moved_px": round(self._moved_px / max(self._count, 1), 1),
            "ground": None if ground is None else _ground_row(ground),
        }


def measure(video: Path, method: str, device: str, person: int | None) -> list[dict[str, Any]]:
    """Every way of steadying one method's people.

    Args:
        person: the number of the only one who counts; None counts everybody.

    Raises:
        InputError: there is nobody to measure.
    """
    seen = 0
    config = EngineConfig(method, device=device)
    with open_engine(config) as engine, VideoFile(video) as file:
        fps, body = file.frames_per_second, engine.method.body
        raw = TemporalSettings("off", hold_shape=False)
        people = VideoPeople(engine, raw, frames_per_second=fps)
        ways = [Way(way, PeopleOverTime(way, body, frames_per_second=fps)) for way in WAYS]
        for frame in file:
            result = people.settle(people.look(frame))
            wanted = tuple(p for p in result.people if person in (None, p.track_id))
            seen += len(wanted)
            for way in ways:
                way.add(replace(result, people=wanted))
    if not seen:
        raise InputError("nobody to measure was found", path=video, cure="leave --person out")
    return [{"method": method, **way.row()} for way in ways]


def report(rows: list[dict[str, Any]], video: Path, device: str) -> dict[str, Any]:
    """The result file."""
    with VideoFile(video) as file:
        height, width = next(iter(file)).size_hw
        return {
            "machine": machine(device),
            "video": {
                "name": video.name,
                "frames": len(file.times),
                "size_hw": [int(height), int(width)],
                "frames_per_second": round(file.frames_per_second, 3),
            },
            "results": rows,
        }


def markdown(written: dict[str, Any]) -> str:
    """The page with the table of a result file."""
    video = written["video"]
    page = WORDS.format(
        video=video["name"],
        frames=video["frames"],
        size=video["size_hw"],
        rate=video["frames_per_second"],
    )
    for row in written["results"]:
        jitter, sliding = (f"{a:.0f} → {b:.0f}" for a, b in (row["jitter_mm"], row["sliding_mm"]))
        feet = "locked" if row["lock_feet"] else "free"
        page += (
            f"| {row['method']} | {row['smoothing']} | {feet} | {jitter} | {sliding} "
            f"| {row['steps']} | {row['moved_px']} |\n"
        )
    return page


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="training.steadiness", description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--methods", default="pose_lift,metro", metavar="ID[,ID...]")
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda[:N]")
    parser.add_argument("--person", type=int, metavar="N", help="number of the one who counts")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="FILE")
    chosen = parser.parse_args(arguments)
    methods = [part.strip() for part in chosen.methods.split(",") if part.strip()]
    try:
        rows = []
        for method in methods:
            rows += measure(chosen.video, method, chosen.device, chosen.person)
        written = report(rows, chosen.video, chosen.device)
        texts = {chosen.out: json.dumps(written, indent=1) + "\n"}
        texts[chosen.out.with_suffix(".md")] = markdown(written)
        for path, text in texts.items():
            with write_atomically(path) as temporary:
                temporary.write_text(text, "utf-8")
    except MeshLoupeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"written to {chosen.out} and {chosen.out.with_suffix('.md')}\n")
    return 0


def _apart(before: NDArray[np.floating], after: NDArray[np.floating]) -> float:
    """Mean distance of joints (K, 2), pixels."""
    return float(np.linalg.norm(after - before, axis=-1).mean())


def _ground_row(ground: GroundPlane) -> dict[str, float]:
    return {
        "height_m": round(ground.height, 2),
        "pitch_deg": round(math.degrees(pitch_of(ground)), 1),
        "tilt_sd_deg": round(math.degrees(ground.tilt_sd), 1),
    }


if __name__ == "__main__":
    raise SystemExit(main())
