"""CoarseMETRO: Coarse-to-Fine Human Mesh Recovery with Transformers (Agarwal et al.).

FastMETRO's encoder and decoder in three stages of one layer each, whose vertex tokens grow: 14 joint
tokens make 48 vertex tokens, then 192, then 384, which give the 431 vertices of the coarse mesh
(section 3.2, figures 2 and 3). The 48, 192 and 384 tokens are latent: they stand for no vertices. In
each stage joints and vertices ask each other, then picture and camera, and last the vertex tokens of
the stage before (vertex cross-attention, section 3.2.2), so that resolutions agree.

No code was published; the paper is the specification. Where it is silent or at odds with itself:

- Widths 512, 128, 64 with feed-forward 4 x width and vertex cross-attention in every stage: inferred
  from table 1 (11.6 M parameters, 0.6 G multiply-adds, 4.5 M activations), which other widths miss
  by far. Stage 1 has no vertex tokens before its own; there the joint tokens are asked.
- An "MLP layer" over tokens is Linear, ReLU, Linear from a to b to b tokens (with one layer the count
  falls short); the one that makes positions is a single linear map from 64 to 3, shared by joints and
  vertices, as FastMETRO's. Between stages one linear map narrows camera and picture, another joints
  and vertices; vertices are narrowed first, then made more.
- Section 3 speaks of learned vertex tokens, section 3.2 and the contributions of vertex tokens made
  from the joint tokens alone: the latter, as table 2's masking needs.
- The decoder reads picture and camera (section 3.2.2); FastMETRO's leaves the camera out. No mask
  limits who sees whom. Layers are pre-norm with a closing norm, positions as FastMETRO's.
- Masking (section 3.2.2, table 2): per sample a share drawn from [0, 10 %] of the joint tokens becomes
  METRO's constant 0.01, before the vertex tokens are made. The published 38.7 / 54.6 mm belong to
  10 %, although 20 % has the lower PA-MPJPE.
- Vertex cross-attention "at beginning" (table 3) goes before self-attention.
- Losses: section 3.3 names vertices, 3D and 2D joints without weights; these and the centring are
  FastMETRO's ("our training paradigm matches"), its surface terms are left out, as the total has
  none. ``lite`` keeps them.
- Dropout 0.1, as FastMETRO. Training: AdamW 1e-4, weight decay 1e-4, gradient norm 0.3.
- Table 1 counts the learned 431 to 1723 step for CoarseMETRO and leaves it out for FastMETRO; its
  multiply-adds and activations are those of the encoder and decoder blocks alone.

``lite`` is the same network, narrower, on the shared backbone; what it adds is FastMETRO's.

Frame: camera axes (x right, y down, z forward), metres, about the H36M pelvis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.body.model import full_precision
from core.methods.base import Method
from core.methods.fastmetro import upsampled
from core.methods.fastmetro_losses import BODY_WEIGHTS, LossWeights, RootedBody, mesh_terms
from core.methods.first_guess import FirstGuess, Guess, start_small
from core.methods.mesh_tokens import mesh_stages, require_levels
from core.methods.metro import MASK_TOKEN
from core.methods.picture_memory import (
    BackboneName,
    PictureTokens,
    input_spec_of,
    make_backbone,
    picture_positions,
    read_picture,
)
from core.methods.token_records import attention_record, crop_regions, latent_tokens
from core.nn.batch import Batch, LossTerms, MethodOutput, Target
from core.nn.encoder_decoder import DROPOUT, Attention, DecoderLayer, Encoder, start_glorot
from core.types import InspectionRecord

PAPER_WEIGHTS = replace(BODY_WEIGHTS, surface=0.0)


@dataclass(frozen=True)
class CoarseMetroConfig:
    """What the paper's networks and its ablations turn.

    Attributes:
        backbone: CNN; ``lite`` is the shared small one.
        widths: of the tokens in each stage; feed-forward is four times as wide.
        counts: vertex tokens in each stage.
        vertex_attention: where vertex cross-attention is in a stage (table 3).
        dropout: in training.
        mask_share: largest share of joint tokens masked in training (table 2: 0 to 0.5).
        learned_mid: the step to the mid mesh is learned, else the body's fixed matrix.
        from_guess: positions are displacements of a first guess that the joint tokens know.
        losses: weights of the loss terms.
    """

    backbone: BackboneName = "resnet50"
    widths: tuple[int, ...] = (512, 128, 64)
    counts: tuple[int, ...] = (48, 192, 384)
    heads: int = 8
    dropout: float = 0.1
    vertex_attention: Literal["end", "beginning", "none"] = "end"
    mask_share: float = 0.1
    learned_mid: bool = True
    from_guess: bool = False
    losses: LossWeights = PAPER_WEIGHTS


VARIANTS: Mapping[str, CoarseMetroConfig] = {
    "s_r50": CoarseMetroConfig(),
    "s_h64": CoarseMetroConfig("hrnet-w64"),
}
LITE: Mapping[str, CoarseMetroConfig] = {
    "body": CoarseMetroConfig(
        "lite",
        (256, 128, 96),
        dropout=0.0,
        learned_mid=False,
        from_guess=True,
        losses=BODY_WEIGHTS,
    ),
}
ABLATIONS: Mapping[str, CoarseMetroConfig] = {
    **{  # table 2
        f"masking up to {share} %": CoarseMetroConfig(mask_share=share / 100)
        for share in (0, 10, 20, 30, 40, 50)
    },
    "no vertex cross-attention": CoarseMetroConfig(vertex_attention="none"),  # table 3
    "vertex cross-attention at beginning": CoarseMetroConfig(vertex_attention="beginning"),
    "vertex cross-attention at end": CoarseMetroConfig(),
}


class TokenMaker(nn.Module):
    """Section 3.2.3: ``outputs`` tokens from ``inputs``, an MLP over the token axis."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, inputs, width) to (B, outputs, width)."""
        return self.layers(tokens.transpose(1, 2)).transpose(1, 2)


