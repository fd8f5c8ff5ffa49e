"""METRO: End-to-End Human Pose and Mesh Reconstruction with Transformers (Lin et al., CVPR 2021).

A CNN reads the crop; every joint and every vertex of a coarse template mesh becomes a query made of
its template position and an image feature; three transformer encoders of falling width regress all
3D positions at once (section 3.2, figure 2).

Where the released code differs from the paper, ``paper`` follows the code, since it must load its
weights:

- The body network does not copy one global feature to every query: a position-wise convolution maps
  the 49 cells of the 7x7 map to 445 features, one per query. The hand network copies, as written.
- The feed-forward width of the body network is 3072 in all three encoders (hand: 4 x width).
- A masked query (section 3.3) becomes the constant 0.01, template position included.
- Losses are weighted: vertices 100, 3D joints 1000, 2D joints 100; equation 5 has no weights. Both
  are presets (`LossWeights`).
- Each encoder has a linear shortcut from its own input to its output.

``lite`` is the same network, narrower, on the shared backbone. Its own: the position-wise convolution
mixes, beside the cells of the grid, one row per joint that the backbone's heatmaps found; positions of
a first guess of the body (`core.methods.first_guess`) stand in for the template's, and the output is a
displacement of them; the up-sampling is the body's fixed one; there is no dropout. The hand is the
same network on the backbone of hands, with the cells of the grid instead of one copied feature.

Frame: the template is turned by 3.1416 about x, so outputs are in camera axes (x right, y down, z
forward), metres, centred near the H36M pelvis (hand: the wrist).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.geometry.cameras import project_weak_perspective
from core.losses.mesh import joint_loss, projection_loss, vertex_loss
from core.methods import metro_family as family
from core.methods.base import Method
from core.methods.first_guess import Guess, first_guess, start_small
from core.methods.mesh_tokens import mesh_stages, mesh_tokens, require_levels
from core.methods.picture_memory import (
    PictureTokens,
    crops_of,
    found_joint_names,
    input_spec_of,
    make_backbone,
)
from core.methods.token_records import crop_regions
from core.nn.batch import Batch, LossTerm, LossTerms, MethodOutput, Target
from core.nn.bert import EncoderTrace, ReducingEncoder
from core.nn.hrnet import HRNetClassification
from core.nn.lite_backbone import GRID_CELLS, DenseNetwork
from core.nn.resnet import ResNet50, from_sequence
from core.types import AttentionRecord, InspectionRecord, TokenSet

MASK_TOKEN = 0.01
GRID = 49
FEATURES = 2048
LITE_FEATURES = 128


@dataclass(frozen=True)
class LossWeights:
    """Weights of vertices, 3D joints (tokens and regressed alike) and 2D joints."""

    vertices: float = 100.0
    joints_3d: float = 1000.0
    joints_2d: float = 100.0


CODE_WEIGHTS = LossWeights()
PAPER_WEIGHTS = LossWeights(1.0, 1.0, 1.0)  # equation 5


@dataclass(frozen=True)
class MetroConfig:
    """What the published networks and the ablations of the paper turn.

    Attributes:
        backbone: ``hrnet-w64``, ``hrnet-w40``, ``resnet50`` (table 5) or ``lite``.
        widths, inner, outputs: hidden width, feed-forward width and output of each encoder.
        mask_share: largest share of queries masked in training (section 3.3, table 3: 0 to 0.5).
        grid_tokens: features from the 7x7 grid (body) or one pooled feature for all (hand).
        camera_hidden: width of the camera head; camera_joints lets it see the joint tokens too.
        from_guess: queries carry, and positions are displacements of, a first guess instead of the
            template (`core.methods.first_guess`).
        learned_up: the steps to finer meshes are learned, else the body's fixed matrices.
        losses: weights of the loss terms.
    """

    backbone: str = "hrnet-w64"
    widths: tuple[int, ...] = (1024, 256, 128)
    inner: tuple[int, ...] = (3072, 3072, 3072)
    outputs: tuple[int, ...] = (512, 128, 3)
    layers: int = 4
    heads: int = 4
    mask_share: float = 0.3
    grid_tokens: bool = True
    camera_hidden: int = 250
    camera_joints: bool = False
    from_guess: bool = False
    learned_up: bool = True
    dropout: float = 0.1
    losses: LossWeights = CODE_WEIGHTS


HAND = MetroConfig(
    widths=(1024, 256, 64),
    inner=(4096, 1024, 256),
    grid_tokens=False,
    camera_hidden=150,
    camera_joints=True,
)
VARIANTS: Mapping[str, MetroConfig] = {
    "body_h64": MetroConfig(),
    "body_r50": MetroConfig(backbone="resnet50"),
    "hand_h64": HAND,
}

_LITE = MetroConfig(
    backbone="lite",
    widths=(192, 128, 64),
    inner=(576, 384, 192),
    outputs=(128, 64, 3),
    layers=1,
    heads=2,
    camera_hidden=64,
    camera_joints=True,
    from_guess=True,
    learned_up=False,
    dropout=0.0,
)
LITE: Mapping[str, MetroConfig] = {"body": _LITE, "hand": _LITE}

# Released names, in the order in which they are replaced.
_RENAMES = (
    ("trans_encoder.", "encoders."),
    (".bert.encoder.layer.", ".layers."),
    (".attention.self.", ".attention."),
    (".attention.output.dense.", ".attention.out."),
    (".attention.output.LayerNorm.", ".attention_norm."),
    (".intermediate.dense.", ".expand."),
    (".output.dense.", ".contract."),
    (".output.LayerNorm.", ".norm."),
    (".bert.position_embeddings.", ".position."),
    (".bert.img_embedding.", ".embed."),
    (".cls_head.", ".reduce."),
    ("conv_learn_tokens.", "grid_to_tokens."),
    ("upsampling2.", "to_full."),
    ("cam_param_fc2.", "camera_mix."),
    ("cam_param_fc3.", "camera_out."),
    ("cam_param_fc.", "camera_each."),
)


@dataclass(frozen=True, eq=False)
class MetroState:
    """What losses and records need beyond the output.

    Attributes:
        joints: (B, K, 3) the joint tokens; ``joints_3d`` of the output are those of the mesh.
        traces: one per encoder; empty unless kept.
    """

    joints: Tensor
    traces: tuple[EncoderTrace, ...]


class Metro(Method):
    """METRO for a body or a hand; see the module's docstring."""

    method_id = "metro"
    unused_keys = (
        "backbone.classifier.",
        *(f"encoders.{i}.bert." for i in range(3)),  # word embeddings and pooler of BERT
    )

    def __init__(self, config: MetroConfig, preset: str, variant: str, body: BodyModel) -> None:
        super().__init__()
        require_levels(body, "METRO")
        self.config, self.preset, self.variant, self.body = config, preset, variant, body
        self.is_hand = family.is_hand(body)
        self.lite = config.backbone == "lite"
        self.input_spec = input_spec_of("lite" if self.lite else "hrnet-w64")
        self.joint_names = family.joint_names_of(body)
        joints, coarse = family.template_of(body)
        self.register_buffer("template", torch.cat([joints, coarse])[None], persistent=False)
        self.joint_count, self.coarse_count = len(joints), len(coarse)
        tokens = self.joint_count + self.coarse_count
        self.backbone = self._backbone(config.backbone)
        rows = GRID
        if self.lite:
            found = len(found_joint_names(body))
            rows = GRID_CELLS**2 + found
            self.picture = PictureTokens("lite", LITE_FEATURES, found)
            self.guess = first_guess(body)
        if config.grid_tokens:
            self.grid_to_tokens = nn.Conv1d(rows, tokens, 1)
        self._make_encoders(config)
        self._make_outputs(config, tokens)

    def _make_encoders(self, config: MetroConfig) -> None:
        inputs = ((LITE_FEATURES if self.lite else FEATURES) + 3, *config.outputs[:-1])
        four = zip(inputs, config.widths, config.inner, config.outputs, strict=True)
        self.encoders = nn.ModuleList(
            ReducingEncoder(
                *sizes,
                layers=config.layers,
                heads=config.heads,
                dropout=config.dropout,
                graph=self._graph_of(number),
            )
            for number, sizes in enumerate(four)
        )

    def _make_outputs(self, config: MetroConfig, tokens: int) -> None:
        """The steps to finer meshes, and the camera."""
        sizes = self.body.level_sizes[::-1]
        if config.learned_up:
            self.upsampling = nn.Linear(sizes[0], sizes[1])
            if len(sizes) == 3:
                self.to_full = nn.Linear(sizes[1], sizes[2])
        seen = tokens if config.camera_joints else self.coarse_count
        self.camera_each = nn.Linear(3, 1)
        self.camera_mix = nn.Linear(seen, config.camera_hidden)
        self.camera_out = nn.Linear(config.camera_hidden, 3)
        if config.from_guess:
            last = self.encoders[-1]
            assert isinstance(last, ReducingEncoder)
            start_small(last.reduce, last.residual, self.camera_out)

    def _backbone(self, name: str) -> nn.Module:
        if name == "lite":
            return make_backbone("lite", hand=self.is_hand)
        if name == "resnet50":
            return ResNet50()
        return HRNetClassification(int(name.removeprefix("hrnet-w")))

    def _graph_of(self, encoder: int) -> Callable[[], nn.Module] | None:
        """What makes the graph blocks of an encoder: METRO has none."""
        return None

    # ------------------------------------------------------------------ forward

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """Bodies or hands of a batch of crops (B, 3, 224, 224)."""
        tokens, guess = self._tokens(batch)
        traces: list[EncoderTrace] = []
        for encoder in self.encoders:
            tokens, trace = encoder(tokens, trace=inspect)
            if trace is not None:
                traces.append(trace)
        tokens = tokens[:, : self.joint_count + self.coarse_count]
        camera = self._camera(
            tokens if self.config.camera_joints else tokens[:, -self.coarse_count :]
        )
        if guess is not None:
            tokens, camera = guess.moved(tokens.float()), guess.camera + camera.float()
        joints, coarse = tokens[:, : self.joint_count], tokens[:, self.joint_count :]
        levels = self._upsampled(coarse)
        return MethodOutput(
            vertices=levels[-1],
            joints_3d=family.regressed_joints(self.body, levels[-1], joints),
            camera=camera,
            levels=levels,
            internals=MetroState(joints, tuple(traces)),
        )

    def _tokens(self, batch: Batch) -> tuple[Tensor, Guess | None]:
        """What the first encoder reads, joint and vertex queries (B, T, 2051), and where they start."""
        image = crops_of(batch, "METRO")
        if not isinstance(self.backbone, DenseNetwork):
            return self._queries(self.image_features(image), self.template), None
        features, dense = self.backbone.look(image)
        guess = self.guess(dense, batch, self.body)
        rows = self.grid_to_tokens(self.picture.of(features, dense))
        return self._queries(rows, guess.points), guess

    def image_features(self, image: Tensor) -> Tensor:
        """(B, T, 2048): one feature per query."""
        cells = self.backbone(image).flatten(2).transpose(1, 2)
        if self.config.grid_tokens:
            return self.grid_to_tokens(cells)
        return cells.mean(1, keepdim=True).expand(-1, self.template.shape[1], -1)

    def _queries(self, features: Tensor, start: Tensor) -> Tensor:
        """Template position beside image feature (B, T, 2051); masked at random in training."""
        queries = torch.cat([start.expand(len(features), -1, -1), features], -1)
        if not self.training or self.config.mask_share == 0:
            return queries
        # Section 3.3: per sample, a share drawn from [0, mask_share] of the queries is masked.
        share = torch.rand(len(queries), 1, device=queries.device) * self.config.mask_share
        masked = torch.rand(queries.shape[:2], device=queries.device) < share
        return torch.where(masked[..., None], torch.full_like(queries, MASK_TOKEN), queries)

    def _upsampled(self, coarse: Tensor) -> tuple[Tensor, ...]:
        """Learned up-sampling over the vertex axis: 431 to 1723 to 6890, or 195 to 778."""
        if not self.config.learned_up:
            return family.upsampled(self.body, coarse)
        levels = [coarse, self.upsampling(coarse.transpose(1, 2)).transpose(1, 2)]
        if len(self.body.level_sizes) == 3:
            levels.append(self.to_full(levels[-1].transpose(1, 2)).transpose(1, 2))
        return tuple(levels)

    def _camera(self, points: Tensor) -> Tensor:
        """(B, 3): scale and translation of the weak perspective camera over the crop."""
        each = self.camera_each(points).transpose(1, 2)
        return self.camera_out(self.camera_mix(each))[:, 0]

    # ------------------------------------------------------------------- losses

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """Equations 1 to 5 with the weights of ``config.losses``; terms without truth are left out."""
        weights, terms = self.config.losses, []
        roots = family.WRIST if self.is_hand else family.HIPS
        state: MetroState = output.internals
        both = (("token", state.joints), ("regressed", output.joints_3d))
        if target.vertices is not None:
            truths = family.true_levels(self.body, target.vertices)
            loss = vertex_loss(output.levels, truths, target.has_mesh)
            terms.append(LossTerm("vertices", loss, weights.vertices))
        if target.joints_3d is not None:
            for name, joints in both:
                loss = joint_loss(joints, target.joints_3d, roots, target.has_3d)
                terms.append(LossTerm(f"{name} joints 3D", loss, weights.joints_3d))
        if target.joints_2d is not None:
            for name, joints in both:
                projected = project_weak_perspective(joints, output.camera)
                loss = projection_loss(
                    projected, target.joints_2d, target.joints_2d_visible, target.has_2d
                )
                terms.append(LossTerm(f"{name} joints 2D", loss, weights.joints_2d))
        return LossTerms(tuple(terms))

    # ------------------------------------------------------------------- inside

    def inspect(
        self, batch: Batch, output: MethodOutput
    ) -> tuple[tuple[InspectionRecord, ...], ...]:
        """Per person: attention of every encoder, layer and head (figures 1, 3, 4), meshes by level."""
        state: MetroState = output.internals
        if not state.traces:
            return super().inspect(batch, output)
        tokens, regions = self._token_set(), crop_regions(batch)
        people = []
        for person in range(len(batch)):
            records: list[InspectionRecord] = [
                AttentionRecord(
                    name=f"encoder {number} self-attention",
                    layers=tuple(f"layer {i}" for i in range(1, trace.attention.shape[1] + 1)),
                    weights=trace.attention[person].cpu().numpy().astype(np.float16),
                    queries=tokens,
                    keys=tokens,
                    region=None if tokens.grid_hw is None else regions[person],
                )
                for number, trace in enumerate(state.traces, start=1)
            ]
            records.extend(mesh_stages(self.body, output.levels, person))
            people.append(tuple(records))
        return tuple(people)

    def _token_set(self) -> TokenSet:
        return mesh_tokens(self.body, self.joint_names)

    # ----------------------------------------------------------------- released

    @classmethod
    def from_official(cls, state: Mapping[str, Tensor], variant: str) -> dict[str, Tensor]:
        """The released names in ours."""
        renamed = {}
        for name, tensor in state.items():
            own = name
            for old, new in _RENAMES:
                own = own.replace(old, new)
            renamed[from_sequence(own)] = tensor
        return renamed

    def official_outputs(self, image: Tensor, bbox_info: Tensor | None = None) -> dict[str, Tensor]:
        """As ``METRO_Network.forward``: camera squeezed, attention of the third encoder."""
        zeros = torch.zeros(len(image))
        batch = Batch(
            zeros[:, None].expand(-1, 2), zeros, zeros[:, None].expand(-1, 2), zeros, image
        )
        output = self(batch, inspect=True)
        state: MetroState = output.internals
        assert output.camera is not None
        out = {"camera": output.camera.squeeze(), "joints": state.joints}
        out |= {f"vertices_{level.shape[1]}": level for level in output.levels}
        last = state.traces[-1]
        out |= {f"attention_enc3_layer{i}": w for i, w in enumerate(last.attention.unbind(1))}
        return out | {f"hidden_enc3_{i}": hidden for i, hidden in enumerate(last.hidden)}


def build(preset: str, variant: str, body: BodyModel) -> Metro:
    """METRO as published, or on the shared backbone."""
    return Metro((LITE if preset == "lite" else VARIANTS)[variant], preset, variant, body)
