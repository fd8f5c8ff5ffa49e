"""Named joint sets: which landmarks a set holds, in which order.

A *landmark* is a point that a body can compute from its vertices. Bodies name them after SMPL's
joints (``L_Knee`` is the joint of the skeleton) and after COCO's points (``left_knee`` is what an
annotator marks); a joint set gives them the names that its users expect.

Sources: SMPL (Loper et al. 2015) for the skeleton, COCO and COCO-WholeBody for the marked points,
LSP and Human3.6M as used by METRO (Lin et al. 2021) and its successors, FreiHAND (Zimmermann et
al. 2019) for the hand.
"""

from __future__ import annotations

from dataclasses import dataclass

SMPL24_NAMES = (
    "Pelvis", "L_Hip", "R_Hip", "Spine1", "L_Knee", "R_Knee", "Spine2", "L_Ankle", "R_Ankle",
    "Spine3", "L_Foot", "R_Foot", "Neck", "L_Collar", "R_Collar", "Head", "L_Shoulder",
    "R_Shoulder", "L_Elbow", "R_Elbow", "L_Wrist", "R_Wrist", "L_Hand", "R_Hand",
)  # fmt: skip
SMPL24_PARENTS = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21,
)  # fmt: skip

COCO17_NAMES = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip",
    "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
FEET6_NAMES = (
    "left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel",
)  # fmt: skip

LSP14_NAMES = (
    "R_Ankle", "R_Knee", "R_Hip", "L_Hip", "L_Knee", "L_Ankle", "R_Wrist", "R_Elbow",
    "R_Shoulder", "L_Shoulder", "L_Elbow", "L_Wrist", "Neck", "Head_top",
)  # fmt: skip
_LSP14_LANDMARKS = (
    "right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle",
    "right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist",
    "Neck", "Head_top",
)  # fmt: skip

# METRO's H36M order; its 14 joints are these columns of it.
H36M17_NAMES = (
    "Pelvis", "R_Hip", "R_Knee", "R_Ankle", "L_Hip", "L_Knee", "L_Ankle", "Torso", "Neck",
    "Nose", "Head", "L_Shoulder", "L_Elbow", "L_Wrist", "R_Shoulder", "R_Elbow", "R_Wrist",
)  # fmt: skip
H36M17_TO_LSP14 = (3, 2, 1, 4, 5, 6, 16, 15, 14, 11, 12, 13, 8, 10)
# Multi-RoI HMR reads another regressor file, whose legs start on the left.
H36M17_LEFT_FIRST_TO_LSP14 = (6, 5, 4, 1, 2, 3, 16, 15, 14, 11, 12, 13, 8, 10)
_H36M17_LANDMARKS = (
    ("left_hip", "right_hip"), "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee",
    "left_ankle", "Spine2", "Neck", "nose", "Head_top", "left_shoulder", "left_elbow",
    "left_wrist", "right_shoulder", "right_elbow", "right_wrist",
)  # fmt: skip

# The 24 points that METRO's body layer returns: rows of SMPL's 24 and an extra file's 14 joints.
METRO24_NAMES = (
    *LSP14_NAMES, "Pelvis_MPII", "Thorax_MPII", "Spine_H36M", "Jaw_H36M", "Head_H36M",
    "Nose", "L_Eye", "R_Eye", "L_Ear", "R_Ear",
)  # fmt: skip
METRO24_FROM_SMPL24_AND_EXTRA = (
    8, 5, 29, 30, 4, 7, 21, 19, 17, 16, 18, 20, 31, 32, 33, 34, 35, 36, 37, 24, 26, 25, 28, 27,
)  # fmt: skip

FACE5_NAMES = ("Nose", "L_Eye", "R_Eye", "L_Ear", "R_Ear")
LIFT25_NAMES = (
    *LSP14_NAMES, *FACE5_NAMES,
    "L_Big_Toe", "L_Small_Toe", "L_Heel", "R_Big_Toe", "R_Small_Toe", "R_Heel",
)  # fmt: skip

HAND21_NAMES = (
    "Wrist", *(f"{f}_{i}" for f in ("Thumb", "Index", "Middle", "Ring", "Pinky") for i in range(1, 5)),
)  # fmt: skip
MANO16_NAMES = (
    "Wrist", *(f"{f}_{i}" for f in ("Index", "Middle", "Pinky", "Ring", "Thumb") for i in range(1, 4)),
)  # fmt: skip
MANO16_PARENTS = (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14)


