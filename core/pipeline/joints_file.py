"""2D joints of people in a JSON file: the format of ``--joints FILE``.

    {"joint_names": ["R_Ankle", ...],
     "people": {"photo.jpg": {"joints_2d": [[x, y], null, ...]}, "clip.mp4#65": [{...}, {...}]}}

Pixels of the picture, x right, y down; ``null`` where unknown. A person may carry ``box_xyxy``,
``score``, ``joint_scores``, ``track_id`` and ``camera_pitch`` (radians). Other keys are ignored. Keypoint
files of COCO are read as well (`core.pipeline.coco_joints`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.detection.from_joints import box_around_joints
from core.errors import InputError
from core.files.atomic import write_atomically
from core.pipeline.coco_joints import coco_people, is_coco
from core.types import Detection

LEAST_PERSON_PX = 2.0  # joints in [0, 1] are a person of this size at most
MAX_BYTES = 256 * 2**20
UNITS = "pixels, x right y down, in the picture's own resolution; null = not visible or unsure"
_FORMAT = (
    'write {"joint_names": [...], "people": {"photo.jpg": {"joints_2d": [[x, y], null, ...]}}}'
)


@dataclass(frozen=True)
class JointsFile:
    """People with 2D joints by frame key (``photo.jpg``, ``clip.mp4#65``)."""

    path: Path | None
    people: Mapping[str, tuple[Detection, ...]] = field(default_factory=dict)

    def detections(self, frame_key: str) -> tuple[Detection, ...]:
        """The people of one frame; empty if the file says nothing of it."""
        return self.people.get(frame_key, ())

    def frames_of(self, name: str) -> tuple[int, ...]:
        """Frame numbers of the video ``name`` that the file speaks of."""
        stem = f"{name}#"
        numbers = (key.removeprefix(stem) for key in self.people if key.startswith(stem))
        return tuple(sorted(int(number) for number in numbers if number.isdecimal()))


def read_joints_file(path: str | Path) -> JointsFile:
    """Read and check a joint file.

    Raises:
        InputError: unreadable, not JSON, or not of this form; the message names the person concerned.
    """
    path = Path(path)
    content = _read_json(path)
    if is_coco(content):
        return JointsFile(path=path, people=coco_people(content, path))
    names = content.get("joint_names")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError("has no list joint_names", path=path, cure=_FORMAT)
    if len(set(names)) != len(names):
        raise InputError("names a joint twice in joint_names", path=path, cure="name each once")
    people = content.get("people")
    if not isinstance(people, dict):
        raise InputError("has no object people", path=path, cure=_FORMAT)
    read: dict[str, tuple[Detection, ...]] = {}
    for key, entry in people.items():
        persons = entry if isinstance(entry, list) else [entry]
        read[key] = tuple(_person(person, tuple(names), path, key) for person in persons)
    return JointsFile(path=path, people=read)


def write_joints_file(
    path: str | Path, people: Mapping[str, Iterable[Detection]], *, note: str = ""
) -> None:
    """Write people with joints so that `read_joints_file` gives them back; all or nothing."""
    listed = {key: tuple(persons) for key, persons in people.items()}
    sets = {person.joint_names for persons in listed.values() for person in persons}
    names = tuple(dict.fromkeys(name for joint_set in sorted(sets, key=len) for name in joint_set))
    content: dict[str, Any] = {"note": note} if note else {}
    content |= {"joint_names": list(names), "units": UNITS}
    content["people"] = {
        key: [_written(person, names) for person in persons] for key, persons in listed.items()
    }
    with write_atomically(Path(path)) as temporary:
        Path(temporary).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def _read_json(path: Path) -> dict[str, Any]:
    cure = "name a JSON file with joints"
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"is larger than {MAX_BYTES >> 20} MB", path=path, cure=cure)
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"cannot be read ({reason})", path=path, cure=cure) from None
    except (ValueError, RecursionError):
        raise InputError("is not JSON", path=path, cure=_FORMAT) from None
    if isinstance(content, list) and all(isinstance(row, dict) for row in content):
        content = {"annotations": content}  # a plain list of COCO results
    if not isinstance(content, dict):
        raise InputError("is not a JSON object", path=path, cure=_FORMAT)
    return content


