"""Body models: embedded or the user's, with joints, parts and the mesh pyramid.

Names are imported on use: joint sets and template arrays need no torch, and the window opens without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.body.arrays import BodyArrays, LevelArrays
    from core.body.hierarchy import MeshHierarchy
    from core.body.joint_sets import JOINT_SETS, JointSet
    from core.body.load import body_from_arrays, body_from_template, load_body
    from core.body.model import BodyModel, BodyOutput, BodySubset, BoneTransforms
    from core.body.sparse import SparseMap, SparseMatrix
    from core.body.standing import standing_pose

_HOME = {
    "JOINT_SETS": "joint_sets",
    "BodyArrays": "arrays",
    "BodyModel": "model",
    "BodyOutput": "model",
    "BodySubset": "model",
    "BoneTransforms": "model",
    "JointSet": "joint_sets",
    "LevelArrays": "arrays",
    "MeshHierarchy": "hierarchy",
    "SparseMap": "sparse",
    "SparseMatrix": "sparse",
    "body_from_arrays": "load",
    "body_from_template": "load",
    "load_body": "load",
    "standing_pose": "standing",
}

__all__ = [
    "JOINT_SETS",
    "BodyArrays",
    "BodyModel",
    "BodyOutput",
    "BodySubset",
    "BoneTransforms",
    "JointSet",
    "LevelArrays",
    "MeshHierarchy",
    "SparseMap",
    "SparseMatrix",
    "body_from_arrays",
    "body_from_template",
    "load_body",
    "standing_pose",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
