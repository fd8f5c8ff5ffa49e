"""Results as data-set files that other programs train and test on: HumanData NPZ and SPIN-style NPZ.

Both are read back by our own readers (`core.data`), which execute nothing. A method without rotations
gives its joints only.

HumanData: ``image_path (N)``, ``bbox_xywh (N, 5)``, ``keypoints2d (N, 190, 3)`` pixels and
``keypoints3d (N, 190, 4)`` metres about the pelvis, each with a mask, and the table ``smpl`` of
``global_orient (N, 3)``, ``body_pose (N, 23, 3)``, ``betas (N, 10)``, ``transl (N, 3)``, camera frame.

SPIN: ``imgname (N)``, ``center (N, 2)``, ``scale (N)`` (the crop's side is 200 px x scale), ``part
(N, 24, 3)`` pixels, ``S (N, 24, 4)`` metres about the pelvis, ``pose (N, 72)``, ``shape (N, 10)``,
``has_smpl (N)``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from core.body.joint_sets import METRO24_NAMES
from core.data.dataset import DataSet
from core.data.human_data_npz import HumanDataNpz
from core.data.joint_names import HUMAN_DATA_COUNT, HUMAN_DATA_ROWS
from core.data.spin_npz import SpinNpz
from core.errors import OutputError
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.geometry.boxes import box_center_size
from core.types import Reconstruction

# SPIN's crops are that much larger than the person's box, and its scale counts in 200 pixels.
CROP_GROWTH, SCALE_PX = 1.2, 200.0
HIPS = ("R_Hip", "L_Hip")


@dataclass(frozen=True, eq=False)
class _Row:
    name: str
    person: Reconstruction
    translation: NDArray[np.float64]


class DataFileWriter(ABC):
    """Collects the people of an input.

    Args:
        path: the file, written by `finish`.
    """

    format = ""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._rows: list[_Row] = []

    def add(self, name: str, person: Reconstruction, translation: NDArray[np.floating]) -> None:
        """Take a person.

        Args:
            name: of the picture, as the file shall name it.
            person: what was found.
            translation: (3,) metres that move the body, posed by its rotations, to where it is in
                the camera frame; anything for methods without rotations.
        """
        self._rows.append(_Row(name, person, np.asarray(translation, np.float64)))

    def finish(self) -> ExportReport:
        """Write the file and read every person back.

        Raises:
            OutputError: it cannot be written, or a person did not read back equal.
        """
        arrays = self._arrays()
        with write_atomically(self.path) as part:
            np.savez_compressed(part, **arrays)
            read = self._read(part)
            if len(read) != len(self._rows) or not all(map(_same, self._rows, read)):
                raise OutputError("the written file does not read back equal", path=self.path)
        size = self.path.stat().st_size
        return ExportReport(
            self.path, self.format, size, people=len(self._rows), reader="core.data"
        )

    @abstractmethod
    def _arrays(self) -> dict[str, Any]: ...

    @abstractmethod
    def _read(self, path: Path) -> DataSet: ...

    def _names(self) -> NDArray[np.str_]:
        return np.array([row.name for row in self._rows], dtype=np.str_)

    def _poses(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """(N, 72) axis-angle in camera axes, (N, 10) shapes, (N,) who has them."""
        poses, shapes = np.zeros((len(self._rows), 72)), np.zeros((len(self._rows), 10))
        there = np.zeros(len(self._rows), bool)
        for number, row in enumerate(self._rows):
            if row.person.rotmat is not None and row.person.betas is not None:
                poses[number] = Rotation.from_matrix(row.person.rotmat).as_rotvec().ravel()
                shapes[number], there[number] = row.person.betas, True
        return poses, shapes, there

    def _joints(
        self, rows_of: dict[str, int], count: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(N, count, 3) pixels and (N, count, 4) metres about the hips, each with a confidence."""
        marks = np.zeros((len(self._rows), count, 3))
        joints = np.zeros((len(self._rows), count, 4))
        for number, row in enumerate(self._rows):
            person = row.person
            centre = np.zeros(3)
            if set(HIPS) <= set(person.joint_names):
                hips = [person.joint_names.index(name) for name in HIPS]
                centre = np.asarray(person.joints_3d[hips].mean(0), np.float64)
            for name, point, place in zip(
                person.joint_names, person.joints_2d, person.joints_3d, strict=True
            ):
                if name in rows_of:
                    marks[number, rows_of[name]] = (*point, 1.0)
                    joints[number, rows_of[name]] = (*(place - centre), 1.0)
        return marks, joints


