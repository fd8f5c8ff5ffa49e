"""Flat drawings on pictures: text, boxes, joints, heatmaps, legends. Pictures are never changed in place.

Pixel positions are continuous; the centre of the top-left pixel is (0.5, 0.5).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.opencv import cv2
from core.render.colors import INFERNO, Colormap, Legend
from core.render.lighting import DARK_THEME, RenderTheme, Rgb
from core.render.skeleton import bone_color, bones_of, side_colors

_SHIFT = 4
"""Binary digits of sub-pixel positions in OpenCV's line drawing."""


def _fixed(point: ArrayLike) -> tuple[int, int]:
    x, y = (np.clip(np.asarray(point, dtype=np.float64), -20_000, 20_000) - 0.5) * (1 << _SHIFT)
    return round(float(x)), round(float(y))


def _tone(color: ArrayLike) -> tuple[int, int, int]:
    red, green, blue = (round(float(value) * 255) for value in np.asarray(color))
    return red, green, blue


def draw_text(
    picture: NDArray[np.uint8],
    text: str,
    at: tuple[float, float],
    height_px: int = 13,
    color: Rgb = DARK_THEME.text,
    align: str = "left",
) -> NDArray[np.uint8]:
    """A copy with one line of text.

    Args:
        picture: (H, W, 3) uint8.
        text: what to print.
        at: x of the ``align``ed end and y of the base line, pixels.
        height_px: font size, pixels.
        color: sRGB 0..1.
        align: ``left``, ``center`` or ``right``.
    """
    canvas = np.array(picture)
    put_text(canvas, text, at, height_px, color, align)
    return canvas


def text_width(text: str, height_px: int = 13) -> int:
    """Pixels that a line of text takes."""
    if hasattr(cv2, "FontFace"):
        x, _, width, _ = cv2.getTextSize((1, 1), text, (0, 0), cv2.FontFace("sans"), height_px, 400)
        return int(x + width)
    scale = height_px / 30
    return int(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)[0][0])


def put_text(
    canvas: NDArray[np.uint8],
    text: str,
    at: tuple[float, float],
    height_px: int,
    color: ArrayLike,
    align: str = "left",
) -> None:
    """Print into ``canvas``; OpenCV 5 has real fonts, older ones only strokes."""
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    start = (round(at[0] - share * text_width(text, height_px)), round(at[1]))
    if hasattr(cv2, "FontFace"):
        cv2.putText(canvas, text, start, _tone(color), cv2.FontFace("sans"), height_px, 400)
    else:
        font, scale = cv2.FONT_HERSHEY_SIMPLEX, height_px / 30
        cv2.putText(canvas, text, start, font, scale, _tone(color), 1, cv2.LINE_AA)


def _line(
    canvas: NDArray[np.uint8], start: ArrayLike, end: ArrayLike, color: ArrayLike, width: int
) -> None:
    cv2.line(canvas, _fixed(start), _fixed(end), _tone(color), width, cv2.LINE_AA, _SHIFT)


def _dot(canvas: NDArray[np.uint8], at: ArrayLike, radius: float, color: ArrayLike) -> None:
    size = round(radius * (1 << _SHIFT))
    cv2.circle(canvas, _fixed(at), size, _tone(color), -1, cv2.LINE_AA, _SHIFT)


def draw_joints(
    picture: NDArray[np.uint8],
    joints_2d: ArrayLike,
    joint_names: Sequence[str],
    bones: Sequence[tuple[int, int]] | None = None,
    scores: ArrayLike | None = None,
    size_px: float | None = None,
    min_score: float = 0.05,
) -> NDArray[np.uint8]:
    """A copy with bones and joints, dark outlines under bright strokes.

    Args:
        picture: (H, W, 3) uint8.
        joints_2d: (K, 2) pixels; NaN joints are left out.
        joint_names: K names; they give the sides' colours and, without ``bones``, the connections.
        bones: pairs of joint numbers.
        scores: (K,) in 0..1; weaker joints are smaller.
        size_px: radius of a joint; by default fits the picture.
        min_score: joints below are left out.
    """
    canvas = np.array(picture)
    points = np.asarray(joints_2d, dtype=np.float64)
    trust = np.ones(len(points)) if scores is None else np.nan_to_num(np.asarray(scores, float))
    known = np.isfinite(points).all(axis=1) & (trust >= min_score)
    colors = side_colors(joint_names)
    radius = size_px or max(2.5, 0.0055 * float(np.hypot(*picture.shape[:2])))
    links = bones_of(joint_names) if bones is None else bones
    links = [bone for bone in links if known[bone[0]] and known[bone[1]]]
    for outline in (True, False):
        for bone in links:
            color = np.full(3, 0.06) if outline else bone_color(colors, joint_names, bone)
            width = max(1, round(radius * (1.15 if outline else 0.7)))
            _line(canvas, points[bone[0]], points[bone[1]], color, width)
    for index in np.flatnonzero(known):
        own = radius * (0.65 + 0.35 * min(1.0, float(trust[index])))
        _dot(canvas, points[index], own + max(1.0, radius * 0.28), np.full(3, 0.06))
        _dot(canvas, points[index], own, colors[index])
    return canvas


