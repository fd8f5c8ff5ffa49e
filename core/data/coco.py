"""COCO person keypoints (Lin et al. 2014).

Layout of the published archives:

    annotations/person_keypoints_<split>.json     split: train2014, val2014, train2017, val2017
    <split>/<file_name>

``keypoints`` is 17 x (x, y, v): v = 0 not marked, 1 marked but hidden, 2 visible; x and y number
pixels from 0. Here half a pixel is added, since our pixels have their centre at a half.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.data.checks import as_mapping, numbers, read_json, reading
from core.data.dataset import DataSet
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.record import Joints, PersonRecord, PictureRef
from core.errors import InputError

SPLITS = ("train2017", "val2017", "train2014", "val2014")
HALF_PX = 0.5
PERSON = 1
_CURE = "unpack COCO's annotations and pictures of this split into one folder and name that"


class Coco(DataSet):
    """People of COCO.

    Args:
        root: folder with ``annotations`` and the split's pictures.
        split: one of `SPLITS`.
        min_keypoints: people with fewer marks are left out; METRO's family trains on those with
            all the body's marks, the evaluation of keypoints takes all with at least one.
        with_ignored: keep crowds and unmarked people, flagged ``ignored``, as the evaluation of
            keypoints needs them.
        progress: told while the index is made.
    """

    id = "coco"

    def __init__(
        self,
        root: str | Path,
        split: str = "val2017",
        *,
        min_keypoints: int = 1,
        with_ignored: bool = False,
        progress: Progress = no_progress,
    ) -> None:
        if split not in SPLITS:
            raise InputError(f"no split {split!r}", cure=f"use one of {', '.join(SPLITS)}")
        self.split, self.root = split, Path(root)
        path = self.root / "annotations" / f"person_keypoints_{split}.json"
        self._index = cached_index(
            "coco-2", [path], lambda tell: _build(path, tell), progress=progress
        )
        counts, ignored = self._index["marks"], self._index["ignored"]
        keep = ~ignored & (counts >= max(min_keypoints, 1))
        self._rows = np.flatnonzero(keep | ignored if with_ignored else keep)

    def __len__(self) -> int:
        return len(self._rows)

    def _record(self, row: int) -> PersonRecord:
        index, number = self._index, int(self._rows[row])
        height, width = (int(side) for side in index["size"][number])
        name = str(index["file"][number])
        x, y, w, h = index["box"][number]
        marks = index["keypoints"][number].reshape(17, 3)
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=str(index["id"][number]),
            picture=PictureRef(self.root / self.split / name, size_hw=(height, width)),
            box_xyxy=np.array([x, y, x + w, y + h], np.float32),
            joints_2d=Joints("coco17", marks[:, :2] + HALF_PX, marks[:, 2] / 2, "picture"),
            ignored=bool(index["ignored"][number]),
            crowd=bool(index["crowd"][number]),
            area_px=float(index["area"][number]),
        )


def _build(path: Path, tell: Progress) -> Index:
    tell(0.0, path.name)
    data = as_mapping(read_json(path, _CURE), path)
    rows: list[tuple[Any, ...]] = []
    with reading(path, "the layout of COCO's person keypoints"):
        images = {image["id"]: image for image in data["images"]}
        for person in data["annotations"]:
            if person["category_id"] == PERSON:
                rows.append(_row(person, images[person["image_id"]], path))
    if not rows:
        raise InputError("holds no person", path=path, cure=_CURE)
    ids, files, sizes, boxes, marks, counts, crowds, areas = zip(*rows, strict=True)
    tell(1.0, "done")
    return {
        "id": np.array(ids, np.int64),
        "file": np.array(files),
        "size": np.array(sizes, np.int32),
        "box": np.array(boxes, np.float32),
        "keypoints": np.array(marks, np.float32),
        "marks": np.array(counts, np.int32),
        "crowd": np.array(crowds, bool),
        "ignored": np.array(crowds, bool) | (np.array(counts) == 0),
        "area": np.array(areas, np.float32),
    }


def _row(person: Mapping[str, Any], image: Mapping[str, Any], path: Path) -> tuple[Any, ...]:
    marks = numbers(person["keypoints"], (51,), "keypoints", path)
    count = int((marks[2::3] > 0).sum())
    return (
        int(person["id"]),
        str(image["file_name"]),
        (int(image["height"]), int(image["width"])),
        numbers(person["bbox"], (4,), "bbox", path),
        marks,
        count,
        bool(person["iscrowd"]),
        float(person["area"]),
    )
