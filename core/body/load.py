"""Bodies by name, from files, and from arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.body.asset import EMBEDDED, read_embedded
from core.body.hierarchy import MeshHierarchy
from core.body.model import BodyModel
from core.body.smpl_arrays import body_arrays, template_arrays


def load_body(
    name_or_path: str | Path = "embedded",
    *,
    sampling: str | Path | None = None,
    joint_regressors: Mapping[str, str | Path] | None = None,
) -> BodyModel:
    """A body: ``embedded``, ``embedded_hand``, or a user's SMPL or MANO file (.pkl, .npz).

    Nothing in a user's file is executed.

    Args:
        name_or_path: the body.
        sampling: for a user's body, the ``mesh_downsampling.npz`` that gives it coarse levels.
        joint_regressors: for a user's body, ``.npy`` regressor files by joint set name.

    Raises:
        BodyError: no such body, or the file holds no SMPL or MANO model.
        InputError, UnsafeFileError: a file cannot be read.
    """
    if str(name_or_path) in EMBEDDED:
        return BodyModel(read_embedded(str(name_or_path)))
    from core.body.smpl_files import read_sampling, read_smpl_file

    arrays = read_smpl_file(name_or_path, joint_regressors=joint_regressors)
    if sampling is None:
        return BodyModel(arrays)
    hierarchy = read_sampling(sampling, len(arrays.v_template))
    return BodyModel(arrays, hierarchy.with_full_faces(arrays.levels.faces[0]))


def body_from_arrays(
    data: Mapping[str, Any],
    *,
    name: str = "",
    D: Sequence[Any] = (),
    U: Sequence[Any] = (),
    A: Sequence[Any] = (),
    joint_regressors: Mapping[str, Any] | None = None,
) -> BodyModel:
    """A body from arrays with SMPL's names in memory, with its sampling matrices if there are any.

    Args:
        data: see `core.body.smpl_arrays.body_arrays`.
        name: what the body is called.
        D, U, A: see `MeshHierarchy.from_matrices`.
        joint_regressors: (K, V) by joint set name.
    """
    arrays = body_arrays(data, name=name, joint_regressors=joint_regressors)
    if not D:
        return BodyModel(arrays)
    return BodyModel(arrays, MeshHierarchy.from_matrices(D, U, A, faces=arrays.levels.faces))


def body_from_template(
    vertices: NDArray[np.floating],
    joints: NDArray[np.floating],
    joint_set: str,
    *,
    name: str = "template",
    D: Sequence[Any] = (),
    U: Sequence[Any] = (),
    A: Sequence[Any] = (),
) -> BodyModel:
    """A body that only stands still, for networks that need a template and a pyramid.

    Args:
        vertices: (V, 3) metres. joints: (K, 3) metres, in the order of ``joint_set``.
        joint_set: the set that `BodyModel.regress` then gives.
        name: what the body is called.
        D, U, A: see `MeshHierarchy.from_matrices`.
    """
    arrays = template_arrays(vertices, joints, joint_set, name=name)
    return BodyModel(arrays, MeshHierarchy.from_matrices(D, U, A) if D else None)
