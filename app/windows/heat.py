"""Maps over the picture: heatmaps and score maps as transparent colours. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.render.colors import INFERNO
from core.types import HeatmapRecord, InspectionRecord, PointsRecord, ScoreMapRecord

MAX_ALPHA = 215


def map_names(records: Sequence[InspectionRecord]) -> tuple[str, ...]:
    """Names of the records that can be laid over the picture."""
    kinds = HeatmapRecord | ScoreMapRecord | PointsRecord
    return tuple(r.name for r in records if isinstance(r, kinds))


def heat_image(
    records: Sequence[InspectionRecord], name: str, label: int = -1
) -> tuple[NDArray[np.uint8], NDArray[np.float32]] | None:
    """(h, w, 4) uint8 and its region (4,) of a map; ``label`` -1 takes the largest over all labels."""
    for record in records:
        if record.name != name:
            continue
        if isinstance(record, HeatmapRecord):
            maps = record.maps.astype(np.float32)
            maps = maps / np.maximum(maps.max(axis=(1, 2), keepdims=True), 1e-9)
            one = 0 <= label < len(maps)  # a label of another record means nothing here
            return coloured(maps[label] if one else maps.max(axis=0)), record.region
        if isinstance(record, ScoreMapRecord):
            return coloured(record.scores - record.scores.min()), record.region
    return None


def winner_place(records: Sequence[InspectionRecord], name: str) -> tuple[float, float] | None:
    """Middle of the winning cell of a score map, picture pixels; None for other maps."""
    for record in records:
        if isinstance(record, ScoreMapRecord) and record.name == name:
            size = (record.region[2:] - record.region[:2]) / np.array(record.scores.shape[::-1])
            x, y = record.region[:2] + (np.array(record.winner_rc[::-1]) + 0.5) * size
            return float(x), float(y)
    return None


def coloured(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(h, w) as (h, w, 4) uint8: transparent where low, so that the picture stays visible."""
    share = np.clip(values / max(float(values.max()), 1e-9), 0.0, 1.0)
    rgba = np.empty((*share.shape, 4), np.uint8)
    rgba[..., :3] = np.round(INFERNO(share) * 255)
    rgba[..., 3] = np.round(np.sqrt(share) * MAX_ALPHA)
    return rgba
