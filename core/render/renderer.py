"""The renderer: rays from the camera, studio light on what they meet, layers put over each other.

The same pixels on every machine and without a display: no graphics driver takes part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.opencv import cv2
from core.render.camera import Projection, ViewCamera
from core.render.geometry import OCCLUSION_RAYS, GeometryCache, MeshGeometry
from core.render.ground import Ground, ShadowMap, ground_opacity, ground_under, shadow_map
from core.render.layers import MeshLayer, PickResult, RenderedImage
from core.render.lighting import DARK_THEME, RenderTheme
from core.render.shading import TILE, PreparedLayer, prepare, shade

Quality = Literal["draft", "live", "final"]
"""``draft`` while the mouse moves, ``live`` with smooth edges, ``final`` with ambient occlusion."""

SMOOTH_OFFSETS = np.array(
    [(-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125)], np.float32
)
"""Where a pixel at an edge is sampled: four points on a turned square."""
EDGE_SLOPE = 14.0
"""Depth steps between neighbours, in pixel sizes, that count as an edge."""


@dataclass(frozen=True)
class SceneOptions:
    """What surrounds the layers.

    Attributes:
        theme: colours and lights.
        ground: None for no floor, ``auto`` for one under the lowest vertex, or a given plane.
        grid, shadow: what the floor shows.
        occlusion: darken folds and inner sides (ambient occlusion) in ``final`` quality.
        occlusion_rays: rays from each vertex that find out how much.
    """

    theme: RenderTheme = DARK_THEME
    ground: Ground | Literal["auto"] | None = "auto"
    grid: bool = True
    shadow: bool = True
    occlusion: bool = True
    occlusion_rays: int = OCCLUSION_RAYS


@dataclass(frozen=True, eq=False)
class _Samples:
    """Colour (N, 3) times opacity, opacity (N,), and depth of the nearest layer (N,)."""

    premultiplied: NDArray[np.float32]
    alpha: NDArray[np.float32]
    depth: NDArray[np.float32]


class Renderer:
    """Draws layers and answers clicks; keeps what it worked out for the last few meshes.

    One thread renders; `pick` may be called from another one at the same time.

    Args:
        options: what surrounds the layers.
        cache: shared with other renderers that draw the same meshes; its own by default.
    """

    def __init__(
        self, options: SceneOptions | None = None, cache: GeometryCache | None = None
    ) -> None:
        self.options = options or SceneOptions()
        self._cache = cache or GeometryCache()
        self._backdrop: tuple[object, NDArray[np.float32]] | None = None
        self._shadow: tuple[object, ShadowMap] | None = None

    def render(
        self,
        layers: Sequence[MeshLayer],
        camera: ViewCamera | Projection,
        size: tuple[int, int],
        quality: Quality = "final",
        background: NDArray[np.uint8] | None = None,
    ) -> RenderedImage:
        """A picture of the layers.

        Args:
            layers: drawn by depth; transparent ones over what lies behind them.
            camera: the view, or a projection made for ``size``.
            size: (width, height), pixels.
            quality: see `Quality`.
            background: (H, W, 3) uint8 instead of gradient and floor.
        """
        view = camera if isinstance(camera, Projection) else camera.projection(size)
        prepared = [
            prepare(
                index, layer, self._cache.of(layer.vertices, layer.faces), view, self.options.theme
            )
            for index, layer in enumerate(layers)
            if layer.alpha > 0 and len(layer.faces)
        ]
        prepared = [item for item in prepared if not item.geometry.is_empty]
        if quality == "final" and self.options.occlusion:
            for item in prepared:
                if item.layer.finish == "clay":
                    item.geometry.work_out_occlusion(self.options.occlusion_rays)
        canvas = self._background(layers, view, camera, background)
        return self._draw(prepared, view, canvas, smooth=quality != "draft")

    def pick(
        self,
        layers: Sequence[MeshLayer],
        camera: ViewCamera | Projection,
        x: float,
        y: float,
        size: tuple[int, int],
    ) -> PickResult | None:
        """What lies under pixel position (x, y) of a view of ``size`` (width, height); None for nothing.

        A layer drawn in front wins; transparent layers count like opaque ones.
        """
        view = camera if isinstance(camera, Projection) else camera.projection(size)
        ray = view.rays(np.array([[x, y]], np.float32))
        best: PickResult | None = None
        best_key = (True, np.inf)
        for index, layer in enumerate(layers):
            if not layer.pickable or layer.alpha <= 0 or not len(layer.faces):
                continue
            geometry = self._cache.of(layer.vertices, layer.faces)
            hits = geometry.cast(ray)
            if not len(hits.index):
                continue
            depth = float(hits.t[0]) - view.depth_offset
            key = (not layer.in_front, depth)
            if best is None or key < best_key:
                best_key = key
                best = _pick_result(index, layer, geometry, hits, ray[0], depth)
        return best

    def can_pick_at_once(self, layers: Sequence[MeshLayer]) -> bool:
        """Whether all search trees are built, so that `pick` takes microseconds."""
        return all(self._cache.of(layer.vertices, layer.faces).is_ready for layer in layers)

    def clear(self) -> None:
        """Forget all meshes."""
        self._cache.clear()
        self._shadow = None

    def _draw(
        self,
        prepared: list[PreparedLayer],
        view: Projection,
        canvas: NDArray[np.float32],
        smooth: bool,
    ) -> RenderedImage:
        width, height = view.size
        alpha = np.zeros(height * width, np.float32)
        depth = np.full(height * width, np.inf, np.float32)
        rgb = canvas.astype(np.uint8)
        where = _covered_pixels(prepared, view)
        if len(where):
            pixels = np.empty((len(where), 2), np.float32)
            pixels[:, 0] = where % width
            pixels[:, 1] = where // width
            pixels += 0.5
            samples = _trace(prepared, view, pixels, where)
            alpha[where], depth[where] = samples.alpha, samples.depth
            premultiplied = samples.premultiplied
            if smooth:
                edge = _edges(depth.reshape(height, width), view, where)
                soft = _trace_soft(prepared, view, pixels[edge], where[edge])
                premultiplied[edge], alpha[where[edge]] = soft.premultiplied, soft.alpha
            flat, behind = rgb.reshape(-1, 3), canvas.reshape(-1, 3)[where]
            mixed = premultiplied * np.float32(255)
            mixed += 0.5 * alpha[where][:, None] + behind * (1 - alpha[where])[:, None]
            flat[where] = np.clip(mixed, 0, 255).astype(np.uint8)
        return RenderedImage(rgb, alpha.reshape(height, width), depth.reshape(height, width))

    def _background(
        self,
        layers: Sequence[MeshLayer],
        view: Projection,
        camera: ViewCamera | Projection,
        picture: NDArray[np.uint8] | None,
    ) -> NDArray[np.float32]:
        """(H, W, 3) float32 in 0..255, with what rounds it down to the nearest tone added."""
        width, height = view.size
        if picture is not None:
            if picture.shape[:2] != (height, width):
                picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
            return picture.astype(np.float32) + np.float32(0.5)
        theme = self.options.theme
        key = (theme, view.size)
        if self._backdrop is None or self._backdrop[0] != key:
            ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
            top = np.array(theme.background_top, np.float32)
            bottom = np.array(theme.background_bottom, np.float32)
            gradient = (top * (1 - ramp) + bottom * ramp) * 255 + _dither(height, width)
            self._backdrop = (key, np.ascontiguousarray(gradient, np.float32))
        y_up = camera.y_up if isinstance(camera, ViewCamera) else False
        return self._with_ground(self._backdrop[1], layers, view, y_up)

    def _with_ground(
        self,
        backdrop: NDArray[np.float32],
        layers: Sequence[MeshLayer],
        view: Projection,
        y_up: bool,
    ) -> NDArray[np.float32]:
        options = self.options
        standing = [layer for layer in layers if layer.casts_shadow and len(layer.vertices)]
        clouds = [self._cache.of(layer.vertices, layer.faces).used for layer in standing]
        clouds = [cloud for cloud in clouds if len(cloud)]
        if options.ground is None or not clouds:
            return backdrop
        ground = options.ground
        if ground == "auto":
            found = ground_under(clouds, y_up)
            assert found is not None
            ground = Ground(found.height, y_up)
        shown = (ground.grid and options.grid, ground.shadow and options.shadow)
        ground = replace(ground, grid=shown[0], shadow=shown[1])
        key = (ground, tuple(id(cloud) for cloud in clouds))
        if self._shadow is None or self._shadow[0] != key:
            self._shadow = (key, shadow_map(clouds, ground))
        spread = self._shadow[1]
        center = (spread.corner[0] + spread.side / 2, spread.corner[1] + spread.side / 2)
        lines, dark = ground_opacity(view, ground, spread, center, max(2.2, spread.side))
        if lines is None and dark is None:
            return backdrop
        return _composed_ground(backdrop, lines, dark, options.theme)


def _pick_result(
    index: int,
    layer: MeshLayer,
    geometry: MeshGeometry,
    hits,
    ray: NDArray[np.float32],
    depth: float,
) -> PickResult:
    u, v = float(hits.u[0, 0]), float(hits.v[0, 0])
    weights = np.array([1 - u - v, u, v], np.float32)
    face = int(hits.face[0])
    vertex = int(geometry.faces[face, int(weights.argmax())])
    if geometry.face_rows is not None:
        face = int(geometry.face_rows[face])
    point = ray[:3] + hits.t[0] * ray[3:]
    return PickResult(index, layer.name, face, vertex, weights, point, depth)


def _composed_ground(
    backdrop: NDArray[np.float32],
    lines: NDArray[np.float32] | None,
    dark: NDArray[np.float32] | None,
    theme: RenderTheme,
) -> NDArray[np.float32]:
    """A copy of the backdrop with lines and shadow on the rows that have any."""
    marked = [np.flatnonzero(mask.any(axis=1)) for mask in (lines, dark) if mask is not None]
    marked = [rows for rows in marked if len(rows)]
    if not marked:
        return backdrop
    canvas = backdrop.copy()
    rows = slice(
        min(int(found[0]) for found in marked), max(int(found[-1]) for found in marked) + 1
    )
    part = canvas[rows]
    if lines is not None:
        share = cv2.cvtColor(lines[rows] * np.float32(theme.grid_strength), cv2.COLOR_GRAY2RGB)
        part += (np.array(theme.grid, np.float32) * np.float32(255) - part) * share
    if dark is not None:
        part *= cv2.cvtColor(1 - dark[rows] * np.float32(theme.shadow), cv2.COLOR_GRAY2RGB)
    return canvas


def _dither(height: int, width: int) -> NDArray[np.float32]:
    """A fixed pattern (H, W, 1) in 0..1 that hides the steps of a dark gradient."""
    pattern = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32)
    tiled = np.tile((pattern + 0.5) / 16, (height // 4 + 1, width // 4 + 1))
    return tiled[:height, :width, None].astype(np.float32)


def _covered_pixels(prepared: list[PreparedLayer], view: Projection) -> NDArray[np.intp]:
    """Row-major numbers of the pixels in all tiles that any layer can touch, ascending."""
    width, height = view.size
    mask = np.zeros((height, width), bool)
    for item in prepared:
        grown = np.repeat(np.repeat(item.tiles, TILE, axis=0), TILE, axis=1)
        mask |= grown[:height, :width]
    return np.flatnonzero(mask)


def _trace(
    prepared: list[PreparedLayer],
    view: Projection,
    pixels: NDArray[np.float32],
    where: NDArray[np.intp],
) -> _Samples:
    """Colours of all layers at pixel positions (N, 2) that lie in the pixels ``where`` (N,)."""
    count = len(pixels)
    rays = view.rays(pixels)
    width = view.size[0]
    tile = (where // width // TILE) * ((width + TILE - 1) // TILE) + where % width // TILE
    found = []
    nearest = np.full(count, np.inf, np.float32)
    for item in prepared:
        inside = item.tiles.ravel()[tile]
        chosen = None if inside.all() else np.flatnonzero(inside)
        part = shade(item, view, rays, pixels, chosen)
        if len(part.index):
            found.append((item.layer.in_front, part))
            nearest[part.index] = np.minimum(nearest[part.index], part.depth)
    return _composite(count, found, nearest)


def _composite(count: int, found: list, nearest: NDArray[np.float32]) -> _Samples:
    """Opaque surfaces by depth, then transparent ones from far to near, then what is in front."""
    colour = np.zeros((count, 3), np.float32)
    alpha = np.zeros(count, np.float32)
    for front in (False, True):
        group = [part for in_front, part in found if in_front == front]
        solid = np.full(count, np.inf, np.float32)
        for part in group:
            if part.opaque:
                closer = part.depth < solid[part.index]
                rows = part.index[closer]
                colour[rows], alpha[rows] = part.rgb[closer], 1.0
                solid[rows] = part.depth[closer]
        clear = [part for part in group if not part.opaque]
        for part, keep in _far_to_near(count, clear):
            keep &= part.depth < solid[part.index]
            rows, share = part.index[keep], part.alpha[keep]
            colour[rows] = colour[rows] * (1 - share)[:, None] + part.rgb[keep] * share[:, None]
            alpha[rows] = alpha[rows] * (1 - share) + share
    return _Samples(colour, alpha, nearest)


def _far_to_near(count: int, parts: list):
    """Yield transparent parts with the rows whose turn it is, the farthest layer of each row first."""
    if len(parts) < 2:
        for part in parts:
            yield part, np.ones(len(part.index), bool)
        return
    depths = np.full((len(parts), count), -np.inf, np.float32)
    for row, part in enumerate(parts):
        depths[row, part.index] = part.depth
    order = np.argsort(-depths, axis=0, kind="stable")
    for turn in range(len(parts)):
        for row, part in enumerate(parts):
            mine = order[turn, part.index] == row
            if mine.any():
                yield part, mine


def _edges(
    depth: NDArray[np.float32], view: Projection, where: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Positions in ``where`` of the pixels at a silhouette or a jump in depth."""
    width = depth.shape[1]
    rows, columns = where // width, where % width
    left, right = int(columns.min()), int(columns.max()) + 1
    part = depth[int(rows[0]) : int(rows[-1]) + 1, left:right]
    far = np.minimum(part, np.float32(1e4))
    kernel = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(far, kernel), cv2.dilate(far, kernel)
    pixel = 1 / view.focal if view.orthographic else low / np.float32(view.focal)
    jump = (high - low) > EDGE_SLOPE * pixel
    return np.flatnonzero(jump[rows - rows[0], columns - left])


def _trace_soft(
    prepared: list[PreparedLayer],
    view: Projection,
    pixels: NDArray[np.float32],
    where: NDArray[np.intp],
) -> _Samples:
    """Mean over several points of each pixel."""
    count, many = len(pixels), len(SMOOTH_OFFSETS)
    spread = (pixels[:, None] + SMOOTH_OFFSETS).reshape(-1, 2)
    samples = _trace(prepared, view, spread, np.repeat(where, many))
    return _Samples(
        samples.premultiplied.reshape(count, many, 3).mean(axis=1),
        samples.alpha.reshape(count, many).mean(axis=1),
        samples.depth.reshape(count, many).min(axis=1, initial=np.inf),
    )
