"""The parts of GLNet around its local encoding: what a crop gives, the global estimate, the scores."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.body.inverse_kinematics import leaf_vertices, rest_skeleton
from core.methods.glnet_parts import PARTS
from core.nn.batch import Batch
from core.nn.hrnet import HighResolutionNet
from core.nn.iterative_regressor import AT_REST, START_SCALE, UPRIGHT
from core.nn.lite_backbone import JOINTS, LITE_SIZE, NECK, WIDTHS, DenseNetwork, joint_evidence

SHAPES = 10
TWISTS = 23
_SCORE_BIAS = -2.19  # one pixel in ten is right, as focal loss wants to start


@dataclass(frozen=True, eq=False)
class Seen:
    """What the backbone gives of B crops.

    Attributes:
        fine: (B, C, h, w) features at a quarter of the crop.
        pooled: (B, G) the global feature.
        context: (B, 75) places and confidences of joints found by the shared backbone, or None.
    """

    fine: Tensor
    pooled: Tensor
    context: Tensor | None


class Trunk:
    """How a backbone is read, and how wide it is. It holds no weights of its own."""

    def __init__(self, name: str) -> None:
        self.lite = name == "lite"
        width = 0 if self.lite else int(name.removeprefix("hrnet-w"))
        self.width = width
        self.channels = NECK if self.lite else width
        self.side = LITE_SIZE if self.lite else 256
        self.context = 3 * JOINTS if self.lite else 0
        cells = (LITE_SIZE // 32) ** 2
        self.pooled = WIDTHS[-1] * cells + self.context if self.lite else 15 * width

    def build(self) -> nn.Module:
        """The backbone."""
        return DenseNetwork() if self.lite else HighResolutionNet(self.width)

    def look(self, backbone: nn.Module, image: Tensor) -> Seen:
        """Features of (B, 3, S, S) normalised crops."""
        if not self.lite:
            maps = backbone(image)
            return Seen(maps[0], torch.cat([m.mean((2, 3)) for m in maps], 1), None)
        assert isinstance(backbone, DenseNetwork)
        features, dense = backbone.look(image)
        context = joint_evidence(dense).flatten(1)
        pooled = torch.cat([features.stride32.flatten(1), context], 1)
        return Seen(features.fine, pooled, context)


@dataclass(frozen=True, eq=False)
class Estimate:
    """Pose, shape and camera before or after refinement, of any leading shape.

    Attributes:
        pose: (..., 46) twists as (cos, sin) of joints 1 to 23, or (..., 144) rotations in 6D.
        betas: (..., 10). camera: (..., 3) weak perspective (s, tx, ty) over the crop.
    """

    pose: Tensor
    betas: Tensor
    camera: Tensor

    def spread(self, count: int) -> Estimate:
        """(B, ...) as (B, count, ...): the same for every proposal."""
        values = (self.pose, self.betas, self.camera)
        return Estimate(*(v[:, None].expand(-1, count, -1) for v in values))


class GlobalEstimate(nn.Module):
    """The base estimate of pose, shape and camera from the global feature (section 3.3)."""

    start: Tensor

    def __init__(self, inputs: int, hidden: int, pose_size: int) -> None:
        super().__init__()
        self.pose_size = pose_size
        self.trunk = nn.Sequential(
            nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
        )
        self.head = nn.Linear(hidden, pose_size + SHAPES + 3)
        nn.init.xavier_uniform_(self.head.weight, gain=0.01)
        nn.init.zeros_(self.head.bias)
        upright = (*UPRIGHT, *AT_REST * TWISTS)
        pose = (1.0, 0.0) * TWISTS if pose_size == 2 * TWISTS else upright
        start = torch.tensor([*pose, *[0.0] * SHAPES, START_SCALE, 0.0, 0.0])
        self.register_buffer("start", start, persistent=False)

    def forward(self, pooled: Tensor) -> Estimate:
        """From (B, G)."""
        numbers = self.start + self.head(self.trunk(pooled)).float()
        return Estimate(*numbers.split([self.pose_size, SHAPES, 3], -1))


class Residual(nn.Module):
    """Fused part features to corrections of the base estimate, zero at first (table 4).

    Args:
        inputs: numbers per proposal. hidden: width.
        pose: numbers of the pose, 46 or 144; 0 to leave it alone.
        shape, camera: whether these are corrected too.
    """

    def __init__(self, inputs: int, hidden: int, *, pose: int, shape: bool, camera: bool) -> None:
        super().__init__()
        self.sizes = (pose, SHAPES if shape else 0, 3 if camera else 0)
        last = nn.Linear(hidden, sum(self.sizes))
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.layers = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), last)

    def forward(self, base: Estimate, fused: Tensor) -> Estimate:
        """Refined (B, M, ...) of the base spread over M proposals and features (B, M, inputs)."""
        changes = self.layers(fused).float().split(self.sizes, -1)
        values = (base.pose, base.betas, base.camera)
        pairs = zip(values, changes, strict=True)
        return Estimate(*(v + change if change.shape[-1] else v for v, change in pairs))


class Scores(nn.Module):
    """How sure each pixel is of its proposal, from its own feature and those of its part points."""

    def __init__(self, channels: int, hidden: int, kernel: int) -> None:
        super().__init__()
        last = nn.Conv2d(hidden, 1, 1)
        assert last.bias is not None
        nn.init.constant_(last.bias, _SCORE_BIAS)
        first = nn.Conv2d(channels * (1 + PARTS), hidden, kernel, 1, kernel // 2)
        self.layers = nn.Sequential(first, nn.ReLU(), last)

    def forward(self, fine: Tensor, samples: Tensor) -> Tensor:
        """(B, N) logits of maps (B, C, h, w) and samples (B, N, 7, C)."""
        parts = samples.flatten(2).transpose(1, 2).unflatten(-1, fine.shape[-2:])
        return self.layers(torch.cat([fine, parts], 1)).float().flatten(1)


class RestSkeleton(nn.Module):
    """Rest joints and leaves as a function of shape: linear, as the T-pose of the body is."""

    mean: Tensor
    directions: Tensor

    def __init__(self, body: BodyModel) -> None:
        super().__init__()
        self.leaves = leaf_vertices(body)
        shapes = torch.cat([torch.zeros(1, SHAPES), torch.eye(SHAPES)]).to(body.v_bind)
        every = rest_skeleton(body, shapes, self.leaves)
        self.register_buffer("mean", every[0], persistent=False)
        self.register_buffer("directions", every[1:] - every[0], persistent=False)

    def forward(self, betas: Tensor) -> Tensor:
        """(N, 29, 3) metres of (N, 10)."""
        return self.mean + torch.einsum("ns,skd->nkd", betas, self.directions)


@dataclass(frozen=True, eq=False)
class GlnetState:
    """What losses and records need of B crops with N = h * w proposals.

    Attributes:
        batch: boxes and pictures.
        base: the global estimate, (B, ...).
        scores: (B, N) logits. points: (B, N, 7, 2) in [0, 1]. samples: (B, N, 7, C). All three are
            None for the global baseline.
        context: (B, 75) or None.
        map_hw: (h, w).
        part_logits: (B, 8, h, w) with segmentation guidance, else None.
        best: (B,) the proposal of highest score.
        keypoints: (B, K, 3) those of the best, None for the global baseline.
        stages: named meshes (B, V, 3), empty unless asked for.
    """

    batch: Batch
    base: Estimate
    map_hw: tuple[int, int]
    context: Tensor | None = None
    scores: Tensor | None = None
    points: Tensor | None = None
    samples: Tensor | None = None
    part_logits: Tensor | None = None
    best: Tensor | None = None
    keypoints: Tensor | None = None
    stages: tuple[tuple[str, Tensor], ...] = ()
