"""Body models: embedded or the user's, with joints, parts and the mesh pyramid."""

from core.body.arrays import BodyArrays, LevelArrays
from core.body.hierarchy import MeshHierarchy
from core.body.joint_sets import JOINT_SETS, JointSet
from core.body.load import body_from_arrays, body_from_template, load_body
from core.body.model import BodyModel, BodyOutput, BodySubset, BoneTransforms
from core.body.sparse import SparseMap, SparseMatrix
from core.body.standing import standing_pose

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
