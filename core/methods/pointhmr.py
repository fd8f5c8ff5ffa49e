"""PointHMR: Sampling is Matter, Point-guided 3D Human Mesh Reconstruction (Kim et al., CVPR 2023).

An HRNet reads the crop; a heatmap per coarse vertex says where the vertex lies, and the feature found
there becomes the vertex's token (section 3.1, equation 1). Four transformer blocks regress all 3D
positions while each vertex sees ever nearer neighbours only (section 3.2, figure 4), and a fixed
matrix spreads the coarse mesh over the full one (equation 2).

Where the released code differs from the paper or says more, ``paper`` follows the code, since it must
load its weights:

- There is a camera token, a learned mixture of the sampled vertex features; the paper has none.
- Sine positions are added to the features that are sampled and to the 7x7 grid features.
- Masks M = 7, 5, 3, 1 limit attention from vertex to vertex only; all else sees and is seen.
- Heatmaps are supervised at twice their resolution: logits repeated 2x2, softmax over 112x112 cells.
- Their truth is the true mesh through the *predicted* camera, as its training sets know no camera.
  `PAPER_WEIGHTS` takes the camera that fits the true 2D joints instead ("ground truth", section 3.3).
- The weights of the code are those of equation 8 times 10 000.

Choices where both are silent: the rows "without sampling" of table 2 take the learned camera and
vertex tokens that the released files still hold (`PointHmrConfig.sampling`). The hand network is the
body's with 21 joints, 195 heatmaps and masks from the hand's graph (section 4.5); no outputs of the
authors' hand network were at hand to compare it with.

``lite`` is the same network, narrower, one layer a block, on the shared backbone. Its own: a token for
every joint that the backbone's heatmaps found beside the grid; the output is a displacement of a first
guess of the body (`core.methods.first_guess`), whose positions the tokens know; heatmaps are supervised
at their own 32x32 cells; there is no dropout.

Frame: outputs are in camera axes (x right, y down, z forward), metres, near the pelvis (hand: wrist).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.body import BodyModel
from core.geometry.cameras import project_weak_perspective
from core.losses.heatmap import fitted_weak_camera, heatmap_losses, true_cells
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
from core.methods.pointhmr_records import (
    layer_names,
    mask_record,
    part_of,
    sampling_records,
    with_camera_and_grid,
)
from core.nn.batch import Batch, LossTerm, LossTerms, MethodOutput, Target
from core.nn.hrnet import HighResolutionNet
from core.nn.lite_backbone import GRID_CELLS, LITE_SIZE, NECK, DenseNetwork
from core.nn.masked_transformer import MaskedBlock
from core.nn.residual import BasicBlock
from core.nn.sine_positions import sine_positions
from core.types import AttentionRecord, InspectionRecord

BACKBONE_WIDTH = 32
MAP_SIDE, GRID_SIDE = 56, 7
LITE_MAP_SIDE = LITE_SIZE // 4


@dataclass(frozen=True)
class LossWeights:
    """Weights of the five terms; ``norms`` says how distances are measured.

    ``paper``: L1 norm of the full mesh's vertices, L2 norms of joints (equations 3 to 5). ``code``:
    METRO's means of absolute differences, vertices on every level. ``map_camera`` projects the true
    mesh for the heatmaps: the predicted camera, or the one fitted to the true joints.
    """

    vertices: float = 100.0
    joints_3d: float = 1000.0
    joints_2d: float = 100.0
    entropy: float = 10_000.0
    dice: float = 10.0
    norms: Literal["code", "paper"] = "code"
    map_camera: Literal["predicted", "fitted"] = "predicted"


CODE_WEIGHTS = LossWeights()
PAPER_WEIGHTS = LossWeights(0.01, 0.1, 0.01, 1.0, 0.001, "paper", "fitted")  # equation 8


@dataclass(frozen=True)
class PointHmrConfig:
    """What the published network and the ablations of the paper turn.

    Attributes:
        width, position_width: of a token and of its learned position, concatenated to it.
        inner: feed-forward width before and after the reduction of the width to ``position_width``.
        sampling: vertex tokens from heatmaps (table 2); else learned ones.
        mask_radii: M of each block, None to see everything (tables 2 and 3).
        lite: on the shared backbone, with displacements of a first guess and no dropout.
        doubled_maps: the heatmap losses read maps of twice the resolution, as the released code.
        losses: weights of the loss terms.
    """

    width: int = 512
    position_width: int = 128
    inner: tuple[int, int] = (1024, 512)
    heads: int = 4
    layers: int = 2
    sampling: bool = True
    mask_radii: tuple[int | None, ...] = (7, 5, 3, 1)
    lite: bool = False
    doubled_maps: bool = True
    losses: LossWeights = CODE_WEIGHTS


VARIANTS: Mapping[str, PointHmrConfig] = {
    "body_h32": PointHmrConfig(),
    "hand_h32": PointHmrConfig(),
}
_LITE = PointHmrConfig(64, 64, (384, 192), heads=2, layers=1, lite=True, doubled_maps=False)
LITE: Mapping[str, PointHmrConfig] = {"body": _LITE, "hand": _LITE}
_UNMASKED = (None,) * 4
ABLATIONS: Mapping[str, PointHmrConfig] = {
    "neither": PointHmrConfig(sampling=False, mask_radii=_UNMASKED),  # table 2, row 1
    "masks only": PointHmrConfig(sampling=False),  # table 2, row 2
    "sampling only": PointHmrConfig(mask_radii=_UNMASKED),  # table 2, row 3; table 3, row 1
    "single mask": PointHmrConfig(mask_radii=(1, 1, 1, 1)),  # table 3, row 2
}

# Released names, in the order in which they are replaced.
_RENAMES = (
    *((f"transformer.transformer_{i}.", f"blocks.{i - 1}.") for i in range(1, 5)),
    ("transformer.", ""),
    (".norm1.", ".attention_norm."),
    (".norm2.", ".norm."),
    (".self_attn.in_proj_", ".attention.qkv."),
    (".self_attn.out_proj.", ".attention.out."),
    (".linear1.", ".expand."),
    (".linear2.", ".contract."),
)


@dataclass(frozen=True, eq=False)
class PointHmrState:
    """What losses and records need beyond the output.

    Attributes:
        joints: (B, K, 3) the joint tokens; ``joints_3d`` of the output are those of the mesh.
        logits: (B, C, 56, 56) heatmaps before the softmax; None without sampling.
        attention: one (B, heads, T, T) per layer of all blocks; empty unless kept.
    """

    joints: Tensor
    logits: Tensor | None
    attention: tuple[Tensor, ...]


class PointHmr(Method):
    """PointHMR for a body or a hand; see the module's docstring."""

    method_id = "pointhmr"
    unused_keys = ("cam_token_embed.", "vertex_token_embed.")
    sees: Tensor
    grid_sine: Tensor

    def __init__(self, config: PointHmrConfig, preset: str, variant: str, body: BodyModel) -> None:
        super().__init__()
        require_levels(body, "PointHMR")
        self.config, self.preset, self.variant, self.body = config, preset, variant, body
        self.is_hand = family.is_hand(body)
        self.input_spec = input_spec_of("lite" if config.lite else "hrnet-w64")
        self.joint_names = family.joint_names_of(body)
        self.joint_count, self.coarse_count = len(self.joint_names), body.level_sizes[-1]
        # Tokens: camera, grid (lite: and found joints), joints, vertices.
        self.grid_side = GRID_CELLS if config.lite else GRID_SIDE
        self.map_side = LITE_MAP_SIDE if config.lite else MAP_SIDE
        self.found_names = found_joint_names(body) if config.lite else ()
        self.first_joint = 1 + self.grid_side**2 + len(self.found_names)
        self.first_vertex = self.first_joint + self.joint_count
        self._make_features(config)
        self._make_transformer(config)

    def _make_features(self, config: PointHmrConfig) -> None:
        if config.lite:
            self.backbone = make_backbone("lite", hand=self.is_hand)
            self.picture = PictureTokens("lite", config.width, len(self.found_names))
            self.guess = first_guess(self.body)
            self.place = nn.Linear(3, config.width)
        else:
            self.backbone = HighResolutionNet(BACKBONE_WIDTH)
            self.grid_layer = _decoder(BACKBONE_WIDTH * 8, config.width, 1)
        self.joint_token_embed = nn.Embedding(self.joint_count, config.width)
        grid = sine_positions(self.grid_side, self.grid_side, config.width)
        self.register_buffer("grid_sine", grid, persistent=False)
        if not config.sampling:
            self.cam_token_embed = nn.Embedding(1, config.width)
            self.vertex_token_embed = nn.Embedding(self.coarse_count, config.width)
            return
        if config.lite:
            self.feature_extract_layer = nn.Conv2d(NECK, config.width, 1)
            self.heatmap_layer = _small_decoder(NECK, self.coarse_count)
        else:
            self.feature_extract_layer = _decoder(BACKBONE_WIDTH, config.width, 2)
            self.heatmap_layer = _decoder(BACKBONE_WIDTH, self.coarse_count, 2)
        self.cam_layer = nn.Linear(self.coarse_count, 1)
        sine = sine_positions(self.map_side, self.map_side, config.width)
        self.register_buffer("map_sine", sine, persistent=False)

    def _make_transformer(self, config: PointHmrConfig) -> None:
        tokens = self.first_vertex + self.coarse_count
        wide, narrow = config.width + config.position_width, config.position_width
        self.token_position_embed = nn.Embedding(tokens, config.position_width)
        sizes = ((wide, config.inner[0]),) * 2 + ((narrow, config.inner[1]),) * 2
        self.blocks = nn.ModuleList(
            MaskedBlock(
                *size,
                config.heads,
                config.layers,
                closing_norm=number % 2 == 1,
                dropout=0.0 if config.lite else 0.1,
            )
            for number, size in enumerate(sizes)
        )
        self.dim_reduce = nn.Linear(wide, narrow)
        self.xyz_regressor = nn.Linear(narrow, 3)
        self.cam_predictor = nn.Linear(narrow, 3)
        if config.lite:
            start_small(self.xyz_regressor, self.cam_predictor)
        self.register_buffer("sees", self._masks(), persistent=False)

    def _masks(self) -> Tensor:
        """(4, T, T) bool: in which block a token (row) sees another (column); figure 4."""
        first = self.first_vertex
        sees = torch.ones(4, first + self.coarse_count, first + self.coarse_count).bool()
        reach = [radius for radius in self.config.mask_radii if radius is not None]
        if reach:
            hops = self.body.graph_distance(-1, limit=max(reach))
            for block, radius in enumerate(self.config.mask_radii):
                if radius is not None:
                    sees[block, first:, first:] = hops <= radius
        return sees

    # ------------------------------------------------------------------ forward

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """Bodies or hands of a batch of crops (B, 3, 224, 224)."""
        tokens, logits, guess = self._tokens(batch)  # (B, 495, 512)
        tokens, attention = self._transformed(tokens, inspect)  # (B, 495, 128)
        points = self.xyz_regressor(tokens[:, self.first_joint :])
        camera = self.cam_predictor(tokens[:, 0])
        if guess is not None:
            points, camera = guess.moved(points.float()), guess.camera + camera.float()
        joints, coarse = points[:, : self.joint_count], points[:, self.joint_count :]
        levels = family.upsampled(self.body, coarse)  # equation 2: the body's fixed matrices
        return MethodOutput(
            vertices=levels[-1],
            joints_3d=family.regressed_joints(self.body, levels[-1], joints),
            camera=camera,
            levels=levels,
            internals=PointHmrState(joints, logits, attention),
        )

    def _tokens(self, batch: Batch) -> tuple[Tensor, Tensor | None, Guess | None]:
        """Tokens (B, 1 + 49 + K + C, 512), heatmap logits (B, C, 56, 56), and where points start."""
        fine, grid, guess = self._picture(batch)  # (B, 32, 56, 56), (B, 49, 512)
        people = len(fine)
        joints = self.joint_token_embed.weight.expand(people, -1, -1)
        if not self.config.sampling:
            camera = self.cam_token_embed.weight.expand(people, -1, -1)
            vertices = self.vertex_token_embed.weight.expand(people, -1, -1)
            return torch.cat([camera, grid, joints, vertices], 1), None, guess
        logits = self.heatmap_layer(fine)
        features = self.feature_extract_layer(fine) + self.map_sine
        # Equation 1: V_i = H_i x F, with H_i a softmax over the 56 * 56 positions.
        heatmaps = logits.flatten(2).softmax(-1)  # (B, C, 3136)
        vertices = heatmaps @ features.flatten(2).transpose(1, 2)  # (B, C, 512)
        camera = self.cam_layer(vertices.transpose(1, 2)).transpose(1, 2)  # (B, 1, 512)
        points = torch.cat([joints, vertices], 1)
        if guess is not None:
            points = points + self.place(guess.points)
        return torch.cat([camera, grid, points], 1), logits, guess

    def _picture(self, batch: Batch) -> tuple[Tensor, Tensor, Guess | None]:
        """The fine map, the tokens of the grid (lite: and of the found joints), and a first guess."""
        image = crops_of(batch, "PointHMR")
        position = self.grid_sine.flatten(1).transpose(0, 1)
        if isinstance(self.backbone, DenseNetwork):
            features, dense = self.backbone.look(image)
            tokens = self.picture.of(features, dense)
            cells = tokens[:, : len(position)] + position
            guess = self.guess(dense, batch, self.body)
            return features.fine, torch.cat([cells, tokens[:, len(position) :]], 1), guess
        maps = self.backbone(image)
        return maps[0], self.grid_layer(maps[-1]).flatten(2).transpose(1, 2) + position, None

    def _transformed(self, tokens: Tensor, keep: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
        """(B, T, 512) to (B, T, 128), and every layer's attention when it is to be kept."""
        position = self.token_position_embed.weight.expand(len(tokens), -1, -1)
        x = torch.cat([tokens, position], -1)  # (B, T, 640)
        attention: list[Tensor] = []
        for number, (block, radius) in enumerate(
            zip(self.blocks, self.config.mask_radii, strict=True)
        ):
            sees = None if radius is None else self.sees[number]
            x, kept = block(x, sees, want_weights=keep)
            attention.extend(kept)
            if number == 1:
                x = self.dim_reduce(x)  # (B, T, 128)
        return x, tuple(attention)

    # ------------------------------------------------------------------- losses

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """Equations 3 to 8; terms without truth are left out."""
        weights, terms = self.config.losses, []
        paper = weights.norms == "paper"
        roots = family.WRIST if self.is_hand else family.HIPS
        state: PointHmrState = output.internals
        both = (("token", state.joints), ("regressed", output.joints_3d))
        if target.vertices is not None:
            truths = family.true_levels(self.body, target.vertices)
            levels = output.levels
            if paper:
                loss = 3 * vertex_loss(levels[-1:], truths[-1:], target.has_mesh)
            else:
                loss = vertex_loss(levels, truths, target.has_mesh)
            terms.append(LossTerm("vertices", loss, weights.vertices))
        if target.joints_3d is not None:
            for name, joints in both:
                if paper:
                    apart = _centred(joints, roots) - _centred(target.joints_3d, roots)
                    loss = _mean_norm(apart, None, target.has_3d)
                else:
                    loss = joint_loss(joints, target.joints_3d, roots, target.has_3d)
                terms.append(LossTerm(f"{name} joints 3D", loss, weights.joints_3d))
        if target.joints_2d is not None:
            shown = target.joints_2d_visible
            for name, joints in both:
                flat = project_weak_perspective(joints, output.camera)
                if paper:
                    loss = _mean_norm(flat - target.joints_2d, shown, target.has_2d)
                else:
                    loss = projection_loss(flat, target.joints_2d, shown, target.has_2d)
                terms.append(LossTerm(f"{name} joints 2D", loss, weights.joints_2d))
        return LossTerms((*terms, *self._heatmap_terms(output, target)))

    def _heatmap_terms(self, output: MethodOutput, target: Target) -> tuple[LossTerm, ...]:
        """Equations 6 and 7 on the maps of 112 x 112 cells, where the truth can be projected."""
        logits = output.internals.logits
        flat = self._true_points(output, target)
        if logits is None or flat is None:
            return ()
        doubled = self.config.doubled_maps
        cells, inside = true_cells(flat, self.map_side * (2 if doubled else 1))
        counted = inside.to(logits.dtype)
        fitted = self.config.losses.map_camera == "fitted"
        for has in (target.has_mesh, *((target.has_3d, target.has_2d) if fitted else ())):
            if has is not None:
                counted = counted * has[:, None]
        maps = doubled_heatmaps(logits) if doubled else logits.float().flatten(2).softmax(-1)
        entropy, dice = heatmap_losses(maps, cells, counted)
        weights = self.config.losses
        return (
            LossTerm("heatmap cross-entropy", entropy, weights.entropy),
            LossTerm("heatmap dice", dice, weights.dice),
        )

    def _true_points(self, output: MethodOutput, target: Target) -> Tensor | None:
        """(B, C, 2) the true coarse vertices in [-1, 1] over the crop; None where unknown."""
        if target.vertices is None:
            return None
        if self.config.losses.map_camera == "predicted":
            assert output.camera is not None
            true_coarse = family.true_levels(self.body, target.vertices)[0]
            return project_weak_perspective(true_coarse, output.camera.detach())
        if target.joints_3d is None or target.joints_2d is None:
            return None
        camera = fitted_weak_camera(target.joints_3d, target.joints_2d, target.joints_2d_visible)
        return project_weak_perspective(self.body.downsample(target.vertices, 0, -1), camera)

    # ------------------------------------------------------------------- inside

    def inspect(
        self, batch: Batch, output: MethodOutput
    ) -> tuple[tuple[InspectionRecord, ...], ...]:
        """Per person: heatmaps (figure 3), sampled points, attention, masks (figure 4), meshes."""
        state: PointHmrState = output.internals
        if not state.attention:
            return super().inspect(batch, output)
        tokens = mesh_tokens(self.body, self.joint_names)
        labels = part_of(tokens, slice(self.joint_count, None))
        everything = with_camera_and_grid(tokens, self.grid_side, self.found_names)
        near = self.sees[:, self.first_vertex :, self.first_vertex :]
        half = batch.box_size[:, None] / 2
        boxes = torch.cat([batch.box_center - half, batch.box_center + half], 1)
        people = []
        for person in range(len(batch)):
            region = boxes[person].detach().float().cpu().numpy()
            records: list[InspectionRecord] = []
            if state.logits is not None:
                records.extend(sampling_records(state.logits[person].detach(), labels, region))
            weights = torch.stack([layer[person] for layer in state.attention])
            records.append(
                AttentionRecord(
                    name="self-attention",
                    layers=layer_names(self.config.mask_radii, self.config.layers),
                    weights=weights.detach().cpu().numpy().astype(np.float16),
                    queries=everything,
                    keys=everything,
                    region=region,
                )
            )
            records.append(mask_record(near, self.config.mask_radii, labels))
            records.extend(mesh_stages(self.body, output.levels, person))
            people.append(tuple(records))
        return tuple(people)

    # ----------------------------------------------------------------- released

    @classmethod
    def from_official(cls, state: Mapping[str, Tensor], variant: str) -> dict[str, Tensor]:
        """The released names in ours."""
        renamed = {}
        for name, tensor in state.items():
            own = name
            for old, new in _RENAMES:
                own = own.replace(old, new)
            renamed[name if name.startswith("backbone.") else own] = tensor
        return renamed

    def official_outputs(self, image: Tensor, bbox_info: Tensor | None = None) -> dict[str, Tensor]:
        """As the released network: heatmaps of twice the resolution, left flat."""
        zeros = torch.zeros(len(image))
        pairs = zeros[:, None].expand(-1, 2)
        output = self(Batch(pairs, zeros, pairs, zeros, image))
        state: PointHmrState = output.internals
        assert output.camera is not None
        assert state.logits is not None
        out = {"camera": output.camera, "joints": state.joints}
        out |= {f"vertices_{level.shape[1]}": level for level in output.levels}
        return out | {
            "heatmap_112": doubled_heatmaps(state.logits),
            "mid/heatmap_logits_56": state.logits,
        }


def doubled_heatmaps(logits: Tensor) -> Tensor:
    """(B, C, 56, 56) logits to (B, C, 112 * 112) probabilities, as the released code gives them."""
    return F.interpolate(logits, scale_factor=2, mode="nearest").flatten(2).softmax(-1)


def _decoder(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    """Residual blocks, then a 1x1 convolution; the size of the map stays."""
    return nn.Sequential(
        BasicBlock(inputs, outputs),
        *(BasicBlock(outputs, outputs) for _ in range(blocks - 1)),
        nn.Conv2d(outputs, outputs, 1, bias=False),
    )


def _small_decoder(inputs: int, outputs: int) -> nn.Sequential:
    """Of ``lite``: heatmaps read off features that were trained on heatmaps."""
    return nn.Sequential(nn.Conv2d(inputs, 128, 3, 1, 1), nn.ReLU(), nn.Conv2d(128, outputs, 1))


def _centred(joints: Tensor, roots: tuple[int, ...]) -> Tensor:
    return joints - joints[:, list(roots)].mean(1, keepdim=True)


def _mean_norm(apart: Tensor, weight: Tensor | None, has: Tensor | None) -> Tensor:
    """Mean L2 norm over the joints of the samples that have the truth; apart: (B, K, D)."""
    norms = torch.linalg.vector_norm(apart, dim=-1)
    per_sample = (norms if weight is None else norms * weight).mean(1)
    if has is None:
        return per_sample.mean()
    return (per_sample * has).sum() / has.sum().clamp_min(1)


def build(preset: str, variant: str, body: BodyModel) -> PointHmr:
    """PointHMR as published, or on the shared backbone."""
    return PointHmr((LITE if preset == "lite" else VARIANTS)[variant], preset, variant, body)
