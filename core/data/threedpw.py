"""3DPW (von Marcard et al. 2018): people outdoors with gendered SMPL truth and a moving camera.

Layout of the published archives:

    imageFiles/<sequence>/image_00000.jpg
    sequenceFiles/train|validation|test/<sequence>.pkl

A pickle of Python 2 holds for A actors and N pictures: ``sequence``; ``betas`` A x (10+,), ``poses``
A x (N, 72), ``trans`` A x (N, 3), ``jointPositions`` A x (N, 72), in the world frame; ``poses2d`` A x
(N, 3, 18) pixels and confidence of OpenPose; ``genders`` A x ``m`` or ``f``; ``campose_valid`` A x (N,);
``cam_poses`` (N, 4, 4) world to camera; ``cam_intrinsics`` (3, 3). Only pictures whose camera is valid
for the actor count, as in every published number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.data.checks import (
    as_list,
    need_folder,
    numbers,
    read_pickle_table,
    reading,
)
from core.data.dataset import DataSet
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.posing import rotmat_of
from core.data.record import (
    BodyParameters,
    Gender,
    Joints,
    PersonRecord,
    PictureRef,
    PinholeCamera,
)
from core.errors import InputError
from core.geometry.boxes import box_of_points

SPLITS = ("train", "validation", "test")
_GENDERS: dict[str, Gender] = {"m": "male", "f": "female"}
_CURE = "unpack sequenceFiles.zip and imageFiles.zip of 3DPW into one folder and name that"
_MIN_MARKS = 2  # fewer points make no box


class ThreeDPW(DataSet):
    """People of 3DPW, one record for each actor and picture with a valid camera.

    Args:
        root: folder with ``sequenceFiles`` and ``imageFiles``.
        split: ``train``, ``validation`` or ``test``.
        progress: told while the index is made.
    """

    id = "3dpw"

    def __init__(
        self,
        root: str | Path,
        split: Literal["train", "validation", "test"] = "test",
        *,
        progress: Progress = no_progress,
    ) -> None:
        if split not in SPLITS:
            raise InputError(f"no split {split!r}", cure=f"use one of {', '.join(SPLITS)}")
        self.split = split
        self.root = Path(root)
        folder = need_folder(self.root / "sequenceFiles" / split, _CURE)
        self._files = sorted(folder.glob("*.pkl"))
        if not self._files:
            raise InputError("holds no sequence (.pkl)", path=folder, cure=_CURE)
        self._index = cached_index(
            "3dpw-1", self._files, lambda tell: _build(self._files, tell), progress=progress
        )

    def __len__(self) -> int:
        return len(self._index["rows"])

    def _record(self, row: int) -> PersonRecord:
        number, actor, frame = (int(value) for value in self._index["rows"][row])
        scene = _scene(self._files[number])
        path = self.root / "imageFiles" / scene.name / f"image_{frame:05d}.jpg"
        T_camera_world = scene.T_camera_world[frame]
        joints = scene.joints[actor][frame].reshape(24, 3) @ T_camera_world[:, :3].T
        joints_3d = Joints("smpl24", joints + T_camera_world[:, 3], np.ones(24), "camera")
        marks = scene.marks[actor][frame]
        joints_2d = Joints("openpose18", marks[:2].T, np.clip(marks[2], 0, 1), "picture")
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=f"{scene.name}/image_{frame:05d}.jpg#{actor}",
            picture=PictureRef(path),
            box_xyxy=_box(joints_2d, scene.camera.project(joints_3d.points)),
            joints_2d=joints_2d,
            joints_3d=joints_3d,
            body=BodyParameters(
                "smpl",
                rotmat_of(scene.poses[actor][frame]),
                scene.betas[actor],
                scene.genders[actor],
                scene.translations[actor][frame],
                T_camera_world,
            ),
            camera=scene.camera,
            sequence=scene.name,
            subject=f"{scene.name}#{actor}",
            frame=frame,
            person=actor,
        )


class _Scene:
    """One sequence file, checked as a whole."""

    def __init__(self, path: Path) -> None:
        table = read_pickle_table(path)
        with reading(path, "the layout of a 3DPW sequence"):
            self._read(table, path)

    def _read(self, table: Mapping[Any, Any], path: Path) -> None:
        self.name = str(table["sequence"])
        if not self.name or Path(self.name).name != self.name:
            raise InputError(f"has the odd sequence name {self.name!r}", path=path, cure=_CURE)
        cameras = numbers(table["cam_poses"], (None, 4, 4), "cam_poses", path)
        count = len(cameras)
        self.T_camera_world = cameras[:, :3]
        K = numbers(table["cam_intrinsics"], (3, 3), "cam_intrinsics", path)
        self.camera = PinholeCamera(K[[0, 1], [0, 1]], K[:2, 2])
        self.poses = _actors(table, "poses", (count, 72), path)
        self.translations = _actors(table, "trans", (count, 3), path)
        self.joints = _actors(table, "jointPositions", (count, 72), path)
        self.marks = _actors(table, "poses2d", (count, 3, 18), path)
        self.valid = _actors(table, "campose_valid", (count,), path)
        self.betas = [betas[:10] for betas in _actors(table, "betas", (None,), path)]
        self.genders = [_GENDERS[str(g)] for g in as_list(table["genders"], path, "genders")]
        parts = (self.translations, self.joints, self.marks, self.valid, self.betas, self.genders)
        if any(len(part) != len(self.poses) for part in parts):
            raise InputError("its lists are of different numbers of actors", path=path, cure=_CURE)


@lru_cache(maxsize=4)
def _read_scene(path: Path, _changed: int) -> _Scene:
    return _Scene(path)


def _scene(path: Path) -> _Scene:
    """A sequence; the last few stay in memory, until their file changes."""
    try:
        return _read_scene(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise InputError("there is no such file", path=path, cure=_CURE) from error


def _actors(
    table: Mapping[Any, Any], key: str, shape: tuple[int | None, ...], path: Path
) -> list[NDArray[np.float64]]:
    values = as_list(table[key], path, key)
    marks = key == "poses2d"
    return [
        numbers(value, shape, f"{key} of actor {i}", path, finite=not marks)
        for i, value in enumerate(values)
    ]


def _build(files: list[Path], tell: Progress) -> Index:
    rows: list[NDArray[np.int32]] = []
    for number, path in enumerate(files):
        tell(number / len(files), path.name)
        for actor, valid in enumerate(_scene(path).valid):
            frames = np.flatnonzero(valid)
            ids = np.tile(np.array([number, actor], np.int32), (len(frames), 1))
            rows.append(np.concatenate([ids, frames[:, None].astype(np.int32)], 1))
    tell(1.0, "done")
    return {"rows": np.concatenate(rows)}


def _box(marks: Joints, projected: NDArray[np.float64]) -> NDArray[np.float32]:
    """Tight box of the marks, as SPIN and its successors crop; of the true joints if too few."""
    known = marks.points[marks.known]
    return box_of_points(known if len(known) >= _MIN_MARKS else projected)
