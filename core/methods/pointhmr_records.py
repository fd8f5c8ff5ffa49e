"""What PointHMR shows: heatmaps of vertices, sampled points, tokens, and its masks."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.methods.token_records import picture_tokens
from core.types import AttentionRecord, HeatmapRecord, PointsRecord, TokenSet

SAMPLED_POINTS = 4


def layer_names(radii: tuple[int | None, ...], layers: int) -> tuple[str, ...]:
    """Names of all layers of all blocks."""
    return tuple(
        f"block {block}{_radius_text(radius)}, layer {layer}"
        for block, radius in enumerate(radii, start=1)
        for layer in range(1, layers + 1)
    )


def mask_record(sees: Tensor, radii: tuple[int | None, ...], labels: TokenSet) -> AttentionRecord:
    """Which vertices a vertex sees in each block (figure 4), as equal shares.

    Args:
        sees: (blocks, C, C) bool.
    """
    shares = sees.float() / sees.sum(-1, keepdim=True)
    return AttentionRecord(
        name="neighbourhood of a vertex",
        layers=tuple(
            f"block {block}{_radius_text(radius)}" for block, radius in enumerate(radii, start=1)
        ),
        weights=shares[:, None].cpu().numpy().astype(np.float16),
        queries=labels,
        keys=labels,
    )


def part_of(tokens: TokenSet, rows: slice) -> TokenSet:
    """Some of the tokens, without their grid."""
    full = None if tokens.full_vertex is None else tokens.full_vertex[rows]
    return TokenSet(
        tokens.names[rows], tokens.kinds[rows], tokens.index[rows], tokens.level, full_vertex=full
    )


def with_camera_and_grid(tokens: TokenSet, side: int, found: tuple[str, ...] = ()) -> TokenSet:
    """The camera, the grid of cells and found joints (if any) before joints and vertices."""
    assert tokens.full_vertex is not None
    first = picture_tokens(side, camera=True, found=found)
    assert first.full_vertex is not None
    return TokenSet(
        names=first.names + tokens.names,
        kinds=first.kinds + tokens.kinds,
        index=np.concatenate([first.index, tokens.index]).astype(np.int32),
        level=tokens.level,
        grid_hw=(side, side),
        full_vertex=np.concatenate([first.full_vertex, tokens.full_vertex]).astype(np.int32),
    )


def sampling_records(
    logits: Tensor, labels: TokenSet, region: np.ndarray
) -> tuple[HeatmapRecord, PointsRecord]:
    """Where the features of each vertex come from: whole map, and the strongest positions.

    Args:
        logits: (C, side, side) of one person.
        labels: the C vertices.
        region: (4,) box_xyxy of the crop, pixels of the picture.
    """
    side = logits.shape[-1]
    maps = logits.flatten(1).float().softmax(-1)
    weights, cells = maps.topk(SAMPLED_POINTS, dim=-1)
    place = torch.stack([cells % side, cells // side], -1).float().cpu().numpy()
    points = region[:2] + (place + 0.5) / side * (region[2:] - region[:2])
    shown = maps.cpu().numpy().astype(np.float16).reshape(-1, side, side)
    return (
        HeatmapRecord("vertex heatmaps", labels, shown, region),
        PointsRecord(
            "strongest sampled points", labels, points.astype(np.float32), weights.cpu().numpy()
        ),
    )


def _radius_text(radius: int | None) -> str:
    return "" if radius is None else f" (M = {radius})"
