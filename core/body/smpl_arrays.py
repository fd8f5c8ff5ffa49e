"""Bodies from arrays with SMPL's or MANO's names, wherever the arrays come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.body.arrays import BodyArrays, LevelArrays
from core.body.joint_sets import (
    H36M17_TO_LSP14,
    MANO16_NAMES,
    MANO16_PARENTS,
    METRO24_FROM_SMPL24_AND_EXTRA,
    SMPL24_NAMES,
    SMPL24_PARENTS,
)
from core.body.sparse import SparseMatrix
from core.errors import BodyError

SHAPE_COUNT = 10
REQUIRED = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights", "f", "kintree_table")

# Tree and names by number of joints.
_SKELETONS = {
    24: ("SMPL", SMPL24_NAMES, SMPL24_PARENTS),
    16: ("MANO", MANO16_NAMES, MANO16_PARENTS),
}
# Points of the skin that stand for a landmark, as vertex numbers of the 6890 and 778 meshes.
_SMPL_POINTS = {
    "nose": 332, "right_eye": 6260, "left_eye": 2800, "right_ear": 4071, "left_ear": 583,
    "left_big_toe": 3216, "left_small_toe": 3226, "left_heel": 3387,
    "right_big_toe": 6617, "right_small_toe": 6624, "right_heel": 6787,
}  # fmt: skip
_MANO_TIPS = {
    "Thumb_4": 745, "Index_4": 317, "Middle_4": 445, "Ring_4": 556, "Pinky_4": 673,
}  # fmt: skip
# Where no regressor of marked points is given, the skeleton's joint stands for the mark.
_MARKED = ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle")
_CROWN_VERTICES = 12


def body_arrays(
    data: Mapping[str, Any],
    *,
    name: str = "",
    joint_regressors: Mapping[str, Any] | None = None,
    levels: LevelArrays | None = None,
) -> BodyArrays:
    """A body from SMPL's or MANO's arrays.

    Args:
        data: ``v_template`` (V, 3), ``shapedirs`` (V, 3, S), ``posedirs`` (V, 3, 9 (J - 1)),
            ``J_regressor`` (J, V) dense or sparse, ``weights`` (V, J), ``f`` (F, 3) and
            ``kintree_table`` (2, J); optionally ``J_regressor_h36m`` (17, V) and
            ``J_regressor_extra`` (14, V).
        name: what the body is called; default SMPL or MANO.
        joint_regressors: further (K, V) regressors by joint set name. ``h36m17`` gives ``lsp14``.
        levels: mesh pyramid; default the full mesh alone.

    Raises:
        BodyError: an array is missing, or the arrays do not fit together.
    """
    weights = _checked_weights(data)
    kind, names, parents = _SKELETONS[weights.shape[1]]
    count, joints = weights.shape
    v_template = _numbers(data, "v_template", (count, 3))
    shapedirs = _numbers(data, "shapedirs", (count, 3, None))[..., :SHAPE_COUNT]
    posedirs = _numbers(data, "posedirs", (count, 3, 9 * (joints - 1)))
    regressor = SparseMatrix.of(data["J_regressor"])
    if regressor.shape != (joints, count):
        raise _misfit("J_regressor", regressor.shape, (joints, count))
    _check_tree(data["kintree_table"], parents, kind)
    faces = _checked_triangles(data, count)
    regressors = _regressors(data, joint_regressors or {}, count)
    return BodyArrays(
        name=name or kind,
        v_template=v_template,
        shapedirs=shapedirs,
        j_template=regressor.apply(v_template),
        j_shapedirs=regressor.apply(shapedirs),
        weights=weights,
        parents=parents,
        joint_names=names,
        levels=levels or LevelArrays(faces=(faces,)),
        posedirs=posedirs,
        landmarks=_landmarks(regressor, names, v_template),
        regressors=regressors,
        hand_mean=_hand_mean(data) if joints == len(MANO16_NAMES) else None,
    )


def _checked_weights(data: Mapping[str, Any]) -> NDArray[np.float64]:
    """Skinning weights (V, J) of a model that has all it needs and a known skeleton."""
    missing = [key for key in REQUIRED if key not in data]
    if missing:
        raise BodyError(
            f"no {', '.join(missing)} in it, so it is no SMPL or MANO model",
            cure="give the model file of SMPL (.pkl or .npz) or MANO",
        )
    weights = _numbers(data, "weights")
    if weights.ndim != 2 or weights.shape[1] not in _SKELETONS:
        raise BodyError(
            f"a skeleton of {weights.shape[-1]} joints",
            cure="give an SMPL model (24 joints) or a MANO model (16 joints)",
        )
    return weights


def _checked_triangles(data: Mapping[str, Any], vertex_count: int) -> NDArray[np.int64]:
    faces = _numbers(data, "f", (None, 3)).astype(np.int64)
    if faces.size and not 0 <= faces.min() <= faces.max() < vertex_count:
        raise BodyError("triangles name vertices that do not exist")
    return faces


def _numbers(
    data: Mapping[str, Any], key: str, shape: Sequence[int | None] | None = None
) -> NDArray[np.float64]:
    """An array of finite numbers, of a given shape (None = any length)."""
    value = data[key]
    value = value.toarray() if hasattr(value, "toarray") else value
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError) as error:
        raise BodyError(f"{key} is no array of numbers") from error
    if shape is not None:
        fits = len(shape) == array.ndim and all(
            wanted in (None, has) for wanted, has in zip(shape, array.shape, strict=True)
        )
        if not fits:
            raise _misfit(key, array.shape, shape)
    if not np.isfinite(array).all():
        raise BodyError(f"{key} holds numbers that are not finite")
    return array


def _misfit(key: str, has: Sequence[int], wanted: Sequence[int | None]) -> BodyError:
    text = ", ".join("any" if n is None else str(n) for n in wanted)
    return BodyError(f"{key} has shape {tuple(has)}, expected ({text})")


def _check_tree(table: Any, parents: tuple[int, ...], kind: str) -> None:
    """The file's tree must be the known one; the root's parent is written in several ways."""
    array = np.asarray(table, np.float64)
    if array.shape != (2, len(parents)) or tuple(array[0, 1:].astype(int)) != parents[1:]:
        raise BodyError(f"its kinematic tree is not that of {kind}")


def _regressors(
    data: Mapping[str, Any], given: Mapping[str, Any], count: int
) -> dict[str, SparseMatrix]:
    """Joint regressors by set; the 14 joints follow from Human3.6M's 17."""
    found = {name: SparseMatrix.of(matrix) for name, matrix in given.items()}
    if "J_regressor_h36m" in data and "h36m17" not in found:
        found["h36m17"] = SparseMatrix.of(data["J_regressor_h36m"])
    if "J_regressor_extra" in data:
        both = [SparseMatrix.of(data[k]).dense() for k in ("J_regressor", "J_regressor_extra")]
        found["metro24"] = SparseMatrix.of(
            np.concatenate(both)[list(METRO24_FROM_SMPL24_AND_EXTRA)]
        )
    for name, matrix in found.items():
        if matrix.shape[1] != count:
            raise _misfit(f"the joint regressor {name}", matrix.shape, (None, count))
    if "h36m17" in found and "lsp14" not in found:
        found["lsp14"] = SparseMatrix.of(found["h36m17"].dense()[list(H36M17_TO_LSP14)])
    return found


