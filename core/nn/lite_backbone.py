"""The shared small backbone of the ``lite`` presets, with its dense heads.

A residual trunk to stride 32 and a top-down path back to stride 4, all plain 3x3 convolutions with
foldable norms, since those are what CPUs and half precision run fastest. The dense heads (joint
heatmaps, body parts, joint visibility) are its own training targets and the embedded 2D joint
detector; each method puts its own head on the features. Hands have a backbone of the same shape with
weights of its own; it also says the hand's pose, where body methods ask the lifter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nn.pose_head import PoseHead, SaidPose

WIDTHS = (48, 96, 192, 384)
DEPTHS = (2, 2, 3, 2)
NECK = 96
JOINTS = 25

# The crop that the shipped weights were trained on, and the grid of tokens that it gives.
LITE_SIZE = 128
GRID_CELLS = LITE_SIZE // 16
GRID_CHANNELS = WIDTHS[2] + NECK


@dataclass(frozen=True)
class DenseShape:
    """What the dense heads of a subject speak of.

    Attributes:
        joints: of the heatmaps: ``lift25`` of a body, ``hand21`` of a hand.
        parts: background, then one per joint of the skeleton.
        bones: joints of the skeleton whose rotations are told; 0 for none.
    """

    joints: int
    parts: int
    bones: int = 0


BODY_SHAPE = DenseShape(JOINTS, 25)
HAND_SHAPE = DenseShape(21, 17, 16)


@dataclass(frozen=True, eq=False)
class LiteFeatures:
    """Feature maps of B crops of side S.

    Attributes:
        fine: (B, 96, S/4, S/4), after the top-down path.
        grid: (B, 288, S/16, S/16), the trunk's map beside the top-down path's: what token methods read.
        stride32: (B, 384, S/32, S/32), the trunk's last.
    """

    fine: Tensor
    grid: Tensor
    stride32: Tensor


@dataclass(frozen=True, eq=False)
class DenseOutput:
    """What the dense heads say, at stride 4.

    Attributes:
        heatmaps: (B, K, h, w) logits of the joints; a softmax over the map is a position.
        parts: (B, P, h, w) logits: background and the parts of the skeleton's joints.
        visibility: (B, K) logits that the joint is seen in the crop.
        inside: (B, K) logits that the joint lies inside the crop, seen or hidden.
        pose: rotations, shape and camera of a hand; None of a body.
    """

    heatmaps: Tensor
    parts: Tensor
    visibility: Tensor
    inside: Tensor
    pose: SaidPose | None = None

    def __getitem__(self, rows: slice) -> DenseOutput:
        """The answers for some of the crops."""
        return DenseOutput(
            self.heatmaps[rows],
            self.parts[rows],
            self.visibility[rows],
            self.inside[rows],
            None if self.pose is None else self.pose[rows],
        )


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside an identity (or 1x1) path; the last norm starts at zero."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = _conv(inputs, outputs, 3, stride)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        nn.init.zeros_(self.norm.weight)
        self.skip = (
            nn.Identity()
            if inputs == outputs and stride == 1
            else nn.Sequential(
                nn.AvgPool2d(stride) if stride > 1 else nn.Identity(),
                nn.Conv2d(inputs, outputs, 1, bias=False),
                nn.BatchNorm2d(outputs),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) to (B, outputs, H / stride, W / stride)."""
        return F.relu(self.norm(self.second(self.first(x))) + self.skip(x))


