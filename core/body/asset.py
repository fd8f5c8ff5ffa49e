"""Reading the embedded bodies: checked against their checksum, compact numbers restored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.assets import asset_path
from core.body.arrays import BodyArrays, LevelArrays
from core.body.sparse import SparseMatrix
from core.errors import BodyError
from core.files.inert import read_npz

EMBEDDED = ("embedded", "embedded_hand")
_FILES = {"embedded": "embedded_body.npz", "embedded_hand": "embedded_hand.npz"}
_SCHEMA = 1


def read_embedded(name: str) -> BodyArrays:
    """One of ``EMBEDDED`` from the shipped assets.

    Raises:
        BodyError: the file differs from the one that was shipped, or is of another version.
    """
    path = asset_path("bodies", _FILES[name])
    check_sum(path, path.with_name("SHA256SUMS"))
    return decode(read_npz(path), name, path)


def check_sum(path: Path, sums: Path) -> None:
    """Compare a file with its line in a ``sha256sum`` list."""
    expected = next(
        (line.split()[0] for line in sums.read_text().splitlines() if line.endswith(path.name)),
        None,
    )
    if expected != hashlib.sha256(path.read_bytes()).hexdigest():
        raise BodyError(
            "the embedded body is damaged: its checksum is not the shipped one",
            path=path,
            cure="restore the file from the repository or install MeshLoupe again",
        )


def decode(data: Mapping[str, NDArray[np.generic]], name: str, path: Path) -> BodyArrays:
    """Arrays of a baked file in the layout of ``training.bake.baked``."""
    if int(data.get("schema", np.array(-1))) != _SCHEMA:
        raise BodyError(
            "this embedded body has another version",
            path=path,
            cure="bake it again with `python -m training.bake_body`",
        )
    weights = data["weights"].astype(np.float64)
    v_template = data["v_template"].astype(np.float64)
    count = len(v_template)
    mirror = None
    if "mirror_index" in data:
        mirror = _unit_rows(data["mirror_index"], data["mirror_weight"], count)
    return BodyArrays(
        name=name,
        v_template=v_template,
        shapedirs=data["shapedirs"].astype(np.float64).transpose(1, 2, 0),
        j_template=data["j_template"].astype(np.float64),
        j_shapedirs=data["j_shapedirs"].astype(np.float64).transpose(1, 2, 0),
        weights=weights / weights.sum(1, keepdims=True),
        parents=tuple(int(p) for p in data["parents"]),
        joint_names=tuple(str(n) for n in data["joint_names"]),
        levels=_levels(data),
        rest_rotmat=data["rest_rotmat"].astype(np.float64),
        landmarks=_landmarks(data, count),
        mirror=mirror,
    )


def _levels(data: Mapping[str, NDArray[np.generic]]) -> LevelArrays:
    count = sum(key.startswith("faces_") for key in data)
    faces = tuple(data[f"faces_{i}"].astype(np.int64) for i in range(count))
    sizes = [len(data["v_template"]), *(len(data[f"down_{i}"]) for i in range(1, count))]
    return LevelArrays(
        faces=faces,
        down=tuple(
            SparseMatrix.selection(data[f"down_{i}"].astype(np.int64), sizes[i - 1])
            for i in range(1, count)
        ),
        up=tuple(
            _unit_rows(data[f"up_{i}_index"], data[f"up_{i}_weight"], sizes[i])
            for i in range(1, count)
        ),
    )


def _unit_rows(
    index: NDArray[np.generic], weight: NDArray[np.generic], columns: int
) -> SparseMatrix:
    """Half-precision rows whose sums are one again: the largest entry takes the rounding."""
    exact = weight.astype(np.float64)
    rows = np.arange(len(exact))
    exact[rows, np.abs(exact).argmax(1)] += 1.0 - exact.sum(1)
    return SparseMatrix.from_rows(index.astype(np.int64), exact, columns)


def _landmarks(data: Mapping[str, NDArray[np.generic]], count: int) -> dict[str, SparseMatrix]:
    starts = data["landmark_starts"].astype(np.int64)
    result = {}
    for i, label in enumerate(data["landmark_names"]):
        span = slice(int(starts[i]), int(starts[i + 1]))
        index = data["landmark_index"][span].astype(np.int64)[None]
        weight = data["landmark_weight"][span].astype(np.float64)[None]
        result[str(label)] = SparseMatrix.from_rows(index, weight / weight.sum(), count)
    return result
