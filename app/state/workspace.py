"""A session as a file: what is open, who is marked, what is chosen, and notes. Plain values and JSON.

Schema 1. Paths are kept twice, absolute and relative to the file, so that a session that moves along
with its pictures finds them again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from app.state.values import Choice, refine_level_of
from core.errors import InputError
from core.files.atomic import write_atomically
from core.types import Detection, LimbHint

SCHEMA = 1
SUFFIX = ".meshloupe"
KIND = "MeshLoupe session"
SOURCES = ("hand", "file", "detector", "own", "default")
MOST_BYTES = 200_000_000


@dataclass(frozen=True, eq=False)
class SavedItem:
    """One row of the list.

    Attributes:
        path: of the picture or video; may be gone.
        frame_index: of a video.
        sample: whether it came with the program.
        people: marks; None where nobody looked yet.
        edited: whether a hand changed them.
        note: words of a person.
    """

    path: Path
    frame_index: int | None = None
    sample: bool = False
    people: tuple[Detection, ...] | None = None
    edited: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False)
class Workspace:
    """Everything that a session file holds.

    Attributes:
        items: rows in order.
        current: row that is looked at; -1 for none.
        choice, others: the chosen method and those compared with it.
        comparing: whether the comparison is shown.
        view: options by name.
        camera: azimuth and elevation, radians, of the 3D view.
        layout: splitters, base64.
    """

    items: tuple[SavedItem, ...] = ()
    current: int = -1
    choice: Choice = field(default_factory=lambda: Choice(""))
    others: tuple[Choice, ...] = ()
    comparing: bool = False
    view: Mapping[str, Any] = field(default_factory=dict)
    camera: tuple[float, float] = (0.0, 0.1)
    layout: str = ""

    @property
    def missing(self) -> tuple[Path, ...]:
        """Files that are not where they were."""
        return tuple(dict.fromkeys(i.path for i in self.items if not i.path.exists()))

    def found_in(self, folder: Path) -> Workspace:
        """The same with missing files looked for in a folder and all below, by name."""
        wanted = {path.name for path in self.missing}
        if not wanted:
            return self
        places: dict[str, Path] = {}
        for root, _, names in os.walk(folder):
            for name in wanted.intersection(names):
                places.setdefault(name, Path(root) / name)
        items = tuple(
            item
            if item.path.exists()
            else replace(item, path=places.get(item.path.name, item.path))
            for item in self.items
        )
        return replace(self, items=items)


def save_workspace(workspace: Workspace, path: Path) -> None:
    """Write a session file; whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    folder = path.parent.absolute()
    data = {
        "kind": KIND,
        "schema": SCHEMA,
        "items": [_item_to_json(item, folder) for item in workspace.items],
        "current": workspace.current,
        "choice": _choice_to_json(workspace.choice),
        "others": [_choice_to_json(choice) for choice in workspace.others],
        "comparing": workspace.comparing,
        "view": dict(workspace.view),
        "camera": list(workspace.camera),
        "layout": workspace.layout,
    }
    with write_atomically(path) as part:
        part.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def load_workspace(path: Path) -> Workspace:
    """Read a session file.

    Raises:
        InputError: it is no session, damaged, or of a newer program.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("is too large for a session", path=path)
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror or error})", path=path, cure="choose another session"
        ) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise InputError("is no MeshLoupe session", path=path, cure=f"choose a *{SUFFIX} file")
    if data.get("schema") != SCHEMA:
        raise InputError(
            f"is a session of schema {data.get('schema')}, this program reads {SCHEMA}",
            path=path,
            cure="open it with the newer program",
        )
    try:
        return _workspace_of(data, path.parent.absolute())
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> InputError:
    return InputError(
        "is damaged and cannot be read as a session", path=path, cure="open an older copy of it"
    )


def _workspace_of(data: dict[str, Any], folder: Path) -> Workspace:
    azimuth, elevation = (float(value) for value in data["camera"])
    return Workspace(
        items=tuple(_item_of(item, folder) for item in data["items"]),
        current=int(data["current"]),
        choice=_choice_of(data["choice"]),
        others=tuple(_choice_of(choice) for choice in data["others"]),
        comparing=bool(data["comparing"]),
        view={str(name): value for name, value in data["view"].items()},
        camera=(azimuth, elevation),
        layout=str(data["layout"]),
    )


def _item_to_json(item: SavedItem, folder: Path) -> dict[str, Any]:
    absolute = item.path.absolute()
    try:
        relative = Path(os.path.relpath(absolute, folder)).as_posix()
    except ValueError:  # another drive
        relative = ""
    people = None if item.people is None else [_person_to_json(p) for p in item.people]
    return {
        "path": str(absolute),
        "relative": relative,
        "frame": item.frame_index,
        "sample": item.sample,
        "people": people,
        "edited": item.edited,
        "note": item.note,
    }


def _item_of(data: dict[str, Any], folder: Path) -> SavedItem:
    path = Path(str(data["path"]))
    beside = folder / str(data["relative"]) if data["relative"] else path
    if not path.exists() and beside.exists():
        path = Path(os.path.normpath(beside))
    people = data["people"]
    return SavedItem(
        path,
        None if data["frame"] is None else int(data["frame"]),
        bool(data["sample"]),
        None if people is None else tuple(_person_of(person) for person in people),
        bool(data["edited"]),
        str(data["note"]),
    )


def _choice_to_json(choice: Choice) -> dict[str, Any]:
    weights = None if choice.weights is None else str(choice.weights)
    return {
        "method": choice.method,
        "preset": choice.preset,
        "variant": choice.variant,
        "weights": weights,
        "body": choice.body,
        "device": choice.device,
        "refine": choice.refine,
    }


def _choice_of(data: dict[str, Any]) -> Choice:
    weights = data["weights"]
    method, preset, variant, body, device = (
        str(data[name]) for name in ("method", "preset", "variant", "body", "device")
    )
    return Choice(
        method,
        preset,
        variant,
        None if weights is None else Path(str(weights)),
        body,
        device,
        refine_level_of(data.get("refine")),  # older sessions know none
    )


def _person_to_json(person: Detection) -> dict[str, Any]:
    joints = None
    if person.joints_2d is not None and person.joint_scores is not None:
        rows = np.concatenate([person.joints_2d, person.joint_scores[:, None]], axis=1)
        joints = [row.tolist() if np.isfinite(row).all() else None for row in rows]
    return {
        "box": [float(value) for value in person.box_xyxy],
        "score": float(person.score),
        "names": list(person.joint_names),
        "joints": joints,
        "source": person.joint_source,
        "hints": [[h.parent, h.child, h.side] for h in person.limb_hints],
        "pitch": person.camera_pitch,
    }


def _person_of(data: dict[str, Any]) -> Detection:
    source: Literal["hand", "file", "detector", "own", "default"] = data["source"]
    if source not in SOURCES:
        raise ValueError(f"unknown source of joints: {source}")
    joints, scores = None, None
    if data["joints"] is not None:
        rows = [(np.nan, np.nan, 0.0) if row is None else row for row in data["joints"]]
        table = np.asarray(rows, np.float32).reshape(len(rows), 3)
        joints, scores = table[:, :2], table[:, 2]
    pitch = data["pitch"]
    return Detection(
        box_xyxy=np.asarray(data["box"], np.float32),
        score=float(data["score"]),
        joint_names=tuple(str(name) for name in data["names"]),
        joints_2d=joints,
        joint_scores=scores,
        joint_source=source,
        limb_hints=tuple(LimbHint(str(a), str(b), side) for a, b, side in data["hints"]),
        camera_pitch=None if pitch is None else float(pitch),
    )
