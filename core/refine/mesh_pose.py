"""Rotations and shape of a mesh that a model-free method gave as vertices alone.

Every bone's rotation is first the one that best turns the bone's skin in the T-pose onto the mesh
(Kabsch), which unlike joint positions also tells twist; a few Gauss-Newton steps on
vertices spread over the body then settle rotations, shape and place together.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.body import BodyModel
from core.geometry.rotations import axis_angle_to_rotmat, nearest_rotmat
from core.methods.lift_body import skinned_points
from core.methods.lift_network import BONES, SHAPES
from core.methods.point_motion import POSE, PointMotion
from core.nn.batch import MethodOutput

STEPS = 4
# Of the coarse vertices every second is enough.
STRIDE = 2
# A method's rotations count as the mesh's if they give it back this exactly.
SAME_MESH_M = 0.005
# Expected error of a coarse vertex, and how far shape and rotations stray: what noise may not do.
VERTEX_SIGMA_M, SHAPE_SD, TURN_SD = 0.02, 1.0, 1.5


def sparse_vertices(body: BodyModel) -> Tensor:
    """(M,) full-level numbers of vertices spread over the body."""
    kept = body.hierarchy.kept(len(body.level_sizes) - 1)
    if kept is None:  # levels of mixtures, as of official sampling matrices
        return torch.arange(0, body.vertex_count, body.vertex_count // 216)
    return torch.from_numpy(kept).long()[::STRIDE]


@dataclass(frozen=True, eq=False)
class PosedMesh:
    """B bodies.

    Attributes:
        rotmat: (B, 24, 3, 3) local rotations; betas: (B, 10).
        root: (B, 3) metres, place of the root joint in the frame of the vertices.
    """

    rotmat: Tensor
    betas: Tensor
    root: Tensor


def is_posed(body: BodyModel, output: MethodOutput) -> bool:
    """Whether a method's meshes are the body posed by its own rotations and shape, moved at most."""
    if output.rotmat is None or output.betas is None:
        return False
    gap = output.vertices.float() - body(output.rotmat.float(), output.betas.float()).vertices
    apart = (gap - gap.mean(1, keepdim=True)).norm(dim=-1).mean(1)
    return float(apart.max()) < SAME_MESH_M


class MeshPoser:
    """Fits one body model to meshes of its own topology."""

    def __init__(self, body: BodyModel) -> None:
        self.body = body
        device = body.v_bind.device
        self.chain = body.chain
        self.vertices = sparse_vertices(body).to(device)
        rows = torch.zeros(len(self.vertices), body.vertex_count, device=device)
        rows[torch.arange(len(rows), device=device), self.vertices] = 1.0
        self.motion = PointMotion(self.chain, skinned_points(body, rows).to(device))
        self._weights = body.lbs_weights.T.contiguous()

    def of_output(self, output: MethodOutput) -> PosedMesh:
        """Rotations, shape and place of a method's meshes: its own if they give the mesh back."""
        if not is_posed(self.body, output):
            return self.pose(output.vertices.float())
        assert output.rotmat is not None
        assert output.betas is not None
        rotmat, betas = output.rotmat.float(), output.betas.float()
        posed = self.body(rotmat, betas)
        shift = (output.vertices.float() - posed.vertices).mean(1)
        return PosedMesh(rotmat, betas, posed.joints[:, 0] + shift)

    def pose(self, vertices: Tensor) -> PosedMesh:
        """The bodies nearest to meshes (B, V, 3), metres, camera or body axes."""
        coarse = vertices[:, self.vertices]
        rotmat = self._turns(vertices)
        betas = vertices.new_zeros(len(vertices), SHAPES)
        root = self._root(rotmat, betas, coarse)
        for _ in range(STEPS):
            rotmat, betas, root = self._step(rotmat, betas, root, coarse)
        return PosedMesh(rotmat, betas, root)

    def _turns(self, vertices: Tensor) -> Tensor:
        """(B, 24, 3, 3) local rotations that turn each bone's skin onto the mesh."""
        weights = self._weights
        total = weights.sum(1)[:, None]
        rest = self.body.v_template
        rest_center = weights @ rest / total
        center = weights @ vertices / total
        moments = (weights[:, None] * rest.T).flatten(0, 1)  # (72, V)
        product = (moments @ vertices).unflatten(1, (-1, 3)).transpose(-1, -2)
        mixed = center[..., :, None] * rest_center[:, None, :] * total[..., None]
        turned = nearest_rotmat(product - mixed)
        parents = list(self.chain.parents[1:])
        local = turned[:, parents].transpose(-1, -2) @ turned[:, 1:]
        return torch.cat([turned[:, :1], local], 1)

    def _posed(self, rotmat: Tensor, betas: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        offsets = self.chain.offsets_of(betas)
        turned, placed = self.chain.forward_kinematics(rotmat, offsets)
        return turned, placed, self.motion.points.parts(turned, placed, betas)

    def _root(self, rotmat: Tensor, betas: Tensor, coarse: Tensor) -> Tensor:
        points = self.motion.points.gather @ self._posed(rotmat, betas)[2]
        return (coarse - points).mean(1)

    def _step(
        self, rotmat: Tensor, betas: Tensor, root: Tensor, coarse: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        turned, placed, parts = self._posed(rotmat, betas)
        change = self.motion.jacobian(turned, placed, parts)  # (B, M, 85, 3)
        gap = self.motion.points.gather @ parts + root[:, None] - coarse
        rows = change.transpose(2, 3).flatten(1, 2)
        hessian = rows.transpose(1, 2) @ rows
        gradient = (rows.transpose(1, 2) @ gap.flatten(1)[..., None])[..., 0]
        pull = gradient.new_zeros(gradient.shape[1])
        pull[:POSE] = (VERTEX_SIGMA_M / TURN_SD) ** 2
        pull[POSE : POSE + SHAPES] = (VERTEX_SIGMA_M / SHAPE_SD) ** 2
        hessian = hessian + torch.diag(pull + 1e-7)
        # Shape is pulled to the mean; a turn to where it is, which only damps the step.
        gradient[:, POSE : POSE + SHAPES] += pull[POSE : POSE + SHAPES] * betas
        move = -torch.linalg.solve(hessian, gradient)
        turn = axis_angle_to_rotmat(move[:, :POSE].unflatten(1, (BONES, 3)))
        moved = move[:, POSE : POSE + SHAPES]
        return rotmat @ turn, betas + moved, root + move[:, POSE + SHAPES :]
