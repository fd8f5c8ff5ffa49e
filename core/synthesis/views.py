"""Cameras of the synthetic world: how high, how tilted, how far, and which square of the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from core.geometry.rotations import rotation_x, rotation_y, rotation_z
from core.synthesis.draws import Draw

DEGREE = math.pi / 180
PORTRAIT_SHARE = 0.22


def sample_orientation(people: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Rotations (B, 3, 3) from the upright world (y up) to cameras, and their pitch (B,) in radians.

    Half of the people roughly face the camera, the rest any way; cameras are near level, looking
    down a little, and one in twenty is wild.
    """
    draw = Draw(people, device)
    yaw = torch.where(
        draw.chance(0.45), draw.normal(0, 40 * DEGREE), draw.uniform(-math.pi, math.pi)
    )
    pitch = draw.normal(6 * DEGREE, 9 * DEGREE)
    roll = draw.normal(0, 4 * DEGREE)
    wild = draw.chance(0.05)
    pitch = torch.where(wild, draw.uniform(-1.4, 1.4), pitch)
    roll = torch.where(wild, draw.uniform(-1.6, 1.6), roll)
    half_turn = rotation_x(torch.full_like(yaw, math.pi))
    return half_turn @ rotation_x(pitch) @ rotation_z(roll) @ rotation_y(yaw), pitch


@dataclass(frozen=True, eq=False)
class Views:
    """Where B people stand before their cameras, and which crop of the picture is rendered.

    Attributes:
        translation: (B, 3) metres, body origin in the camera frame.
        centre: (B, 2) crop centre as tangents (x / z, y / z).
        side: (B,) crop side as a tangent.
        focal_px: (B,) focal length of the whole picture.
        image_size: (B, 2) (height, width) of the whole picture, pixels.
        truncated: (B,) bool, half-length portraits.
    """

    translation: Tensor
    centre: Tensor
    side: Tensor
    focal_px: Tensor
    image_size: Tensor
    truncated: Tensor

    def project(self, points: Tensor, size: int) -> Tensor:
        """(B, N, 3) camera-frame points to (B, N, 2) pixels of a crop of ``size`` pixels."""
        tangent = points[..., :2] / points[..., 2:].clamp_min(0.05)
        scaled = (tangent - self.centre[:, None]) / self.side[:, None, None]
        return (scaled + 0.5) * size

    def project_planes(
        self, x: Tensor, y: Tensor, depth: Tensor, size: int
    ) -> tuple[Tensor, Tensor]:
        """Planes (N, B) of camera-frame coordinates to pixels, column and row, of crops of ``size``."""
        scale = size / self.side
        inverse = depth.clamp_min(0.05).reciprocal_()
        column = (x * inverse).mul_(scale).add_(size / 2 - self.centre[:, 0] * scale)
        row = inverse.mul_(y).mul_(scale).add_(size / 2 - self.centre[:, 1] * scale)
        return column, row

    def pick(self, person: Tensor) -> Views:
        """The views of the people ``person`` (N,)."""
        return Views(*(getattr(self, f.name).index_select(0, person) for f in fields(self)))

    @property
    def box_center(self) -> Tensor:
        """(B, 2) crop centre in pixels of the whole picture."""
        middle = self.image_size.flip(-1) / 2
        return self.centre * self.focal_px[:, None] + middle

    @property
    def box_size(self) -> Tensor:
        """(B,) crop side in pixels of the whole picture."""
        return self.side * self.focal_px


@dataclass(frozen=True)
class ViewRanges:
    """How far cameras stand, how often they see half of a person, and how much they leave around.

    Attributes:
        depth: metres, smallest and largest.
        portraits: share of half-length portraits.
        room: side of the crop over the extent of the person, smallest and largest.
    """

    depth: tuple[float, float] = (1.9, 7.0)
    portraits: float = PORTRAIT_SHARE
    room: tuple[float, float] = (1.05, 1.45)


def sample_views(
    vertices: Tensor, joints_2d_ids: Tensor, joints: Tensor, ranges: ViewRanges | None = None
) -> Views:
    """Views of B people, each filling most of a crop with some jitter.

    Args:
        vertices: (B, V, 3) in camera axes about the body origin, metres.
        joints_2d_ids: (K,) joints that a half-length portrait is centred on (head, shoulders).
        joints: (B, J, 3) in the same frame.
        ranges: how cameras stand; those of bodies by default.
    """
    ranges = ranges or ViewRanges()
    people, device = len(vertices), vertices.device
    draw = Draw(people, device)
    depth = draw.uniform(*ranges.depth)
    aside, above = draw.normal(0, 0.18), draw.normal(0, 0.10)
    translation = torch.stack([aside * depth, above * depth, depth], 1)
    seen = vertices + translation[:, None]
    tangent = seen[..., :2] / seen[..., 2:].clamp_min(0.3)
    low, high = tangent.amin(1), tangent.amax(1)
    centre, extent = (low + high) / 2, (high - low).amax(1)
    side = extent * draw.uniform(*ranges.room)
    centre = centre + draw.uniform(-0.06, 0.06, 2) * side[:, None]
    portrait = draw.chance(ranges.portraits)
    bust = joints[:, joints_2d_ids] + translation[:, None]
    bust = (bust[..., :2] / bust[..., 2:].clamp_min(0.3)).mean(1)
    close = bust + draw.uniform(-0.08, 0.08, 2) * extent[:, None]
    centre = torch.where(portrait[:, None], close, centre)
    side = torch.where(portrait, extent * draw.uniform(0.40, 0.78), side)
    focal_px = draw.uniform(700, 1800)
    reach = (centre.abs() + side[:, None] / 2) * focal_px[:, None]
    width = torch.maximum(2 * reach[:, 0] * 1.02, draw.uniform(500, 1600))
    height = torch.maximum(2 * reach[:, 1] * 1.02, draw.uniform(400, 1200))
    return Views(translation, centre, side, focal_px, torch.stack([height, width], 1), portrait)
