"""Where ``lite`` methods start: the body that the embedded lifter makes of the joints found.

The papers' networks learn from millions of pictures how far each vertex lies from the T-pose, or each
rotation from the mean pose. On the shared backbone, with minutes of training, they learn how far it
lies from a first guess instead: `pose_lift`'s network on the joints of the backbone's heatmaps. Its
weights are that method's, shipped once and frozen.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.body.model import full_precision
from core.geometry.cameras import full_to_weak_camera, weak_to_full_camera
from core.methods import metro_family as family
from core.methods.pose_lift import PoseLift
from core.nn.batch import Batch, MethodOutput
from core.nn.lite_backbone import DenseOutput, joint_evidence

# Prefix of its weights in a method, and the card that they are shipped with.
PREFIX, CARD = "guess.lifter.", "pose_lift"
# A joint counts from this probability of lying in the crop on.
INSIDE = 0.5
# Expected error of the joints found, as a share of the box: what the lifter was told in training.
SIGMA = 0.04
# Steps of the lifter's refinement: one brings the body onto the joints found; more add nothing.
STEPS = 1
# Each round averages a displacement with those of the neighbours on the coarse mesh.
SMOOTHING_ROUNDS, HAND_SMOOTHING_ROUNDS = 10, 2


@dataclass(frozen=True, eq=False)
class Guess:
    """A first guess of B people, about the H36M pelvis, camera axes.

    Attributes:
        points: (B, K + C, 3) metres: the method's joints, then the coarse vertices. Of a hand about
            the wrist.
        camera: (B, 3) weak perspective (s, tx, ty) that sees them in the crop.
        rotmat: (B, bones, 3, 3); betas: (B, 10).
        camera_full: (B, 3) metres, of the body as its model poses it, root joint not at zero.
        smoothing: (C, C) what each coarse vertex takes of its neighbours' displacements.
    """

    points: Tensor
    camera: Tensor
    rotmat: Tensor
    betas: Tensor
    camera_full: Tensor
    smoothing: Tensor

    def moved(self, step: Tensor) -> Tensor:
        """Points (B, K + C, 3) after a displacement; that of vertices is shared with neighbours.

        Heads trained for minutes move each vertex with an error of its own, which tears the surface
        and tells nothing: the shared displacement has no larger error and leaves the surface whole.
        """
        joints = step.shape[1] - len(self.smoothing)
        shared = self.smoothing.to(step.dtype) @ step[:, joints:]
        return self.points + torch.cat([step[:, :joints], shared], 1)


class FirstGuess(nn.Module):
    """The lifter on what the shared backbone found; frozen."""

    smoothing: Tensor

    def __init__(self, body: BodyModel) -> None:
        super().__init__()
        self.lifter = PoseLift(body)
        self.requires_grad_(False)
        self.register_buffer("smoothing", _smoothing(body, SMOOTHING_ROUNDS), persistent=False)

    def train(self, mode: bool = True) -> FirstGuess:
        """Nothing: it answers in training as it does later."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, dense: DenseOutput, batch: Batch, body: BodyModel) -> Guess:
        """The guess from the dense outputs of the crops that ``batch`` describes."""
        with full_precision(dense.heatmaps):
            lifted = self._lifted(dense, batch)
            assert lifted.rotmat is not None
            assert lifted.betas is not None
            assert lifted.camera_full is not None
            origin = body.regress(lifted.vertices, "h36m17")[:, :1]
            joints = family.regressed_joints(body, lifted.vertices, lifted.vertices)
            coarse = body.downsample(lifted.vertices, 0, -1)
            camera = full_to_weak_camera(
                lifted.camera_full + origin[:, 0],
                batch.box_center,
                batch.box_size,
                batch.image_size,
                batch.focal_px,
            )
            return Guess(
                torch.cat([joints, coarse], 1) - origin,
                camera,
                lifted.rotmat,
                lifted.betas,
                lifted.camera_full
                - body.rest_joints(lifted.betas)[:, 0],  # turns leave the root in place
                self.smoothing,
            )

    def _lifted(self, dense: DenseOutput, batch: Batch) -> MethodOutput:
        evidence = joint_evidence(dense).float()
        half = batch.box_size[:, None, None] / 2
        marks = Batch(
            box_center=batch.box_center,
            box_size=batch.box_size,
            image_size=batch.image_size,
            focal_px=batch.focal_px,
            joints_2d=batch.box_center[:, None] + evidence[..., :2] * half,
            joint_scores=evidence[..., 2] * (dense.inside.sigmoid() > INSIDE),
            joint_sigma=torch.full_like(batch.box_size, SIGMA),
            joints_own=torch.ones_like(batch.box_size),
        )
        return self.lifter.reconstruct(marks, STEPS)


class HandGuess(nn.Module):
    """The pose that the backbone of hands says itself; it has no numbers of its own."""

    smoothing: Tensor

    def __init__(self, hand: BodyModel) -> None:
        super().__init__()
        smoothing = _smoothing(hand, HAND_SMOOTHING_ROUNDS)
        self.register_buffer("smoothing", smoothing, persistent=False)

    @torch.no_grad()
    def forward(self, dense: DenseOutput, batch: Batch, hand: BodyModel) -> Guess:
        """The guess from the dense outputs of the crops that ``batch`` describes, about the wrist."""
        assert dense.pose is not None
        with full_precision(dense.heatmaps):
            said = dense.pose
            posed = hand(said.rotmat, said.betas)
            joints = hand.regress(posed.vertices, "hand21")
            origin = joints[:, :1]
            coarse = hand.downsample(posed.vertices, 0, -1)
            wrist = weak_to_full_camera(
                said.camera,
                batch.box_center,
                batch.box_size,
                batch.image_size,
                batch.focal_px,
            )
            return Guess(
                torch.cat([joints, coarse], 1) - origin,
                said.camera,
                said.rotmat,
                said.betas,
                wrist - origin[:, 0],
                self.smoothing,
            )


def first_guess(body: BodyModel) -> FirstGuess | HandGuess:
    """Where the ``lite`` methods of a body or a hand start."""
    return HandGuess(body) if family.is_hand(body) else FirstGuess(body)


def _smoothing(body: BodyModel, rounds: int) -> Tensor:
    with torch.device("cpu"):  # real also when parameters are only counted, on the meta device
        linked = body.adjacency(-1).to_dense().float()
        shares = linked / linked.sum(1, keepdim=True)
        return torch.linalg.matrix_power(shares, rounds)


def start_small(*layers: nn.Linear) -> None:
    """Output layers that hardly move the guess before they have learned anything."""
    for layer in layers:
        nn.init.normal_(layer.weight, std=1e-3)
        nn.init.zeros_(layer.bias)
