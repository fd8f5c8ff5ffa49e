"""FastMETRO: Cross-Attention of Disentangled Modalities for 3D Human Mesh Recovery (Cho et al., ECCV 2022).

A CNN turns the crop into 49 tokens that an encoder refines with a camera token; learned joint and
vertex tokens ask each other and the picture in a decoder (section 3.2). Two such transformers, the
second four times narrower, end in one linear map to 3D positions. A vertex token sees the joints and
its neighbours on the coarse mesh only (section 3.3). S, M, L: 1, 2, 3 layers in each part.

Where the released code says more than the paper, ``paper`` follows the code:

- Sine positions are added to queries and keys of picture tokens only; the camera has none, and the
  decoder reads the picture without the camera.
- The step from 431 to 1723 vertices is learned for bodies; that to 6890, and the hand's, are fixed.
- Losses (defaults of the released training script): vertices 100, of which a quarter on the coarse, a
  half on the mid and a quarter on the full mesh (hand: halves); 3D joints 1000; 2D joints 100; edge
  lengths 5, edge shortness 1e-4 and normals 0.1, all times 100, on the mid mesh (hand: 1, 0 and 0.1
  on the full one). What is predicted is compared about its own pelvis (wrist), so that ``vertices``
  and ``joints_3d`` are given about it too.
- The SMPL head (``_smpl``) reads the detached mid mesh; its terms count 1000 times and all others
  1e-8 times, rotations with 1, shape with 0.1 (squares), 3D joints, 2D joints through the detached
  camera and vertices with 1 (absolute differences). Its body is the output and the model-free mesh
  the alternative.

``lite`` is the same network, narrower, on the shared backbone. Its own: the decoder also reads where
the backbone's heatmaps found the joints, a token each with the feature found there, and joint tokens
start from these; the output is a displacement of a first guess of the body (`core.methods.first_guess`),
whose positions the tokens know; the up-sampling is fixed; there is no dropout.

Frame: camera axes (x right, y down, z forward), metres, about the H36M pelvis (hand: the wrist).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.body.model import full_precision
from core.errors import BodyError
from core.methods.base import Method
from core.methods.fastmetro_losses import (
    BODY_WEIGHTS,
    HAND_WEIGHTS,
    LossWeights,
    RootedBody,
    mesh_terms,
    pose_shape_terms,
)
from core.methods.fastmetro_smpl import PoseShapeHead
from core.methods.first_guess import FirstGuess, Guess, start_small
from core.methods.mesh_tokens import mesh_stages, mesh_tokens, require_levels
from core.methods.picture_memory import (
    BackboneName,
    PictureTokens,
    input_spec_of,
    make_backbone,
    picture_positions,
    read_picture,
)
from core.methods.token_records import attention_record, crop_regions
from core.nn.batch import Batch, LossTerms, MethodOutput, Target
from core.nn.encoder_decoder import EncoderDecoder, TransformerTrace
from core.nn.resnet import from_sequence
from core.types import InspectionRecord


@dataclass(frozen=True)
class FastMetroConfig:
    """What the published networks, and the ``lite`` ones, turn.

    Attributes:
        backbone: CNN; ``lite`` is the shared small one.
        widths, inner: token and feed-forward width of each transformer.
        layers: in each encoder and decoder (S, M, L: 1, 2, 3).
        dropout: in training.
        masked: vertices see joints and neighbours only; else everything.
        learned_mid: the step to the mid mesh is learned, else the body's fixed matrix.
        from_guess: positions are displacements of a first guess that the tokens know.
        smpl_head: pose and shape are read from the mesh and pose the body.
        losses: weights of the loss terms.
    """

    backbone: BackboneName = "resnet50"
    widths: tuple[int, ...] = (512, 128)
    inner: tuple[int, ...] = (2048, 512)
    heads: int = 8
    layers: int = 1
    dropout: float = 0.1
    masked: bool = True
    learned_mid: bool = True
    from_guess: bool = False
    smpl_head: bool = False
    losses: LossWeights = BODY_WEIGHTS


_LARGE = FastMetroConfig("hrnet-w64", layers=3)
VARIANTS: Mapping[str, FastMetroConfig] = {
    "s_r50": FastMetroConfig(),
    "m_r50": FastMetroConfig(layers=2),
    "l_r50": FastMetroConfig(layers=3),
    "l_h64": _LARGE,
    "l_h64_hand": replace(_LARGE, learned_mid=False, losses=HAND_WEIGHTS),
    "l_h64_smpl": replace(_LARGE, smpl_head=True),
}
LITE: Mapping[str, FastMetroConfig] = {
    "body": FastMetroConfig(
        "lite", (256, 128), (768, 384), heads=4, dropout=0.0, learned_mid=False, from_guess=True
    ),
}

# Released names, in the order in which they are replaced.
_RENAMES = (
    ("transformer_1.", "transformers.0."),
    ("transformer_2.", "transformers.1."),
    (".self_attn.in_proj_", ".attention.qkv."),
    (".self_attn.out_proj.", ".attention.out."),
    (".multihead_attn.in_proj_", ".cross.qkv."),
    (".multihead_attn.out_proj.", ".cross.out."),
    (".linear1.", ".feed.expand."),
    (".linear2.", ".feed.contract."),
    (".norm1.", ".attention_norm."),
    (".norm3.", ".norm."),  # of decoders
    ("dim_reduce_enc_cam.", "narrow_camera.0."),
    ("dim_reduce_enc_img.", "narrow_picture.0."),
    ("dim_reduce_dec.", "narrow_tokens.0."),
    ("conv_1x1.", "picture.reduce."),
    ("coarse2intermediate_upsample.", "to_mid."),
    ("smpl_parameter_regressor.regressor.", "smpl_head.layers."),
    (".fc_block.", ".block."),
)


@dataclass(frozen=True, eq=False)
class FastMetroState:
    """What losses and records need beyond the output.

    Attributes:
        joints: (B, K, 3) the joint tokens, where the network puts them.
        levels: the model-free meshes, coarse first, where the network puts them.
        mesh: the model-free reading, about its origin; with an SMPL head the output is another.
        traces: one per transformer; empty unless kept.
    """

    joints: Tensor
    levels: tuple[Tensor, ...]
    mesh: MethodOutput
    traces: tuple[TransformerTrace, ...]


class FastMetro(Method):
    """FastMETRO for a body or a hand; see the module's docstring."""

    method_id = "fastmetro"
    unused_keys = ("backbone.classifier.",)
    sees: Tensor | None

    def __init__(self, config: FastMetroConfig, preset: str, variant: str, body: BodyModel) -> None:
        super().__init__()
        require_levels(body, "FastMETRO")
        self.config, self.preset, self.variant, self.body = config, preset, variant, body
        self.rooted = RootedBody(body)
        self.input_spec = input_spec_of(config.backbone)
        self.joint_names = self.rooted.joint_names
        self.joint_count, self.coarse_count = len(self.joint_names), body.level_sizes[-1]
        self._make_transformers(config)
        self._make_outputs(config)

    def _make_transformers(self, config: FastMetroConfig) -> None:
        first = config.widths[0]
        self.backbone = make_backbone(config.backbone)
        self.picture = PictureTokens(config.backbone, first)
        self.cam_token_embed = nn.Embedding(1, first)
        self.joint_token_embed = nn.Embedding(self.joint_count, first)
        self.vertex_token_embed = nn.Embedding(self.coarse_count, first)
        sizes = zip(config.widths, config.inner, strict=True)
        self.transformers = nn.ModuleList(
            EncoderDecoder(width, inner, config.heads, config.layers, config.dropout)
            for width, inner in sizes
        )
        steps = list(zip(config.widths[:-1], config.widths[1:], strict=True))
        self.narrow_camera = nn.ModuleList(nn.Linear(*step) for step in steps)
        self.narrow_picture = nn.ModuleList(nn.Linear(*step) for step in steps)
        self.narrow_tokens = nn.ModuleList(nn.Linear(*step) for step in steps)
        for number, width in enumerate(config.widths):
            position = picture_positions(config.backbone, width)
            self.register_buffer(f"position_{number}", position, persistent=False)
        sees = seen_tokens(self.body, self.joint_count) if config.masked else None
        self.register_buffer("sees", sees, persistent=False)

    def _make_outputs(self, config: FastMetroConfig) -> None:
        last, sizes = config.widths[-1], self.body.level_sizes
        self.xyz_regressor = nn.Linear(last, 3)
        self.cam_predictor = nn.Linear(last, 3)
        self.guess = FirstGuess(self.body) if config.from_guess else None
        if config.from_guess:
            self.place = nn.Linear(3, config.widths[0])
            start_small(self.xyz_regressor, self.cam_predictor)
        self.to_mid = nn.Linear(sizes[-1], sizes[-2]) if config.learned_mid else None
        if config.smpl_head:
            if len(sizes) != 3:
                raise BodyError("a hand has no SMPL head", cure="choose the variant l_h64_hand")
            self.smpl_head = PoseShapeHead(sizes[1], self.body.joint_count)

    # ------------------------------------------------------------------ forward

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """Bodies or hands of a batch of crops (B, 3, H, W)."""
        picture, guess = read_picture(self.picture, self.backbone, self.guess, batch, self.body)
        camera, tokens, traces = self._transformed(picture, guess, inspect)
        with full_precision(tokens):
            return self._placed(tokens.float(), camera.float(), guess, traces)

    def _placed(
        self,
        tokens: Tensor,
        camera: Tensor,
        guess: Guess | None,
        traces: tuple[TransformerTrace, ...],
    ) -> MethodOutput:
        """Positions of joint and vertex tokens, the meshes above them, and the camera."""
        points = self.xyz_regressor(tokens)
        seen = self.cam_predictor(camera[:, 0])
        if guess is not None:
            points, seen = guess.moved(points), seen + guess.camera
        joints, coarse = points[:, : self.joint_count], points[:, self.joint_count :]
        levels = upsampled(self.body, coarse, self.to_mid)
        regressed, origin = self.rooted.joints_and_origin(levels[-1], joints)
        centred = tuple(level - origin for level in levels)
        mesh = MethodOutput(centred[-1], regressed, seen, levels=centred)
        state = FastMetroState(joints, levels, mesh, traces)
        return replace(self._posed(state) if self.config.smpl_head else mesh, internals=state)

    def _transformed(
        self, picture: Tensor, guess: Guess | None, trace: bool
    ) -> tuple[Tensor, Tensor, tuple[TransformerTrace, ...]]:
        """Camera (B, 1, last width), joint and vertex tokens (B, K + C, last width), and traces."""
        people = len(picture)
        camera = self.cam_token_embed.weight.expand(people, -1, -1)
        joints = self.joint_token_embed.weight.expand(people, -1, -1)
        found = self.picture.found_joints(picture)
        joints = joints if found is None else joints + found
        vertices = self.vertex_token_embed.weight.expand(people, -1, -1)
        tokens = torch.cat([joints, vertices], 1)
        if guess is not None:
            tokens = tokens + self.place(guess.points)
        traces: list[TransformerTrace] = []
        for number, transformer in enumerate(self.transformers):
            if number:
                camera = self.narrow_camera[number - 1](camera)
                picture = self.narrow_picture[number - 1](picture)
                tokens = self.narrow_tokens[number - 1](tokens)
            position = getattr(self, f"position_{number}")
            camera, picture, tokens, kept = transformer(
                camera, picture, tokens, position, self.sees, trace=trace
            )
            if kept is not None:
                traces.append(kept)
        return camera, tokens, tuple(traces)

    def _posed(self, state: FastMetroState) -> MethodOutput:
        """The body that the SMPL head poses, about its origin; the model-free mesh beside it."""
        rotmat, betas = self.smpl_head(state.levels[1].detach())
        vertices = self.body(rotmat, betas).vertices
        joints, origin = self.rooted.joints_and_origin(vertices, state.joints)
        return MethodOutput(
            vertices - origin,
            joints,
            state.mesh.camera,
            rotmat=rotmat,
            betas=betas,
            alternatives=(state.mesh,),
        )

    # ------------------------------------------------------------------- losses

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """All terms with the weights of ``config.losses``; terms without truth are left out."""
        state: FastMetroState = output.internals
        weights, mesh = self.config.losses, state.mesh
        assert mesh.camera is not None
        terms = mesh_terms(
            self.rooted, weights, mesh.levels, state.joints, mesh.joints_3d, mesh.camera, target
        )
        if self.config.smpl_head:
            terms = tuple(replace(t, weight=t.weight * weights.beside_smpl) for t in terms)
            terms += pose_shape_terms(self.rooted, weights, output, target)
        return LossTerms(terms)

    # ------------------------------------------------------------------- inside

    def inspect(
        self, batch: Batch, output: MethodOutput
    ) -> tuple[tuple[InspectionRecord, ...], ...]:
        """Per person: attention of every part, layer and head, and meshes by level."""
        state: FastMetroState = output.internals
        if not state.traces:
            return super().inspect(batch, output)
        tokens = mesh_tokens(self.body, self.joint_names)
        seen = self.picture.token_set(self.body, camera=False)
        encoded = self.picture.token_set(self.body, camera=True)
        regions = crop_regions(batch)
        people = []
        for person in range(len(batch)):
            region = regions[person]
            records: list[InspectionRecord] = []
            for number, trace in enumerate(state.traces, start=1):
                name = f"decoder {number}"
                records += (
                    attention_record(
                        f"encoder {number} self-attention",
                        trace.encoder[person],
                        encoded,
                        encoded,
                        region,
                    ),
                    attention_record(
                        f"{name} self-attention", trace.decoder[person], tokens, tokens
                    ),
                    attention_record(
                        f"{name} cross-attention", trace.cross[person], tokens, seen, region
                    ),
                )
            records.extend(mesh_stages(self.body, state.mesh.levels, person))
            people.append(tuple(records))
        return tuple(people)

    # ----------------------------------------------------------------- released

    @classmethod
    def from_official(cls, state: Mapping[str, Tensor], variant: str) -> dict[str, Tensor]:
        """The released names in ours."""
        return {_own_name(name): tensor for name, tensor in state.items()}

    def official_outputs(self, image: Tensor, bbox_info: Tensor | None = None) -> dict[str, Tensor]:
        """As the released network: meshes and joints where it puts them."""
        zeros = torch.zeros(len(image))
        pairs = zeros[:, None].expand(-1, 2)
        output = self(Batch(pairs, zeros, pairs, zeros, image), inspect=True)
        state: FastMetroState = output.internals
        assert output.camera is not None
        out = {"camera": output.camera, "joints": state.joints}
        out |= {f"vertices_{level.shape[1]}": level for level in state.levels}
        if output.rotmat is not None and output.betas is not None:
            out |= {"smpl_rotmat": output.rotmat, "smpl_betas": output.betas}
        first = state.traces[0]
        out |= {
            "mid/enc1_layer0_attn_mean_heads": first.encoder[:, 0].mean(1),
            "mid/dec1_layer0_self_attn_mean_heads": first.decoder[:, 0].mean(1),
            "mid/dec1_layer0_cross_attn_mean_heads": first.cross[:, 0].mean(1),
        }
        for number, trace in enumerate(state.traces, start=1):
            out[f"mid/enc{number}_out"] = trace.memory.transpose(0, 1)
            out[f"mid/dec{number}_out"] = trace.tokens.transpose(0, 1)
        return out


