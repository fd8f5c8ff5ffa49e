"""FreiHAND (Zimmermann et al. 2019): right hands with MANO truth in the camera frame.

Layout of the published archives ("v2"), all in one folder:

    training_K.json        n x (3, 3)            training/rgb/00000000.jpg ... (4 n pictures)
    training_xyz.json      n x (21, 3) metres    evaluation/rgb/00000000.jpg ...
    training_verts.json    n x (778, 3) metres   evaluation_K.json, evaluation_scale.json
    training_mano.json     n x (1, 61)           evaluation_xyz.json, evaluation_verts.json
    training_scale.json    n numbers             (the last two since the truth was released)

Picture i of the training split shows sample ``i mod n``; the four rounds are green screen,
homogenised, sampled and automatic backgrounds. Pictures are 224 x 224, crops already, so the box is
the whole picture. Of the 61 MANO numbers, 48 are the pose, 10 the shape, 3 a picture position and
scale that we do not use.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.checks import as_list, need_file, need_folder, numbers, read_json
from core.data.dataset import DataSet
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.posing import rotmat_of
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef, PinholeCamera
from core.errors import InputError

SIDE_PX = 224
VERTICES = 778
VERSIONS = ("gs", "hom", "sample", "auto")
_CURE = "unpack FreiHAND_pub_v2.zip (and FreiHAND_pub_v2_eval.zip) into this folder"
_SHAPES: dict[str, tuple[int | None, ...]] = {
    "K": (None, 3, 3),
    "xyz": (None, 21, 3),
    "verts": (None, VERTICES, 3),
    "mano": (None, 1, 61),
}
_NEEDED = {"training": ("K", "xyz", "verts", "mano"), "evaluation": ("K",)}


class FreiHand(DataSet):
    """Hands of FreiHAND.

    Args:
        root: folder of the files above.
        split: ``training`` or ``evaluation``; the latter has truth only if its files are there.
        versions: backgrounds of the training pictures.
        progress: told while the index is made.
    """

    id = "freihand"

    def __init__(
        self,
        root: str | Path,
        split: Literal["training", "evaluation"] = "training",
        *,
        versions: Sequence[str] = VERSIONS,
        progress: Progress = no_progress,
    ) -> None:
        if split not in _NEEDED:
            raise InputError(f"no split {split!r}", cure="use training or evaluation")
        if not set(versions) <= set(VERSIONS):
            raise InputError(f"no version in {versions}", cure=f"use {', '.join(VERSIONS)}")
        self.split = split
        self.root = need_folder(Path(root), _CURE)
        parts = [part for part in _SHAPES if part in _NEEDED[split] or self._file(part).is_file()]
        files = {part: need_file(self._file(part), _CURE) for part in parts}
        self._index = cached_index(
            "freihand-1", list(files.values()), lambda tell: _build(files, tell), progress=progress
        )
        self._count = len(self._index["K"])
        rounds = range(len(VERSIONS)) if split == "training" else (0,)
        wanted = [r for r in rounds if split == "evaluation" or VERSIONS[r] in versions]
        self._pictures = [r * self._count + i for r in wanted for i in range(self._count)]

    def _file(self, part: str) -> Path:
        return self.root / f"{self.split}_{part}.json"

    def __len__(self) -> int:
        return len(self._pictures)

    def _record(self, row: int) -> PersonRecord:
        number = self._pictures[row]
        sample = number % self._count
        camera = _camera(self._index["K"][sample])
        joints_2d = joints_3d = None
        if "xyz" in self._index:
            xyz, ones = self._index["xyz"][sample], np.ones(21)
            joints_3d = Joints("hand21", xyz, ones, "camera")
            joints_2d = Joints("hand21", camera.project(xyz), ones, "picture")
        path = self.root / self.split / "rgb" / f"{number:08d}.jpg"
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=f"{number:08d}",
            picture=PictureRef(path, size_hw=(SIDE_PX, SIDE_PX)),
            box_xyxy=np.array([0, 0, SIDE_PX, SIDE_PX], np.float32),
            joints_2d=joints_2d,
            joints_3d=joints_3d,
            body=_hand(self._index["mano"][sample]) if "mano" in self._index else None,
            vertices=self._index["verts"][sample] if "verts" in self._index else None,
            camera=camera,
            action=VERSIONS[number // self._count] if self.split == "training" else "",
        )


def _build(files: dict[str, Path], tell: Progress) -> Index:
    arrays: dict[str, np.ndarray] = {}
    for done, (part, path) in enumerate(files.items()):
        tell(done / len(files), path.name)
        values = as_list(read_json(path, _CURE), path)
        arrays[part] = numbers(values, _SHAPES[part], part, path).astype(np.float32)
        if len(arrays[part]) != len(arrays["K"]):
            raise InputError(
                f"holds {len(arrays[part])} samples but {files['K'].name} {len(arrays['K'])}",
                path=path,
                cure=_CURE,
            )
    tell(1.0, "done")
    return arrays


def _camera(K: NDArray[np.floating]) -> PinholeCamera:
    return PinholeCamera(K[[0, 1], [0, 1]], K[:2, 2])


def _hand(mano: NDArray[np.floating]) -> BodyParameters:
    return BodyParameters(
        "mano", rotmat_of(mano[0, :48]), mano[0, 48:58], fitted=True, from_mean=True
    )
