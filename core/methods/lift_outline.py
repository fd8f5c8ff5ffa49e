"""Points of the skin that should project to known places: what a silhouette adds to a refinement."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from core.methods.point_motion import BODY, PointMotion

NEAREST_M = 0.1
# Half boxes at which a point's pull is half spent: farther ones are another limb or another person.
REACH_HALF_BOXES = 0.15


@dataclass(frozen=True, eq=False)
class Outline:
    """Where points of the skin belong.

    Attributes:
        motion: M points and their derivatives.
        rays: (B, M, 2) where each belongs, ``x / z, y / z``; anything where the weight is 0.
        weight: (B, M) one over the squared expected error, half boxes; 0 where nothing is known.
    """

    motion: PointMotion
    rays: Tensor
    weight: Tensor

    def cost(
        self, turned: Tensor, placed: Tensor, betas: Tensor, translation: Tensor, half: Tensor
    ) -> Tensor:
        """(B,) of bodies posed so (`SkinnedPoints.at`), under a Geman-McClure penalty."""
        points = self.motion.points.at(turned, placed, betas) + translation[:, None]
        square = self._offset(points, half).square().sum(-1)
        limit = REACH_HALF_BOXES**2
        return (self.weight * limit * square / (limit + square)).sum(1)

    def normal_equations(
        self, turned: Tensor, placed: Tensor, betas: Tensor, translation: Tensor, half: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Gauss-Newton matrix (B, 85, 85) and gradient (B, 85)."""
        parts = self.motion.points.parts(turned, placed, betas)
        change = self.motion.jacobian(turned, placed, parts)
        points = self.motion.points.gather @ parts + translation[:, None]
        offset = self._offset(points, half)
        limit, square = REACH_HALF_BOXES**2, offset.square().sum(-1)
        root = (limit / (limit + square)) * self.weight.sqrt()
        rows = image_rows(change, points, half) * root[..., None, None]
        rows = rows.transpose(2, 3).reshape(len(rows), -1, BODY)
        gap = (offset * root[..., None]).flatten(1)
        return rows.transpose(1, 2) @ rows, (rows.transpose(1, 2) @ gap[..., None])[..., 0]

    def _offset(self, points: Tensor, half: Tensor) -> Tensor:
        """(B, M, 2) half boxes."""
        depth = points[..., 2:].clamp_min(NEAREST_M)
        return (points[..., :2] / depth - self.rays) / half[:, None, None]


def image_rows(moved: Tensor, points: Tensor, half: Tensor) -> Tensor:
    """(B, M, U, 2) half boxes that the projections move, for motions (B, M, U, 3) of points (B, M, 3)."""
    depth = points[..., 2].clamp_min(NEAREST_M)
    ray = points[..., :2] / depth[..., None]
    image = moved[..., :2] - ray[:, :, None] * moved[..., 2:]
    return image / (depth * half[:, None])[..., None, None]
