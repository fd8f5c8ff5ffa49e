"""HumanData files (``.npz``) of OpenMMLab's human body tools, in their convention of 190 keypoints.

``image_path (N)``, ``bbox_xywh (N, 5)``; optional ``keypoints2d (N, 190, 3)`` and ``keypoints3d
(N, 190, 4)`` with a ``..._mask (190)`` each, only the masked columns being stored when
``__keypoints_compressed__`` is set; ``smpl``: a table of ``global_orient (N, 3)``, ``body_pose (N, 23, 3)``
and ``betas (N, 10)``, optionally ``transl (N, 3)``, in camera axes; ``meta``: a table with ``gender (N)``.
Tables are pickled inside the file and read without executing anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.checks import LAYOUT, as_mapping, numbers, read_arrays, reading
from core.data.dataset import DataSet
from core.data.joint_names import HUMAN_DATA_COUNT, HUMAN_DATA_ROWS
from core.data.metro_tsv import GENDERS
from core.data.posing import rotmat_of
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef
from core.data.spin_npz import texts
from core.errors import InputError


class HumanDataNpz(DataSet):
    """People of one HumanData file.

    Args:
        path: the NPZ file.
        pictures: folder that ``image_path`` is relative to; default the file's own.
        fitted: whether its SMPL parameters are fits.
    """

    id = "human_data_npz"

    def __init__(
        self, path: str | Path, pictures: str | Path | None = None, *, fitted: bool = True
    ) -> None:
        self.path, self._fitted = Path(path), fitted
        self.split = self.path.stem
        self._pictures = self.path.parent if pictures is None else Path(pictures)
        arrays = read_arrays(self.path, ("image_path", "bbox_xywh"))
        self._names = texts(arrays["image_path"], "image_path", self.path)
        boxes = np.asarray(arrays["bbox_xywh"])
        width = 4 if boxes.ndim == 2 and boxes.shape[1] == 4 else 5
        self._boxes = numbers(boxes, (len(self._names), width), "bbox_xywh", self.path)
        self._marks = self._keypoints(arrays, "keypoints2d", 3)
        self._joints = self._keypoints(arrays, "keypoints3d", 4)
        self._smpl = self._bodies(arrays)
        self._gender = self._genders(arrays)

    def _keypoints(
        self, arrays: Mapping[str, np.ndarray], name: str, width: int
    ) -> NDArray[np.float64] | None:
        """(N, named joints, width), from the full or the compressed form."""
        if name not in arrays:
            return None
        count = len(self._names)
        points = numbers(arrays[name], (count, None, width), name, self.path, finite=False)
        mask = np.ones(HUMAN_DATA_COUNT)
        if f"{name}_mask" in arrays:
            stored = np.ravel(arrays[f"{name}_mask"])
            if len(stored) != HUMAN_DATA_COUNT:
                raise self._version(f"{name}_mask", len(stored))
            mask = numbers(stored, (HUMAN_DATA_COUNT,), f"{name}_mask", self.path)
        packed = arrays.get("__keypoints_compressed__")
        if packed is not None and bool(np.ravel(packed)[0]):
            if points.shape[1] != int((mask > 0).sum()):
                raise self._version(name, points.shape[1])
            full = np.zeros((count, HUMAN_DATA_COUNT, width))
            full[:, mask > 0] = points
            points = full
        elif points.shape[1] != HUMAN_DATA_COUNT:
            raise self._version(name, points.shape[1])
        points = points * (mask > 0)[None, :, None]
        return points[:, list(HUMAN_DATA_ROWS)]

    def _version(self, name: str, count: int) -> InputError:
        return InputError(
            f"{name} holds {count} keypoints, not HumanData's {HUMAN_DATA_COUNT}",
            path=self.path,
            cure="convert it with the current version of the tools that made it",
        )

    def _table(self, arrays: Mapping[str, np.ndarray], name: str) -> Mapping[Any, Any]:
        """A table inside the file: an object array without axes."""
        if name not in arrays:
            return {}
        value = arrays[name]
        inner = value.item() if value.ndim == 0 else value
        return {} if inner is None else as_mapping(inner, self.path, name)

    def _bodies(self, arrays: Mapping[str, np.ndarray]) -> dict[str, NDArray[np.float64]]:
        table, count = self._table(arrays, "smpl"), len(self._names)
        if not table:
            return {}
        with reading(self.path, "SMPL parameters"):
            root = numbers(table["global_orient"], (count, 3), "global_orient", self.path)
            limbs = np.asarray(table["body_pose"], np.float64).reshape(count, -1)
            found = {
                "pose": np.concatenate(
                    [root, numbers(limbs, (count, 69), "body_pose", self.path)], axis=1
                ),
                "betas": numbers(table["betas"], (count, 10), "betas", self.path),
            }
            if "transl" in table:
                found["transl"] = numbers(table["transl"], (count, 3), "transl", self.path)
        return found

    def _genders(self, arrays: Mapping[str, np.ndarray]) -> tuple[str, ...]:
        table = self._table(arrays, "meta")
        if "gender" not in table:
            return ("",) * len(self._names)
        found = texts(np.asarray(table["gender"]), "gender", self.path)
        if len(found) != len(self._names) or not set(found) <= set(GENDERS):
            raise InputError("gender is not m or f for each person", path=self.path, cure=LAYOUT)
        return found

    def __len__(self) -> int:
        return len(self._names)

    def _record(self, row: int) -> PersonRecord:
        name = self._names[row]
        x, y, w, h = self._boxes[row, :4]
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=f"{name}#{row}",
            picture=PictureRef(self._pictures / name),
            box_xyxy=np.array([x, y, x + w, y + h], np.float32),
            joints_2d=_joints(self._marks, row, 2),
            joints_3d=_joints(self._joints, row, 3),
            body=self._body(row),
            sequence=Path(name).parent.as_posix(),
        )

    def _body(self, row: int) -> BodyParameters | None:
        if not self._smpl:
            return None
        return BodyParameters(
            "smpl",
            rotmat_of(self._smpl["pose"][row]),
            self._smpl["betas"][row],
            GENDERS[self._gender[row]],
            self._smpl["transl"][row] if "transl" in self._smpl else None,
            fitted=self._fitted,
        )


def _joints(points: NDArray[np.float64] | None, row: int, size: int) -> Joints | None:
    if points is None or not (points[row, :, size] > 0).any():
        return None
    scores = np.clip(points[row, :, size], 0, 1)
    return Joints(
        "human_data", points[row, :, :size], scores, "picture" if size == 2 else "relative"
    )