def seen_tokens(body: BodyModel, joints: int) -> Tensor:
    """(T, T) bool: joints see all tokens, a vertex sees joints, itself and its neighbours."""
    with torch.device("cpu"):  # real also when parameters are only counted, on the meta device
        linked = body.adjacency(-1).to_dense() != 0
        sees = torch.ones((joints + len(linked),) * 2, dtype=torch.bool)
        sees[joints:, joints:] = linked | torch.eye(len(linked), dtype=torch.bool)
    return sees


def upsampled(body: BodyModel, coarse: Tensor, to_mid: nn.Linear | None) -> tuple[Tensor, ...]:
    """Meshes of all levels, coarse first, of coarse vertices (B, C, 3).

    The first step is ``to_mid`` over the vertex axis if it is given; the others, and the first
    without it, are the body's fixed matrices.
    """
    levels = [coarse]
    for level in range(len(body.level_sizes) - 1, 0, -1):
        if to_mid is not None and len(levels) == 1:
            levels.append(to_mid(coarse.transpose(1, 2)).transpose(1, 2))
        else:
            levels.append(body.upsample(levels[-1], level, level - 1))
    return tuple(levels)


def _own_name(name: str) -> str:
    if name.startswith("backbone."):
        return from_sequence(name)
    own = name.replace(".norm2.", ".cross_norm." if ".decoder." in name else ".norm.")
    for old, new in _RENAMES:
        own = own.replace(old, new)
    return own


def build(preset: str, variant: str, body: BodyModel) -> FastMetro:
    """FastMETRO as published, or on the shared backbone."""
    configs = LITE if preset == "lite" else VARIANTS
    return FastMetro(configs[variant], preset, variant, body)
