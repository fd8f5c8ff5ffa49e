"""Finished frames of a video on disk, so that a job that was killed goes on where it stopped.

What is kept is what the method gave, before anything is done over time; going on feeds it through
tracking and smoothing again, which gives the same people as if nothing had happened.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.files.atomic import write_atomically
from core.types import REFINE_LEVELS, Frame, FrameResult, Reconstruction, Refinement

PART_FRAMES = 60
PART_SECONDS = 20.0
_ROWS = ("vertices", "joints_3d", "joints_2d", "camera_full", "box_xyxy", "rotmat", "betas")
_TEXTS = ("method", "preset", "variant", "body", "weights_sha256")


@dataclass(frozen=True, eq=False)
class FinishedFrame:
    """What the method gave for one frame, and whether the detector had looked at it."""

    result: FrameResult
    detected: bool


class FinishedFrames:
    """Parts of a video's results in a folder, each written whole; part k holds the k-th stretch.

    Args:
        folder: made when the first part is written.
        wanted: fingerprint; parts of other wishes are removed.
    """

    def __init__(self, folder: Path, wanted: str) -> None:
        self.folder, self._wanted = folder, wanted
        self._waiting: list[FinishedFrame] = []
        self._began = time.monotonic()
        if self._stored_wish() != wanted:
            for old in folder.glob("*") if folder.is_dir() else ():
                old.unlink()
        self.parts = 0
        while self._part(self.parts).is_file():
            self.parts += 1

    @property
    def pending(self) -> int:
        """Frames that wait for the next part."""
        return len(self._waiting)

    def read(self) -> Iterator[FinishedFrame]:
        """All frames of whole parts, in order; one part is in memory at a time."""
        for number in range(self.parts):
            with np.load(self._part(number), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            yield from _frames_of(arrays)

    def add(self, result: FrameResult, detected: bool) -> None:
        """Keep a frame for the next part."""
        self._waiting.append(FinishedFrame(_without_image(result), detected))

    @property
    def due(self) -> bool:
        """Whether enough frames or seconds have come together for a part."""
        late = time.monotonic() - self._began > PART_SECONDS
        return len(self._waiting) >= PART_FRAMES or late

    def commit(self) -> None:
        """Write what waits as one part."""
        if self._waiting:
            if self.parts == 0:
                with write_atomically(self.folder / "wish.json") as temporary:
                    temporary.write_text(json.dumps(self._wanted), "utf-8")
            arrays = _arrays_of(self._waiting)
            with write_atomically(self._part(self.parts)) as temporary:
                np.savez(temporary, allow_pickle=False, **arrays)
            self.parts += 1
            self._waiting = []
        self._began = time.monotonic()

    def _part(self, number: int) -> Path:
        return self.folder / f"{number:06d}.npz"

    def _stored_wish(self) -> str | None:
        try:
            return json.loads((self.folder / "wish.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None


def _without_image(result: FrameResult) -> FrameResult:
    """The result with a picture that takes no memory."""
    frame = result.frame
    blank = np.broadcast_to(np.zeros((), np.uint8), (*frame.size_hw, 3))
    kept = Frame(blank, frame.name, frame.path, frame.index, frame.time_s)
    return FrameResult(kept, result.method, result.people, result.status)


def _arrays_of(frames: list[FinishedFrame]) -> dict[str, NDArray[np.generic]]:
    results = [item.result for item in frames]
    people = [person for result in results for person in result.people]
    times = [result.frame.time_s for result in results]
    arrays: dict[str, NDArray[np.generic]] = {
        "detected": np.array([item.detected for item in frames]),
        "count": np.array([len(result.people) for result in results], np.int64),
        "index": np.array([result.frame.index or 0 for result in results], np.int64),
        "time_s": np.array([np.nan if t is None else t for t in times], np.float64),
        "size_hw": np.array([result.frame.size_hw for result in results], np.int64),
        "name": np.array(results[0].frame.name),
        "path": np.array(str(results[0].frame.path or "")),
        "method": np.array(results[0].method),
    }
    if not people:
        return arrays
    arrays["score"] = np.array([person.score for person in people], np.float64)
    arrays["focal_px"] = np.array([person.focal_px for person in people], np.float64)
    arrays["track_id"] = np.array([person.track_id for person in people], np.int64)
    arrays["joint_names"] = np.array(people[0].joint_names)
    for text in _TEXTS:
        arrays[text] = np.array(getattr(people[0], text))
    arrays["notes"] = np.array([person.note for person in people])
    refined = [person.refinement for person in people]
    if any(refined):
        rows = [(0, np.nan, np.nan, 0) if r is None else _refined_row(r) for r in refined]
        arrays["refinement"] = np.array(rows, np.float64)
    for name in _ROWS:
        rows = [getattr(person, name) for person in people]
        if all(row is not None for row in rows):
            arrays[name] = np.stack(rows)
    return arrays


def _refined_row(refined: Refinement) -> tuple[float, float, float, float]:
    level = REFINE_LEVELS.index(refined.level)
    return level, refined.before_percent, refined.after_percent, float(refined.accepted)


def _refinement(row: NDArray[np.generic]) -> Refinement | None:
    level, before, after, accepted = (float(value) for value in row)
    if level == 1:
        return Refinement("quick", before, after, bool(accepted))
    return Refinement("thorough", before, after, bool(accepted)) if level == 2 else None


def _frames_of(arrays: dict[str, NDArray[np.generic]]) -> Iterator[FinishedFrame]:
    start = 0
    path = Path(str(arrays["path"])) if str(arrays["path"]) else None
    for row, count in enumerate(arrays["count"].tolist()):
        people = tuple(_person(arrays, place) for place in range(start, start + count))
        start += count
        size = tuple(arrays["size_hw"][row].tolist())
        time_s = float(arrays["time_s"][row])
        frame = Frame(
            image=np.broadcast_to(np.zeros((), np.uint8), (*size, 3)),
            name=str(arrays["name"]),
            path=path,
            index=int(arrays["index"][row]),
            time_s=None if np.isnan(time_s) else time_s,
        )
        status = "done" if people else "nobody"
        result = FrameResult(frame, str(arrays["method"]), people, status)
        yield FinishedFrame(result, bool(arrays["detected"][row]))


def _person(arrays: dict[str, NDArray[np.generic]], row: int) -> Reconstruction:
    def given(name: str) -> NDArray[np.float32] | None:
        return np.asarray(arrays[name][row], np.float32) if name in arrays else None

    return Reconstruction(
        method=str(arrays["method"]),
        preset=str(arrays["preset"]),
        variant=str(arrays["variant"]),
        body=str(arrays["body"]),
        vertices=arrays["vertices"][row],
        joints_3d=arrays["joints_3d"][row],
        joint_names=tuple(arrays["joint_names"].tolist()),
        joints_2d=arrays["joints_2d"][row],
        camera_full=arrays["camera_full"][row],
        focal_px=float(arrays["focal_px"][row]),
        box_xyxy=arrays["box_xyxy"][row],
        score=float(arrays["score"][row]),
        rotmat=given("rotmat"),
        betas=given("betas"),
        track_id=int(arrays["track_id"][row]),
        weights_sha256=str(arrays["weights_sha256"]),
        note=str(arrays["notes"][row]),
        refinement=_refinement(arrays["refinement"][row]) if "refinement" in arrays else None,
    )
