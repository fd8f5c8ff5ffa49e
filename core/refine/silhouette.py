"""Where a body's skin should be, from the part map of the shared backbone.

Two wishes, matched anew in every round as in iterated closest points: skin that projects beside the
person belongs on the nearest cell of the person; a cell of a body part where no skin of that part is
near belongs to the nearest skin of the part.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.body import BodyModel
from core.methods.lift_network import mark_box
from core.methods.lift_outline import NEAREST_M, Outline
from core.methods.lift_refine import Evidence, Fit
from core.methods.point_motion import PointMotion
from core.nn.batch import Batch
from core.nn.lite_backbone import DenseOutput

# A cell belongs to the person, and to a part, from these probabilities on.
PERSON_SHARE, PART_SHARE = 0.5, 0.5
# Skin and cells are matched when they lie this far apart, in cells.
LEAST_CELLS = 0.75
# Expected error of an outline in cells, and how much each of the many points says of its own.
# (the share was chosen on rendered people of their own: more of it tears bodies off their joints)
CELL_SIGMA, SHARE_OF_POINT = 1.0, 0.3


@dataclass(frozen=True, eq=False)
class PersonMaps:
    """Square maps of B people.

    Attributes:
        parts: (B, 25, h, h) probabilities: background and the 24 joints' parts.
        center: (B, 2), size: (B,) pixels of the whole picture: the area that a map covers.
    """

    parts: Tensor
    center: Tensor
    size: Tensor

    @classmethod
    def of(cls, dense: DenseOutput, center: Tensor, size: Tensor) -> PersonMaps:
        """What the dense heads said of areas."""
        return cls(dense.parts.float().softmax(1), center, size)

    def rays(self, seen: Batch, R_turned_picture: Tensor) -> Tensor:
        """(B, h * h, 2) rays of the cells' middles in the turned camera."""
        side = self.parts.shape[-1]
        line = (torch.arange(side, device=self.center.device) + 0.5) / side - 0.5
        y, x = torch.meshgrid(line, line, indexing="ij")
        offset = torch.stack([x.flatten(), y.flatten()], -1)
        pixels = self.center[:, None] + offset * self.size[:, None, None]
        rays = (pixels - seen.image_size.flip(1)[:, None] / 2) / seen.focal_px[:, None, None]
        points = torch.nn.functional.pad(rays, (0, 1), value=1.0) @ R_turned_picture.mT
        return points[..., :2] / points[..., 2:].clamp_min(0.05)


class OutlineMaker:
    """Matches skin and maps.

    Args:
        body: whose skin.
        motion: M points of it.
        vertices: (M,) full-level numbers of the points.
    """

    def __init__(self, body: BodyModel, motion: PointMotion, vertices: Tensor) -> None:
        self.motion = motion
        labels = torch.from_numpy(body.part_labels).to(vertices.device)[vertices]
        self._part = labels + 1  # 0 is the background

    def outline(self, fit: Fit, rays: Tensor, maps: PersonMaps, evidence: Evidence) -> Outline:
        """What bodies should do next.

        Args:
            fit: bodies in the turned camera.
            rays: (B, C, 2) of the maps' cells there.
            maps: where the people are.
            evidence: whose marks' box gives the scale.
        """
        chain, points = self.motion.chain, self.motion.points
        turned, placed = chain.forward_kinematics(fit.rotmat, chain.offsets_of(fit.betas))
        skin = points.at(turned, placed, fit.betas) + fit.translation[:, None]
        seen = skin[..., :2] / skin[..., 2:].clamp_min(NEAREST_M)
        cell = (rays[:, 1] - rays[:, 0]).norm(dim=-1)  # (B,)
        apart = torch.cdist(seen, rays) / cell[:, None, None]  # (B, M, C) cells
        parts = maps.parts.flatten(2)  # (B, 25, C)
        person = (1 - parts[:, 0]) > PERSON_SHARE
        target, weight = self._skin_beside(apart, rays, person)
        more, more_weight = self._bare_cells(apart, rays, parts)
        total = weight + more_weight
        mean = target * weight[..., None] + more * more_weight[..., None]
        mean = mean / total.clamp_min(1e-6)[..., None]
        half = mark_box(evidence.rays, evidence.trust > 0)[1]
        sigma = CELL_SIGMA * cell / half
        inside = self._inside(seen, rays)
        strength = SHARE_OF_POINT * total.clamp(max=2.0) * inside / sigma[:, None].square()
        return Outline(self.motion, mean, strength)

    @staticmethod
    def _skin_beside(apart: Tensor, rays: Tensor, person: Tensor) -> tuple[Tensor, Tensor]:
        """For points beside the person the nearest cell (B, M, 2) of it, and weights (B, M)."""
        distance, nearest = apart.masked_fill(~person[:, None], 1e6).min(2)
        target = rays.gather(1, nearest[..., None].expand(-1, -1, 2))
        return target, ((distance > LEAST_CELLS) & person.any(1, keepdim=True)).float()

    def _bare_cells(self, apart: Tensor, rays: Tensor, parts: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (B, M, 2) of the part's bare cells nearest to each point, and their number (B, M)."""
        share, label = parts.max(1)  # (B, C)
        other = label[:, None] != self._part[None, :, None]
        distance, nearest = apart.masked_fill(other, 1e6).min(1)  # (B, C)
        bare = (share > PART_SHARE) & (label > 0) & (distance > LEAST_CELLS) & (distance < 1e5)
        count = apart.new_zeros(apart.shape[:2]).scatter_add(1, nearest, bare.float())
        place = nearest[..., None].expand(-1, -1, 2)
        summed = torch.zeros(*count.shape, 2, device=count.device).scatter_add(
            1, place, rays * bare[..., None]
        )
        return summed / count.clamp_min(1.0)[..., None], count

    @staticmethod
    def _inside(seen: Tensor, rays: Tensor) -> Tensor:
        """(B, M) 1 where a point projects into the area of the map, of which alone it speaks."""
        low, high = rays.amin(1, keepdim=True), rays.amax(1, keepdim=True)
        return ((seen > low) & (seen < high)).all(-1).float()
