"""What GLNet's proposals are held against: true keypoints, depths, twists, cameras, part maps.

A keypoint is (u, v, d): u and v in [0, 1] over the crop, d its depth behind the pelvis in the same
unit, so that the three are one picture-shaped space and bone directions need no camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.body import BodyModel
from core.body.inverse_kinematics import SKELETON29, twists_of
from core.body.inverse_kinematics import rest_skeleton as rest_skeleton_of
from core.body.joint_sets import COCO17_NAMES, LSP14_NAMES, SMPL24_NAMES
from core.geometry.cameras import project_perspective, project_weak_perspective
from core.losses.heatmap import fitted_weak_camera
from core.methods.glnet_parts import BONES, PARTS, part_of_keypoint
from core.nn.batch import Batch, Target

_SIDES = {"R_": "right_", "L_": "left_"}
# LSP's joints that COCO marks too, as (column of LSP, keypoint).
LSP_KEYPOINTS = tuple(
    (column, BONES + COCO17_NAMES.index(_SIDES[name[:2]] + name[2:].lower()))
    for column, name in enumerate(LSP14_NAMES)
    if name[:2] in _SIDES
)


@dataclass(frozen=True, eq=False)
class BodyTruth:
    """Truth of people whose rotations and shape are known.

    Attributes:
        rotmat: (B, 24, 3, 3); betas: (B, S); twists: (B, 23, 2) (cos, sin).
        rest: (B, 29, 3) metres, T-pose. joints: (B, 24, 3) metres, camera axes.
        camera: (B, 3) weak perspective that fits the joints best; None without any 2D truth.
        has: (B,) 1 where all this is true.
        depth: (B, K) d of the keypoints; None without a camera.
        part_map: (B, h, w) int64, 0 background; None unless asked for.
    """

    rotmat: Tensor
    betas: Tensor
    twists: Tensor
    rest: Tensor
    joints: Tensor
    camera: Tensor | None
    has: Tensor
    depth: Tensor | None
    part_map: Tensor | None = None


@dataclass(frozen=True, eq=False)
class KeypointTruth:
    """(u, v) of the keypoints (B, K, 2) and how much each counts (B, K)."""

    places: Tensor
    known: Tensor


def true_keypoints(
    body: BodyModel,
    leaves: Sequence[int],
    target: Target,
    batch: Batch,
    *,
    map_hw: tuple[int, int] | None = None,
) -> tuple[KeypointTruth, BodyTruth | None]:
    """Everything that can be told from a target: by projecting its body, else from marked joints.

    Args:
        leaves: the body's five leaf vertices.
        batch: the boxes that ``target.camera_full`` is seen through.
        map_hw: size of the true part map; None for none.
    """
    count = BONES + len(COCO17_NAMES)
    people = len(batch)
    places = batch.box_size.new_zeros(people, count, 2)
    known = batch.box_size.new_zeros(people, count)
    if target.joints_2d is not None:
        columns, rows = (list(ids) for ids in zip(*LSP_KEYPOINTS, strict=True))
        places[:, rows] = (target.joints_2d[:, columns] + 1) / 2
        seen = target.joints_2d_visible
        seen = torch.ones_like(known[:, rows]) if seen is None else seen[:, columns]
        known[:, rows] = seen if target.has_2d is None else seen * target.has_2d[:, None]
    if target.rotmat is None or target.betas is None:
        return KeypointTruth(places, known), None
    truth, projected, told = _body_truth(body, leaves, target, batch, map_hw)
    if projected is not None:
        use = (truth.has[:, None] * told) > 0
        places = torch.where(use[..., None], projected, places)
        known = torch.where(use, torch.ones_like(known), known)
    return KeypointTruth(places, known), truth


def _body_truth(
    body: BodyModel,
    leaves: Sequence[int],
    target: Target,
    batch: Batch,
    map_hw: tuple[int, int] | None,
) -> tuple[BodyTruth, Tensor | None, Tensor]:
    """Truth of the posed body, its keypoints (B, K, 2) on the crop, and which keypoints it has (K,)."""
    assert target.rotmat is not None
    assert target.betas is not None
    posed = body(target.rotmat, target.betas)
    vertices = posed.vertices
    points = torch.cat([posed.joints, vertices[:, list(leaves)]], 1)
    told = points.new_ones(BONES + len(COCO17_NAMES))
    if "coco17" in body.joint_sets():
        points = torch.cat([points, body.regress(vertices, "coco17")], 1)
    else:
        points = F.pad(points, (0, 0, 0, len(COCO17_NAMES)))
        told[BONES:] = 0
    rest = rest_skeleton_of(body, target.betas, leaves)
    seen = _projected(points, body, vertices, target, batch)
    has = target.has_mesh if target.has_mesh is not None else rest.new_ones(len(rest))
    camera = depth = part_map = None
    if seen is not None:
        camera = fitted_weak_camera(points[:, :BONES], seen[:, :BONES], None)
        depth = (points[..., 2] - points[:, :1, 2]) * camera[:, :1] / 2
        if map_hw is not None:
            around = project_weak_perspective(vertices, camera)
            part_map = drawn_parts(around, vertices[..., 2], vertex_parts(body), map_hw)
    truth = BodyTruth(
        target.rotmat,
        target.betas,
        twists_of(target.rotmat, rest),
        rest,
        posed.joints,
        camera,
        has,
        depth,
        part_map,
    )
    return truth, None if seen is None else (seen + 1) / 2, told


def _projected(
    points: Tensor, body: BodyModel, vertices: Tensor, target: Target, batch: Batch
) -> Tensor | None:
    """(B, K, 2) in [-1, 1] over the crop: by the true camera, else by the marked joints' fit."""
    if target.camera_full is not None:
        center = batch.image_size.flip(-1) / 2
        pixels = project_perspective(points + target.camera_full[:, None], batch.focal_px, center)
        return (pixels - batch.box_center[:, None]) * (2 / batch.box_size)[:, None, None]
    if target.joints_2d is None:
        return None
    joints = body.regress(vertices, "lsp14")
    camera = fitted_weak_camera(joints, target.joints_2d, target.joints_2d_visible)
    return project_weak_perspective(points, camera)


