"""Labels that MeshLoupe makes by itself for pictures without any, kept only where it is sure.

A person is found, reconstructed and refined as for ``meshloupe infer``; whoever passes `Thresholds`
becomes ground truth in our own layout (`core.data.truth_folder`): a copy of the picture and
``<picture>.truth.npz`` beside it. A joint that was not found has no place in the picture (NaN). What was
decided for every picture, and why, is a line of ``annotations.jsonl``, by which a next run goes on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.body.joint_sets import LSP14_NAMES
from core.data.pictures import load_pixels
from core.data.record import PictureRef
from core.data.truth_folder import SUFFIX
from core.errors import InputError, MeshLoupeError
from core.files.atomic import write_atomically
from core.opencv import cv2
from core.pipeline.config import EngineConfig
from core.pipeline.engine import Engine
from core.pipeline.job_records import file_state, fingerprint
from core.pipeline.joint_finding import with_joints
from core.pipeline.joint_matching import match_joints
from core.pipeline.sources import expand_inputs, is_video, read_picture
from core.pipeline.videos import VideoFile
from core.types import Detection, Frame, Reconstruction

RECORDS = "annotations.jsonl"
QUALITY = 95


@dataclass(frozen=True)
class Thresholds:
    """Who is good enough to learn from; measured in docs/refinement.md.

    Attributes:
        least_joints: of the 14 body joints this many must have been found.
        least_score: mean confidence of the joints found, 0 to 1.
        most_percent: mean distance of the body's joints from those found, per cent of their box.
        least_pixels: longer side of the person's box.
    """

    least_joints: int = 13
    least_score: float = 0.7
    most_percent: float = 3.0
    least_pixels: float = 80.0


@dataclass(frozen=True)
class Wish:
    """What is to be labelled, and how.

    Attributes:
        inputs: pictures, videos, folders.
        out: folder of the labels.
        engine: the method with its refinement.
        thresholds: who is kept.
        every_s: seconds between two frames of a video.
    """

    inputs: tuple[Path, ...]
    out: Path
    engine: EngineConfig = field(
        default_factory=lambda: EngineConfig("pose_lift", refine="thorough", detector="embedded")
    )
    thresholds: Thresholds = field(default_factory=Thresholds)
    every_s: float = 1.0


@dataclass(frozen=True)
class Decision:
    """What became of one picture or frame.

    Attributes:
        key: ``photo.jpg``, ``folder__photo.jpg`` or ``clip.mp4#25``.
        kept: people who were labelled; of how many found: ``people``.
        reasons: why the others were not.
        label: name of the labelled picture; '' if nobody was kept.
        earlier: whether an earlier run has decided so.
    """

    key: str
    kept: int
    people: int
    reasons: tuple[str, ...] = ()
    label: str = ""
    earlier: bool = False


def annotate(wish: Wish, engine: Engine) -> Iterator[Decision]:
    """Decide about every picture and frame; each step is written before it is told.

    Raises:
        MeshLoupeError: nothing to label, or the folder cannot be written to. A picture that cannot
            be read is a `Decision` with the reason.
    """
    inside = wish.out.resolve()
    files = [f for f in expand_inputs(wish.inputs) if not f.resolve().is_relative_to(inside)]
    records = _Records(wish, engine)
    names = output_names(files)
    for file in files:
        try:
            if records.whole(file):
                yield from records.of(file)
                continue
            for key, frame in _frames(file, names[file], wish.every_s):
                known = records.known(key, file)
                yield known or records.add(_label(key, frame, file, wish, engine), file)
            records.close(file)
        except InputError as error:
            yield Decision(names[file], 0, 0, (str(error),))


def output_names(files: Sequence[Path]) -> dict[Path, str]:
    """What each file is called in the one folder of labels: its name, with folders where two share it."""
    names: dict[Path, str] = {}
    for file in files:
        parts, count = file.absolute().parts, 1
        while "__".join(parts[-count:]) in names.values():
            count += 1
        names[file] = "__".join(parts[-count:])
    return names


def why_not(
    person: Reconstruction, seen: Detection, thresholds: Thresholds
) -> tuple[str, NDArray[np.bool_]]:
    """The reason why a person is no label ('' if none), and which of the 14 joints were found."""
    try:
        _, scores = match_joints(seen, LSP14_NAMES, where="")
    except InputError:
        return "no joints found", np.zeros(len(LSP14_NAMES), bool)
    found, gained = scores > 0, person.refinement
    pixels = float(np.ptp(seen.box_xyxy.reshape(2, 2), axis=0).max())
    percent = float("nan") if gained is None else gained.after_percent
    if person.joint_names != LSP14_NAMES:
        return "the method gives other joints than the 14 of a body", found
    if found.sum() < thresholds.least_joints:
        return f"{int(found.sum())} of 14 joints found", found
    if scores[found].mean() < thresholds.least_score:
        return f"confidence {scores[found].mean():.2f}", found
    if not np.isfinite(percent):
        return "the body was not compared with the joints", found
    if percent > thresholds.most_percent:
        return f"body {percent:.1f} % off the joints", found
    if pixels < thresholds.least_pixels:
        return f"{pixels:.0f} pixels large", found
    return "", found


def _label(key: str, frame: Frame, file: Path, wish: Wish, engine: Engine) -> Decision:
    detections = engine.detector.detect(frame)
    seen = with_joints(frame, detections, engine.detector, str(engine.device))
    people = engine.run(frame, seen).people if seen else ()
    verdicts = [why_not(p, s, wish.thresholds) for p, s in zip(people, seen, strict=True)]
    kept = [row for row, (reason, _) in enumerate(verdicts) if not reason]
    label = ""
    if kept:
        found = np.stack([verdicts[row][1] for row in kept])
        picture = _place_picture(key, frame, file, wish.out)
        provenance = _provenance(file, frame, wish, engine)
        _write_truth(picture, frame, [people[row] for row in kept], found, provenance)
        label = picture.name
    reasons = tuple(reason for reason, _ in verdicts if reason)
    reasons = reasons or (() if people else ("nobody found",))
    return Decision(key, len(kept), len(people), reasons, label)


def _frames(file: Path, name: str, every_s: float) -> Iterator[tuple[str, Frame]]:
    """A picture, or the frames of a video that lie ``every_s`` apart."""
    if not is_video(file):
        yield name, read_picture(file)
        return
    with VideoFile(file) as video:
        due = 0.0
        for frame in video:
            now = (frame.index or 0) / video.frames_per_second
            now = now if frame.time_s is None else frame.time_s
            if now + 1e-6 >= due:
                due = now + every_s
                yield f"{name}#{frame.index}", frame


def _place_picture(key: str, frame: Frame, file: Path, out: Path) -> Path:
    """A copy of the picture, upright and readable as data; returns where."""
    name, _, number = key.partition("#")
    if number:
        return _encoded(out / f"{name}.f{int(number):06d}.jpg", frame)
    try:
        as_stored = load_pixels(PictureRef(file))
    except InputError:  # a format that data sets do not have
        return _encoded(out / f"{name}.jpg", frame)
    if not np.array_equal(as_stored, frame.image):  # turned by its EXIF entry, or transparent
        return _encoded(out / f"{name}.jpg", frame)
    out.mkdir(parents=True, exist_ok=True)
    with write_atomically(out / name) as part:
        shutil.copyfile(file, part)
    return out / name


def _encoded(path: Path, frame: Frame) -> Path:
    bgr = np.ascontiguousarray(frame.image[..., ::-1])
    with write_atomically(path) as part:
        if not cv2.imwrite(str(part), bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY]):
            raise MeshLoupeError("cannot be encoded as JPEG", path=path)
    return path


def _write_truth(
    picture: Path,
    frame: Frame,
    people: list[Reconstruction],
    found: NDArray[np.bool_],
    provenance: dict[str, Any],
) -> None:
    joints_2d = np.stack([p.joints_2d for p in people])
    arrays: dict[str, Any] = {
        "schema": np.array(1, np.int64),
        "body": np.array(people[0].body),
        "image_size": np.array(frame.size_hw, np.int64),
        "focal_px": np.array(people[0].focal_px, np.float64),
        "joint_names": np.array(LSP14_NAMES),
        "joints_2d": np.where(found[..., None], joints_2d, np.float32(np.nan)),
        "joints_3d": np.stack([p.joints_3d for p in people]),
        "vertices": np.stack([p.vertices for p in people]),
        "camera_full": np.stack([p.camera_full for p in people]),
        "box_xyxy": np.stack([p.box_xyxy for p in people]),
        "score": np.array([p.score for p in people], np.float32),
        "provenance": np.array(json.dumps(provenance)),
    }
    for name in ("rotmat", "betas"):
        rows = [getattr(person, name) for person in people]
        if all(row is not None for row in rows):
            arrays[name] = np.stack(rows)
    target = picture.with_name(picture.name + SUFFIX)
    with write_atomically(target) as part, part.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)


def _provenance(file: Path, frame: Frame, wish: Wish, engine: Engine) -> dict[str, Any]:
    """Where a label comes from: it is no measurement."""
    return {
        "made_by": "python -m training.annotate",
        "source": str(file),
        "frame": frame.index,
        "method": engine.method.method_id,
        "weights_sha256": engine.method.weights_sha256,
        "refine": wish.engine.refine,
        "average": wish.engine.average,
        "thresholds": asdict(wish.thresholds),
    }


class _Records:
    """What was decided, a line each; lines of other wishes or of changed files do not count."""

    def __init__(self, wish: Wish, engine: Engine) -> None:
        self._path = wish.out / RECORDS
        values = {
            "engine": asdict(wish.engine),
            "weights": engine.method.weights_sha256,
            "thresholds": asdict(wish.thresholds),
            "every_s": wish.every_s,
        }
        self._wish = fingerprint(values)
        self._rows: dict[str, dict[str, Any]] = {}
        if self._path.is_file():
            for line in self._path.read_text("utf-8").splitlines():
                try:
                    row = json.loads(line)
                    if row["wish"] == self._wish:
                        self._rows[str(row["key"])] = row
                except (ValueError, KeyError, TypeError):
                    continue  # a line that a killed run has not finished

    def known(self, key: str, file: Path) -> Decision | None:
        """What an earlier run has decided, if the file is still the same and its label still there."""
        row = self._rows.get(key)
        if row is None or row.get("state") != _state(file):
            return None
        label = str(row["label"])
        if label and not (self._path.parent / f"{label}{SUFFIX}").is_file():
            return None
        return Decision(key, row["kept"], row["people"], tuple(row["reasons"]), label, True)

    def whole(self, file: Path) -> bool:
        """Whether an earlier run has gone through all of a file."""
        row = self._rows.get(_whole(file))
        if row is None or row.get("state") != _state(file):
            return False
        return all(self.known(key, file) is not None for key in self._keys(file))

    def of(self, file: Path) -> Iterator[Decision]:
        """All earlier decisions about a file."""
        for key in self._keys(file):
            known = self.known(key, file)
            if known is not None:
                yield known

    def _keys(self, file: Path) -> list[str]:
        name = str(file.absolute())
        return [k for k, row in self._rows.items() if row.get("file") == name and "kept" in row]

    def add(self, decision: Decision, file: Path) -> Decision:
        """Write a decision down; its label is complete by now."""
        row = asdict(decision)
        row.pop("earlier")
        self._append(decision.key, file, row)
        return decision

    def close(self, file: Path) -> None:
        """All of a file is done."""
        self._append(_whole(file), file, {})

    def _append(self, key: str, file: Path, row: dict[str, Any]) -> None:
        where = {"wish": self._wish, "file": str(file.absolute()), "state": _state(file)}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row | where | {"key": key}) + "\n")


def _whole(file: Path) -> str:
    return f"all of {file.absolute()}"


def _state(file: Path) -> list[int]:
    return list(file_state(file) or ())
