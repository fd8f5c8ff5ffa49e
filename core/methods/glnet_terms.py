"""GLNet's loss terms (equation 2) but the score's: positives, base estimate, part maps."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from core.methods.glnet_network import TWISTS, Estimate
from core.methods.glnet_truth import BodyTruth, KeypointTruth
from core.nn.batch import LossTerm
from core.nn.iterative_regressor import rotmat_of_pose


@dataclass(frozen=True)
class Weights:
    """Section 3.4: 2, 70 and 0.1.

    ``joints_3d`` is of the final skeleton in metres, which the paper has not; ``parts`` of the part maps
    of table 3, whose weight it does not say.
    """

    score: float = 2.0
    two_d: float = 70.0
    three_d: float = 0.1
    joints_3d: float = 0.0
    parts: float = 1.0


PUBLISHED = Weights()


def base_terms(
    base: Estimate, truth: BodyTruth, weights: Weights, *, swings: bool
) -> list[LossTerm]:
    """L2 of the global pose, shape and camera, (B, ...) each."""
    if swings:
        pose = _mean(_twist_error(base.pose[:, None], truth), truth.has)
    else:
        pose = _mean(_squares(rotmat_of_pose(base.pose), truth.rotmat), truth.has)
    count = base.betas.shape[1]
    shape = _mean(_squares(base.betas, truth.betas[:, :count]), truth.has)
    terms = [
        LossTerm("base pose", pose, weights.three_d),
        LossTerm("shape", shape, weights.three_d),
    ]
    if truth.camera is not None:
        camera = _mean(_squares(base.camera, truth.camera), truth.has)
        terms.append(LossTerm("camera", camera, weights.three_d))
    return terms


def positive_terms(
    keypoints: Tensor,
    estimate: Estimate,
    rotmat: Tensor,
    joints: Tensor | None,
    true_keypoints: KeypointTruth,
    truth: BodyTruth | None,
    weights: Weights,
    *,
    swings: bool,
    refined: tuple[str, ...],
) -> list[LossTerm]:
    """L1 of keypoints and depths, L2 of poses, of the T matched proposals.

    Args:
        keypoints: (B, T, K, 3). estimate: (B, T, ...). rotmat: (B, T, 24, 3, 3).
        joints: (B, T, 24, 3) metres, or None where they are not compared.
        refined: what the proposals correct, so that it is theirs to learn.
    """
    known = true_keypoints.known
    places = (keypoints[..., :2] - true_keypoints.places[:, None]).abs().mean(-1)
    terms = [LossTerm("keypoints 2D", _known_mean(places, known), weights.two_d)]
    if truth is None:
        return terms
    if truth.depth is not None:
        apart = (keypoints[..., 2] - truth.depth[:, None]).abs()
        told = known * truth.has[:, None]
        terms.append(LossTerm("depth", _known_mean(apart, told), weights.two_d))
    pose = _mean(_squares(rotmat, truth.rotmat[:, None]), truth.has)
    terms.append(LossTerm("pose", pose, weights.three_d))
    if swings:
        twist = _mean(_twist_error(estimate.pose, truth), truth.has)
        terms.append(LossTerm("twist", twist, weights.three_d))
    if "shape" in refined:
        betas = truth.betas[:, None, : estimate.betas.shape[-1]]
        shape = _mean(_squares(estimate.betas, betas), truth.has)
        terms.append(LossTerm("refined shape", shape, weights.three_d))
    if "camera" in refined and truth.camera is not None:
        camera = _mean(_squares(estimate.camera, truth.camera[:, None]), truth.has)
        terms.append(LossTerm("refined camera", camera, weights.three_d))
    if joints is not None:
        own, true = (j - j[..., :1, :] for j in (joints, truth.joints[:, None]))
        error = _mean((own - true).abs().flatten(1).mean(1), truth.has)
        terms.append(LossTerm("joints 3D", error, weights.joints_3d))
    return terms


def segmentation_term(logits: Tensor, part_map: Tensor, has: Tensor, weights: Weights) -> LossTerm:
    """Cross-entropy of part maps (B, 8, h, w) against (B, h, w), for table 3."""
    error = F.cross_entropy(logits.float(), part_map, reduction="none").mean((1, 2))
    return LossTerm("part maps", _mean(error, has), weights.parts)


def _squares(pred: Tensor, true: Tensor) -> Tensor:
    """(B,) mean square per person."""
    return (pred - true).square().flatten(1).mean(1)


def _twist_error(pose: Tensor, truth: BodyTruth) -> Tensor:
    """(B,) mean square of normalised (cos, sin); pose (B, T, 46)."""
    turns = F.normalize(pose.unflatten(-1, (TWISTS, 2)), dim=-1)
    return _squares(turns, truth.twists[:, None])


def _mean(per_person: Tensor, has: Tensor) -> Tensor:
    """Mean over people who have the truth; 0 when none has."""
    return (per_person * has).sum() / has.sum().clamp_min(1)


def _known_mean(apart: Tensor, known: Tensor) -> Tensor:
    """Mean of (B, T, K) over proposals and known keypoints of each person, then over people."""
    each = (apart.mean(1) * known).sum(1) / known.sum(1).clamp_min(1e-6)
    return _mean(each, (known.sum(1) > 0).float())
