"""MPII Human Pose (Andriluka et al. 2014).

Two layouts are read:

    mpii_human_pose_v1_u12_1.mat   the published file (structure RELEASE), pictures in ``images``
    annot/train.json, valid.json   the list of people that pose-estimation code made of it, each with
                                   image, center (2), scale, joints (16, 2), joints_vis (16)

Pixels are numbered from 1, as in MATLAB: half a pixel is taken off. A person's box is the square of
side 200 x scale about the rough centre that MPII gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.data.checks import AGAIN, as_list, need_file, numbers, read_json, reading
from core.data.dataset import DataSet
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.mat5 import read_mat
from core.data.record import Joints, PersonRecord, PictureRef
from core.errors import InputError
from core.geometry.boxes import box_of_center_size

SCALE_PX = 200.0
MATLAB_PX = 0.5
MAT_FILE = "mpii_human_pose_v1_u12_1.mat"
JSON_FILES = {"train": "train.json", "valid": "valid.json"}
_CURE = f"put {MAT_FILE} or annot/train.json beside MPII's `images`"


class _Row(NamedTuple):
    image: str
    center: np.ndarray
    scale: float
    marks: np.ndarray
    person: int


class Mpii(DataSet):
    """People of MPII.

    Args:
        root: folder with ``images`` and one of the annotation files.
        split: ``train``; or ``valid``, the part of it that only the JSON layout knows.
        progress: told while the index is made.
    """

    id = "mpii"

    def __init__(
        self, root: str | Path, split: str = "train", *, progress: Progress = no_progress
    ) -> None:
        if split not in JSON_FILES:
            raise InputError(f"no split {split!r}", cure="use train or valid")
        self.split, self.root = split, Path(root)
        path = self._annotations()
        self._index = cached_index(
            "mpii-1", [path], lambda tell: _build(path, tell), progress=progress
        )

    def _annotations(self) -> Path:
        places = [self.root / "annot" / JSON_FILES[self.split]]
        if self.split == "train":
            places += [self.root / MAT_FILE, self.root / "annot" / MAT_FILE]
        found = [path for path in places if path.is_file()]
        if not found:
            raise InputError("there is no such file", path=places[-1], cure=_CURE)
        return found[0]

    def __len__(self) -> int:
        return len(self._index["image"])

    def _record(self, row: int) -> PersonRecord:
        index = self._index
        name, person = str(index["image"][row]), int(index["person"][row])
        center = index["center"][row].astype(np.float64) - MATLAB_PX
        side = np.array([index["scale"][row] * SCALE_PX])
        marks = index["marks"][row]
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=f"{name}#{person}",
            picture=PictureRef(self.root / "images" / name),
            box_xyxy=box_of_center_size(center, side),
            joints_2d=Joints("mpii16", marks[:, :2] - MATLAB_PX, marks[:, 2], "picture"),
            person=person,
        )


def _build(path: Path, tell: Progress) -> Index:
    tell(0.0, path.name)
    rows = list(_json_rows(path) if path.suffix == ".json" else _mat_rows(path))
    if not rows:
        raise InputError("holds no person with joints", path=path, cure=_CURE)
    tell(1.0, "done")
    return {
        "image": np.array([row.image for row in rows]),
        "center": np.array([row.center for row in rows], np.float32),
        "scale": np.array([row.scale for row in rows], np.float32),
        "marks": np.array([row.marks for row in rows], np.float32),
        "person": np.array([row.person for row in rows], np.int32),
    }


def _json_rows(path: Path) -> Iterator[_Row]:
    seen: dict[str, int] = {}
    with reading(path, "the layout of MPII's list of people"):
        for item in as_list(read_json(path, _CURE), path):
            joints = numbers(item["joints"], (16, 2), "joints", path)
            visible = numbers(item["joints_vis"], (16,), "joints_vis", path)
            marks = np.concatenate([joints, (visible > 0)[:, None]], 1)
            name = str(item["image"])
            seen[name] = seen.get(name, -1) + 1
            center = numbers(item["center"], (2,), "center", path)
            yield _Row(name, center, float(item["scale"]), marks, seen[name])


def _mat_rows(path: Path) -> Iterator[_Row]:
    table = read_mat(need_file(path, _CURE), ("RELEASE",))
    with reading(path, "the layout of MPII's RELEASE"):
        release = table["RELEASE"]
        pictures, training = _several(release["annolist"]), np.ravel(release["img_train"])
        if len(pictures) != len(training):
            raise InputError("its lists are of different length", path=path, cure=AGAIN)
        for picture, train in zip(pictures, training, strict=True):
            if train:
                yield from _picture_rows(picture)


def _several(value: Any) -> list[Mapping[str, Any]]:
    """The elements of a structure; what is empty has none."""
    if isinstance(value, Mapping):
        return [value]
    return [item for item in np.ravel(value) if isinstance(item, Mapping)]


def _picture_rows(picture: Mapping[str, Any]) -> Iterator[_Row]:
    name = str(picture["image"]["name"])
    for number, person in enumerate(_several(picture["annorect"])):
        points = _several(next(iter(_several(person.get("annopoints", []))), {}).get("point", []))
        places = _several(person.get("objpos", []))
        if not points or not places:
            continue
        marks = np.zeros((16, 3))
        for point in points:
            # is_visible is empty for head points: they are marked all the same.
            marks[_one(point["id"], int)] = (_one(point["x"]), _one(point["y"]), 1.0)
        center = np.array([_one(places[0]["x"]), _one(places[0]["y"])])
        yield _Row(name, center, _one(person["scale"]), marks, number)


def _one(value: Any, kind: type = float) -> Any:
    """The only number of a matrix."""
    (number,) = np.ravel(value)
    if not np.isfinite(number):
        raise ValueError("a number is not finite")
    return kind(number)
