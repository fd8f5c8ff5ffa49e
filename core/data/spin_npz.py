"""NPZ files in the layout of SPIN (Kolotouros et al. 2019) and its many successors.

``imgname (N), center (N, 2), scale (N)``; optional ``part (N, 24, 3)``, ``openpose (N, 25, 3)``,
``S (N, 24, 4)`` metres about the pelvis, ``pose (N, 72)`` and ``shape (N, 10)`` in camera axes,
``has_smpl (N)``, ``gender (N)`` as m or f. The box is the square of side 200 x scale. The 24 joints are
those of METRO's ``metro24``; where a person has no marks by hand, OpenPose's stand in.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.data.checks import LAYOUT, numbers, read_arrays
from core.data.dataset import DataSet
from core.data.metro_tsv import GENDERS
from core.data.mpii import SCALE_PX
from core.data.posing import rotmat_of
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef
from core.errors import InputError
from core.geometry.boxes import box_of_center_size

_MARKS = ("part", "openpose", "S")
_OPTIONAL = {
    "part": (24, 3),
    "openpose": (25, 3),
    "S": (24, 4),
    "pose": (72,),
    "shape": (10,),
    "has_smpl": (),
}


class SpinNpz(DataSet):
    """People of one NPZ file.

    Args:
        path: the NPZ file.
        pictures: folder that ``imgname`` is relative to; default the file's own.
        fitted: whether its SMPL parameters are fits; those of 3DPW are measured.
    """

    id = "spin_npz"

    def __init__(
        self, path: str | Path, pictures: str | Path | None = None, *, fitted: bool = True
    ) -> None:
        self.path, self._fitted = Path(path), fitted
        self.split = self.path.stem
        self._pictures = self.path.parent if pictures is None else Path(pictures)
        arrays = read_arrays(self.path, ("imgname", "center", "scale"))
        self._names = texts(arrays["imgname"], "imgname", self.path)
        count = len(self._names)
        self._center = numbers(arrays["center"], (count, 2), "center", self.path)
        self._scale = numbers(np.ravel(arrays["scale"]), (count,), "scale", self.path)
        self._parts = {
            name: numbers(arrays[name], (count, *shape), name, self.path, finite=name not in _MARKS)
            for name, shape in _OPTIONAL.items()
            if name in arrays
        }
        self._gender = (
            texts(arrays["gender"], "gender", self.path) if "gender" in arrays else ("",) * count
        )
        if len(self._gender) != count or not set(self._gender) <= set(GENDERS):
            raise InputError("gender is not m or f for each person", path=self.path, cure=LAYOUT)

    def __len__(self) -> int:
        return len(self._names)

    def _record(self, row: int) -> PersonRecord:
        name = self._names[row]
        side = np.array([self._scale[row] * SCALE_PX])
        space = self._parts["S"][row] if "S" in self._parts else None
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=f"{name}#{row}",
            picture=PictureRef(self._pictures / name),
            box_xyxy=box_of_center_size(self._center[row], side),
            joints_2d=self._marks(row),
            joints_3d=None
            if space is None
            else Joints("metro24", space[:, :3], np.clip(space[:, 3], 0, 1), "relative"),
            body=self._body(row),
            sequence=Path(name).parent.as_posix(),
        )

    def _marks(self, row: int) -> Joints | None:
        for name, joint_set in (("part", "metro24"), ("openpose", "openpose25")):
            if name in self._parts and (self._parts[name][row, :, 2] > 0).any():
                marks = self._parts[name][row]
                return Joints(joint_set, marks[:, :2], np.clip(marks[:, 2], 0, 1), "picture")
        return None

    def _body(self, row: int) -> BodyParameters | None:
        if not {"pose", "shape"} <= set(self._parts):
            return None
        if "has_smpl" in self._parts and not self._parts["has_smpl"][row]:
            return None
        gender = GENDERS[self._gender[row]]
        pose, shape = self._parts["pose"][row], self._parts["shape"][row]
        return BodyParameters("smpl", rotmat_of(pose), shape, gender, fitted=self._fitted)


def texts(array: np.ndarray, name: str, path: Path) -> tuple[str, ...]:
    """A column of text, whichever way numpy kept it.

    Raises:
        InputError: it is something else.
    """
    values = np.atleast_1d(array).tolist()
    if np.ndim(array) > 1 or not all(isinstance(value, (str, bytes)) for value in values):
        raise InputError(f"{name} is no list of texts", path=path, cure=LAYOUT)
    return tuple(v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values)