def _person(entry: Any, names: tuple[str, ...], path: Path, key: str) -> Detection:
    def wrong(what: str) -> InputError:
        return InputError(f"people[{key!r}]: {what}", path=path, cure=_FORMAT)

    if not isinstance(entry, dict) or not isinstance(entry.get("joints_2d"), list):
        raise wrong("has no list joints_2d")
    rows = entry["joints_2d"]
    if len(rows) != len(names):
        raise wrong(f"has {len(rows)} joints where joint_names has {len(names)}")
    joints = np.array([_point(row) for row in rows], dtype=np.float32).reshape(-1, 2)
    known = np.isfinite(joints).all(axis=1)
    scores = _numbers(entry.get("joint_scores"), len(names))
    if entry.get("joint_scores") is not None and scores is None:
        raise wrong(f"joint_scores must be {len(names)} numbers")
    box = _numbers(entry.get("box_xyxy"), 4)
    if entry.get("box_xyxy") is not None and (box is None or not np.isfinite(box).all()):
        raise wrong("box_xyxy must be four numbers")
    if box is None:
        if known.sum() < 2:
            raise wrong("needs two known joints or a box_xyxy")
        box = box_around_joints(joints)
        if (box[2:] - box[:2]).max() < LEAST_PERSON_PX:
            raise wrong("its joints lie within two pixels; give pixels, not shares of the picture")
    elif (box[2:] - box[:2]).min() < 1:
        raise wrong("box_xyxy is empty: x1 > x0 and y1 > y0 by a pixel at least")
    pitch, track = entry.get("camera_pitch"), entry.get("track_id")
    return Detection(
        box_xyxy=box,
        score=float(np.clip(_number(entry.get("score", 1.0), 1.0), 0.0, 1.0)),
        joint_names=names,
        joints_2d=joints,
        joint_scores=None if scores is None else np.where(known, np.clip(scores, 0, 1), 0.0),
        joint_source="file",
        track_id=int(track) if isinstance(track, int) else None,
        camera_pitch=None if pitch is None else _number(pitch, 0.0),
    )


def _point(row: Any) -> tuple[float, float]:
    """(x, y), NaN unless both are finite numbers."""
    if isinstance(row, list) and len(row) >= 2:
        x, y = (_number(value, math.nan) for value in row[:2])
        if math.isfinite(x) and math.isfinite(y):
            return x, y
    return math.nan, math.nan


def _number(value: Any, default: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # Beyond this no picture has pixels, and float32 would overflow.
    return float(value) if is_number and abs(value) < 1e9 else default


def _numbers(values: Any, count: int) -> NDArray[np.float32] | None:
    if not isinstance(values, list) or len(values) != count:
        return None
    return np.array([_number(value, math.nan) for value in values], dtype=np.float32)


def _written(person: Detection, names: tuple[str, ...]) -> dict[str, Any]:
    place = {name: row for row, name in enumerate(person.joint_names)}
    joints: list[list[float] | None] = []
    scores: list[float] = []
    for name in names:
        row = place.get(name)
        point = None if row is None or person.joints_2d is None else person.joints_2d[row]
        if row is None or point is None or not np.isfinite(point).all():
            joints.append(None)
            scores.append(0.0)
            continue
        joints.append([round(float(value), 2) for value in point])
        given = person.joint_scores
        scores.append(1.0 if given is None else round(float(given[row]), 4))
    written: dict[str, Any] = {
        "joints_2d": joints,
        "joint_scores": scores,
        "box_xyxy": [round(float(v), 2) for v in person.box_xyxy],
        "score": round(float(person.score), 4),
    }
    if person.track_id is not None:
        written["track_id"] = person.track_id
    if person.camera_pitch is not None:
        written["camera_pitch"] = person.camera_pitch
    return written
