"""A parametric pose read off a feature map: what a hand's backbone says beside its heatmaps."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.geometry.rotations import rot6d_to_rotmat

SHAPES = 10
# Features kept of each joint, and the width of the layers.
LOCAL, WIDTH = 32, 512
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True, eq=False)
class SaidPose:
    """A pose of B hands.

    Attributes:
        rotmat: (B, bones, 3, 3) float32 local rotations, the first turns the whole in camera axes.
        betas: (B, 10) float32.
        camera: (B, 3) float32 weak perspective (s, tx, ty) over the crop, of the wrist at zero.
    """

    rotmat: Tensor
    betas: Tensor
    camera: Tensor

    def __getitem__(self, rows: slice) -> SaidPose:
        """The poses of some of the crops."""
        return SaidPose(self.rotmat[rows], self.betas[rows], self.camera[rows])

    def float(self) -> SaidPose:
        """The same in full precision."""
        return SaidPose(self.rotmat.float(), self.betas.float(), self.camera.float())


class PoseHead(nn.Module):
    """Rotations, shape and camera from the whole crop, the joints found and the features at them.

    Args:
        channels: of the pooled feature; fine: of the fine map.
        joints: found in the crop; bones: rotations to tell.
    """

    start: Tensor

    def __init__(self, channels: int, fine: int, joints: int, bones: int) -> None:
        super().__init__()
        self.bones = bones
        self.local = nn.Linear(fine, LOCAL)
        self.layers = nn.Sequential(
            nn.Linear(channels + joints * (LOCAL + 3), WIDTH),
            nn.ReLU(inplace=True),
            nn.Linear(WIDTH, WIDTH),
            nn.ReLU(inplace=True),
            nn.Linear(WIDTH, 6 * bones + SHAPES + 3),
        )
        # Two columns of each rotation are told as what they differ from the identity's.
        start = torch.tensor([*IDENTITY * bones, *[0.0] * (SHAPES + 3)])
        self.register_buffer("start", start, persistent=False)

    def forward(self, pooled: Tensor, fine: Tensor, evidence: Tensor) -> SaidPose:
        """The poses of B crops.

        Args:
            pooled: (B, channels); fine: (B, C, h, w).
            evidence: (B, K, 3) place in [-1, 1] and confidence of the joints.
        """
        places = evidence[:, None, :, :2].to(fine.dtype)
        sampled = F.grid_sample(fine, places, align_corners=False)[:, :, 0].transpose(1, 2)
        local = self.local(sampled).flatten(1)
        known = torch.cat([pooled.to(local.dtype), local, evidence.flatten(1).to(local.dtype)], 1)
        numbers = self.layers(known).float() + self.start
        turns, betas, camera = numbers.split((6 * self.bones, SHAPES, 3), 1)
        scale = camera[:, :1].exp()  # the size of a hand in a crop differs by factors
        return SaidPose(
            rot6d_to_rotmat(turns.unflatten(1, (self.bones, 6))),
            betas,
            torch.cat([scale, camera[:, 1:]], 1),
        )
