"""How points on the skin move with pose, shape and translation: the derivatives of refinement.

Points are linear in the bones' transforms, so that derivatives are cross products and sums over the
bones below a joint.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.body.kinematic_chain import KinematicChain
from core.methods.lift_body import SkinnedPoints
from core.methods.lift_network import BONES, SHAPES

FEW = 64
POSE = BONES * 3
BODY = POSE + SHAPES + 3


class PointMotion:
    """Derivatives of M points of one body; its tables are made once."""

    def __init__(self, chain: KinematicChain, points: SkinnedPoints) -> None:
        self.chain, self.points = chain, points
        below = chain.descendants[:, points.bone]  # (24, P)
        self._below = below
        self._below_weight = (below * points.weight) @ points.gather.T  # (24, M)
        self._parents = torch.tensor(chain.parents[1:], device=chain.offsets.device)
        bones = torch.zeros(len(points.gather), BONES, device=points.weight.device)
        self._bone_share = bones.index_put(
            (points.point, points.bone), points.weight, accumulate=True
        )

    def jacobian(self, turned: Tensor, placed: Tensor, parts: Tensor) -> Tensor:
        """(B, M, 85, 3) metres that the points move per unit of pose, shape and translation.

        Args:
            turned: (B, 24, 3, 3) global rotations; placed: (B, 24, 3) metres, joints.
            parts: (B, P, 3) of `SkinnedPoints.parts`.
        """
        count, points = len(parts), len(self.points.gather)
        # Turning bone k moves what hangs below it about the joint: dx = (Q_k w) x (x - P_k).
        swung = self._summed(self._below[:, :, None] * parts[:, None])
        swung = swung - self._below_weight[None, :, :, None] * placed[:, :, None]
        axes = turned.transpose(-1, -2)[:, :, None]  # (B, 24, 1, 3 axes, 3)
        axes, arm = torch.broadcast_tensors(axes, swung[:, :, :, None])
        pose = torch.linalg.cross(axes, arm).permute(0, 2, 1, 3, 4)
        pose = pose.reshape(count, points, POSE, 3)
        eye = torch.eye(3, device=pose.device).expand(count, points, 3, 3)
        return torch.cat([pose, self._by_shape(turned), eye], dim=2)

    def _by_shape(self, turned: Tensor) -> Tensor:
        """(B, M, 10, 3): bones lengthen (everything below moves), and points slide on their bones."""
        chain, points = self.chain, self.points
        grow = torch.einsum("bjde,sje->bsjd", turned[:, self._parents], chain.shape_offsets[:, 1:])
        joints = torch.einsum("jm,bsjd->bsmd", chain.descendants[1:], grow)
        slide = torch.einsum("bpde,spe->bspd", turned[:, points.bone], points.shape_center)
        moved = self._bone_share @ joints + self._summed(slide)
        return moved.transpose(1, 2)

    def _summed(self, pairs: Tensor) -> Tensor:
        """(B, N, M, 3): pairs (B, N, P, 3) summed for each point."""
        if len(self.points.gather) <= FEW:
            return self.points.gather @ pairs
        # For many points most of a product with the matrix would be with zeros.
        empty = pairs.new_zeros(*pairs.shape[:2], len(self.points.gather), 3)
        return empty.index_add_(2, self.points.point, pairs)