class LiteBackbone(nn.Module):
    """Picture crops to features at strides 4 to 32."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS, depths: tuple[int, ...] = DEPTHS) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            _conv(3, widths[0] // 2, 3, 2), _conv(widths[0] // 2, widths[0], 3, 2)
        )
        stages, inputs = [], widths[0]
        for number, (width, depth) in enumerate(zip(widths, depths, strict=True)):
            first = ResidualBlock(inputs, width, 1 if number == 0 else 2)
            stages.append(
                nn.Sequential(first, *(ResidualBlock(width, width) for _ in range(depth - 1)))
            )
            inputs = width
        self.stages = nn.ModuleList(stages)
        self.lateral = nn.ModuleList(nn.Conv2d(width, NECK, 1) for width in widths)
        self.smooth = nn.ModuleList(_conv(NECK, NECK) for _ in widths[:-1])

    def forward(self, image: Tensor) -> LiteFeatures:
        """(B, 3, S, S) normalised pictures, S a multiple of 32."""
        x = self.stem(image)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        top = self.lateral[-1](maps[-1])
        paths = []
        for level in (2, 1, 0):
            top = F.interpolate(top, scale_factor=2.0, mode="nearest")
            top = self.smooth[level](top + self.lateral[level](maps[level]))
            paths.append(top)
        return LiteFeatures(paths[-1], torch.cat([maps[2], paths[0]], 1), maps[3])


class DenseHeads(nn.Module):
    """Joint heatmaps, body parts and joint visibility from the backbone's features."""

    def __init__(self, shape: DenseShape = BODY_SHAPE) -> None:
        super().__init__()
        self.shape = shape
        self.trunk = _conv(NECK, NECK)
        self.maps = nn.Conv2d(NECK, shape.joints + shape.parts, 1)
        self.seen = nn.Sequential(
            nn.Linear(WIDTHS[-1] + 2 * shape.joints, 128),
            nn.ReLU(inplace=True),
            nn.Linear(128, 2 * shape.joints),
        )
        if shape.bones:
            self.pose = PoseHead(WIDTHS[-1], NECK, shape.joints, shape.bones)

    def forward(self, features: LiteFeatures) -> DenseOutput:
        """Dense outputs of B crops."""
        maps = self.maps(self.trunk(features.fine)).float()
        joints = self.shape.joints
        heatmaps, parts = maps[:, :joints], maps[:, joints:]
        flat = heatmaps.flatten(2)
        # How peaked a map is tells whether its joint was found.
        peak = flat.amax(-1) - torch.logsumexp(flat, -1)
        height = flat.amax(-1) - flat.mean(-1)
        pooled = features.stride32.mean((2, 3)).float()
        seen = self.seen(torch.cat([pooled, peak, height], 1)).float()
        found = DenseOutput(heatmaps, parts, seen[:, :joints], seen[:, joints:])
        if not self.shape.bones:
            return found
        return replace(found, pose=self.pose(pooled, features.fine, joint_evidence(found)))


class DenseNetwork(nn.Module):
    """Backbone and dense heads together: what the first stage of training trains."""

    def __init__(self, shape: DenseShape = BODY_SHAPE) -> None:
        super().__init__()
        self.shape = shape
        self.backbone = LiteBackbone()
        self.heads = DenseHeads(shape)

    def forward(self, image: Tensor) -> DenseOutput:
        """(B, 3, S, S) normalised pictures."""
        return self.look(image)[1]

    def look(self, image: Tensor) -> tuple[LiteFeatures, DenseOutput]:
        """Features and dense outputs of (B, 3, S, S) normalised pictures."""
        features = self.backbone(image)
        return features, self.heads(features)


def heatmap_positions(heatmaps: Tensor, radius: int = 2) -> tuple[Tensor, Tensor]:
    """Joint positions and confidences from heatmap logits.

    The peak of the softmax, refined by the mean over its neighbourhood, which is less blunt than a
    mean over the whole map and does not move when a far second peak appears.

    Args:
        heatmaps: (B, K, h, w) logits.
        radius: cells around the peak that count.

    Returns:
        positions (B, K, 2) in [-1, 1] over the crop, x right, y down; confidences (B, K) in [0, 1],
        the probability mass near the peak.
    """
    people, joints, height, width = heatmaps.shape
    share = heatmaps.flatten(2).softmax(-1)
    peak = share.argmax(-1)
    row, column = peak // width, peak % width
    rows = torch.arange(height, device=heatmaps.device)
    columns = torch.arange(width, device=heatmaps.device)
    near_row = (rows - row[..., None]).abs() <= radius
    near_column = (columns - column[..., None]).abs() <= radius
    near = near_row[..., :, None] & near_column[..., None, :]
    local = share.reshape(people, joints, height, width) * near
    mass = local.sum((2, 3))
    x = (local.sum(2) * ((columns + 0.5) / width * 2 - 1)).sum(-1) / mass
    y = (local.sum(3) * ((rows + 0.5) / height * 2 - 1)).sum(-1) / mass
    return torch.stack([x, y], -1), mass


def joint_evidence(dense: DenseOutput) -> Tensor:
    """(B, K, 3): where each joint is, x y in [-1, 1] over the crop, and its confidence in [0, 1].

    Detached: a method's head reads it as an input and leaves the dense heads to their own losses.
    """
    positions, confidence = heatmap_positions(dense.heatmaps.detach())
    return torch.cat([positions, confidence[..., None]], -1)
