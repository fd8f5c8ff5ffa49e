"""The joints that data sets mark, by set, and the way from one set to another.

A set is an ordered tuple of names. Two sets share a joint when both call it the same in the list of
common names (`COMMON`), which are those of the 14 body joints, the face, the toes and the hand. The
joints inside SMPL (``smpl24``) are no marks and are never taken for them: a knee of the skeleton lies
elsewhere than a marked knee.
"""

from __future__ import annotations

from core.body.joint_sets import (
    COCO17_NAMES,
    FEET6_NAMES,
    H36M17_NAMES,
    HAND21_NAMES,
    LIFT25_NAMES,
    LSP14_NAMES,
    METRO24_NAMES,
    SMPL24_NAMES,
)

MPII16_NAMES = (
    "R_Ankle", "R_Knee", "R_Hip", "L_Hip", "L_Knee", "L_Ankle", "Pelvis", "Thorax", "Upper_Neck",
    "Head_top", "R_Wrist", "R_Elbow", "R_Shoulder", "L_Shoulder", "L_Elbow", "L_Wrist",
)  # fmt: skip
MUCO21_NAMES = (
    "Head_top", "Thorax", "R_Shoulder", "R_Elbow", "R_Wrist", "L_Shoulder", "L_Elbow", "L_Wrist",
    "R_Hip", "R_Knee", "R_Ankle", "L_Hip", "L_Knee", "L_Ankle", "Pelvis", "Spine", "Head",
    "R_Hand", "L_Hand", "R_Toe", "L_Toe",
)  # fmt: skip
MPI28_NAMES = (
    "Spine3", "Spine4", "Spine2", "Spine", "Pelvis", "Neck", "Head", "Head_top", "L_Clavicle",
    "L_Shoulder", "L_Elbow", "L_Wrist", "L_Hand", "R_Clavicle", "R_Shoulder", "R_Elbow", "R_Wrist",
    "R_Hand", "L_Hip", "L_Knee", "L_Ankle", "L_Foot", "L_Toe", "R_Hip", "R_Knee", "R_Ankle",
    "R_Foot", "R_Toe",
)  # fmt: skip
MPI17_NAMES = (
    "Head_top", "Neck", "R_Shoulder", "R_Elbow", "R_Wrist", "L_Shoulder", "L_Elbow", "L_Wrist",
    "R_Hip", "R_Knee", "R_Ankle", "L_Hip", "L_Knee", "L_Ankle", "Pelvis", "Spine", "Head",
)  # fmt: skip
# OpenPose's first 18 points, as 3DPW stores them.
OPENPOSE18_NAMES = (
    "Nose", "Neck", "R_Shoulder", "R_Elbow", "R_Wrist", "L_Shoulder", "L_Elbow", "L_Wrist",
    "R_Hip", "R_Knee", "R_Ankle", "L_Hip", "L_Knee", "L_Ankle", "R_Eye", "L_Eye", "R_Ear", "L_Ear",
)  # fmt: skip
OPENPOSE25_NAMES = (
    "Nose", "Neck", "R_Shoulder", "R_Elbow", "R_Wrist", "L_Shoulder", "L_Elbow", "L_Wrist",
    "MidHip", "R_Hip", "R_Knee", "R_Ankle", "L_Hip", "L_Knee", "L_Ankle", "R_Eye", "L_Eye", "R_Ear",
    "L_Ear", "L_Big_Toe", "L_Small_Toe", "L_Heel", "R_Big_Toe", "R_Small_Toe", "R_Heel",
)  # fmt: skip
# The rows of HumanData's 190 points that are marks of the body, and their common names.
HUMAN_DATA_COUNT = 190
HUMAN_DATA_ROWS = {
    4: "L_Knee", 5: "R_Knee", 7: "L_Ankle", 8: "R_Ankle", 16: "L_Shoulder", 17: "R_Shoulder",
    18: "L_Elbow", 19: "R_Elbow", 20: "L_Wrist", 21: "R_Wrist", 55: "Nose", 56: "R_Eye",
    57: "L_Eye", 58: "R_Ear", 59: "L_Ear", 60: "L_Big_Toe", 61: "L_Small_Toe", 62: "L_Heel",
    63: "R_Big_Toe", 64: "R_Small_Toe", 65: "R_Heel", 144: "R_Hip", 145: "L_Hip", 146: "Neck",
    147: "Head_top", 148: "Pelvis_MPII", 149: "Thorax_MPII", 150: "Spine_H36M", 151: "Jaw_H36M",
    152: "Head_H36M",
}  # fmt: skip
HUMAN_DATA_NAMES = tuple(HUMAN_DATA_ROWS.values())

JOINT_NAMES: dict[str, tuple[str, ...]] = {
    "lsp14": LSP14_NAMES,
    "h36m17": H36M17_NAMES,
    "metro24": METRO24_NAMES,
    "smpl24": SMPL24_NAMES,
    "coco17": COCO17_NAMES,
    "coco23": (*COCO17_NAMES, *FEET6_NAMES),
    "lift25": LIFT25_NAMES,
    "hand21": HAND21_NAMES,
    "mpii16": MPII16_NAMES,
    "muco21": MUCO21_NAMES,
    "mpi28": MPI28_NAMES,
    "mpi17": MPI17_NAMES,
    "openpose18": OPENPOSE18_NAMES,
    "openpose25": OPENPOSE25_NAMES,
    "human_data": HUMAN_DATA_NAMES,
}

COMMON = frozenset((*LIFT25_NAMES, *HAND21_NAMES))
# Sets whose joints are not marks on the body.
_SKELETONS = ("smpl24",)
# What a set calls a joint of the common list otherwise.
_OTHER_NAMES = {
    "mpii16": {"Upper_Neck": "Neck"},
    "muco21": {"Thorax": "Neck"},
    # The METRO family measures its fourteenth joint at Human3.6M's head, in both sets.
    "h36m17": {"Head": "Head_top"},
}


def common_names(joint_set: str) -> tuple[str, ...]:
    """What each joint of a set is called in the common list; empty where it has no such name."""
    if joint_set in _SKELETONS:
        return ("",) * len(JOINT_NAMES[joint_set])
    other = _OTHER_NAMES.get(joint_set, {})
    found = [other.get(name, _plain(name)) for name in JOINT_NAMES[joint_set]]
    return tuple(name if name in COMMON else "" for name in found)


def joint_rows(source: str, target: str) -> tuple[int, ...]:
    """For each joint of ``target`` its row in ``source``, -1 where ``source`` does not mark it.

    3D truth of the METRO family's 24 points takes ``Head_H36M`` for the 14th joint: that is a rule of
    its protocol (`core.metrics.protocols`), not of the names, and not applied here.
    """
    if source == target:
        return tuple(range(len(JOINT_NAMES[source])))
    have = common_names(source)
    return tuple(have.index(name) if name and name in have else -1 for name in common_names(target))


def _plain(name: str) -> str:
    """``left_big_toe`` -> ``L_Big_Toe``; other names stay."""
    for prefix, short in (("left_", "L_"), ("right_", "R_")):
        if name.startswith(prefix):
            return short + name[len(prefix) :].title()
    return "Nose" if name == "nose" else name
