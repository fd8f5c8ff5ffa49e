"""MuCo-3DHP (Mehta et al. 2018), composed pictures with several people.

Layout, as published with the annotations of Moon et al. 2019 (3DMPPE) and I2L-MeshNet:

    MuCo-3DHP.json      images: id, file_name, width, height, f (2), c (2);
                        annotations: id, image_id, bbox, keypoints_cam (21, 3) mm, keypoints_img (21, 2)
    smpl_param.json     annotation id -> pose (72), shape (10), trans (3) m; camera frame; optional
    <file_name>         e.g. augmented_set/0/0_0.jpg

The person nearest to the camera is the one that is never hidden; the field trains on that one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.data.checks import as_mapping, numbers, read_json, reading
from core.data.dataset import DataSet
from core.data.human36m import MM
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.joint_names import MUCO21_NAMES
from core.data.posing import rotmat_of
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef, PinholeCamera

_CURE = "download the MuCo-3DHP pictures and annotations of 3DMPPE into this folder"
_ROOT = MUCO21_NAMES.index("Pelvis")
_COUNT = len(MUCO21_NAMES)
_SIZES = {"box": 4, "joints_3d": 63, "joints_2d": 42, "camera": 4, "body": 85}


class Muco(DataSet):
    """People of MuCo-3DHP; there is one split, ``train``.

    Args:
        root: folder of the files above.
        nearest_only: keep the person nearest to the camera of each picture, as I2L-MeshNet does.
        progress: told while the index is made.
    """

    id = "muco"
    split = "train"

    def __init__(
        self, root: str | Path, *, nearest_only: bool = True, progress: Progress = no_progress
    ) -> None:
        self.root = Path(root)
        path, fits = self.root / "MuCo-3DHP.json", self.root / "smpl_param.json"
        self._index = cached_index(
            "muco-1",
            [path, fits] if fits.is_file() else [path],
            lambda tell: _build(path, fits, tell),
            progress=progress,
        )
        rows = np.arange(len(self._index["box"]))
        self._rows = rows[self._index["nearest"]] if nearest_only else rows

    def __len__(self) -> int:
        return len(self._rows)

    def _record(self, row: int) -> PersonRecord:
        index, number = self._index, int(self._rows[row])
        key, height, width, person, fitted = (int(value) for value in index["ids"][number])
        x, y, w, h = index["box"][number]
        focal_center, ones = index["camera"][number], np.ones(_COUNT)
        name = str(index["file"][number])
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=str(key),
            picture=PictureRef(self.root / name, size_hw=(height, width)),
            box_xyxy=np.array([x, y, x + w, y + h], np.float32),
            joints_2d=Joints("muco21", index["joints_2d"][number].reshape(-1, 2), ones, "picture"),
            joints_3d=Joints(
                "muco21", index["joints_3d"][number].reshape(-1, 3) * MM, ones, "camera"
            ),
            body=_body(index["body"][number]) if fitted else None,
            camera=PinholeCamera(focal_center[:2], focal_center[2:]),
            sequence=Path(name).parent.as_posix(),
            person=person,
        )


def _body(values: np.ndarray) -> BodyParameters:
    return BodyParameters(
        "smpl", rotmat_of(values[:72]), values[72:82], translation=values[82:], fitted=True
    )


def _build(path: Path, fit_path: Path, tell: Progress) -> Index:
    tell(0.0, path.name)
    data = as_mapping(read_json(path, _CURE), path)
    tell(0.5, fit_path.name)
    fits = as_mapping(read_json(fit_path), fit_path) if fit_path.is_file() else {}
    rows: dict[str, list[Any]] = {name: [] for name in (*_SIZES, "ids", "file", "nearest")}
    with reading(path, "the layout of MuCo-3DHP"):
        people: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
        for person in data["annotations"]:
            people[person["image_id"]].append(person)
        for image in data["images"]:
            group = people.get(image["id"], [])
            depths = [float(person["keypoints_cam"][_ROOT][2]) for person in group]
            nearest = int(np.argmin(depths)) if depths else -1
            for number, person in enumerate(group):
                _add(rows, image, person, number, path, fits, fit_path)
                rows["nearest"].append(number == nearest)
    tell(1.0, "done")
    index: dict[str, np.ndarray] = {
        name: np.array(rows[name], np.float32).reshape(-1, size) for name, size in _SIZES.items()
    }
    index["ids"] = np.array(rows["ids"], np.int64).reshape(-1, 5)
    index["file"] = np.array(rows["file"], dtype=np.str_)
    index["nearest"] = np.array(rows["nearest"], bool)
    return index


def _add(
    rows: dict[str, list[Any]],
    image: Mapping[str, Any],
    person: Mapping[str, Any],
    number: int,
    path: Path,
    fits: Mapping[str, Any],
    fit_path: Path,
) -> None:
    fit = fits.get(str(person["id"]))
    size = int(image["height"]), int(image["width"])
    rows["ids"].append([int(person["id"]), *size, number, int(fit is not None)])
    rows["file"].append(str(image["file_name"]))
    rows["box"].append(numbers(person["bbox"], (4,), "bbox", path))
    joints = numbers(person["keypoints_cam"], (_COUNT, 3), "keypoints_cam", path)
    rows["joints_3d"].append(joints.ravel())
    marks = numbers(person["keypoints_img"], (_COUNT, 2), "keypoints_img", path)
    rows["joints_2d"].append(marks.ravel())
    lens = [numbers(image[part], (2,), part, path) for part in ("f", "c")]
    rows["camera"].append(np.concatenate(lens))
    if fit is None:
        rows["body"].append(np.zeros(_SIZES["body"]))
        return
    with reading(fit_path, "the layout of smpl_param.json"):
        parts = [np.asarray(fit[part], np.float64).ravel() for part in ("pose", "shape", "trans")]
        flat = np.concatenate(parts)
        rows["body"].append(numbers(flat, (_SIZES["body"],), "pose, shape and trans", fit_path))
