"""The body as the lifter sees it: a skeleton and 25 landmarks, exact without touching the mesh.

A landmark regressed from skinned vertices is a sum over the bones that move those vertices,
``x_m = sum_k w_mk P_k + Q_k c_mk(betas)`` with P, Q the position and rotation of bone k and c linear
in the shape, because linear blend skinning is linear in the bones' transforms. Fifty-odd pairs
(landmark, bone) replace 6890 vertices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.body.kinematic_chain import KinematicChain
from core.body.model import BodyModel

# Pairs that move a landmark by less than a thousandth of the bone's motion are left out.
PAIR_THRESHOLD = 1e-3


@dataclass(frozen=True, eq=False)
class SkinnedPoints:
    """M points fixed to the skin of a chain's bones.

    Attributes:
        point, bone: (P,) int64, which point and bone each pair joins.
        weight: (P,) float32 share of the bone in the point; the shares of a point sum to one.
        center: (P, 3) float32 metres, ``c_mk`` of the mean shape in the bone's T-pose frame.
        shape_center: (S, P, 3) float32, its change per unit of each shape number.
        gather: (M, P) float32, 1 where a pair belongs to the point.
    """

    point: Tensor
    bone: Tensor
    weight: Tensor
    center: Tensor
    shape_center: Tensor
    gather: Tensor

    def to(self, device: torch.device | str) -> SkinnedPoints:
        """The same points on another device."""
        fields = ("point", "bone", "weight", "center", "shape_center", "gather")
        return replace(self, **{name: getattr(self, name).to(device) for name in fields})

    def parts(self, turned: Tensor, placed: Tensor, betas: Tensor) -> Tensor:
        """(B, P, 3) what each pair adds to its point.

        Args:
            turned: (B, J, 3, 3) global rotations; placed: (B, J, 3) metres; betas: (B, S).
        """
        center = self.center + torch.einsum("bs,spd->bpd", betas, self.shape_center)
        moved = (turned[:, self.bone] @ center[..., None])[..., 0]
        return moved + self.weight[:, None] * placed[:, self.bone]

    def at(self, turned: Tensor, placed: Tensor, betas: Tensor) -> Tensor:
        """(B, M, 3) metres, the points of posed people."""
        return torch.einsum("mp,bpd->bmd", self.gather, self.parts(turned, placed, betas))


@dataclass(frozen=True, eq=False)
class LiftBody:
    """Skeleton, landmarks and (for evaluation) the coarse mesh of a body.

    Attributes:
        chain: 24 joints.
        landmarks: the 25 points of the joint set ``lift25``.
        coarse: vertices of the coarse mesh, or None.
    """

    chain: KinematicChain
    landmarks: SkinnedPoints
    coarse: SkinnedPoints | None = None

    def to(self, device: torch.device | str) -> LiftBody:
        """The same body on another device."""
        coarse = None if self.coarse is None else self.coarse.to(device)
        return LiftBody(self.chain.to(device), self.landmarks.to(device), coarse)

    def pose(self, rotmat: Tensor, betas: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Global rotations (B, 24, 3, 3), joints (B, 24, 3) and landmarks (B, 25, 3), pelvis at 0."""
        turned, placed = self.chain.forward_kinematics(rotmat, self.chain.offsets_of(betas))
        return turned, placed, self.landmarks.at(turned, placed, betas)


def lift_body_of(body: BodyModel, *, coarse: bool = False) -> LiftBody:
    """The lifter's view of a body model; ``coarse`` adds the vertices of its coarsest level."""
    landmarks = skinned_points(body, body.regressor("lift25"))
    vertices = None
    if coarse:
        kept = torch.from_numpy(body.hierarchy.kept(len(body.level_sizes) - 1)).long()
        rows = torch.zeros(len(kept), body.vertex_count, device=body.v_bind.device)
        rows[torch.arange(len(kept)), kept] = 1.0
        vertices = skinned_points(body, rows)
    return LiftBody(body.chain, landmarks, vertices)


def skinned_points(body: BodyModel, regressor: Tensor) -> SkinnedPoints:
    """Points given by vertex weights (M, V), rows summing to one."""
    weights, regressor = body.lbs_weights.double(), regressor.double()
    share = regressor @ weights
    point, bone = torch.nonzero(share.abs() > PAIR_THRESHOLD, as_tuple=True)
    mixed = regressor[point] * weights[:, bone].T
    weight = share[point, bone]
    base = mixed @ body.v_bind.double() - weight[:, None] * body.j_template.double()[bone]
    change = torch.einsum("pv,vds->spd", mixed, body.shapedirs.double())
    change = change - weight[None, :, None] * body.j_shapedirs.double()[bone].permute(2, 0, 1)
    turn = body.rest_rotmat.double()[bone]
    base = (turn @ base[..., None])[..., 0]
    change = torch.einsum("pde,spe->spd", turn, change)
    total = weight.new_zeros(len(regressor)).index_add(0, point, weight)
    scale = 1.0 / total[point]
    gather = torch.zeros(len(regressor), len(point), device=point.device)
    gather[point, torch.arange(len(point), device=point.device)] = 1.0
    return SkinnedPoints(
        point,
        bone,
        (weight * scale).float(),
        (base * scale[:, None]).float(),
        (change * scale[None, :, None]).float(),
        gather,
    )
