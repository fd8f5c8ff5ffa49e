"""From a crop to the picture tokens of encoder-decoder methods."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.body import BodyModel
from core.body.joint_sets import LSP14_NAMES
from core.errors import InputError
from core.methods.base import InputSpec
from core.methods.first_guess import FirstGuess, Guess
from core.methods.metro_family import is_hand
from core.methods.token_records import picture_tokens
from core.nn.batch import Batch
from core.nn.hrnet import HRNetClassification
from core.nn.lite_backbone import (
    BODY_SHAPE,
    GRID_CELLS,
    GRID_CHANNELS,
    HAND_SHAPE,
    JOINTS,
    LITE_SIZE,
    NECK,
    DenseNetwork,
    DenseOutput,
    LiteFeatures,
    joint_evidence,
)
from core.nn.resnet import ResNet50
from core.nn.sine_positions import sine_positions
from core.types import TokenSet

BackboneName = Literal["resnet50", "hrnet-w64", "lite"]
PAPER_CELLS = 7
PAPER_CHANNELS = 2048
PAPER_SIZE = 224
TOGETHER = 256


def make_backbone(name: BackboneName, *, hand: bool = False) -> nn.Module:
    """The CNN called ``name``; of the shared one that of bodies or of hands."""
    if name == "lite":
        return DenseNetwork(HAND_SHAPE if hand else BODY_SHAPE)
    return ResNet50() if name == "resnet50" else HRNetClassification(64)


def input_spec_of(name: BackboneName) -> InputSpec:
    """The crop that a backbone reads."""
    side = LITE_SIZE if name == "lite" else PAPER_SIZE
    return InputSpec(kind="crop", size_hw=(side, side))


def found_joint_names(body: BodyModel) -> tuple[str, ...]:
    """The joints that the shared backbone finds: ``lift25``, of a hand ``hand21``."""
    return body.joint_names_of("hand21" if is_hand(body) else "lift25")


def crops_of(batch: Batch, method: str) -> Tensor:
    """(B, 3, H, W) the crops of a batch.

    Raises:
        InputError: it holds joints only.
    """
    if batch.image is None:
        raise InputError(f"{method} reads pictures, not joints", cure="give it a picture")
    return batch.image


def picture_positions(name: BackboneName, width: int) -> Tensor:
    """(S, width) sine positions of the cells; found joints have none, since they say their place."""
    side = GRID_CELLS if name == "lite" else PAPER_CELLS
    cells = sine_positions(side, side, width).flatten(1).T
    return torch.cat([cells, cells.new_zeros(JOINTS, width)]) if name == "lite" else cells


class PictureTokens(nn.Module):
    """The CNN's map as tokens; on the shared backbone also a token per found joint.

    Attributes:
        side: cells along each side of the grid.
    """

    def __init__(self, name: BackboneName, width: int, joints: int = JOINTS) -> None:
        super().__init__()
        self.lite = name == "lite"
        self.side = GRID_CELLS if self.lite else PAPER_CELLS
        self.reduce = nn.Conv2d(GRID_CHANNELS if self.lite else PAPER_CHANNELS, width, 1)
        if self.lite:
            self.found = nn.Linear(NECK + 3, width)
            # All joints together say more of a pose than each alone.
            self.together = nn.Sequential(
                nn.Linear(3 * joints, TOGETHER), nn.GELU(), nn.Linear(TOGETHER, width)
            )
            self.found_embed = nn.Embedding(joints, width)

    def forward(self, backbone: nn.Module, image: Tensor) -> Tensor:
        """(B, S, width) tokens of crops (B, 3, H, W)."""
        if not self.lite:
            return self._cells(backbone(image))
        assert isinstance(backbone, DenseNetwork)
        return self.of(*backbone.look(image))

    def of(self, features: LiteFeatures, dense: DenseOutput) -> Tensor:
        """(B, S, width) tokens of what the shared backbone said: cells, then found joints."""
        found = self._found(features, joint_evidence(dense))
        return torch.cat([self._cells(features.grid), found], 1)

    def found_joints(self, picture: Tensor) -> Tensor | None:
        """(B, 14, width) the found joints among the tokens, in the order of the method's joints.

        None without the shared backbone. The first of the ``lift25`` joints are the 14 LSP joints.
        """
        if not self.lite:
            return None
        first = self.side * self.side
        return picture[:, first : first + len(LSP14_NAMES)]

    def token_set(self, body: BodyModel, *, camera: bool) -> TokenSet:
        """What the tokens are, for records; ``camera`` puts the camera token first."""
        found = found_joint_names(body) if self.lite else ()
        return picture_tokens(self.side, camera=camera, found=found)

    def _cells(self, maps: Tensor) -> Tensor:
        return self.reduce(maps).flatten(2).transpose(1, 2)

    def _found(self, features: LiteFeatures, evidence: Tensor) -> Tensor:
        """(B, K, width): place and confidence of each joint and of all, the feature at its place."""
        places = evidence[:, None, :, :2].to(features.fine.dtype)  # (B, 1, K, 2)
        sampled = F.grid_sample(features.fine, places, align_corners=False)[:, :, 0]
        known = torch.cat([sampled.transpose(1, 2), evidence.to(sampled.dtype)], -1)
        overview = self.together(evidence.flatten(1).to(sampled.dtype))
        return self.found(known) + self.found_embed.weight + overview[:, None]


def read_picture(
    tokens: PictureTokens,
    backbone: nn.Module,
    guess: FirstGuess | None,
    batch: Batch,
    body: BodyModel,
) -> tuple[Tensor, Guess | None]:
    """Picture tokens (B, S, width) of a batch, and on the shared backbone a first guess of the body."""
    image = crops_of(batch, "this method")
    if guess is None or not isinstance(backbone, DenseNetwork):
        return tokens(backbone, image), None
    features, dense = backbone.look(image)
    return tokens.of(features, dense), guess(dense, batch, body)
