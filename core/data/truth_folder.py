"""Our own layout: a folder of pictures with ``<picture>.truth.npz`` beside each.

The truth file has the keys of NPZ schema 1 (`meshloupe infer --save npz` writes them): at least
``joint_names (K), joints_2d (P, K, 2), joints_3d (P, K, 3), camera_full (P, 3)`` and ``focal_px`` or
``image_size``; optional ``vertices, box_xyxy, rotmat, betas, body``. ``joints_3d + camera_full`` is in
the camera frame, principal point at the picture's centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.data.checks import LAYOUT, need_folder, numbers, read_arrays
from core.data.dataset import DataSet
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.joint_names import JOINT_NAMES
from core.data.pictures import picture_size
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef, PinholeCamera
from core.data.spin_npz import texts
from core.errors import InputError
from core.geometry.boxes import box_of_points
from core.geometry.cameras import default_focal_px

SUFFIX = ".truth.npz"
_NEEDED = ("joint_names", "joints_2d", "joints_3d", "camera_full")
_CURE = f"put <picture>{SUFFIX} files beside the pictures"


class TruthFolder(DataSet):
    """People of a folder of pictures with truth files.

    Args:
        root: the folder; folders inside it are not searched.
        progress: told while the index is made.
    """

    id = "truth_folder"

    def __init__(self, root: str | Path, *, progress: Progress = no_progress) -> None:
        self.root = need_folder(Path(root), _CURE)
        self.split = self.root.name
        self._files = sorted(self.root.glob(f"*{SUFFIX}"))
        if not self._files:
            raise InputError("holds no truth file", path=self.root, cure=_CURE)
        self._index = cached_index("truth_folder-1", self._files, self._build, progress=progress)

    def _build(self, tell: Progress) -> Index:
        rows = []
        for number, path in enumerate(self._files):
            tell(number / len(self._files), path.name)
            count = len(_people(path)["camera_full"])
            rows += [(number, person) for person in range(count)]
        tell(1.0, "done")
        return {"rows": np.array(rows, np.int32).reshape(-1, 2)}

    def __len__(self) -> int:
        return len(self._index["rows"])

    def _record(self, row: int) -> PersonRecord:
        number, person = (int(value) for value in self._index["rows"][row])
        path = self._files[number]
        people = _people(path)
        name = path.name.removesuffix(SUFFIX)
        picture = PictureRef(path.with_name(name), size_hw=_size(people, path))
        size = picture_size(picture)
        names = texts(people["joint_names"], "joint_names", path)
        joint_set = _joint_set(names, path)
        count, at = len(names), people["camera_full"][person]
        marks = people["joints_2d"][person]
        joints = people["joints_3d"][person] + at
        if len(marks) != count or len(joints) != count:
            raise InputError("its joints are not as many as their names", path=path, cure=LAYOUT)
        scores = np.isfinite(marks).all(-1).astype(np.float32)
        focal = float(people["focal_px"]) if "focal_px" in people else default_focal_px(*size)
        camera = PinholeCamera(np.array([focal, focal]), np.array([size[1] / 2, size[0] / 2]))
        if "box_xyxy" in people:
            box = people["box_xyxy"][person]
        else:
            box = box_of_points(marks if scores.any() else camera.project(joints))
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=f"{name}#{person}",
            picture=PictureRef(picture.path, size_hw=size),
            box_xyxy=box,
            joints_2d=Joints(joint_set, marks, scores, "picture"),
            joints_3d=Joints(joint_set, joints, np.ones(count), "camera"),
            body=_body(people, person),
            vertices=people["vertices"][person] + at if "vertices" in people else None,
            camera=camera,
            person=person,
            body_name=_body_name(people, path),
        )


def _people(path: Path) -> Mapping[str, np.ndarray]:
    return _read_people(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read_people(path: Path, _changed: int) -> Mapping[str, np.ndarray]:
    """The arrays of a truth file, each checked for its shape."""
    arrays = read_arrays(path, _NEEDED)
    count = len(numbers(arrays["camera_full"], (None, 3), "camera_full", path))
    shapes: dict[str, tuple[int | None, ...]] = {
        "camera_full": (count, 3),
        "joints_2d": (count, None, 2),
        "joints_3d": (count, None, 3),
        "vertices": (count, None, 3),
        "box_xyxy": (count, 4),
        "rotmat": (count, None, 3, 3),
        "betas": (count, 10),
        "image_size": (2,),
        "focal_px": (),
    }
    found = {
        name: numbers(arrays[name], shape, name, path, finite=name != "joints_2d")
        for name, shape in shapes.items()
        if name in arrays
    }
    named = {name: arrays[name] for name in ("joint_names", "body") if name in arrays}
    return found | named


def _size(people: Mapping[str, np.ndarray], path: Path) -> tuple[int, int] | None:
    if "image_size" not in people:
        return None
    height, width = (int(side) for side in people["image_size"])
    if min(height, width) < 1:
        raise InputError("image_size is not positive", path=path, cure=LAYOUT)
    return height, width


def _joint_set(names: tuple[str, ...], path: Path) -> str:
    for joint_set, known in JOINT_NAMES.items():
        if known == names:
            return joint_set
    raise InputError(
        f"its joints are of no known set ({', '.join(names[:3])}, ...)",
        path=path,
        cure=f"use the names of one of: {', '.join(JOINT_NAMES)}",
    )


def _body_name(people: Mapping[str, np.ndarray], path: Path) -> str:
    """The body that the file names, if it is one of the embedded ones."""
    name = texts(people["body"], "body", path)[0] if "body" in people else ""
    return name if name.startswith("embedded") else ""


def _body(people: Mapping[str, np.ndarray], person: int) -> BodyParameters | None:
    if "rotmat" not in people or "betas" not in people:
        return None
    rotmat = people["rotmat"][person]
    if len(rotmat) not in (24, 16):
        return None
    return BodyParameters("smpl" if len(rotmat) == 24 else "mano", rotmat, people["betas"][person])
