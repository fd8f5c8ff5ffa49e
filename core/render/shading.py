"""From a ray's hit to a colour: normals, light tables, wire lines, opacity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.render.camera import Projection
from core.render.geometry import Hits, MeshGeometry, corner_table
from core.render.layers import MeshLayer
from core.render.lighting import (
    RenderTheme,
    clay_table,
    data_table,
    table_index,
    to_display,
    to_linear,
)

TILE = 8
OCCLUSION_STRENGTH = 0.8


@dataclass(frozen=True, eq=False)
class PreparedLayer:
    """A layer at one view.

    Attributes:
        index: in the list of layers.
        layer, geometry, theme: what is drawn.
        tiles: (rows, columns) bool, squares of `TILE` pixels that the mesh can touch.
        heights: (F, 3) float32 pixels from each corner to the opposite edge, for wire lines.
    """

    index: int
    layer: MeshLayer
    geometry: MeshGeometry
    theme: RenderTheme
    tiles: NDArray[np.bool_]
    heights: NDArray[np.float32] | None


@dataclass(frozen=True, eq=False)
class ShadedPart:
    """What a layer gives to some rays.

    ``index``: (M,) rows of the rays; ``rgb``: (M, 3) display values 0..1; ``alpha``: (M,);
    ``depth``: (M,) metres; ``opaque``: all of it hides what lies behind.
    """

    index: NDArray[np.intp]
    rgb: NDArray[np.float32]
    alpha: NDArray[np.float32]
    depth: NDArray[np.float32]
    opaque: bool


def prepare(
    index: int, layer: MeshLayer, geometry: MeshGeometry, view: Projection, theme: RenderTheme
) -> PreparedLayer:
    """Where the layer can be seen, and how large its faces appear."""
    width, height = view.size
    rows, columns = (height + TILE - 1) // TILE, (width + TILE - 1) // TILE
    pixels, depth = view.project(geometry.vertices)
    corners = pixels[geometry.faces] if len(geometry.faces) else np.zeros((0, 3, 2))
    behind = not view.orthographic and len(depth) > 0 and float(np.nanmin(depth)) <= 0.01
    tiles = np.ones((rows, columns), bool) if behind else _touched_tiles(corners, rows, columns)
    heights = _face_heights(corners) if layer.wireframe or not layer.surface else None
    return PreparedLayer(index, layer, geometry, theme, tiles, heights)


def _touched_tiles(corners: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.bool_]:
    """Tiles (rows, columns) that the bounds of any face (F, 3, 2) overlap.

    Adds the four corners of each face's rectangle of tiles to a table of differences; the running
    sums of that table then count the rectangles over every tile.
    """
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    low = np.floor((np.minimum(np.minimum(a, b), c) - 1) / TILE).astype(np.int64)
    high = np.floor((np.maximum(np.maximum(a, b), c) + 1) / TILE).astype(np.int64) + 1
    limit = np.array([columns, rows])
    seen = (high[:, 0] > 0) & (high[:, 1] > 0) & (low[:, 0] < columns) & (low[:, 1] < rows)
    low, high = np.clip(low[seen], 0, limit), np.clip(high[seen], 0, limit)
    wide = columns + 1
    table = np.zeros((rows + 1) * wide, np.int64)
    for x, y, sign in ((low, low, 1), (high, low, -1), (low, high, -1), (high, high, 1)):
        table += sign * np.bincount(y[:, 1] * wide + x[:, 0], minlength=len(table))
    return table.reshape(rows + 1, wide).cumsum(axis=0).cumsum(axis=1)[:rows, :columns] > 0


def _face_heights(corners: NDArray[np.float64]) -> NDArray[np.float32]:
    """(F, 3) pixels between each corner and the opposite edge."""
    sides = corners[:, [2, 0, 1]] - corners[:, [1, 2, 0]]
    area = np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0])
    length = np.maximum(np.hypot(sides[..., 0], sides[..., 1]), 1e-6)
    return np.nan_to_num(area[:, None] / length).astype(np.float32)


def shade(
    item: PreparedLayer,
    view: Projection,
    rays: NDArray[np.float32],
    pixels: NDArray[np.float32],
    chosen: NDArray[np.intp] | None,
) -> ShadedPart:
    """Cast rays (N, 6) through pixel positions (N, 2) and colour what they meet.

    ``chosen``: the rows that can meet this layer; None for all.
    """
    hits = item.geometry.cast(rays if chosen is None else np.ascontiguousarray(rays[chosen]))
    index = hits.index if chosen is None else chosen[hits.index]
    depth = hits.t - np.float32(view.depth_offset)
    layer = item.layer
    normals = _view_normals(item, hits, view, pixels[index])
    rgb = _lit(item, hits, normals)
    alpha = np.full(len(index), layer.alpha if layer.surface else 0.0, np.float32)
    if layer.surface and layer.alpha < 1:
        # A clear body shows its outline: glancing surfaces are longer to look through.
        edge = 1 - np.clip(-normals[:, 2], 0, 1)
        alpha = np.clip(alpha * (0.82 + 0.75 * edge * edge), 0, 1).astype(np.float32)
    if item.heights is not None:
        rgb, alpha = _with_wire(item, hits, rgb, alpha)
    return ShadedPart(index, rgb, alpha, depth, layer.alpha >= 1 and layer.surface)


def _mixed(table: tuple[NDArray[np.float32], ...], hits: Hits) -> NDArray[np.float32]:
    """Corner values interpolated at hits."""
    first, second, third = table
    result = first.take(hits.face, axis=0)
    result += second.take(hits.face, axis=0) * hits.u
    result += third.take(hits.face, axis=0) * hits.v
    return result


def _view_normals(
    item: PreparedLayer, hits: Hits, view: Projection, pixels: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Unit normals (M, 3) relative to each ray (-z towards the eye), turned to the viewer."""
    geometry = item.geometry
    if item.layer.flat:
        world = geometry.face_normals.take(hits.face, axis=0)
    else:
        world = _mixed(geometry.corner_normals, hits)
    normals = world @ view.rotation.T.astype(np.float32)
    if not view.orthographic:
        # In perspective the silhouette is where the normal meets the ray, not the camera's axis.
        slope = (pixels - np.array(view.center, np.float32)) * np.float32(1 / view.focal)
        depthwise = normals[:, 2] + (normals[:, :2] * slope).sum(axis=1)
        normals[:, :2] -= slope * normals[:, 2:]
        normals[:, 2] = depthwise
    scale = np.sqrt(np.einsum("ij,ij->i", normals, normals))
    normals *= (1 / np.maximum(scale, 1e-9))[:, None]
    # Seen from inside (an open wrist): turn it round. Slightly turned away: interpolation only.
    normals[normals[:, 2] > 0.35] *= -1
    return normals


