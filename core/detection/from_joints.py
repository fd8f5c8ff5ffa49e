"""From joints to a box, and from a box to joints to start from."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.geometry.boxes import box_of_points
from core.types import Detection

# Joints end at ankles, wrists and skull; flesh, hands and feet reach this much of the box farther.
JOINT_BOX_MARGIN = 0.08
# How far a relaxed arm hangs down from the T-pose, and the slight bend at the elbow.
ARM_DOWN_RAD = np.deg2rad(62.0)
ELBOW_BEND_RAD = np.deg2rad(12.0)


def box_around_joints(joints_2d: NDArray[np.float32]) -> NDArray[np.float32]:
    """(4,) float32 box of the known rows of (K, 2) joints, grown to take in hands and feet.

    Unknown joints are NaN; at least one must be known.
    """
    return box_of_points(joints_2d, JOINT_BOX_MARGIN)


def default_pose(box_xyxy: NDArray[np.float32]) -> Detection:
    """A person standing upright with hanging arms, facing the camera, placed in the box.

    The joints are those of the embedded body, so that its proportions are right; they are a start
    for dragging, not an observation (``joint_source="default"``).
    """
    box = np.asarray(box_xyxy, dtype=np.float64)
    names, joints = _standing_joints()
    low, high = joints.min(axis=0), joints.max(axis=0)
    # `box_around_joints` of the placed joints must come out as the box, so leave its margin free.
    extent = (high - low) + 2.0 * JOINT_BOX_MARGIN * (high - low).max()
    scale = float(np.min(np.maximum(box[2:] - box[:2], 1.0) / extent))
    placed = 0.5 * (box[:2] + box[2:]) + scale * (joints - 0.5 * (low + high))
    return Detection(
        box_xyxy=box.astype(np.float32),
        joint_names=names,
        joints_2d=placed.astype(np.float32),
        joint_scores=np.ones(len(names), dtype=np.float32),
        joint_source="default",
    )


@cache
def _standing_joints() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Names and (14, 2) float64 joints of the standing embedded body, metres, x right, y down."""
    import torch

    from core.body import JOINT_SETS, load_body
    from core.geometry.rotations import rotation_z

    body = load_body("embedded")
    index = {name: row for row, name in enumerate(body.joint_names)}
    rotmat = torch.eye(3).repeat(1, len(body.joint_names), 1, 1)
    # Body frame: x to the person's left, so the left arm sinks by a negative turn about z.
    for side, sign in (("L", -1.0), ("R", 1.0)):
        rotmat[0, index[f"{side}_Shoulder"]] = rotation_z(torch.tensor(sign * ARM_DOWN_RAD)).float()
        rotmat[0, index[f"{side}_Elbow"]] = rotation_z(torch.tensor(sign * ELBOW_BEND_RAD)).float()
    with torch.no_grad():
        shape = torch.zeros(1, 10)
        joints = body.regress(body.forward(rotmat, shape).vertices, "lsp14")[0].double().numpy()
    # Facing the camera, the person's left is the picture's right; picture y points down.
    return JOINT_SETS["lsp14"].joint_names, np.stack([joints[:, 0], -joints[:, 1]], axis=1)