@dataclass(frozen=True, eq=False)
class StageTrace:
    """Weights of one stage, each (B, heads, rows, columns).

    Attributes:
        encoder: camera and picture tokens among each other (figure 6).
        decoder: joint and vertex tokens among each other.
        cross: joint and vertex tokens over camera and picture (figures 5 and 7).
        vertex: joint and vertex tokens over those of the stage before; None without.
    """

    encoder: Tensor
    decoder: Tensor
    cross: Tensor
    vertex: Tensor | None


class Stage(nn.Module):
    """Figure 3: an encoder layer, a decoder layer, and attention to the coarser vertex tokens."""

    def __init__(
        self, width: int, heads: int, vertex_attention: str, dropout: float = DROPOUT
    ) -> None:
        super().__init__()
        self.order = vertex_attention
        self.encoder = Encoder(width, 4 * width, heads, 1, dropout)
        self.decoder = DecoderLayer(width, 4 * width, heads, dropout)
        if vertex_attention != "none":
            self.vertex_norm = nn.LayerNorm(width)
            self.vertex = Attention(width, heads, dropout)
            self.drop = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(width)
        start_glorot(self)

    def forward(
        self, picture: Tensor, tokens: Tensor, coarser: Tensor, position: Tensor, *, trace: bool
    ) -> tuple[Tensor, Tensor, StageTrace | None]:
        """One stage.

        Args:
            picture: (B, 1 + S, width) camera, then picture. position: (1 + S, width).
            tokens: (B, K + V, width) joints, then vertices.
            coarser: (B, V', width) vertex tokens of the stage before.
        """
        picture, encoded = self.encoder(picture, position, want_weights=trace)
        vertex = None
        if self.order == "beginning":
            tokens, vertex = self._agree(tokens, coarser, trace)
        tokens, among, cross = self.decoder(tokens, picture, position, want_weights=trace)
        if self.order == "end":
            tokens, vertex = self._agree(tokens, coarser, trace)
        kept = None
        if among is not None and cross is not None:
            kept = StageTrace(encoded[0], among, cross, vertex)
        return picture, self.norm(tokens), kept

    def _agree(self, tokens: Tensor, coarser: Tensor, keep: bool) -> tuple[Tensor, Tensor | None]:
        mixed, weights = self.vertex(self.vertex_norm(tokens), coarser, want_weights=keep)
        return tokens + self.drop(mixed), weights


