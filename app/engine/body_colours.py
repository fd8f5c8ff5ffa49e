"""Colours on the body: error, parts and attention as one (V, 3) array with its legend. Numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.settings.language import mark, tr
from app.state.values import Alignment, MeshInfo, Scores
from core.render.colors import VIRIDIS, Colormap, Legend, legend_for, part_colors
from core.types import TokenSet

# Begins in a calm grey, so that the body keeps its shape where nothing is attended to.
ATTENTION_MAP = Colormap(
    "attention", ("565d6b", "6a5484", "9a4a8c", "cc4b74", "ee6a4d", "fba03a", "fcd24a", "fdf6a5")
)
ERROR_MAP: Colormap = VIRIDIS
ALIGNMENT_WORDS: dict[Alignment, str] = {
    "none": mark("no alignment"),
    "pelvis": mark("pelvis aligned"),
    "procrustes": mark("Procrustes aligned"),
}


@dataclass(frozen=True, eq=False)
class Painted:
    """Colours of one body and what they mean.

    Attributes:
        colours: (V, 3) float32 sRGB in [0, 1], or None for the plain body colour.
        legend: of a ramp; None where colours are names or light.
        by_normals: colour by surface direction instead.
        hint: one line for the person; why a wish could not be met.
    """

    colours: NDArray[np.float32] | None = None
    legend: Legend | None = None
    by_normals: bool = False
    hint: str = ""


def paint(
    colour_by: str,
    mesh: MeshInfo | None,
    scores: Scores,
    alignment: Alignment,
    attention: tuple[TokenSet, NDArray[np.float32] | None] | None,
) -> Painted:
    """Colours of a body as the view options wish, or the plain colour with a hint why not."""
    if colour_by == "normals":
        return Painted(by_normals=True, hint=tr("Red points right, green up, blue at the camera"))
    if colour_by == "part":
        if mesh is None or mesh.part_labels is None:
            return Painted(hint=tr("This body has no named parts"))
        return Painted(
            part_colors(mesh.part_labels),
            hint=tr("{count} parts of the body", count=len(mesh.part_names)),
        )
    if colour_by == "error":
        return _painted_error(scores, alignment)
    if colour_by == "attention":
        return _painted_attention(mesh, attention)
    return Painted()


def _painted_error(scores: Scores, alignment: Alignment) -> Painted:
    error = scores.error_on(alignment)
    if error is None:
        return Painted(hint=tr("This picture has no true mesh to compare with"))
    title = tr("Error on every vertex, {alignment}", alignment=tr(ALIGNMENT_WORDS[alignment]))
    legend = legend_for(error, title, "mm", ERROR_MAP)
    return Painted(
        legend.colors(error),
        legend,
        hint=tr(
            "Mean {mean:.1f} mm, largest {largest:.0f} mm", mean=error.mean(), largest=error.max()
        ),
    )


def _painted_attention(
    mesh: MeshInfo | None, attention: tuple[TokenSet, NDArray[np.float32] | None] | None
) -> Painted:
    if mesh is None or attention is None:
        return Painted(hint=tr("This result holds no attention over the body"))
    tokens, row = attention
    if row is None:
        return Painted(hint=tr("Click a joint or a vertex to see what it attends to"))
    spread = spread_to_vertices(tokens, row, mesh.template)
    if spread is None:
        return Painted(hint=tr("The tokens of this layer lie on no vertex"))
    percent = spread * 100.0
    legend = legend_for(percent, tr("Attention to each vertex"), "%", ATTENTION_MAP)
    return Painted(legend.colors(percent), legend)


def paint_values(
    mesh: MeshInfo | None, tokens: TokenSet, values: NDArray[np.float32], title: str
) -> Painted | None:
    """Colours by one number per token, by the record's own rule; None where no token is a vertex."""
    spread = None if mesh is None else spread_to_vertices(tokens, values, mesh.template)
    if spread is None:
        return None
    legend = legend_for(spread, title, "", ATTENTION_MAP)
    return Painted(legend.colors(spread), legend)


def spread_to_vertices(
    tokens: TokenSet, values: NDArray[np.float32], template: NDArray[np.float32]
) -> NDArray[np.float32] | None:
    """(V,) values of vertex tokens spread over the full mesh by distance at rest; None without any.

    Each vertex takes the mean of its three nearest tokens, weighted by inverse squared distance.
    """
    rows = tokens.positions("vertex")
    if tokens.full_vertex is None or rows.size < 3:
        return None
    rows = rows[(tokens.full_vertex[rows] >= 0) & (tokens.full_vertex[rows] < len(template))]
    if rows.size < 3:
        return None
    nearest, weight = _nearest_tokens(template, template[tokens.full_vertex[rows]])
    return (values[rows][nearest] * weight).sum(axis=1).astype(np.float32)


_kept: list[tuple[NDArray[np.float32], NDArray[np.float32], tuple]] = []


def _nearest_tokens(
    template: NDArray[np.float32], places: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(V, 3) nearest places and their weights; the last answer is kept, clicks repeat it."""
    from scipy.spatial import cKDTree

    if _kept and _kept[0][0] is template and np.array_equal(_kept[0][1], places):
        return _kept[0][2]  # type: ignore[return-value]
    distance, nearest = cKDTree(places).query(template, k=3)
    weight = 1.0 / np.maximum(distance, 1e-4) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    _kept[:] = [(template, places, (nearest, weight))]
    return nearest, weight
