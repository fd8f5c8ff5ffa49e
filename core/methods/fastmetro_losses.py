"""Origins and losses of FastMETRO, shared by the methods that train as it does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from core.body import BodyModel
from core.body.joint_sets import H36M17_TO_LSP14, LSP14_NAMES
from core.geometry.cameras import project_weak_perspective
from core.losses.mesh import joint_loss, masked_l1, projection_loss
from core.losses.surface import edge_length_loss, edge_self_loss, mean_of_those, normal_loss
from core.nn.batch import LossTerm, MethodOutput, Target

HIPS = (2, 3)
WRIST = (0,)


@dataclass(frozen=True)
class LossWeights:
    """Weights of FastMETRO's terms: defaults of the released training scripts.

    Attributes:
        vertices: of the vertices, shared among the levels by ``levels``, coarse first.
        joints_3d, joints_2d: of token joints and of regressed joints alike.
        edges, shortness, normals: on the surface, all times ``surface``.
        smpl: of the SMPL head's terms; ``beside_smpl``: of all others while that head is trained.
    """

    vertices: float = 100.0
    levels: tuple[float, ...] = (0.25, 0.5, 0.25)
    joints_3d: float = 1000.0
    joints_2d: float = 100.0
    surface: float = 100.0
    edges: float = 5.0
    shortness: float = 1e-4
    normals: float = 0.1
    smpl: float = 1000.0
    beside_smpl: float = 1e-8


BODY_WEIGHTS = LossWeights()
HAND_WEIGHTS = LossWeights(levels=(0.5, 0.5), edges=1.0, shortness=0.0)


class RootedBody:
    """A body or a hand with its joints and its origin (pelvis or wrist)."""

    def __init__(self, body: BodyModel) -> None:
        self.body = body
        self.is_hand = len(body.level_sizes) == 2
        self.joint_names = body.joint_names_of("hand21") if self.is_hand else LSP14_NAMES
        self.roots = WRIST if self.is_hand else HIPS
        # The mid level of a body, the full one of a hand.
        self.surface_level = len(body.level_sizes) - 2
        wanted = ("hand21",) if self.is_hand else ("h36m17", "lsp14")
        self.joint_set = next((name for name in wanted if name in body.joint_sets()), None)
        self._surface: dict[torch.device, tuple[Tensor, Tensor]] = {}

    def surface(self, device: torch.device) -> tuple[Tensor, Tensor]:
        """Triangles (F, 3) and edges (E, 2) of the surface level; empty where nobody knows them."""
        if device not in self._surface:
            faces = self.body.faces(self.surface_level)
            edges = self.body.edges(self.surface_level) if len(faces) else faces[:, :2]
            pair = torch.from_numpy(faces.copy()), torch.from_numpy(edges.copy())
            self._surface[device] = pair[0].to(device), pair[1].to(device)
        return self._surface[device]

    def rooted_joints(self, joints: Tensor) -> Tensor:
        """Joints (B, K, 3) about the mean of the root joints."""
        return joints - joints[:, list(self.roots)].mean(1, keepdim=True)

    def joints_and_origin(self, vertices: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Joints (B, K, 3) of a full mesh about its origin, and that origin (B, 1, 3).

        Token joints stand in for those of a body without regressor.
        """
        if self.joint_set is None:
            return self.rooted_joints(tokens), tokens[:, list(self.roots)].mean(1, keepdim=True)
        joints = self.body.regress(vertices, self.joint_set)
        roots = HIPS if self.joint_set == "lsp14" else (0,)
        origin = joints[:, list(roots)].mean(1, keepdim=True)
        if self.joint_set == "h36m17":
            joints = joints[:, list(H36M17_TO_LSP14)]
        return joints - origin, origin

    def true_levels(self, vertices: Tensor) -> tuple[Tensor, ...]:
        """The true mesh on every level, coarse first, about its origin."""
        if self.joint_set is not None:
            vertices = vertices - self.joints_and_origin(vertices, vertices[:, :0])[1]
        count = len(self.body.level_sizes)
        coarse = (self.body.downsample(vertices, 0, level) for level in range(count - 1, 0, -1))
        return (*coarse, vertices)


