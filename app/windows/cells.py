"""From a click on the picture to the cell, point or box under it. Pure functions, any method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.panels.attention_panel import strongest, token_text
from app.panels.picture_hits import cell_at
from app.settings.language import tr
from app.state.linked import Pick
from core.types import (
    AttentionRecord,
    FusionRecord,
    HeatmapRecord,
    InspectionRecord,
    PointsRecord,
    RegionRecord,
    ScoreMapRecord,
)

Point = tuple[float, float]


def cell_box(
    region: NDArray[np.float32], grid_hw: tuple[int, int], cell: int
) -> NDArray[np.float32]:
    """(4,) xyxy pixels of a row-major cell of a grid over a region."""
    row, column = divmod(cell, grid_hw[1])
    size = (region[2:] - region[:2]) / np.array(grid_hw[::-1], np.float32)
    start = region[:2] + np.array([column, row], np.float32) * size
    return np.concatenate([start, start + size]).astype(np.float32)


def map_cell(records: Sequence[InspectionRecord], name: str, point: Point) -> Pick | None:
    """The cell of the map that is drawn over the picture; None outside of it or without a map."""
    for record in records:
        if record.name == name and isinstance(record, HeatmapRecord):
            return _heat_cell(record, point)
        if record.name == name and isinstance(record, ScoreMapRecord):
            return _score_cell(record, point)
    return None


def _heat_cell(record: HeatmapRecord, point: Point) -> Pick | None:
    height, width = record.maps.shape[1:]
    cell = cell_at(record.region, (height, width), point)
    if cell < 0:
        return None
    row, column = divmod(cell, width)
    values = record.maps[:, row, column].astype(np.float32)
    label = int(values.argmax()) if values.any() else -1
    where = tr("cell {row}, {column} of {name}", row=row, column=column, name=record.name)
    return Pick(
        title=where,
        tag="" if label < 0 else f"{token_text(record.labels, label)}: {values[label]:.2g}",
        box=cell_box(record.region, (height, width), cell),
        tokens=record.labels,
        values=values,
        values_title=tr("Value in {where}", where=where),
        entries=strongest(record.labels, values),
        end=None if label < 0 else (record.labels, label),
    )


def _score_cell(record: ScoreMapRecord, point: Point) -> Pick | None:
    cell = cell_at(record.region, record.scores.shape, point)  # type: ignore[arg-type]
    if cell < 0:
        return None
    row, column = divmod(cell, record.scores.shape[1])
    score = float(record.scores[row, column])
    rank = int((record.scores > score).sum()) + 1
    best = float(record.scores[record.winner_rc])
    return Pick(
        title=tr(
            "cell {row}, {column} of {name}, number {rank} of {size}",
            row=row,
            column=column,
            name=record.name,
            rank=rank,
            size=record.scores.size,
        ),
        tag=tr("{score:.3g}, number {rank}", score=score, rank=rank),
        box=cell_box(record.region, record.scores.shape, cell),  # type: ignore[arg-type]
        entries=((tr("cell {row}, {column}", row=row, column=column), score), ("winner", best)),
    )


def point_pick(record: PointsRecord, label: int, point: Point, reach: float) -> Pick | None:
    """The nearest point that is drawn (of one label, or -1 for all), within ``reach`` pixels."""
    rows = np.arange(len(record.points)) if label < 0 else np.array([label])
    distance = np.linalg.norm(record.points[rows] - np.asarray(point, np.float32), axis=2)
    distance = np.where(np.isfinite(distance), distance, np.inf)
    if not distance.size or distance.min() > reach:
        return None
    near, number = np.unravel_index(distance.argmin(), distance.shape)
    row = int(rows[near])
    x, y = record.points[row, number].tolist()
    weight = float(record.weights[row, number])
    name = token_text(record.labels, row)
    return Pick(
        title=tr(
            "{name} of {record}, weight {weight:.3g}", name=name, record=record.name, weight=weight
        ),
        tag=f"{name}: {weight:.2g}" if record.points.shape[1] > 1 else name,
        box=np.array([x - reach, y - reach, x + reach, y + reach], np.float32),
        end=(record.labels, row),
    )


def region_pick(record: RegionRecord, point: Point, reach: float) -> Pick | None:
    """The box whose outline is nearest to a point, within ``reach`` pixels."""
    x, y = point
    x0, y0, x1, y1 = record.boxes_xyxy.T
    outside = np.hypot(
        np.maximum(np.maximum(x0 - x, x - x1), 0), np.maximum(np.maximum(y0 - y, y - y1), 0)
    )
    inside = np.min(np.abs([x - x0, x1 - x, y - y0, y1 - y]), axis=0)
    distance = np.where(outside > 0, outside, inside)
    if not distance.size or distance.min() > reach:
        return None
    name = record.names[int(distance.argmin())]
    return Pick(title=f"{name} of {record.name}", sources=(name,))


def weight_pick(record: FusionRecord, row: int, column: int) -> Pick:
    """A weight of a table: its row first, then its column."""
    names = record.rows[row], record.columns[column]
    weights = record.weights[row]
    order = np.argsort(weights)[::-1]
    return Pick(
        title=tr(
            "{target} for {source}: {weight:.3f}",
            target=names[1],
            source=names[0],
            weight=weights[column],
        ),
        sources=tuple(dict.fromkeys(names)),
        entries=tuple((record.columns[n], float(weights[n])) for n in order.tolist()),
    )


def column_pick(record: AttentionRecord, matrix: NDArray[np.float32], point: Point) -> Pick | None:
    """Who looks at a cell of the picture: a column of the token matrix (queries, keys)."""
    if record.region is None:
        return None
    cell = cell_at(record.region, record.keys.grid_hw, point)
    hits = record.keys.positions("grid")
    hits = hits[record.keys.index[hits] == cell] if cell >= 0 else hits[:0]
    if not hits.size:
        return None
    column = int(hits[0])
    row, across = divmod(cell, record.keys.grid_hw[1])
    name = tr("cell {row}, {across}", row=row, across=across)
    values = np.ascontiguousarray(matrix[:, column])
    return Pick(
        title=tr("{name} is looked at by", name=name),
        tag=name,
        box=cell_box(record.region, record.keys.grid_hw, cell),
        tokens=record.queries,
        values=values,
        values_title=tr("Attention to {name} of the picture", name=name),
        entries=strongest(record.queries, values),
        column=column,
    )


def matrix_pick(
    record: AttentionRecord, matrix: NDArray[np.float32], row: int, column: int
) -> Pick:
    """A cell of the token matrix: who looks (row) and what it looks at (column)."""
    keys = record.keys
    box = None
    if keys.kinds[column] == "grid" and record.region is not None and all(keys.grid_hw):
        box = cell_box(record.region, keys.grid_hw, int(keys.index[column]))
    names = token_text(record.queries, row), token_text(keys, column)
    return Pick(
        title=f"{names[0]} → {names[1]}: {matrix[row, column]:.2%}",
        tag=f"{matrix[row, column]:.2%}",
        box=box,
        column=column,
        end=(keys, column),
    )