def draw_box(
    picture: NDArray[np.uint8],
    box_xyxy: ArrayLike,
    color: Rgb = (0.298, 0.553, 1.0),
    label: str = "",
    width: int = 2,
) -> NDArray[np.uint8]:
    """A copy with a box (4,) in pixels and a label on its top edge."""
    canvas = np.array(picture)
    x0, y0, x1, y1 = (float(value) for value in np.asarray(box_xyxy))
    cv2.rectangle(
        canvas, _fixed((x0, y0)), _fixed((x1, y1)), (14, 16, 20), width + 2, cv2.LINE_AA, 4
    )
    cv2.rectangle(canvas, _fixed((x0, y0)), _fixed((x1, y1)), _tone(color), width, cv2.LINE_AA, 4)
    if label:
        size = max(11, round(picture.shape[0] / 55))
        wide, tall = text_width(label, size) + size, round(size * 1.55)
        top = y0 - tall if y0 >= tall else y0
        left = max(0, min(round(x0), picture.shape[1] - wide))
        corner = (left, max(0, round(top)))
        cv2.rectangle(canvas, corner, (corner[0] + wide, corner[1] + tall), _tone(color), -1)
        dark = (0.05, 0.06, 0.08) if sum(color) > 1.4 else (1.0, 1.0, 1.0)
        put_text(canvas, label, (corner[0] + size / 2, corner[1] + tall * 0.74), size, dark)
    return canvas


def draw_heatmap(
    picture: NDArray[np.uint8],
    heatmap: ArrayLike,
    region: ArrayLike | None = None,
    cmap: Colormap = INFERNO,
    alpha: float = 0.75,
    peak: float | None = None,
) -> NDArray[np.uint8]:
    """A copy with a map over a region; opacity grows with the value.

    Args:
        picture: (H, W, 3) uint8.
        heatmap: (h, w), not negative.
        region: box_xyxy (4,) in pixels that the map covers; None for the whole picture.
        cmap: colours from nothing to the peak.
        alpha: opacity at the peak.
        peak: value of the last colour; the map's own maximum by default.
    """
    height, width = picture.shape[:2]
    values = np.nan_to_num(np.asarray(heatmap, dtype=np.float32))
    box = (0, 0, width, height) if region is None else np.asarray(region, dtype=np.float64)
    x0, y0, x1, y1 = (float(value) for value in box)
    rows, columns = values.shape
    scale_x, scale_y = (x1 - x0) / columns, (y1 - y0) / rows
    matrix = np.array(
        [
            [scale_x, 0, x0 + 0.5 * scale_x - 0.5],
            [0, scale_y, y0 + 0.5 * scale_y - 0.5],
        ]
    )
    top = float(values.max()) if peak is None else peak
    # Repeat the outer cells for half a cell, so that the map fills its region to the edge.
    padded = cv2.copyMakeBorder(values, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    matrix[:, 2] -= matrix[:, :2].sum(axis=1)
    spread = cv2.warpAffine(
        padded / max(top, 1e-12), matrix, (width, height), flags=cv2.INTER_LINEAR
    )
    x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
    inside = ((y >= y0) & (y < y1))[:, None] & ((x >= x0) & (x < x1))[None]
    share = np.clip(spread, 0, 1) * inside
    opacity = (np.sqrt(share) * alpha)[..., None]
    mixed = picture * (1 - opacity) + cmap(share) * 255 * opacity
    return (mixed + 0.5).astype(np.uint8)


def legend_image(
    legend: Legend, height: int = 200, theme: RenderTheme = DARK_THEME, panel: Rgb | None = None
) -> NDArray[np.uint8]:
    """A colour bar with heading and printed values, (height, W, 3) uint8.

    Args:
        legend: what to print.
        height: pixels.
        theme: colour of words, and of the ground when ``panel`` is None.
        panel: ground colour, sRGB.
    """
    size = max(11, min(15, height // 14))
    ticks = legend.ticks(max(2, height // 55))
    labels = [legend.text(value) for value in ticks]
    bar = max(10, size)
    need = max(bar + size + max(text_width(label, size) for label in labels), 0)
    width = max(need, text_width(legend.heading, size)) + 2 * size
    ground = panel or theme.background_bottom
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = _tone(ground)
    put_text(canvas, legend.heading, (size, size * 1.6), size, theme.text)
    top, bottom = round(size * 2.6), height - size
    shares = 1 - (np.arange(bottom - top) + 0.5) / (bottom - top)
    canvas[top:bottom, size : size + bar] = (legend.cmap(shares) * 255 + 0.5).astype(np.uint8)[
        :, None
    ]
    for value, label in zip(ticks, labels, strict=True):
        share = (value - legend.low) / ((legend.high - legend.low) or 1)
        y = bottom - share * (bottom - top)
        _line(canvas, (size + bar, y), (size + bar + size * 0.35, y), theme.text, 1)
        put_text(canvas, label, (size * 1.65 + bar, y + size * 0.36), size, theme.text)
    return canvas


def put_legend(
    picture: NDArray[np.uint8], legend: Legend, theme: RenderTheme = DARK_THEME
) -> NDArray[np.uint8]:
    """A copy with the legend in the lower right corner."""
    bar = legend_image(legend, max(110, min(260, picture.shape[0] // 3)), theme)
    height, width = bar.shape[:2]
    if height > picture.shape[0] or width > picture.shape[1]:
        return np.array(picture)
    canvas = np.array(picture)
    part = canvas[-height:, -width:]
    canvas[-height:, -width:] = (part * 0.25 + bar * 0.75 + 0.5).astype(np.uint8)
    sure = np.abs(bar.astype(np.int16) - np.array(_tone(theme.background_bottom))).max(axis=2) > 24
    canvas[-height:, -width:][sure] = bar[sure]
    return canvas
