"""Records of encoder-decoder methods: what camera, picture, joint and vertex tokens look at."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.nn.batch import Batch
from core.types import AttentionRecord, TokenSet


def picture_tokens(side: int, *, camera: bool, found: tuple[str, ...] = ()) -> TokenSet:
    """A grid of ``side`` x ``side`` cells, a camera before it, tokens of found joints after it."""
    cells = tuple(f"cell {row},{column}" for row in range(side) for column in range(side))
    first = ("camera",) if camera else ()
    index = [np.zeros(len(first)), np.arange(side * side), np.arange(len(found))]
    names = (*first, *cells, *(f"found {name}" for name in found))
    return TokenSet(
        names=names,
        kinds=("camera",) * len(first) + ("grid",) * len(cells) + ("latent",) * len(found),
        index=np.concatenate(index).astype(np.int32),
        grid_hw=(side, side),
        full_vertex=np.full(len(names), -1, np.int32),
    )


def with_picture_after(tokens: TokenSet, side: int) -> TokenSet:
    """Joints and vertices, then the grid of cells."""
    assert tokens.full_vertex is not None
    cells = picture_tokens(side, camera=False)
    assert cells.full_vertex is not None
    return TokenSet(
        names=tokens.names + cells.names,
        kinds=tokens.kinds + cells.kinds,
        index=np.concatenate([tokens.index, cells.index]).astype(np.int32),
        level=tokens.level,
        grid_hw=(side, side),
        full_vertex=np.concatenate([tokens.full_vertex, cells.full_vertex]).astype(np.int32),
    )


def latent_tokens(joint_names: tuple[str, ...], latent: int) -> TokenSet:
    """Joint tokens, then tokens that stand for no vertex of any mesh."""
    names = (*joint_names, *(f"latent {number}" for number in range(latent)))
    return TokenSet(
        names=names,
        kinds=("joint",) * len(joint_names) + ("latent",) * latent,
        index=np.concatenate([np.arange(len(joint_names)), np.arange(latent)]).astype(np.int32),
        full_vertex=np.full(len(names), -1, np.int32),
    )


def attention_record(
    name: str,
    weights: Tensor,
    queries: TokenSet,
    keys: TokenSet,
    region: np.ndarray | None = None,
    layers: tuple[str, ...] = (),
) -> AttentionRecord:
    """Attention of one person: weights (layers, heads, T, S)."""
    named = layers or tuple(f"layer {number}" for number in range(1, len(weights) + 1))
    numbers = weights.detach().float().cpu().numpy().astype(np.float16)
    return AttentionRecord(name, named, numbers, queries, keys, region)


def crop_regions(batch: Batch) -> np.ndarray:
    """(B, 4) box_xyxy of every crop, pixels of the whole picture."""
    half = batch.box_size[:, None] / 2
    boxes = torch.cat([batch.box_center - half, batch.box_center + half], 1)
    return boxes.detach().float().cpu().numpy()
