"""A leg that reaches: hip and knee turn so that the ankle is elsewhere, the foot's direction stays.

Damped least squares over the three turns of the hip and the one of the knee (Wampler 1986): smooth in
the goal, also where a leg is straight; what a straight leg cannot reach is left.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from core.body import BodyModel

LEGS = (("R_Hip", "R_Knee", "R_Ankle"), ("L_Hip", "L_Knee", "L_Ankle"))
# Small against a leg's length: how far from straight it begins to give way to the goal.
DAMPING_M = 0.08
ROUNDS, MOST_TURN_RAD = 4, 0.3


def reached(
    body: BodyModel,
    rotmat: NDArray[np.floating],
    betas: NDArray[np.floating],
    moves: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Local rotations (J, 3, 3) with which the ankles are moved.

    Args:
        body: with SMPL's 24 joints.
        rotmat: (J, 3, 3) local rotations.
        betas: (S,) shape.
        moves: (2, 3) metres, frame of the body's root rotation: of the right and left ankle.
    """
    chain = body.chain.to("cpu")
    turns = torch.from_numpy(np.array(rotmat[None], np.float64))
    offsets = chain.offsets_of(torch.from_numpy(np.array(betas[None], np.float32))).double()
    turned, placed = chain.forward_kinematics(turns, offsets)
    whole, joints = turned[0].numpy(), placed[0].numpy()
    local = turns[0].numpy().copy()
    for names, move in zip(LEGS, moves, strict=True):
        hip, knee, ankle = (body.joint_names.index(name) for name in names)
        hip_turn, knee_turn = _leg(joints[[hip, knee, ankle]], joints[ankle] + move, whole[knee])
        new_hip, new_knee = hip_turn @ whole[hip], hip_turn @ knee_turn @ whole[knee]
        local[hip] = whole[chain.parents[hip]].T @ new_hip
        local[knee] = new_hip.T @ new_knee
        local[ankle] = new_knee.T @ whole[ankle]
    return local


def _leg(
    joints: NDArray[np.float64], goal: NDArray[np.float64], knee_rotmat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turns (3, 3) of the whole leg about the hip, and before it of the lower leg about the knee.

    Args:
        joints: (3, 3) hip, knee, ankle, metres.
        goal: (3,) of the ankle.
        knee_rotmat: whole rotation of the knee, whose first axis it bends about.
    """
    hip, knee, ankle = joints
    hip_turn, knee_turn = Rotation.identity(), Rotation.identity()
    axis = knee_rotmat[:, 0]
    for _ in range(ROUNDS):
        upper, lower = hip_turn.apply(knee - hip), hip_turn.apply(knee_turn.apply(ankle - knee))
        bend = hip_turn.apply(axis)
        reach = upper + lower
        away = goal - hip - reach
        # How the ankle moves by small turns: x, y, z of the hip, and the knee.
        moved = np.cross([*np.eye(3), bend], [reach, reach, reach, lower]).T
        inverse = np.linalg.inv(moved @ moved.T + DAMPING_M**2 * np.eye(3))
        turn = np.clip(moved.T @ (inverse @ away), -MOST_TURN_RAD, MOST_TURN_RAD)
        hip_turn = Rotation.from_rotvec(turn[:3]) * hip_turn
        knee_turn = Rotation.from_rotvec(axis * turn[3]) * knee_turn
    return hip_turn.as_matrix(), knee_turn.as_matrix()
