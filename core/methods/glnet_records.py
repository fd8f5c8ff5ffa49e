"""What GLNet shows: the score of every pixel, the reference point, part points and keypoints."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.methods.glnet_parts import KEYPOINT_NAMES, PART_NAMES
from core.types import InspectionRecord, MeshStageRecord, PointsRecord, ScoreMapRecord, TokenSet
from core.types.inspection import TokenKind


def score_record(scores: Tensor, best: int, side: int, region: np.ndarray) -> ScoreMapRecord:
    """Probability that a pixel's proposal is right.

    Args:
        scores: (N,) logits of one person, row by row.
        best: the chosen proposal.
        region: (4,) box_xyxy of the crop, pixels of the picture.
    """
    shown = torch.sigmoid(scores.detach().float()).reshape(-1, side).cpu().numpy()
    return ScoreMapRecord("proposal scores", shown, region, divmod(best, side))


def point_records(
    reference: Tensor, points: Tensor, keypoints: Tensor, region: np.ndarray
) -> tuple[InspectionRecord, ...]:
    """Figure 3 b: where the chosen proposal stands, looks, and says that keypoints are.

    Args:
        reference: (2,), points: (7, 2), keypoints: (K, 3), all in [0, 1] over the crop.
    """
    return (
        _points("reference point", ("reference",), "grid", reference[None], region),
        _points("part points", PART_NAMES, "latent", points, region),
        _points("keypoints", KEYPOINT_NAMES, "joint", keypoints[:, :2], region),
    )


def stage_records(
    stages: tuple[tuple[str, Tensor], ...], faces: np.ndarray
) -> tuple[MeshStageRecord, ...]:
    """Named meshes (V, 3) of one person."""
    return tuple(
        MeshStageRecord(name, vertices.detach().float().cpu().numpy(), faces.astype(np.int32))
        for name, vertices in stages
    )


def _points(
    name: str, labels: tuple[str, ...], kind: TokenKind, places: Tensor, region: np.ndarray
) -> PointsRecord:
    own = places.detach().float().cpu().numpy()
    pixels = region[:2] + own * (region[2:] - region[:2])
    tokens = TokenSet(labels, (kind,) * len(labels), np.arange(len(labels), dtype=np.int32))
    weights = np.ones((len(labels), 1), np.float32)
    return PointsRecord(name, tokens, pixels[:, None].astype(np.float32), weights)