def _landmarks(
    regressor: SparseMatrix, names: tuple[str, ...], v_template: NDArray[np.float64]
) -> dict[str, SparseMatrix]:
    """Landmarks of a user's body: its own joints, and known points of the known meshes.

    Marked points (``left_knee`` and the like) are stood for by the skeleton's joints.
    """
    count = len(v_template)
    dense = regressor.dense()
    marks = {name: SparseMatrix.of(dense[i : i + 1]) for i, name in enumerate(names)}
    points: dict[str, int] = {}
    if names == SMPL24_NAMES:
        for side, prefix in (("left", "L"), ("right", "R")):
            for joint in _MARKED:
                marks[f"{side}_{joint.lower()}"] = marks[f"{prefix}_{joint}"]
        crown = np.argsort(v_template[:, 1])[-_CROWN_VERTICES:][None]
        weight = np.full(crown.shape, 1.0 / crown.size)
        marks["Head_top"] = SparseMatrix.from_rows(crown, weight, count)
        points = _SMPL_POINTS if count == 6890 else {}
    elif count == 778:
        points = _MANO_TIPS
    for mark, vertex in points.items():
        marks[mark] = SparseMatrix.selection(np.array([vertex]), count)
    return marks


def _hand_mean(data: Mapping[str, Any]) -> NDArray[np.float64] | None:
    """(15, 3) MANO's mean hand pose in axis-angle, radians, relative to the flat hand."""
    if "hands_mean" not in data:
        return None
    return _numbers(data, "hands_mean").reshape(-1, 3)


def template_arrays(
    vertices: NDArray[np.floating],
    joints: NDArray[np.floating],
    joint_set: str,
    *,
    name: str,
    levels: LevelArrays | None = None,
) -> BodyArrays:
    """A body that only stands still: template vertices (V, 3) and joints (K, 3), in metres.

    It serves networks that need a template and a mesh pyramid but no skinning. The regressor of
    ``joint_set`` is the smallest one that gives the joints from the template, with rows that sum
    to one.
    """
    vertices, joints = np.asarray(vertices, np.float64), np.asarray(joints, np.float64)
    count = len(vertices)
    mean = vertices.mean(0)
    regressor = 1.0 / count + (joints - mean) @ np.linalg.pinv(vertices - mean)
    return BodyArrays(
        name=name,
        v_template=vertices,
        shapedirs=np.zeros((count, 3, SHAPE_COUNT)),
        j_template=joints[:1],
        j_shapedirs=np.zeros((1, 3, SHAPE_COUNT)),
        weights=np.ones((count, 1)),
        parents=(-1,),
        joint_names=("Root",),
        levels=levels or LevelArrays(faces=(np.zeros((0, 3), np.int64),)),
        regressors={joint_set: SparseMatrix.of(regressor)},
    )
