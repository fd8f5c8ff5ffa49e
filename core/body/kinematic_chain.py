"""The bare skeleton of a body: joint positions from rotations and shape, without any mesh."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property

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
        offsets = offsets.expand(len(rotmat), -1, -1)
        places = torch.cat([torch.zeros_like(offsets[:, :1]), offsets[:, 1:]], 1)
        return pose_skeleton(self.parents, rotmat, places)


def pose_skeleton(
    parents: tuple[int, ...], rotmat: Tensor, places: Tensor
) -> tuple[Tensor, Tensor]:
    """Global rotations (B, J, 3, 3) and positions (B, J, 3) of the joints of posed skeletons.

    Args:
        parents: J parent rows, -1 for the root, which comes first.
        rotmat: (B, J, 3, 3) local rotations.
        places: (B, J, 3) of each joint in its parent's frame; of the root in the world.
    """
    depths = _depths(parents, rotmat.device)
    # As 4x4 transforms one product poses all joints of a depth: small tensors cost by their number.
    edge = depths.edge.to(rotmat).expand(*rotmat.shape[:2], 1, 4)
    local = torch.cat([torch.cat([rotmat, places[..., None]], -1), edge], -2)
    first, *others = local.index_select(1, depths.order).split(depths.sizes, 1)
    posed = [first]
    for above, own in zip(depths.above, others, strict=True):
        posed.append(posed[-1].index_select(1, above) @ own)
    world = torch.cat(posed, 1).index_select(1, depths.back)
    return world[..., :3, :3], world[..., :3, 3]


@dataclass(frozen=True, eq=False)
class _Depths:
    """The joints of a tree by their depth below the root.

    Attributes:
        order: (J,) joints, nearest to the root first; back: (J,) the place of each joint in it.
        sizes: how many joints each depth has.
        above: for each depth but the first, the places of its parents within the depth before.
        edge: (4,) the last row of a transform.
    """

    order: Tensor
    back: Tensor
    sizes: tuple[int, ...]
    above: tuple[Tensor, ...]
    edge: Tensor


@cache
def _depths(parents: tuple[int, ...], device: torch.device) -> _Depths:
    nothing = torch.zeros(0)
    levels = KinematicChain((), parents, nothing, nothing).levels
    rows = [(0,), *(joints for joints, _ in levels)]
    order = [joint for row in rows for joint in row]
    above = [[rows[n].index(p) for p in wanted] for n, (_, wanted) in enumerate(levels)]
    # Tables made inside inference mode could never be used in training again.
    with torch.inference_mode(False):
        return _Depths(
            torch.tensor(order, device=device),
            torch.tensor(order, device=device).argsort(),
            tuple(len(row) for row in rows),
            tuple(torch.tensor(row, device=device) for row in above),
            torch.tensor([0.0, 0.0, 0.0, 1.0], device=device),
        )