@dataclass(frozen=True, eq=False)
class CoarseMetroState:
    """What losses and records need beyond the output.

    Attributes:
        joints: (B, K, 3) the joint tokens, where the network puts them.
        traces: one per stage; empty unless kept.
    """

    joints: Tensor
    traces: tuple[StageTrace, ...]


class CoarseMetro(Method):
    """CoarseMETRO; see the module's docstring."""

    method_id = "coarsemetro"

    def __init__(
        self, config: CoarseMetroConfig, preset: str, variant: str, body: BodyModel
    ) -> None:
        super().__init__()
        require_levels(body, "CoarseMETRO")
        self.config, self.preset, self.variant, self.body = config, preset, variant, body
        self.rooted = RootedBody(body)
        self.input_spec = input_spec_of(config.backbone)
        self.joint_names = self.rooted.joint_names
        self.joint_count = len(self.joint_names)
        self._make_stages(config)
        self._make_outputs(config)

    def _make_stages(self, config: CoarseMetroConfig) -> None:
        widths, counts = config.widths, config.counts
        self.backbone = make_backbone(config.backbone)
        self.picture = PictureTokens(config.backbone, widths[0])
        self.camera_token = nn.Embedding(1, widths[0])
        self.joint_tokens = nn.Embedding(self.joint_count, widths[0])
        grown = pairwise((self.joint_count, *counts))
        self.more_vertices = nn.ModuleList(TokenMaker(*step) for step in grown)
        self.stages = nn.ModuleList(
            Stage(width, config.heads, config.vertex_attention, config.dropout) for width in widths
        )
        steps = list(pairwise(widths))
        self.narrow_picture = nn.ModuleList(nn.Linear(*step) for step in steps)
        self.narrow_tokens = nn.ModuleList(nn.Linear(*step) for step in steps)
        for number, width in enumerate(widths):
            cells = picture_positions(config.backbone, width)
            placed = torch.cat([torch.zeros_like(cells[:1]), cells])  # the camera has none
            self.register_buffer(f"position_{number}", placed, persistent=False)

    def _make_outputs(self, config: CoarseMetroConfig) -> None:
        last, sizes = config.widths[-1], self.body.level_sizes
        self.to_coarse = TokenMaker(config.counts[-1], sizes[-1])
        self.xyz = nn.Linear(last, 3)
        self.camera_out = nn.Linear(last, 3)
        self.to_mid = nn.Linear(sizes[-1], sizes[-2]) if config.learned_mid else None
        self.guess = FirstGuess(self.body) if config.from_guess else None
        if config.from_guess:
            self.place = nn.Linear(3, config.widths[0])
            start_small(self.xyz, self.camera_out)

    # ------------------------------------------------------------------ forward

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """Bodies of a batch of crops (B, 3, H, W)."""
        picture, guess = read_picture(self.picture, self.backbone, self.guess, batch, self.body)
        camera, tokens, traces = self._staged(picture, guess, inspect)
        with full_precision(tokens):
            return self._placed(tokens.float(), camera.float(), guess, traces)

    def _placed(
        self,
        tokens: Tensor,
        camera: Tensor,
        guess: Guess | None,
        traces: tuple[StageTrace, ...],
    ) -> MethodOutput:
        """Positions of joint tokens and of the vertices that latent tokens make, and the camera."""
        joint_tokens, latent = tokens[:, : self.joint_count], tokens[:, self.joint_count :]
        points = self.xyz(torch.cat([joint_tokens, self.to_coarse(latent)], 1))
        seen = self.camera_out(camera)
        if guess is not None:
            points, seen = guess.moved(points), seen + guess.camera
        joints, coarse = points[:, : self.joint_count], points[:, self.joint_count :]
        levels = upsampled(self.body, coarse, self.to_mid)
        regressed, origin = self.rooted.joints_and_origin(levels[-1], joints)
        levels = tuple(level - origin for level in levels)
        return MethodOutput(
            levels[-1],
            regressed,
            seen,
            levels=levels,
            internals=CoarseMetroState(joints, traces),
        )

    def _staged(
        self, picture: Tensor, guess: Guess | None, trace: bool
    ) -> tuple[Tensor, Tensor, tuple[StageTrace, ...]]:
        """Camera (B, last width), joint and vertex tokens (B, K + V, last width), and traces."""
        people = len(picture)
        camera = self.camera_token.weight.expand(people, -1, -1)
        joints = self.joint_tokens.weight.expand(people, -1, -1)
        found = self.picture.found_joints(picture)
        if found is not None and guess is not None:
            joints = joints + found + self.place(guess.points[:, : self.joint_count])
        joints = self._masked(joints)
        picture = torch.cat([camera, picture], 1)
        coarser = joints
        tokens, traces = joints, []
        for number, stage in enumerate(self.stages):
            if number:
                picture = self.narrow_picture[number - 1](picture)
                tokens = self.narrow_tokens[number - 1](tokens)
                joints, coarser = tokens[:, : self.joint_count], tokens[:, self.joint_count :]
            tokens = torch.cat([joints, self.more_vertices[number](coarser)], 1)
            position = getattr(self, f"position_{number}")
            picture, tokens, kept = stage(picture, tokens, coarser, position, trace=trace)
            if kept is not None:
                traces.append(kept)
        return picture[:, 0], tokens, tuple(traces)

    def _masked(self, joints: Tensor) -> Tensor:
        """Joint tokens (B, K, width), some of them hidden in training (table 2)."""
        if not self.training or self.config.mask_share == 0:
            return joints
        share = torch.rand(len(joints), 1, device=joints.device) * self.config.mask_share
        hidden = torch.rand(joints.shape[:2], device=joints.device) < share
        return torch.where(hidden[..., None], torch.full_like(joints, MASK_TOKEN), joints)

    # ------------------------------------------------------------------- losses

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """Section 3.3 with the weights of ``config.losses``; terms without truth are left out."""
        state: CoarseMetroState = output.internals
        assert output.camera is not None
        return LossTerms(
            mesh_terms(
                self.rooted,
                self.config.losses,
                output.levels,
                state.joints,
                output.joints_3d,
                output.camera,
                target,
            )
        )

    # ------------------------------------------------------------------- inside

    def inspect(
        self, batch: Batch, output: MethodOutput
    ) -> tuple[tuple[InspectionRecord, ...], ...]:
        """Per person: attention of encoders (figure 6) and of every stage (5 and 7), and meshes.

        Names of records tell how many tokens a stage has; vertex tokens are latent ones.
        """
        state: CoarseMetroState = output.internals
        if not state.traces:
            return super().inspect(batch, output)
        regions = crop_regions(batch)
        return tuple(
            (
                *self._attention_records(state.traces, person, regions[person]),
                *mesh_stages(self.body, output.levels, person),
            )
            for person in range(len(batch))
        )

    def _attention_records(
        self, traces: tuple[StageTrace, ...], person: int, region: np.ndarray
    ) -> list[InspectionRecord]:
        picture = self.picture.token_set(self.body, camera=True)
        stages = tuple(f"stage {number}" for number in range(1, len(traces) + 1))
        encoded = torch.stack([trace.encoder[person] for trace in traces])
        records: list[InspectionRecord] = [
            attention_record("encoder self-attention", encoded, picture, picture, region, stages)
        ]
        coarser = latent_tokens(self.joint_names, 0)
        for name, trace, count in zip(stages, traces, self.config.counts, strict=True):
            tokens = latent_tokens(self.joint_names, count)
            size = f"{self.joint_count} joint + {count} vertex tokens"
            layer = (name,)
            parts = (
                ("picture cross-attention", trace.cross, picture, region),
                ("self-attention", trace.decoder, tokens, None),
                ("vertex cross-attention", trace.vertex, coarser, None),
            )
            records += (
                attention_record(
                    f"{name} {what}, {size}", weights[person][None], tokens, keys, area, layer
                )
                for what, weights, keys, area in parts
                if weights is not None
            )
            coarser = latent_tokens((), count)
        return records


def build(preset: str, variant: str, body: BodyModel) -> CoarseMetro:
    """CoarseMETRO as the paper describes it, or on the shared backbone."""
    configs = LITE if preset == "lite" else VARIANTS
    return CoarseMetro(configs[variant], preset, variant, body)
