"""Seven parts of the body as adaptive points: where GLNet's proposals look (section 3.3).

The paper divides the body "into several parts" after AdaptivePose, whose seven are taken: head,
shoulders, each arm, hips, each leg. Every keypoint belongs to one part, which must tell its place.
"""

from __future__ import annotations

from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.body.inverse_kinematics import SKELETON29_NAMES
from core.body.joint_sets import COCO17_NAMES

PART_NAMES = ("head", "shoulders", "left arm", "right arm", "hips", "left leg", "right leg")
PARTS = len(PART_NAMES)
BONES = len(SKELETON29_NAMES)
KEYPOINT_NAMES = (*SKELETON29_NAMES, *COCO17_NAMES)
_SIDE_ENDS = {"arm": ("Elbow", "Wrist", "Hand", "Middle_finger", "elbow", "wrist"),
              "leg": ("Knee", "Ankle", "Foot", "Big_toe", "knee", "ankle")}  # fmt: skip
_MIDDLE = {"hips": ("Pelvis", "Hip", "Spine1", "Spine2", "hip"),
           "shoulders": ("Spine3", "Collar", "Shoulder", "shoulder")}  # fmt: skip
# Raw offsets count in these shares of the crop's side.
REACH = 0.125


def part_of_keypoint(name: str) -> int:
    """The part that tells a keypoint's place; what is named nowhere else belongs to the head."""
    side = {"L_": "left", "R_": "right", "left_": "left", "right_": "right"}
    for prefix, word in side.items():
        for limb, ends in _SIDE_ENDS.items():
            if name in {prefix + end for end in ends}:
                return PART_NAMES.index(f"{word} {limb}")
    for part, ends in _MIDDLE.items():
        if name in ends or name.split("_", 1)[-1] in ends:
            return PART_NAMES.index(part)
    return PART_NAMES.index("head")


PART_KEYPOINTS: tuple[tuple[int, ...], ...] = tuple(
    tuple(k for k, name in enumerate(KEYPOINT_NAMES) if part_of_keypoint(name) == part)
    for part in range(PARTS)
)
_ORDER = [k for part in PART_KEYPOINTS for k in part]
_BACK = sorted(range(len(_ORDER)), key=_ORDER.__getitem__)
_STARTS = tuple(accumulate((len(part) for part in PART_KEYPOINTS), initial=0))


def cell_places(height: int, width: int, like: Tensor) -> Tensor:
    """(h * w, 2) centres of a map's cells in [0, 1] over the crop, row by row, x before y."""
    rows = (torch.arange(height, device=like.device, dtype=torch.float32) + 0.5) / height
    columns = (torch.arange(width, device=like.device, dtype=torch.float32) + 0.5) / width
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    return torch.stack([x, y], -1).flatten(0, 1)


def sample_at(features: Tensor, points: Tensor) -> Tensor:
    """Bilinear features (B, N, P, C) of a map (B, C, h, w) at points (B, N, P, 2) in [0, 1].

    Points beyond the crop read its border. Gradients reach both the map and the points.
    """
    grid = points.to(features.dtype) * 2 - 1
    out = F.grid_sample(features, grid, padding_mode="border", align_corners=False)
    return out.permute(0, 2, 3, 1)


class LocalEncoding(nn.Module):
    """Two hops: from the reference pixel to a point per part, from there to the part's keypoints.

    Keypoint = pixel + offset 1 + offset 2; only the sum is supervised, so that offset 1 is free to
    find where its part can be seen. It is not detached anywhere: the truth of the keypoints reaches
    it through the sum and through the features that are read at its end.

    Args:
        channels: of the feature map.
        hidden: width of the first hop.
        part_hidden: width of the second hop.
        context: numbers known of each person beforehand (lite); 0 for none.
        adaptive: whether there is a first hop; without, all points stay at the reference pixel.
    """

    def __init__(
        self, channels: int, hidden: int, part_hidden: int, context: int = 0, adaptive: bool = True
    ) -> None:
        super().__init__()
        self.adaptive = adaptive
        place = 2 if context else 0
        if adaptive:
            self.first = nn.Conv2d(channels + place, hidden, 3, 1, 1)
            self.known = nn.Linear(context, hidden) if context else None
            self.offsets = _silent(nn.Conv2d(hidden, 2 * PARTS, 3, 1, 1))
        self.second = nn.ModuleList(
            nn.Sequential(
                nn.Linear(channels + place + context, part_hidden),
                nn.ReLU(),
                nn.Linear(part_hidden, 3 * len(part)),
            )
            for part in PART_KEYPOINTS
        )

    def points(self, features: Tensor, context: Tensor | None) -> Tensor:
        """(B, N, 7, 2) part points of every pixel, in [0, 1] over the crop."""
        height, width = features.shape[-2:]
        places = cell_places(height, width, features)
        start = places[None, :, None].expand(len(features), -1, PARTS, -1)
        if not self.adaptive:
            return start
        seen = features
        if context is not None:
            at = places.T.reshape(1, 2, height, width).expand(len(features), -1, -1, -1)
            seen = torch.cat([seen, (at * 2 - 1).to(features.dtype)], 1)
        hidden = self.first(seen)
        if context is not None and self.known is not None:
            hidden = hidden + self.known(context)[..., None, None]
        offsets = self.offsets(F.relu(hidden)).flatten(2).transpose(1, 2)
        return start + REACH * offsets.float().unflatten(-1, (PARTS, 2))

    def keypoints(self, points: Tensor, samples: Tensor, context: Tensor | None) -> Tensor:
        """(B, M, K, 3) keypoints of M proposals: (u, v) in [0, 1] and depth, see `glnet_truth`.

        Args:
            points: (B, M, 7, 2) part points. samples: (B, M, 7, C) features there.
            context: (B, E) or None.
        """
        if context is not None:
            around = context[:, None, None].expand(*samples.shape[:3], -1)
            samples = torch.cat([samples, (points * 2 - 1).to(samples.dtype), around], -1)
        found = []
        for part, hop in enumerate(self.second):
            raw = REACH * hop(samples[:, :, part]).float().unflatten(-1, (-1, 3))
            start = F.pad(points[:, :, part, None], (0, 1))
            found.append(start + raw)
        return torch.cat(found, 2)[:, :, _BACK]


class PartAttention(nn.Module):
    """The dense alternative of table 3: features averaged under predicted part segmentation maps."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.maps = nn.Conv2d(channels, 1 + PARTS, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Map logits (B, 1 + 7, h, w), background first, and part features (B, 7, C)."""
        logits = self.maps(features)
        share = logits.softmax(1)[:, 1:].flatten(2)
        share = share / share.sum(-1, keepdim=True).clamp_min(1e-6)
        return logits, share @ features.flatten(2).transpose(1, 2)


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer that says zero at first."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
