"""Body models and sampling matrices in files that the user brings; nothing in them is executed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.body.arrays import BodyArrays, LevelArrays
from core.body.hierarchy import MeshHierarchy, normalised_adjacency
from core.body.smpl_arrays import body_arrays
from core.body.sparse import SparseMatrix
from core.errors import BodyError
from core.files.inert import InertObject, read_npy, read_npz, read_pickle

_LEVELS = {6890: 3, 778: 2}


def read_smpl_file(
    path: str | Path,
    *,
    joint_regressors: Mapping[str, str | Path] | None = None,
    levels: LevelArrays | None = None,
) -> BodyArrays:
    """An SMPL or MANO model from a ``.pkl`` of any vintage or a ``.npz``.

    Args:
        path: the model file.
        joint_regressors: ``.npy`` files by joint set name, e.g. ``h36m17``.
        levels: mesh pyramid, e.g. of `read_sampling`.

    Raises:
        BodyError: it holds no SMPL or MANO model, or the files do not belong together.
        InputError, UnsafeFileError: it cannot be read safely.
    """
    path = Path(path)
    if not path.is_file():
        raise BodyError("no such body", path=path, cure="give `embedded` or a model file")
    data: Any = read_npz(path) if _is_zip(path) else read_pickle(path)
    if isinstance(data, InertObject) and data.attributes:
        data = data.attributes
    if not isinstance(data, Mapping):
        raise BodyError(
            "it holds no SMPL or MANO model", path=path, cure="give the model file itself"
        )
    regressors = {name: read_npy(file) for name, file in (joint_regressors or {}).items()}
    try:
        return body_arrays(data, name=path.name, joint_regressors=regressors, levels=levels)
    except BodyError as error:
        raise BodyError(error.what, path=path, cure=error.cure) from error


def _is_zip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def read_sampling(path: str | Path, vertex_count: int = 6890) -> MeshHierarchy:
    """The mesh pyramid of ``mesh_downsampling.npz``: its lists A, D, U, as far as we use them.

    A is taken for its pattern and gets self-loops and row sums of one, as the adjacency files of
    the METRO family have.

    Raises:
        BodyError: the file holds something else.
    """
    data = read_npz(path)
    try:
        steps = _LEVELS.get(vertex_count, 3) - 1
        down = [SparseMatrix.of(m) for m in list(data["D"])[:steps]]
        up = [SparseMatrix.of(m) for m in list(data["U"])[:steps]]
        patterns = [SparseMatrix.of(m) for m in list(data["A"])[: steps + 1]]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise BodyError(
            "it does not hold the matrices A, D and U of a mesh pyramid",
            path=path,
            cure="give the file mesh_downsampling.npz of the method's authors",
        ) from error
    if not down or down[0].shape[1] != vertex_count:
        raise BodyError(f"its matrices are not for a mesh of {vertex_count} vertices", path=path)
    return MeshHierarchy.from_matrices(down, up, [_with_loops(matrix) for matrix in patterns])


def _with_loops(pattern: SparseMatrix) -> SparseMatrix:
    pairs = np.stack([pattern.rows, pattern.columns], 1)[pattern.values != 0]
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    return normalised_adjacency(pairs, pattern.shape[0])
