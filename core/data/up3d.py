"""UP-3D (Lassner et al. 2017): pictures in the wild with fitted SMPL truth.

Layout of the published archive:

    train.txt, val.txt, trainval.txt, test.txt   one "/00000_image.png" a line
    00000_image.png
    00000_joints.npy        (3, 14): x, y, visible; the 14 joints of LSP
    00000_body.pkl          pose (72), betas (10) and the camera of the fit
    00000_render_light.png  the fit on white; its extent is the box that GraphCMR and METRO crop

The pose is in camera axes. The fit's camera belongs to a crop of its own, so neither camera nor
translation is handed on.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.checks import (
    AGAIN,
    need_file,
    numbers,
    read_array,
    read_pickle_table,
    reading,
)
from core.data.dataset import DataSet
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.pictures import load_pixels
from core.data.posing import rotmat_of
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef
from core.errors import InputError
from core.geometry.boxes import box_of_points

SPLITS = ("train", "val", "trainval", "test")
WHITE = 255
_LINE = re.compile(r"/?(\d+)_image\.png")
_CURE = "unpack upi-3d or up-3d.zip and name the folder that holds 00000_image.png"


class Up3D(DataSet):
    """People of UP-3D.

    Args:
        root: folder of the files above.
        split: ``train``, ``val``, ``trainval`` or ``test``.
        progress: told while the index is made.
    """

    id = "up3d"

    def __init__(
        self, root: str | Path, split: str = "train", *, progress: Progress = no_progress
    ) -> None:
        if split not in SPLITS:
            raise InputError(f"no split {split!r}", cure=f"use one of {', '.join(SPLITS)}")
        self.split, self.root = split, Path(root)
        path = need_file(self.root / f"{split}.txt", _CURE)
        self._index = cached_index(
            "up3d-1", [path], lambda tell: _build(path, tell), progress=progress
        )

    def __len__(self) -> int:
        return len(self._index["name"])

    def _record(self, row: int) -> PersonRecord:
        name = str(self._index["name"][row])
        path = self.root / f"{name}_body.pkl"
        table = read_pickle_table(path)
        with reading(path, "the layout of UP-3D's body file"):
            pose = numbers(np.ravel(table["pose"]), (72,), "pose", path)
            betas = numbers(np.ravel(table["betas"])[:10], (10,), "betas", path)
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=name,
            picture=PictureRef(self.root / f"{name}_image.png"),
            box_xyxy=self._index["box"][row],
            joints_2d=_marks(self.root, name),
            body=BodyParameters("smpl", rotmat_of(pose), betas, fitted=True),
        )


def _marks(root: Path, name: str) -> Joints:
    marks = read_array(root / f"{name}_joints.npy", (3, 14), "joints")
    return Joints("lsp14", marks[:2].T, np.clip(marks[2], 0, 1), "picture")


def _build(path: Path, tell: Progress) -> Index:
    try:
        lines = path.read_text("utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("is no list of pictures", path=path, cure=AGAIN) from error
    names, boxes = [], []
    for done, line in enumerate(lines):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(f"names no picture in {line[:40]!r}", path=path, cure=AGAIN)
        if done % 50 == 0:
            tell(done / len(lines), line)
        names.append(match[1])
        boxes.append(_box(path.parent, match[1]))
    if not names:
        raise InputError("names no picture", path=path, cure=AGAIN)
    tell(1.0, "done")
    return {"name": np.array(names), "box": np.array(boxes, np.float32)}


def _box(root: Path, name: str) -> NDArray[np.float32]:
    """Extent of the rendered fit; of the visible joints when the rendering is not there."""
    path = root / f"{name}_render_light.png"
    if path.is_file():
        rows, columns = np.nonzero(load_pixels(PictureRef(path)).min(-1) < WHITE)
        if len(rows):
            box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            return np.array(box, np.float32)
    marks = _marks(root, name)
    if not marks.known.any():
        raise InputError("marks no joint", path=root / f"{name}_joints.npy", cure=AGAIN)
    return box_of_points(marks.points[marks.known])
