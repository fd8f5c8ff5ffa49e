"""Losses of the pose that the backbone of hands says: rotations, mesh, joints, their projection."""

from __future__ import annotations

import torch
from torch import Tensor

from core.body import BodyModel
from core.geometry.cameras import project_weak_perspective
from core.losses.mesh import joint_loss, projection_loss
from core.nn.batch import LossTerm, LossTerms
from core.nn.pose_head import SaidPose

WRIST = (0,)


def hand_pose_losses(
    said: SaidPose,
    hand: BodyModel,
    rotmat: Tensor,
    betas: Tensor,
    joints_2d: Tensor,
    joints_visible: Tensor,
) -> LossTerms:
    """Training terms of a said pose.

    Args:
        said: what the network said.
        hand: the hand that it speaks of.
        rotmat: (B, 16, 3, 3) true local rotations; betas: (B, 10) true shape.
        joints_2d: (B, 21, 2) true joints in [-1, 1] over the crop.
        joints_visible: (B, 21) 1 seen, 0.5 hidden, 0 outside the crop.
    """
    posed, truth = hand(said.rotmat, said.betas), hand(rotmat, betas)
    joints = hand.regress(posed.vertices, "hand21")
    true_joints = hand.regress(truth.vertices, "hand21")
    apart = posed.vertices - joints[:, :1] - (truth.vertices - true_joints[:, :1])
    flat = project_weak_perspective(joints - joints[:, :1], said.camera)
    counted = (joints_visible > 0.25).float()
    everyone = torch.ones(len(rotmat), device=rotmat.device)
    return LossTerms(
        (
            LossTerm("rotations", (said.rotmat - rotmat).abs().mean(), 1.0),
            LossTerm("shape", (said.betas - betas).square().mean(), 0.01),
            LossTerm("vertices", apart.abs().mean(), 30.0),
            LossTerm("joints 3D", joint_loss(joints, true_joints, WRIST, everyone), 30.0),
            LossTerm("joints 2D", projection_loss(flat, joints_2d, counted, everyone), 2.0),
        )
    )
