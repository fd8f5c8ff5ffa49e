"""What joint and vertex tokens are, and meshes by level: records that model-free methods share."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.body import BodyModel
from core.errors import BodyError
from core.types import MeshStageRecord, TokenSet

LEVEL_NAMES = ("full mesh", "mid mesh", "coarse mesh")


def require_levels(body: BodyModel, method: str) -> None:
    """Refuse a body without coarse levels, which mesh transformers regress first.

    Raises:
        BodyError: the body has its full mesh only.
    """
    if len(body.level_sizes) < 2:
        raise BodyError(
            f"the body {body.name} has no coarse mesh levels, which {method} needs",
            cure="put mesh_downsampling.npz beside it, or keep that file with `meshloupe weights add`",
        )


def mesh_tokens(body: BodyModel, joint_names: tuple[str, ...]) -> TokenSet:
    """Joint tokens, then one token per vertex of the coarsest level."""
    coarse = body.level_sizes[-1]
    joints = len(joint_names)
    nearest = nearest_full_vertices(body)
    return TokenSet(
        names=(*joint_names, *(f"vertex {i}" for i in range(coarse))),
        kinds=("joint",) * joints + ("vertex",) * coarse,
        index=np.concatenate([np.arange(joints), np.arange(coarse)]).astype(np.int32),
        level=coarse,
        full_vertex=np.concatenate([np.full(joints, -1), nearest]).astype(np.int32),
    )


def nearest_full_vertices(body: BodyModel) -> np.ndarray:
    """(C,) the full-level vertex nearest to each coarse vertex on the template."""
    full = body.v_template[None]
    coarse = body.downsample(full, 0, -1)
    return torch.cdist(coarse, full)[0].argmin(1).cpu().numpy()


def mesh_stages(
    body: BodyModel, levels: tuple[Tensor, ...], person: int
) -> tuple[MeshStageRecord, ...]:
    """The meshes of one person, coarse first, on the levels whose faces the body knows."""
    last = len(body.level_sizes) - 1
    records = []
    for number, vertices in enumerate(levels):
        level = last - number
        faces = body.faces(level)
        if len(faces):
            # A hand has no middle level.
            name = LEVEL_NAMES[level] if last == 2 else LEVEL_NAMES[2 * level]
            own = vertices[person].detach().cpu().numpy()
            records.append(MeshStageRecord(name, own, faces.astype(np.int32)))
    return tuple(records)