def mesh_terms(
    rooted: RootedBody,
    weights: LossWeights,
    levels: tuple[Tensor, ...],
    tokens: Tensor,
    regressed: Tensor,
    camera: Tensor,
    target: Target,
) -> tuple[LossTerm, ...]:
    """Vertices, surface, 3D and 2D joints; terms without truth are left out.

    Args:
        levels: predicted meshes (B, V_l, 3), coarse first, about their origin.
        tokens, regressed: (B, K, 3) joints of the tokens and of the mesh.
        camera: (B, 3) weak perspective.
    """
    terms: list[LossTerm] = []
    if target.vertices is not None:
        truths = rooted.true_levels(target.vertices)
        each = [masked_l1(p, t, target.has_mesh) for p, t in zip(levels, truths, strict=True)]
        shared = torch.stack(each) @ levels[0].new_tensor(weights.levels)
        terms.append(LossTerm("vertices", shared, weights.vertices))
        terms += _surface_terms(rooted, weights, levels, truths, target)
    both = (("token", rooted.rooted_joints(tokens)), ("regressed", regressed))
    if target.joints_3d is not None:
        for name, joints in both:
            loss = joint_loss(joints, target.joints_3d, rooted.roots, target.has_3d)
            terms.append(LossTerm(f"{name} joints 3D", loss, weights.joints_3d))
    if target.joints_2d is not None:
        for name, joints in both:
            flat = project_weak_perspective(joints, camera)
            loss = projection_loss(flat, target.joints_2d, target.joints_2d_visible, target.has_2d)
            terms.append(LossTerm(f"{name} joints 2D", loss, weights.joints_2d))
    return tuple(terms)


def _surface_terms(
    rooted: RootedBody,
    weights: LossWeights,
    levels: tuple[Tensor, ...],
    truths: tuple[Tensor, ...],
    target: Target,
) -> list[LossTerm]:
    level = rooted.surface_level
    pred, truth = levels[-1 - level], truths[-1 - level]
    faces, edges = rooted.surface(pred.device)
    if weights.surface == 0 or len(faces) == 0:
        return []
    has, overall = target.has_mesh, weights.surface
    terms = [
        LossTerm("edges", edge_length_loss(pred, truth, edges, has), overall * weights.edges),
        LossTerm("normals", normal_loss(pred, truth, faces, has), overall * weights.normals),
    ]
    if weights.shortness:
        loss = edge_self_loss(pred, edges, has)
        terms.append(LossTerm("edge shortness", loss, overall * weights.shortness))
    return terms


def pose_shape_terms(
    rooted: RootedBody, weights: LossWeights, posed: MethodOutput, target: Target
) -> tuple[LossTerm, ...]:
    """Terms of the SMPL head: rotations, shape, and joints and vertices of the body they pose."""
    terms: list[LossTerm] = []
    assert posed.rotmat is not None
    assert posed.betas is not None
    assert posed.camera is not None
    if target.rotmat is not None:
        squared = (posed.rotmat - target.rotmat).square().mean((1, 2, 3))
        terms.append(LossTerm("SMPL pose", mean_of_those(squared, target.has_mesh), 1.0))
    if target.betas is not None:
        known = F.pad(target.betas, (0, posed.betas.shape[1] - target.betas.shape[1]))
        squared = (posed.betas - known).square().mean(1)
        terms.append(LossTerm("SMPL shape", mean_of_those(squared, target.has_mesh), 0.1))
    if target.joints_3d is not None:
        loss = joint_loss(posed.joints_3d, target.joints_3d, rooted.roots, target.has_3d)
        terms.append(LossTerm("SMPL joints 3D", loss, 1.0))
    if target.joints_2d is not None:
        flat = project_weak_perspective(posed.joints_3d, posed.camera.detach())
        loss = projection_loss(flat, target.joints_2d, target.joints_2d_visible, target.has_2d)
        terms.append(LossTerm("SMPL joints 2D", loss, 1.0))
    if target.vertices is not None:
        truth = rooted.true_levels(target.vertices)[-1]
        terms.append(
            LossTerm("SMPL vertices", masked_l1(posed.vertices, truth, target.has_mesh), 1.0)
        )
    return tuple(replace(term, weight=term.weight * weights.smpl) for term in terms)
