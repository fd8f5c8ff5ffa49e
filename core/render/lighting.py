"""Studio light as tables: what a surface returns depends only on its normal towards the viewer.

Lights are fixed to the camera, as in a photographer's studio on wheels, so that one table of
normals (a lit sphere) per finish replaces the light sums at every pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

TABLE = 384
"""Rows and columns of a lit sphere."""
ENCODE_STEPS = 4096
WHITE_POINT = 1.6
"""Linear light that is shown as white."""

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """One directional light in the camera frame (x right, y down, z forward).

    Attributes:
        direction: from the surface to the light.
        color: linear intensity of red, green and blue.
        wrap: 0 is a small lamp, 1 a large soft box that reaches around the body.
        gloss: share that returns as highlight.
        sharpness: exponent of the highlight.
    """

    direction: Rgb
    color: Rgb
    wrap: float = 0.25
    gloss: float = 0.0
    sharpness: float = 30.0


@dataclass(frozen=True)
class RenderTheme:
    """Colours (sRGB, 0..1) and lights of a view.

    Attributes:
        background_top, background_bottom: vertical gradient.
        grid: colour of the ground lines, ``grid_strength`` their opacity.
        shadow: strength of the contact shadow on the ground.
        wire: colour of face edges, ``wire_strength`` their opacity, ``wire_px`` their width.
        text: colour of printed words.
        sky, earth: ambient light from above and below, linear.
        lights: key, fill and rim.
        rim: strength of the light edge of a silhouette.
    """

    background_top: Rgb = (0.165, 0.184, 0.224)
    background_bottom: Rgb = (0.082, 0.094, 0.114)
    grid: Rgb = (0.56, 0.61, 0.69)
    grid_strength: float = 0.30
    shadow: float = 0.75
    wire: Rgb = (0.07, 0.08, 0.10)
    wire_strength: float = 0.55
    wire_px: float = 1.0
    text: Rgb = (0.906, 0.914, 0.933)
    sky: Rgb = (0.155, 0.168, 0.195)
    earth: Rgb = (0.075, 0.064, 0.056)
    lights: tuple[Light, ...] = (
        Light((-0.55, -0.70, -0.62), (0.98, 0.925, 0.85), wrap=0.10, gloss=0.07, sharpness=30),
        Light((0.90, -0.05, -0.42), (0.15, 0.18, 0.23), wrap=0.40, gloss=0.02, sharpness=18),
        Light((0.45, -0.60, 0.62), (0.62, 0.66, 0.74), wrap=0.0, gloss=0.10, sharpness=14),
    )
    rim: float = 0.10


DARK_THEME = RenderTheme()
LIGHT_THEME = RenderTheme(
    background_top=(0.953, 0.961, 0.973),
    background_bottom=(0.839, 0.859, 0.890),
    grid=(0.42, 0.46, 0.53),
    grid_strength=0.34,
    shadow=0.42,
    text=(0.106, 0.122, 0.153),
    rim=0.03,
)


def to_linear(srgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """Display values 0..1 as linear light (IEC 61966-2-1)."""
    value = np.asarray(srgb, np.float32)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


@lru_cache(maxsize=1)
def _encode_table() -> NDArray[np.float32]:
    light = np.linspace(0, WHITE_POINT, ENCODE_STEPS)
    # Straight up to a shoulder, then a soft approach to white, so that highlights keep their hue.
    knee = 0.72
    over = np.clip(light - knee, 0, None)
    light = np.minimum(light, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee)))
    light = light / light[-1]
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return curve.astype(np.float32)


def to_display(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear light as display values 0..1, with a soft shoulder near white."""
    steps = np.clip(light * np.float32((ENCODE_STEPS - 1) / WHITE_POINT), 0, ENCODE_STEPS - 1)
    return _encode_table().take(steps.astype(np.int32))


def _sphere() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Normals (T*T, 3) of the half sphere that faces the viewer, and their z towards the viewer."""
    line = (np.arange(TABLE, dtype=np.float32) * 2 / (TABLE - 1)) - 1
    x, y = np.meshgrid(line, line)
    radius = np.maximum(np.sqrt(x * x + y * y), 1e-9)
    shrink = np.where(radius > 1, 1 / radius, 1)
    x, y = x * shrink, y * shrink
    z = np.sqrt(np.clip(1 - x * x - y * y, 0, 1))
    return np.stack([x, y, -z], axis=-1).reshape(-1, 3).astype(np.float32), z.reshape(-1)


@lru_cache(maxsize=8)
def clay_table(theme: RenderTheme) -> NDArray[np.float32]:
    """(T*T, 6) float32: light for the surface's colour (3) and highlight on top (3), linear."""
    normals, facing = _sphere()
    sky, earth = np.asarray(theme.sky), np.asarray(theme.earth)
    up = (0.5 - 0.5 * normals[:, 1])[:, None]
    diffuse = sky * up + earth * (1 - up)
    highlight = np.zeros_like(diffuse)
    for light in theme.lights:
        towards = np.asarray(light.direction) / np.linalg.norm(light.direction)
        reach = (normals @ towards + light.wrap) / (1 + light.wrap)
        diffuse += np.clip(reach, 0, 1)[:, None] ** 1.2 * np.asarray(light.color)
        half = towards + np.array([0.0, 0.0, -1.0])
        half = half / max(float(np.linalg.norm(half)), 1e-6)
        shine = np.clip(normals @ half, 0, 1) ** light.sharpness * light.gloss
        highlight += shine[:, None] * np.asarray(light.color)
    edge = (1 - facing)[:, None] ** 3
    highlight += edge * theme.rim * (0.4 + 0.6 * up) * np.array([0.9, 0.96, 1.08])
    return np.concatenate([diffuse, highlight], axis=1).astype(np.float32)


@lru_cache(maxsize=1)
def data_table() -> NDArray[np.float32]:
    """(T*T, 6) float32 of a soft head light: full colour facing the viewer, darker at the edge."""
    normals, facing = _sphere()
    top = -0.5 * normals[:, 1]
    tone = np.clip(0.50 + 0.50 * facing**0.8 + 0.16 * top * (1 - facing), 0.3, 1.05)
    diffuse = np.repeat(tone[:, None], 3, axis=1)
    return np.concatenate([diffuse, np.zeros_like(diffuse)], axis=1).astype(np.float32)


def table_index(normals: NDArray[np.float32]) -> NDArray[np.int32]:
    """Row of a lit sphere for unit normals (N, 3) in the camera frame."""
    half = np.float32((TABLE - 1) / 2)
    x = np.clip(normals[:, 0] * half + (half + np.float32(0.5)), 0, TABLE - 1).astype(np.int32)
    y = np.clip(normals[:, 1] * half + (half + np.float32(0.5)), 0, TABLE - 1).astype(np.int32)
    return y * TABLE + x
