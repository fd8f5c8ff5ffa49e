"""What is known of a rendered picture, and what follows from it by projection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.body import BodyModel
from core.geometry.cameras import full_to_weak_camera
from core.nn.batch import Batch, Target
from core.synthesis.people import Painted, PeoplePainter, depth_at, parts_at
from core.synthesis.views import Views

IGNORED_PART = 255
CELL = 4  # pixels of the picture per cell of part map and silhouette, each way


@dataclass(frozen=True, eq=False)
class Rendered:
    """B pictures with everything that any method's loss needs.

    Attributes:
        batch: normalisation-free input: ``image`` (B, 3, S, S) float32 in [0, 1], crop and camera.
        target: vertices (B, V, 3) and joints (``lsp14`` of a body, ``hand21`` of a hand) about the
            body origin in camera axes, metres; 2D joints in [-1, 1] over the crop; rotations, shape,
            full-picture camera.
        joints_2d: (B, K, 2) joints in [-1, 1] over the crop: ``lift25`` of a body, ``hand21`` of a hand.
        joints_visible: (B, K) float32: 1 seen, 0.5 hidden by the person or an object, 0 outside.
        parts: (B, S/4, S/4) uint8: 0 background, 1.. joint + 1, 255 cloth of no single part.
        silhouette: (B, S/4, S/4) float32 in [0, 1], the visible person.
    """

    batch: Batch
    target: Target
    joints_2d: Tensor
    joints_visible: Tensor
    parts: Tensor
    silhouette: Tensor

    def projected(self, body: BodyModel, level: int = -1) -> Tensor:
        """(B, V_level, 2) vertices of a mesh level in [-1, 1] over the crop."""
        assert self.target.vertices is not None
        vertices = (
            body.downsample(self.target.vertices, 0, level) if level else self.target.vertices
        )
        return self._in_crop(self._pixels(vertices))

    @property
    def camera(self) -> Tensor:
        """(B, 3) weak perspective (s, tx, ty) over the crop that the true translation implies."""
        assert self.target.camera_full is not None
        batch = self.batch
        return full_to_weak_camera(
            self.target.camera_full,
            batch.box_center,
            batch.box_size,
            batch.image_size,
            batch.focal_px,
        )

    def roi_boxes(self, rois: Sequence[tuple[tuple[float, float], float]]) -> tuple[Tensor, Tensor]:
        """Boxes of several crops of each person (Multi-RoI HMR, section 3.5).

        Args:
            rois: (offset x and y in box sides, scale) of each crop.

        Returns:
            centres (B, R, 2) and sides (B, R), pixels of the whole picture.
        """
        side = self.batch.box_size
        offsets = side.new_tensor([offset for offset, _ in rois])
        scales = side.new_tensor([scale for _, scale in rois])
        centres = self.batch.box_center[:, None] + offsets * side[:, None, None]
        return centres, side[:, None] * scales

    def _pixels(self, points: Tensor) -> Tensor:
        """Pixels of the whole picture of points (B, N, 3) about the body origin."""
        assert self.target.camera_full is not None
        seen = points + self.target.camera_full[:, None]
        middle = self.batch.image_size.flip(-1)[:, None] / 2
        return seen[..., :2] / seen[..., 2:] * self.batch.focal_px[:, None, None] + middle

    def _in_crop(self, pixels: Tensor) -> Tensor:
        half = self.batch.box_size[:, None, None] / 2
        return (pixels - self.batch.box_center[:, None]) / half


@dataclass(frozen=True, eq=False)
class Posed:
    """B posed bodies before cameras.

    Attributes:
        rotmat, betas: their parameters.
        orientation: (B, 3, 3) from the upright world to camera axes.
        pitch: (B,) radians, how far each camera looks down; NaN where nothing says what is up.
        vertices, bones: (B, V, 3) and (B, J, 3) metres about the body origin, camera axes.
        views: their cameras.
    """

    rotmat: Tensor
    betas: Tensor
    orientation: Tensor
    pitch: Tensor
    vertices: Tensor
    bones: Tensor
    views: Views


def with_truth(
    picture: Tensor,
    posed: Posed,
    joints: Tensor,
    shown: int,
    painted: Painted,
    hidden: Tensor,
    painter: PeoplePainter,
    hidden_m: float,
) -> Rendered:
    """The record of rendered pictures.

    Args:
        picture: (B, 3, S, S) as it is shown.
        posed: bodies and cameras.
        joints: (B, K, 3) metres about the body origin.
        shown: how many of them, the first ones, are the target's joints.
        painted: what was drawn.
        hidden: (B, 1, S, S) in [0, 1], what covers the person.
        painter: who drew it.
        hidden_m: a joint is hidden by what lies this far before it, metres.
    """
    views, large = posed.views, painted.keys.shape[-1]
    seen = joints + views.translation[:, None]
    normalised = views.project(seen, 2) - 1
    visible = _visibility(normalised, seen[..., 2], painted, hidden, hidden_m)
    step = large // (picture.shape[-1] // CELL)
    parts = parts_at(painter, painted.keys[:, step // 2 :: step, step // 2 :: step])
    free = F.max_pool2d(hidden, CELL)[:, 0] < 0.5
    silhouette = F.avg_pool2d(painted.layers.person * (1 - hidden), CELL)[:, 0]
    batch = Batch(
        box_center=views.box_center,
        box_size=views.box_size,
        image_size=views.image_size,
        focal_px=views.focal_px,
        image=picture,
        camera_pitch=posed.pitch,
    )
    ones = torch.ones(len(picture), device=picture.device)
    target = Target(
        vertices=posed.vertices,
        joints_3d=joints[:, :shown],
        joints_2d=normalised[:, :shown],
        joints_2d_visible=visible[:, :shown],
        rotmat=posed.rotmat,
        betas=posed.betas,
        camera_full=views.translation,
        has_mesh=ones,
        has_3d=ones,
        has_2d=ones,
    )
    return Rendered(batch, target, normalised, visible, parts * free, silhouette)


def _visibility(
    joints_2d: Tensor, depth: Tensor, painted: Painted, hidden: Tensor, hidden_m: float
) -> Tensor:
    """1 seen, 0.5 covered, 0 outside, for joints (B, K, 2) in [-1, 1]."""
    inside = (joints_2d.abs() < 1).all(-1)
    share = (joints_2d + 1) / 2
    large, size = painted.keys.shape[-1], hidden.shape[-1]
    behind = depth_at(painted, (share * large).long().clamp(0, large - 1)) < depth - hidden_m
    column, row = (share * size).long().clamp(0, size - 1).unbind(-1)
    person = torch.arange(len(share), device=share.device)[:, None]
    covered = hidden[person, 0, row, column] > 0.5
    seen = torch.where(covered | behind, 0.5, 1.0)
    return torch.where(inside, seen, torch.zeros_like(seen))