@dataclass(frozen=True)
class JointSet:
    """A named, ordered selection of landmarks.

    Attributes:
        name: how the program calls the set.
        joint_names: (K,) what each joint is called in this set.
        landmarks: (K,) the landmark, or the landmarks whose mean it is, of each joint.
        pelvis: the landmarks whose mean is the set's origin when a method centres it.
        approximates: the licensed set that this one stands for, if the match is not by definition.
    """

    name: str
    joint_names: tuple[str, ...]
    landmarks: tuple[tuple[str, ...], ...]
    pelvis: tuple[str, ...] = ()
    approximates: str = ""

    def __len__(self) -> int:
        return len(self.joint_names)

    def index(self, joint_name: str) -> int:
        """Position of a joint in the set."""
        return self.joint_names.index(joint_name)


def _joint_set(
    name: str,
    names: tuple[str, ...],
    landmarks: tuple[str | tuple[str, ...], ...],
    pelvis: tuple[str, ...] = (),
    approximates: str = "",
) -> JointSet:
    rows = tuple((mark,) if isinstance(mark, str) else mark for mark in landmarks)
    return JointSet(name, names, rows, pelvis, approximates)


_HIPS = ("left_hip", "right_hip")

JOINT_SETS: dict[str, JointSet] = {
    row.name: row
    for row in (
        _joint_set("smpl24", SMPL24_NAMES, SMPL24_NAMES, ("Pelvis",)),
        _joint_set("coco17", COCO17_NAMES, COCO17_NAMES, _HIPS),
        _joint_set("coco23", (*COCO17_NAMES, *FEET6_NAMES), (*COCO17_NAMES, *FEET6_NAMES), _HIPS),
        _joint_set("lsp14", LSP14_NAMES, _LSP14_LANDMARKS, _HIPS),
        _joint_set("h36m17", H36M17_NAMES, _H36M17_LANDMARKS, _HIPS, "METRO's Human3.6M regressor"),
        _joint_set(
            "lift25",
            LIFT25_NAMES,
            (*_LSP14_LANDMARKS, *COCO17_NAMES[:5], *FEET6_NAMES),
            _HIPS,
        ),
        # Only a regressor file gives these.
        _joint_set("metro24", METRO24_NAMES, tuple(f"metro24/{n}" for n in METRO24_NAMES)),
        _joint_set("hand21", HAND21_NAMES, HAND21_NAMES, ("Wrist",)),
        _joint_set("mano16", MANO16_NAMES, MANO16_NAMES, ("Wrist",)),
    )
}

# Which joint of the second set each joint of the first one is when a person is mirrored.
_OTHER_SIDE = {"L_": "R_", "R_": "L_", "left_": "right_", "right_": "left_"}


def mirror_name(name: str) -> str:
    """The joint's name on the other side of the body; middle joints keep theirs."""
    for prefix, other in _OTHER_SIDE.items():
        if name.startswith(prefix):
            return other + name[len(prefix) :]
    return name


def mirror_permutation(names: tuple[str, ...]) -> tuple[int, ...]:
    """``p`` such that ``joints[p]`` are the joints of the mirrored person in the same order."""
    return tuple(names.index(mirror_name(name)) for name in names)


# Bones to draw, as pairs of joint names.
LSP14_LIMBS = (
    ("R_Ankle", "R_Knee"), ("R_Knee", "R_Hip"), ("L_Hip", "L_Knee"), ("L_Knee", "L_Ankle"),
    ("R_Wrist", "R_Elbow"), ("R_Elbow", "R_Shoulder"), ("L_Shoulder", "L_Elbow"),
    ("L_Elbow", "L_Wrist"), ("R_Hip", "L_Hip"), ("R_Shoulder", "L_Shoulder"),
    ("R_Shoulder", "R_Hip"), ("L_Shoulder", "L_Hip"), ("Neck", "Head_top"),
    ("R_Shoulder", "Neck"), ("L_Shoulder", "Neck"),
)  # fmt: skip
HAND21_LIMBS = tuple(
    (("Wrist" if i == 1 else f"{finger}_{i - 1}"), f"{finger}_{i}")
    for finger in ("Thumb", "Index", "Middle", "Ring", "Pinky")
    for i in range(1, 5)
)