def vertex_parts(body: BodyModel) -> Tensor:
    """(V,) int64: 1 to 7, the part of every vertex."""
    of_joint = torch.tensor([1 + part_of_keypoint(name) for name in SMPL24_NAMES])
    return of_joint[torch.from_numpy(body.part_labels)].to(body.v_bind.device)


def drawn_parts(places: Tensor, depth: Tensor, parts: Tensor, map_hw: tuple[int, int]) -> Tensor:
    """(B, h, w) int64 part maps: in each cell the part of the nearest vertex that falls there.

    Args:
        places: (B, V, 2) in [-1, 1] over the crop. depth: (B, V) metres. parts: (V,) 1 to 7.
    """
    height, width = map_hw
    cells = ((places + 1) / 2 * places.new_tensor([width, height])).floor().long()
    inside = ((cells >= 0) & (cells < cells.new_tensor([width, height]))).all(-1)
    flat = torch.where(inside, cells[..., 1] * width + cells[..., 0], height * width)
    # Rank of depth and part in one number, so that one minimum finds the nearest vertex's part.
    order = depth.argsort(1).argsort(1) * (PARTS + 1) + parts
    nothing = order.new_full((len(places), height * width + 1), torch.iinfo(order.dtype).max)
    nearest = nothing.scatter_reduce(1, flat, order, "amin")[:, :-1]
    found = torch.where(nearest == nothing[:, :-1], 0, nearest % (PARTS + 1))
    return found.unflatten(1, (height, width))


def skeleton_of(keypoints: Tensor, rest: Tensor) -> Tensor:
    """(N, 29, 3) metres: the keypoints' skeleton, as large in all as the rest skeleton.

    The paper does not say how pixels become metres. Directions need no scale; for the adaptive inverse
    kinematics the sum of all bone lengths is made that of the predicted shape.
    """
    points = keypoints[:, :BONES]
    parents = list(SKELETON29.parents[1:])
    have, want = ((p[:, 1:] - p[:, parents]).norm(dim=-1).sum(-1).detach() for p in (points, rest))
    return points * (want / have.clamp_min(1e-6))[:, None, None]
