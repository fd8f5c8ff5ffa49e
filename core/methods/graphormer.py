"""Mesh Graphormer (Lin et al., ICCV 2021): METRO with graph convolutions and picture tokens.

Two things are added to METRO (`core.methods.metro`, whose template, losses and camera it shares): the
49 cells of the picture's map are tokens of their own (section 3.2), and a graph residual block lets
neighbouring vertices speak between attention and feed-forward (section 3.3).

Where the released code says more than the paper, ``paper`` follows the code:

- Picture tokens are a linear map, 1024 to 2051, of HRNet's map *before* its last layer; every joint
  and vertex token carries the pooled 2048 numbers after it.
- The graph block works on the 431 vertices only, in the third encoder only, after attention's norm.
- Feed-forward widths are twice the token widths (1024, 256, 64), not 3072 as in METRO.
- Masked vertex modelling leaves picture tokens as they are.
- Weights of the losses are METRO's.

Frame: camera axes (x right, y down, z forward), metres, near the H36M pelvis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.methods.first_guess import Guess
from core.methods.metro import FEATURES, Metro, MetroConfig
from core.methods.picture_memory import crops_of
from core.methods.token_records import with_picture_after
from core.nn.batch import Batch
from core.nn.graph import GraphResidualBlock
from core.nn.hrnet import HRNetClassification
from core.types import TokenSet

GRID_SIDE, GRID_CHANNELS = 7, 1024
GRAPH_ENCODER = 2

VARIANTS: Mapping[str, MetroConfig] = {
    "body_h64": MetroConfig(widths=(1024, 256, 64), inner=(2048, 512, 128), grid_tokens=False),
}


class Graphormer(Metro):
    """Mesh Graphormer for a body; see the module's docstring."""

    method_id = "graphormer"
    unused_keys = (
        *Metro.unused_keys,
        *(f"encoders.{GRAPH_ENCODER}.layers.{i}.graph_conv.skip_conv." for i in range(4)),
    )

    def __init__(self, config: MetroConfig, preset: str, variant: str, body: BodyModel) -> None:
        super().__init__(config, preset, variant, body)
        self.grid_feat_dim = nn.Linear(GRID_CHANNELS, FEATURES + 3)

    folds_backbone = False  # its map is read before its last layer

    def _graph_of(self, encoder: int) -> Callable[[], nn.Module] | None:
        """Graph blocks in the third encoder."""
        if encoder != GRAPH_ENCODER:
            return None
        with torch.device("cpu"):  # real also when parameters are only counted, on the meta device
            adjacency = self.body.adjacency(-1).to_dense().float()
        width, first = self.config.widths[encoder], len(self.joint_names)
        return lambda: GraphResidualBlock(width, adjacency, first)

    def _tokens(self, batch: Batch) -> tuple[Tensor, Guess | None]:
        """Queries, then one token per cell of the picture: (B, T + 49, 2051)."""
        image = crops_of(batch, "Mesh Graphormer")
        assert isinstance(self.backbone, HRNetClassification)
        cells = self.backbone.gathered(image)  # (B, 1024, 7, 7)
        pooled = self.backbone.final_layer(cells).mean((2, 3))
        tokens = self.joint_count + self.coarse_count
        queries = self._queries(pooled[:, None].expand(-1, tokens, -1), self.template)
        grid = self.grid_feat_dim(cells.flatten(2).transpose(1, 2))
        return torch.cat([queries, grid], 1), None

    def _token_set(self) -> TokenSet:
        return with_picture_after(super()._token_set(), GRID_SIDE)

    @classmethod
    def from_official(cls, state: Mapping[str, Tensor], variant: str) -> dict[str, Tensor]:
        """The released names in ours."""
        renamed = super().from_official(state, variant)
        return {_own_name(name): tensor for name, tensor in renamed.items()}


def _own_name(name: str) -> str:
    """``lin1.W`` as ``lin1.weight``."""
    for old, new in ((".W", ".weight"), (".b", ".bias")):
        if name.endswith(old):
            return name.removesuffix(old) + new
    return name


def build(preset: str, variant: str, body: BodyModel) -> Graphormer:
    """Mesh Graphormer as published; `VARIANTS` names the networks."""
    return Graphormer(VARIANTS[variant], preset, variant, body)
