"""The bare skeleton of a body: joint positions from rotations and shape, without any mesh."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class KinematicChain:
    """Bone offsets of a T-pose and who hangs on whom.

    Convention: body frame y up, x to the person's left, z forwards; metres; rotations are local,
    relative to the T-pose; the root joint is the origin.

    Attributes:
        names: J joint names, root first, parents before children.
        parents: J parent rows, -1 for the root.
        offsets: (J, 3) float32, mean position of each joint relative to its parent; root zero.
        shape_offsets: (S, J, 3) float32, change of ``offsets`` per unit of each shape number.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Tensor
    shape_offsets: Tensor

    @cached_property
    def joint_id(self) -> dict[str, int]:
        """Joint name to row."""
        return {name: row for row, name in enumerate(self.names)}

    @cached_property
    def levels(self) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        """Joints of equal depth below the root with their parents, nearest level first."""
        depth = [0] * len(self.parents)
        for joint, parent in enumerate(self.parents):
            depth[joint] = 0 if parent < 0 else depth[parent] + 1
        rows = [
            tuple(j for j, d in enumerate(depth) if d == level)
            for level in range(1, max(depth) + 1)
        ]
        return tuple((joints, tuple(self.parents[j] for j in joints)) for joints in rows)

    @cached_property
    def descendants(self) -> Tensor:
        """(J, J) float32: 1 where column j is row k or hangs below it."""
        mask = torch.zeros(len(self.parents), len(self.parents))
        for joint in range(len(self.parents)):
            above = joint
            while above >= 0:
                mask[above, joint] = 1.0
                above = self.parents[above]
        return mask.to(self.offsets)

    def to(self, device: torch.device | str) -> KinematicChain:
        """The same chain on another device."""
        return replace(
            self,
            offsets=self.offsets.to(device),
            shape_offsets=self.shape_offsets.to(device),
        )

    def offsets_of(self, betas: Tensor) -> Tensor:
        """(B, J, 3) bone offsets of people with shapes ``betas`` (B, S)."""
        return self.offsets + torch.einsum("bs,sjd->bjd", betas, self.shape_offsets)

    def forward_kinematics(self, rotmat: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """Global rotations (B, J, 3, 3) and positions (B, J, 3) with the root at the origin.

        Args:
            rotmat: (B, J, 3, 3) local rotations.
            offsets: (B, J, 3) or (J, 3) bone offsets.
        """
        count = len(rotmat)
        offsets = offsets.expand(count, -1, -1)
        turned: list[Tensor] = [rotmat[:, 0]] * len(self.parents)
        placed: list[Tensor] = [torch.zeros_like(offsets[:, 0])] * len(self.parents)
        for joints, parents in self.levels:
            above = torch.stack([turned[p] for p in parents], dim=1)
            base = torch.stack([placed[p] for p in parents], dim=1)
            rows = list(joints)
            now = above @ rotmat[:, rows]
            here = base + (above @ offsets[:, rows, :, None])[..., 0]
            for column, joint in enumerate(joints):
                turned[joint], placed[joint] = now[:, column], here[:, column]
        return torch.stack(turned, dim=1), torch.stack(placed, dim=1)
