"""METRO's data sets: pictures, labels and sizes in TSV files that a YAML file names.

    img: train.img.tsv          key <tab> picture, base64
    label: train.label.tsv      key <tab> JSON list of one person
    hw: train.hw.tsv            key <tab> JSON list of one {height, width}
    linelist: train.linelist.tsv   which rows count, one number a line
    composite: true             then img, label, hw are lists of TSV files (or the name of a file that
                                lists them) and linelist has "file <tab> row" lines

A person is ``center``, ``scale`` (box side / 200 px), ``2d_joints`` (1, K, 3), ``3d_joints`` (1, K, 4)
metres, ``pose`` and ``betas`` in camera axes, ``has_2d_joints``, ``has_3d_joints``, ``has_smpl`` and
for 3DPW ``gender``. K = 24 with 72 pose numbers for bodies, 21 with 48 for hands. Neither camera nor
translation is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.checks import AGAIN, as_list, as_mapping, need_file, numbers, reading
from core.data.dataset import DataSet
from core.data.index import Progress, no_progress
from core.data.mpii import SCALE_PX
from core.data.posing import rotmat_of
from core.data.record import BodyParameters, Gender, Joints, PersonRecord, PictureRef
from core.data.tsv_rows import TsvFile, TsvStack, YamlValue, read_flat_yaml, read_numbers
from core.errors import InputError
from core.geometry.boxes import box_of_center_size

_KINDS = {24: ("metro24", "smpl", 72), 21: ("hand21", "mano", 48)}
GENDERS: dict[str, Gender] = {
    "m": "male", "male": "male", "f": "female", "female": "female",
    "n": "neutral", "neutral": "neutral", "none": "neutral", "": "neutral",
}  # fmt: skip


class MetroTsv(DataSet):
    """People or hands of one of METRO's YAML files.

    Args:
        path: the YAML file.
        progress: told while missing line indices are made.
    """

    id = "metro_tsv"

    def __init__(self, path: str | Path, *, progress: Progress = no_progress) -> None:
        self.path = Path(path)
        config = read_flat_yaml(self.path)
        self.split = self.path.stem
        composite = str(config.get("composite", "")).lower() in ("true", "yes", "1")
        for key in ("img", "label"):
            if not config.get(key):
                raise InputError(f"names no {key} file", path=self.path, cure=AGAIN)
        parts = {
            key: [TsvFile(file, progress) for file in self._files(config[key], composite)]
            for key in ("img", "label", "hw")
            if config.get(key)
        }
        rows = self._rows(config.get("linelist"), composite, len(parts["label"][0]))
        self._img, self._label = (TsvStack(parts[key], rows) for key in ("img", "label"))
        self._hw = TsvStack(parts["hw"], rows) if "hw" in parts else None

    def _files(self, value: YamlValue, composite: bool) -> list[Path]:
        if isinstance(value, str) and composite:
            listing = need_file(self.path.parent / value, AGAIN)
            value = listing.read_text("utf-8").split()
        names = [value] if isinstance(value, str) else value
        return [self.path.parent / name for name in names]

    def _rows(self, linelist: YamlValue | None, composite: bool, count: int) -> NDArray[np.int64]:
        if not linelist:
            if composite:
                raise InputError("is composite but names no linelist", path=self.path, cure=AGAIN)
            lines = np.arange(count)[:, None]
        else:
            lines = np.array(
                read_numbers(self.path.parent / str(linelist), 2 if composite else 1), np.int64
            )
        if composite:
            return lines.reshape(-1, 2)
        return np.concatenate([np.zeros_like(lines.reshape(-1, 1)), lines.reshape(-1, 1)], 1)

    def __len__(self) -> int:
        return len(self._label)

    def _record(self, row: int) -> PersonRecord:
        columns = self._label.row(row)
        path, _ = self._label.place(row)
        picture, offset = self._img.place(row)
        person = _first(columns, path, row)
        with reading(path, f"a person of METRO's layout in row {row}"):
            center = numbers(person["center"], (2,), "center", path)
            side = np.array([float(np.ravel(person["scale"])[0]) * SCALE_PX])
            marks = _points(person, "2d_joints", 3, path)
            joints = _points(person, "3d_joints", 4, path)
            if len(marks) != len(joints) or len(joints) not in _KINDS:
                raise InputError(
                    f"row {row} has {len(marks)} and {len(joints)} joints, expected 24 or 21",
                    path=path,
                    cure=AGAIN,
                )
            joint_set = _KINDS[len(joints)][0]
            has_2d, has_3d = int(person["has_2d_joints"]), int(person["has_3d_joints"])
            body = (
                _body(person, len(joints), path) if int(np.ravel(person["has_smpl"])[0]) else None
            )
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=columns[0],
            picture=PictureRef(picture, offset, self._size(row)),
            box_xyxy=box_of_center_size(center, side),
            joints_2d=Joints(joint_set, marks[:, :2], marks[:, 2], "picture") if has_2d else None,
            joints_3d=Joints(joint_set, joints[:, :3], joints[:, 3], "relative")
            if has_3d
            else None,
            body=body,
            sequence=Path(columns[0]).parent.as_posix(),
        )

    def _size(self, row: int) -> tuple[int, int] | None:
        if self._hw is None:
            return None
        columns, path = self._hw.row(row), self._hw.place(row)[0]
        with reading(path, f"height and width in row {row}"):
            text = columns[1]
            if text.lstrip().startswith("["):
                size = json.loads(text)[0]
                return int(size["height"]), int(size["width"])
            height, width = text.split()
            return int(height), int(width)


def _first(columns: list[str], path: Path, row: int) -> Mapping[str, Any]:
    try:
        people = as_list(json.loads(columns[1]), path, f"row {row}")
    except (IndexError, json.JSONDecodeError) as error:
        raise InputError(f"row {row} is cut off or holds no JSON", path=path, cure=AGAIN) from error
    if not people:
        raise InputError(
            f"row {row} holds no person", path=path, cure="leave it out of the linelist"
        )
    return as_mapping(people[0], path, f"row {row}")


def _points(person: Mapping[str, Any], name: str, width: int, path: Path) -> NDArray[np.float64]:
    """(K, width) joints, which may be wrapped in a list of one."""
    shape = (1, None, width) if np.ndim(person[name]) == 3 else (None, width)
    return numbers(person[name], shape, name, path, finite=False).reshape(-1, width)


def _body(person: Mapping[str, Any], count: int, path: Path) -> BodyParameters:
    _, model, size = _KINDS[count]
    pose = numbers(person["pose"], (size,), "pose", path)
    gender = GENDERS[str(person.get("gender", "none")).lower()]
    betas = numbers(person["betas"], (10,), "betas", path)
    # Only 3DPW's labels carry a gender, and only those were measured.
    kind = "smpl" if model == "smpl" else "mano"
    return BodyParameters(
        kind,
        rotmat_of(pose),
        betas,
        gender,
        fitted=gender == "neutral",
        from_mean=kind == "mano",
    )