class SpinWriter(DataFileWriter):
    """Writes SPIN's layout."""

    format = "spin"

    def _arrays(self) -> dict[str, Any]:
        rows_of = {name: row for row, name in enumerate(METRO24_NAMES)}
        marks, joints = self._joints(rows_of, len(METRO24_NAMES))
        poses, shapes, there = self._poses()
        boxes = np.array([row.person.box_xyxy for row in self._rows], np.float64).reshape(-1, 4)
        center, size = box_center_size(boxes)
        return {
            "imgname": self._names(),
            "center": center,
            "scale": CROP_GROWTH * size.max(axis=-1) / SCALE_PX,
            "part": marks,
            "S": joints,
            "pose": poses,
            "shape": shapes,
            "has_smpl": there.astype(np.uint8),
        }

    def _read(self, path: Path) -> DataSet:
        return SpinNpz(path)


class HumanDataWriter(DataFileWriter):
    """Writes HumanData's layout, not packed."""

    format = "humandata"

    def _arrays(self) -> dict[str, Any]:
        rows_of = {name: row for row, name in HUMAN_DATA_ROWS.items()}
        marks, joints = self._joints(rows_of, HUMAN_DATA_COUNT)
        poses, shapes, there = self._poses()
        boxes = np.array([row.person.box_xyxy for row in self._rows], np.float64).reshape(-1, 4)
        scores = np.array([row.person.score for row in self._rows], np.float64)
        sides = boxes[:, 2:] - boxes[:, :2]
        mask = (marks[..., 2] > 0).any(0).astype(np.uint8)
        arrays: dict[str, Any] = {
            "image_path": self._names(),
            "bbox_xywh": np.column_stack([boxes[:, :2], sides, scores]),
            "keypoints2d": marks,
            "keypoints2d_mask": mask,
            "keypoints3d": joints,
            "keypoints3d_mask": mask,
            "__keypoints_compressed__": np.array(False),
            "__data_len__": np.array(len(self._rows)),
        }
        if len(there) and there.all():
            arrays["smpl"] = _table(
                {
                    "global_orient": poses[:, :3],
                    "body_pose": poses[:, 3:].reshape(-1, 23, 3),
                    "betas": shapes,
                    "transl": np.array([row.translation for row in self._rows]).reshape(-1, 3),
                }
            )
        return arrays

    def _read(self, path: Path) -> DataSet:
        return HumanDataNpz(path)


def _table(values: dict[str, Any]) -> NDArray[np.object_]:
    """A table inside an NPZ: an object array without axes, as HumanData keeps it."""
    table = np.empty((), object)
    table[()] = values
    return table


def _same(row: _Row, read: Any) -> bool:
    """Whether a record is the person that was written."""
    if not read.key.startswith(f"{row.name}#"):
        return False
    mine, body = row.person, read.body
    if body is not None and (
        mine.rotmat is None or not np.allclose(body.rotmat, mine.rotmat, atol=1e-4)
    ):
        return False
    marks = read.joints_2d
    if marks is None:
        return not set(mine.joint_names) & set(METRO24_NAMES)
    rows = [marks.names.index(name) for name in mine.joint_names if name in marks.names]
    places = [i for i, name in enumerate(mine.joint_names) if name in marks.names]
    return bool(np.allclose(marks.points[rows], mine.joints_2d[places], atol=1e-2, rtol=1e-5))