def _lit(item: PreparedLayer, hits: Hits, normals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Display colours (M, 3)."""
    layer = item.layer
    if layer.by_normals:
        return np.clip(normals * np.array([0.5, -0.5, -0.5], np.float32) + np.float32(0.5), 0, 1)
    if layer.finish == "unlit":
        return _surface_colour(item, hits, linear=False)
    albedo = _surface_colour(item, hits, linear=True)
    rows = table_index(normals)
    if layer.finish == "data":
        return to_display(albedo * data_table()[:, :3].take(rows, axis=0))
    light = clay_table(item.theme).take(rows, axis=0)
    return to_display(albedo * light[:, :3] + light[:, 3:])


def _surface_colour(item: PreparedLayer, hits: Hits, linear: bool) -> NDArray[np.float32]:
    """Colour of the surface (M, 3) or (1, 3), darkened in folds where that was worked out."""
    layer, geometry = item.layer, item.geometry
    colors = np.asarray(layer.colors, np.float32)
    colors = np.asarray(to_linear(colors) if linear else colors, np.float32)
    openness = geometry.occlusion if layer.finish == "clay" else None
    if openness is not None:
        dark = 1 - np.float32(OCCLUSION_STRENGTH) * (1 - openness[:, None])
        if colors.ndim == 1:
            return _mixed(corner_table(dark, geometry.faces), hits) * colors
        colors = (colors * dark).astype(np.float32)
    if colors.ndim == 1:
        return np.broadcast_to(colors, (len(hits.face), 3)).copy()
    return _mixed(corner_table(colors, geometry.faces), hits)


def _with_wire(
    item: PreparedLayer, hits: Hits, rgb: NDArray[np.float32], alpha: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lines of constant width along the edges, smooth at their sides."""
    assert item.heights is not None
    theme = item.theme
    weights = np.concatenate([1 - hits.u - hits.v, hits.u, hits.v], axis=1)
    size = item.heights.take(hits.face, axis=0)
    distance = (weights * size).min(axis=1)
    cover = np.clip(theme.wire_px / 2 + 0.5 - distance, 0, 1)
    # Faces smaller than a few pixels would drown in lines.
    cover *= np.clip((size.min(axis=1) - 1.0) / 4.0, 0.25, 1)
    if not item.layer.surface:
        color = np.asarray(item.layer.colors, np.float32)
        line = color if color.ndim == 1 else _mixed(corner_table(color, item.geometry.faces), hits)
        return np.broadcast_to(line, rgb.shape), np.clip(cover * item.layer.alpha * 1.2, 0, 1)
    share = (cover * theme.wire_strength)[:, None]
    return rgb * (1 - share) + np.array(theme.wire, np.float32) * share, np.maximum(
        alpha, share[:, 0] * min(1.0, item.layer.alpha * 1.5)
    )
