"""Open3D ray casting without a display: views of meshes, picking, overlays, legends, 2D drawings.

Open3D itself is imported on the first ray, never by importing this package.
"""

from core.render.camera import PictureIntrinsics, Projection, StandardView, ViewCamera
from core.render.colors import (
    BLUE_ORANGE,
    CIVIDIS,
    COLORMAPS,
    INFERNO,
    MAGMA,
    VIRIDIS,
    Colormap,
    Legend,
    legend_for,
    part_colors,
    person_color,
)
from core.render.compose import (
    contact_sheet,
    overlay,
    picture_camera,
    points_of,
    side_views,
    turntable,
)
from core.render.draw import (
    draw_box,
    draw_heatmap,
    draw_joints,
    draw_text,
    legend_image,
    put_legend,
)
from core.render.geometry import GeometryCache, shared_cache
from core.render.ground import Ground, ground_of
from core.render.layers import CLAY, MeshLayer, PickResult, RenderedImage
from core.render.lighting import DARK_THEME, LIGHT_THEME, RenderTheme
from core.render.renderer import Quality, Renderer, SceneOptions
from core.render.skeleton import bones_of, skeleton_layer

__all__ = [
    "BLUE_ORANGE",
    "CIVIDIS",
    "CLAY",
    "COLORMAPS",
    "DARK_THEME",
    "INFERNO",
    "LIGHT_THEME",
    "MAGMA",
    "VIRIDIS",
    "Colormap",
    "GeometryCache",
    "Ground",
    "Legend",
    "MeshLayer",
    "PickResult",
    "PictureIntrinsics",
    "Projection",
    "Quality",
    "RenderTheme",
    "RenderedImage",
    "Renderer",
    "SceneOptions",
    "StandardView",
    "ViewCamera",
    "bones_of",
    "contact_sheet",
    "draw_box",
    "draw_heatmap",
    "draw_joints",
    "draw_text",
    "ground_of",
    "legend_for",
    "legend_image",
    "overlay",
    "part_colors",
    "person_color",
    "picture_camera",
    "points_of",
    "put_legend",
    "shared_cache",
    "side_views",
    "skeleton_layer",
    "turntable",
]
