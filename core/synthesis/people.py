"""From posed vertices to coloured pixels: dressing, splatting, light and colour of one batch.

Geometry is worked on in planes (V, B), pixels as one flat list over the whole batch. People are drawn
at one and a half times the size of the picture and averaged down, which gives smooth outlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.synthesis.fabrics import albedo, palette_of
from core.synthesis.garments import Drape, Outfits, cloth_of
from core.synthesis.shading import Lights, light
from core.synthesis.splat import EMPTY, ID_MASK, Cloud, DepthRange, splat
from core.synthesis.surface import Planes, Surface, SurfaceFields
from core.synthesis.views import Views

OVERSIZE_NUMERATOR, OVERSIZE_DENOMINATOR = 3, 2
# Wider apart than this many pixels, the fine points are drawn as well.
FINE_FROM = 1.1
STRETCH = 1.1


@dataclass(frozen=True, eq=False)
class Loose:
    """Points that follow some people without being their skin: skirts, what is held, a forearm.

    Attributes:
        person: (n,) int64, whose.
        position, normal: planes (P, n), camera frame.
        spacing: metres between neighbouring points.
    """

    person: Tensor
    position: Planes
    normal: Planes
    spacing: float


@dataclass(frozen=True, eq=False)
class Layers:
    """B drawn people over nothing.

    Attributes:
        colour: (B, 3, S, S) times ``alpha``; alpha: (B, 1, S, S) in [0, 1].
        person: (B, 1, S, S) in [0, 1], alpha without what hands hold.
    """

    colour: Tensor
    alpha: Tensor
    person: Tensor


@dataclass(frozen=True, eq=False)
class Painted:
    """What `PeoplePainter.paint` gives: layers, and the keys (B, R, R) for truth by pixel."""

    layers: Layers
    keys: Tensor
    depths: DepthRange


class PeoplePainter(nn.Module):
    """Draws people with a given skin.

    Args:
        surface: the skin.
        fields: fields of its points.
        loose: fields of each kind of loose points, in the order in which `paint` gets them.
        foreign: how many of the last kinds are no part of the person.
        depth_length: metres of depth that a picture can hold.
    """

    corner: Tensor
    weight: Tensor
    part_of_point: Tensor

    def __init__(
        self,
        surface: Surface,
        fields: SurfaceFields,
        loose: Sequence[SurfaceFields],
        *,
        foreign: int,
        depth_length: float,
    ) -> None:
        super().__init__()
        self.surface, self.depth_length = surface, depth_length
        counts = [len(f.x) for f in loose]
        self.first_loose = [surface.count + sum(counts[:i]) for i in range(len(counts))]
        self.foreign_from = self.first_loose[len(counts) - foreign]
        extra = sum(counts)
        vertices = len(surface.rest_vertices)
        # Loose points are their own corners, behind the vertices.
        own = torch.arange(vertices, vertices + extra, device=surface.weight.device)
        corner = torch.cat([surface.corner, own.expand(3, -1)], 1)
        alone = torch.zeros(3, extra, device=own.device)
        alone[0] = 1
        self.register_buffer("corner", corner, persistent=False)
        weight = torch.cat([surface.weight, alone], 1)
        self.register_buffer("weight", weight, persistent=False)
        for more in loose:
            fields = fields.followed_by(more)
        self.fields = fields
        self.register_buffer("part_of_point", (fields.part + 1).to(torch.uint8), persistent=False)

    def _apply(self, fn, recurse: bool = True):
        """Move the fields along with the buffers (``.to(device)``)."""
        super()._apply(fn, recurse)
        self.fields = self.fields.to(self.weight.device)
        return self

    def paint(
        self,
        skin: Planes,
        draped: Drape,
        outfits: Outfits,
        lights: Lights,
        views: Views,
        loose: Sequence[Loose | None],
        textures: Tensor,
        size: int,
    ) -> Painted:
        """Draw people.

        Args:
            skin: planes (V, B) of bare vertices in the camera frame, metres.
            draped: how cloth lies on them.
            outfits, lights, views: of the people.
            loose: loose points of each kind, None for none of that kind.
            textures: (T, 3, h, w) uint8 pictures for printed fabrics.
            size: side of the picture, even; keys are one and a half times as large.
        """
        bare = self.surface.normals(skin)
        dressed = [torch.addcmul(p, n, draped.offset) for p, n in zip(skin, bare, strict=True)]
        position = (dressed[0], dressed[1], dressed[2])
        normal = self.surface.normals(position)
        large = size * OVERSIZE_NUMERATOR // OVERSIZE_DENOMINATOR
        depths = DepthRange(views.translation[:, 2], self.depth_length)
        clouds = self._clouds(position, normal, views, large)
        clouds += [
            _loose_cloud(entry, views, first, large)
            for entry, first in zip(loose, self.first_loose, strict=True)
            if entry is not None
        ]
        keys = splat(clouds, len(views.side), depths, large)
        lit = [plane.mul_(draped.fold) for plane in light(lights, normal)]
        shone = self._with_loose(lit, loose, lights)
        return Painted(self._coloured(keys, shone, outfits, textures), keys, depths)

    def _clouds(self, position: Planes, normal: Planes, views: Views, size: int) -> list[Cloud]:
        x, y, depth = position
        facing = (normal[0] * x).addcmul_(normal[1], y).addcmul_(normal[2], depth)
        facing.addcmul_(depth, depth.new_tensor(-0.02))
        pixel_x, pixel_y = views.project_planes(x, y, depth, size)
        planes = (pixel_x, pixel_y, depth, facing)
        everybody = torch.arange(x.shape[1], device=x.device)
        surface = self.surface
        metres = (surface.area / surface.coarse) ** 0.5
        # What is nearest to the camera is seen largest; loose cloth is stretched besides.
        nearest = torch.maximum(depth.amin(0), 0.4 * views.translation[:, 2])
        per_metre = STRETCH * size / (views.side * nearest)
        close = (metres * per_metre > FINE_FROM).nonzero()[:, 0]
        if not len(close) or surface.coarse == surface.count:
            return [_cloud(everybody, planes, surface.coarse_points, metres * per_metre, 0)]
        finer = (surface.area / surface.count) ** 0.5
        spacing = (metres * per_metre).index_copy(0, close, finer * per_metre[close])
        near = tuple(plane.index_select(1, close) for plane in planes)
        return [
            _cloud(everybody, planes, surface.coarse_points, spacing, 0),
            _cloud(close, near, surface.fine_points, spacing[close], surface.coarse),
        ]

    def _with_loose(
        self, lit: list[Tensor], loose: Sequence[Loose | None], lights: Lights
    ) -> list[Tensor]:
        """Light of vertices and behind them of all loose points, planes (V + E, B)."""
        rows = [*self.first_loose, len(self.fields.x)]
        blocks: list[list[Tensor]] = [[plane] for plane in lit]
        for entry, start, end in zip(loose, rows[:-1], rows[1:], strict=True):
            if entry is None:
                empty = lit[0].new_zeros(end - start, lit[0].shape[1])
                colours = [empty] * 3
            else:
                shone = light(lights.pick(entry.person), entry.normal)
                colours = [
                    plane.new_zeros(end - start, lit[0].shape[1]).index_copy_(
                        1, entry.person, plane
                    )
                    for plane in shone
                ]
            for block, colour in zip(blocks, colours, strict=True):
                block.append(colour)
        return [torch.cat(block) for block in blocks]

    def _coloured(
        self, keys: Tensor, shone: list[Tensor], outfits: Outfits, textures: Tensor
    ) -> Layers:
        people, size, _ = keys.shape
        every = keys.reshape(-1)
        covered = every < EMPTY
        pixel = covered.nonzero()[:, 0]
        counts = covered.reshape(people, -1).sum(1)
        person = torch.repeat_interleave(counts, output_size=len(pixel))
        point = every.index_select(0, pixel).bitwise_and_(ID_MASK).long()
        at = self.fields.pick(point)
        cloth = cloth_of(outfits.cuts.pick(person), at)
        colours = albedo(palette_of(outfits), person, cloth, at, textures)
        planes = torch.zeros(5, people * size * size, device=keys.device)
        lit = self._light_at(shone, person, point, people)
        for plane, colour, bright in zip(planes, colours, lit, strict=False):
            plane.scatter_(0, pixel, bright.mul_(colour).clamp_max_(1.0))
        planes[3] = covered
        planes[4].scatter_(0, pixel, (point < self.foreign_from).float())
        layers = _reduced(planes.reshape(5, people, size, size))
        return Layers(layers[:3].transpose(0, 1), layers[3, :, None], layers[4, :, None])

    def _light_at(
        self, shone: list[Tensor], person: Tensor, point: Tensor, people: int
    ) -> list[Tensor]:
        """Light of N pixels, between the corners of their points."""
        total: list[Tensor] = []
        for corner, weight in zip(self.corner, self.weight, strict=True):
            row = corner.index_select(0, point).mul_(people).add_(person)
            share = weight.index_select(0, point)
            for channel, plane in enumerate(shone):
                value = plane.reshape(-1).index_select(0, row)
                if len(total) < 3:
                    total.append(value.mul_(share))
                else:
                    total[channel].addcmul_(value, share)
        return total


def _cloud(person: Tensor, planes: Sequence[Tensor], spread, spacing: Tensor, first: int) -> Cloud:
    x, y, depth, facing = (spread(plane) for plane in planes)
    return Cloud(person, x, y, depth, facing < 0, spacing, first)


def _loose_cloud(loose: Loose, views: Views, first: int, size: int) -> Cloud:
    x, y, depth = loose.position
    mine = views.pick(loose.person)
    facing = loose.normal[0] * x + loose.normal[1] * y + loose.normal[2] * depth
    pixel_x, pixel_y = mine.project_planes(x, y, depth, size)
    nearest = torch.maximum(depth.amin(0), 0.4 * mine.translation[:, 2])
    spacing = loose.spacing * size / (mine.side * nearest)
    return Cloud(loose.person, pixel_x, pixel_y, depth, facing < 0, spacing, first)


def _reduced(planes: Tensor) -> Tensor:
    """(C, B, 3n, 3n) to (C, B, 2n, 2n) by area: each pixel is one and a half of the old ones wide."""
    channels, people, size, _ = planes.shape
    third = size // 3
    rows = planes.reshape(channels, people, third, 3, size)
    half = planes.new_empty(channels, people, third, 2, size)
    torch.add(rows[..., 1, :], rows[..., 0, :], alpha=2, out=half[..., 0, :])
    torch.add(rows[..., 1, :], rows[..., 2, :], alpha=2, out=half[..., 1, :])
    columns = half.reshape(channels, people, 2 * third, third, 3)
    small = planes.new_empty(channels, people, 2 * third, third, 2)
    torch.add(columns[..., 1], columns[..., 0], alpha=2, out=small[..., 0])
    torch.add(columns[..., 1], columns[..., 2], alpha=2, out=small[..., 1])
    return small.mul_(1 / 9).reshape(channels, people, 2 * third, 2 * third)


def depth_at(painted: Painted, pixels: Tensor) -> Tensor:
    """(B, K) metres drawn at pixels (B, K, 2) int64 (column, row) of the large grid."""
    person = torch.arange(len(pixels), device=pixels.device)[:, None]
    key = painted.keys[person, pixels[..., 1], pixels[..., 0]]
    return painted.depths.metres(key, painted.depths.middle[:, None])


def parts_at(painter: PeoplePainter, keys: Tensor) -> Tensor:
    """uint8 part numbers of keys of any shape; 0 where nothing is."""
    part = painter.part_of_point[(keys & ID_MASK).long().clamp_max(len(painter.part_of_point) - 1)]
    return part * (keys < EMPTY)
