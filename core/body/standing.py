"""The pose in which a person waits: the start of fits, of marks placed by hand, and of previews."""

from __future__ import annotations

import math

from torch import Tensor

from core.body.model import BodyModel
from core.geometry.rotations import axis_angle_to_rotmat, rotation_z

ARMS_BELOW_LEVEL_RAD = math.radians(70.0)


def standing_pose(body: BodyModel, batch: int = 1) -> Tensor:
    """(batch, J, 3, 3) local rotations: a body with hanging arms; a MANO hand in its mean pose."""
    pose = body.zero_pose(batch).clone()
    for name, sign in (("L_Shoulder", -1.0), ("R_Shoulder", 1.0)):
        if name in body.joint_names:
            turn = rotation_z(sign * ARMS_BELOW_LEVEL_RAD).to(pose)
            pose[:, body.joint_names.index(name)] = turn
    if body.hand_mean is not None:
        pose[:, 1:] = axis_angle_to_rotmat(body.hand_mean)
    return pose
