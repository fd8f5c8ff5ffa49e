"""GLNet: Global-to-Pixel Regression for Human Mesh Recovery (Xiao, He and Yu, ECCV 2024 workshops).

A crop gives a global estimate of pose, shape and camera. Every pixel of the quarter-size map is a
proposal of the whole person: from it, seven *part points* go where each part of the body is seen (hop
1), the features there say where the part's keypoints are (hop 2) and, side by side, correct the
rotations of the global estimate. In training the T = 20 proposals of lowest cost in class and 2D
keypoints are positives (equation 1) and learn all terms (equation 2), the others learn only that they
are none. The answer is the proposal of highest score.

There is no public code; the paper is the specification. Choices where it is silent:

- Parts: AdaptivePose's seven, one point each. Hop 1 is a 3x3 convolution to 256, ReLU and a 3x3 one to
  14 offsets, zero at first. Hop 2 is a layer of 256 and one to (u, v, d) of the part's keypoints: the
  29 joints that the inverse kinematics needs, and COCO's 17 points. Points beyond the crop read its
  border.
- Global feature: the mean over all four branches of HRNet (15 x width), since the finest alone has 32
  numbers; two layers of 1024. The pixel branch reads the finest branch alone.
- Score: a 3x3 convolution over own and part features to 64, a 1x1 one, bias -2.19.
- Residual: the seven features to 256 to 46 twists (or 144 numbers of 6D rotations), zero at first, added
  to the base before normalisation. Shape and camera come from the global feature only (table 4).
- Depth d is behind the pelvis in the unit of u and v; L1 with the weight of 2D. The skeleton gets its
  size from the predicted shape's bones. Adaptive inverse kinematics for answers, naive in training, as
  HybrIK's code does. No gradient reaches the root's orientation.
- Equation 1 is unweighted, its keypoint term the mean over coordinates in [0, 1], alpha 0.25, exponent
  2; no gradient passes the costs. Focal loss over all proposals is divided by T. L2 is the mean square,
  of rotation matrices, twists and shape. The base pose is supervised too (figure 3 a shows it); the
  camera is, by the weak perspective that fits the true joints best. These have the weight of 3D.
- Keypoints of samples without a body: the twelve of LSP's joints that COCO marks too.
- Centre positives (table 2): the T pixels nearest to the mean keypoint. Segmentation guidance (table 3):
  part features are averaged under predicted part maps, whose truth is drawn from the true mesh.

``lite`` is the same network on the shared backbone (32 x 32 proposals), with another global feature (the
stride-32 map, not averaged) and, as inputs, where the backbone has found joints. Its own also: the
score's kernel is 1x1, the 3D terms weigh more, the final skeleton is supervised in metres, and the camera
is the one that puts the body onto its keypoints.

Frame: camera axes (x right, y down, z forward), metres, where the body model puts its origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from core.body import BodyModel
from core.body.inverse_kinematics import swing_twist_rotmats
from core.body.joint_sets import LSP14_NAMES
from core.body.model import full_precision
from core.losses.focal import focal_cost, focal_loss
from core.losses.heatmap import fitted_weak_camera
from core.losses.matching import keypoint_cost, lowest_cost, nearest_cells
from core.methods.base import InputSpec, Method
from core.methods.glnet_network import (
    TWISTS,
    Estimate,
    GlnetState,
    GlobalEstimate,
    Residual,
    RestSkeleton,
    Scores,
    Trunk,
)
from core.methods.glnet_parts import (
    KEYPOINT_NAMES,
    PARTS,
    LocalEncoding,
    PartAttention,
    cell_places,
    sample_at,
)
from core.methods.glnet_records import point_records, score_record, stage_records
from core.methods.glnet_terms import (
    PUBLISHED,
    Weights,
    base_terms,
    positive_terms,
    segmentation_term,
)
from core.methods.glnet_truth import BodyTruth, KeypointTruth, skeleton_of, true_keypoints
from core.methods.picture_memory import crops_of
from core.methods.token_records import crop_regions
from core.nn.batch import Batch, LossTerm, LossTerms, MethodOutput, Target
from core.nn.iterative_regressor import rotmat_of_pose
from core.types import InspectionRecord

Cost = Literal["class", "keypoints", "depth", "rotation"]
Refined = Literal["rotation", "shape", "camera"]
_COST_CHUNK = 512  # proposals whose rotations are compared at once (table 6)


@dataclass(frozen=True)
class GlnetConfig:
    """What the published networks and the ablations of tables 2 to 6 turn.

    Attributes:
        backbone: ``hrnet-w32``, ``hrnet-w48`` or ``lite``.
        proposals: pixels propose bodies; without, the global estimate is the answer (baseline, table 2).
        local_encoding: hop 1 moves the part points; without, all stay at the pixel (table 2).
        matching: positives by cost, or those nearest to the body's centre (table 2).
        rotation: swing-twist decomposition or direct 6D rotations (table 2).
        guidance: part features by keypoints or by predicted part segmentation (table 3).
        refined: what the pixels correct (table 4); nothing leaves the global estimate's.
        positives: T (table 5).
        costs: what matching compares (table 6).
        adaptive: inverse kinematics of the answer: HybrIK's adaptive, else naive.
        camera: from the global feature, or fitted to the answer's own keypoints.
        hidden, part_hidden, global_hidden, score_kernel: widths of the heads.
        losses: weights of the loss terms.
    """

    backbone: Literal["hrnet-w32", "hrnet-w48", "lite"] = "hrnet-w32"
    proposals: bool = True
    local_encoding: bool = True
    matching: Literal["dynamic", "center"] = "dynamic"
    rotation: Literal["swing_twist", "direct"] = "swing_twist"
    guidance: Literal["keypoints", "segmentation"] = "keypoints"
    refined: tuple[Refined, ...] = ("rotation",)
    positives: int = 20
    costs: tuple[Cost, ...] = ("class", "keypoints")
    adaptive: bool = True
    camera: Literal["global", "keypoints"] = "global"
    hidden: int = 256
    part_hidden: int = 256
    global_hidden: int = 1024
    score_kernel: int = 3
    losses: Weights = PUBLISHED

    @property
    def pose_size(self) -> int:
        """Numbers that say the pose: 23 twists or 24 rotations; without keypoints only rotations."""
        return 2 * TWISTS if self.swings else 144

    @property
    def swings(self) -> bool:
        """Whether rotations come from keypoints; the global baseline has none."""
        return self.rotation == "swing_twist" and self.proposals


VARIANTS: Mapping[str, GlnetConfig] = {
    "body_w32": GlnetConfig(),
    "body_w48": GlnetConfig("hrnet-w48"),
}
LITE: Mapping[str, GlnetConfig] = {
    "body": GlnetConfig(
        "lite",
        camera="keypoints",
        part_hidden=128,
        global_hidden=384,
        score_kernel=1,
        losses=Weights(three_d=5.0, joints_3d=20.0),
    ),
}


@dataclass(frozen=True, eq=False)
class Proposal:
    """M proposals of B people: (B, M, ...) keypoints, refined estimate, local rotations."""

    keypoints: Tensor
    estimate: Estimate
    rotmat: Tensor


class Glnet(Method):
    """GLNet; see the module's docstring."""

    method_id = "glnet"

    def __init__(self, config: GlnetConfig, preset: str, variant: str, body: BodyModel) -> None:
        super().__init__()
        self.config, self.preset, self.variant, self.body = config, preset, variant, body
        self.trunk = Trunk(config.backbone)
        self.input_spec = InputSpec(kind="crop", size_hw=(self.trunk.side, self.trunk.side))
        self.joint_names = LSP14_NAMES
        self.backbone = self.trunk.build()
        self.rest = RestSkeleton(body)
        size, channels = config.pose_size, self.trunk.channels
        self.globally = GlobalEstimate(self.trunk.pooled, config.global_hidden, size)
        if not config.proposals:
            return
        context = self.trunk.context
        by_keypoints = config.guidance == "keypoints"
        self.encoding = LocalEncoding(
            channels,
            config.hidden,
            config.part_hidden,
            context,
            adaptive=config.local_encoding and by_keypoints,
        )
        if not by_keypoints:
            self.part_attention = PartAttention(channels)
        self.scoring = Scores(channels, 64, config.score_kernel)
        if config.refined:
            known = context + 3 * len(KEYPOINT_NAMES) if context else 0
            self.residual = Residual(
                PARTS * channels + known,
                256,
                pose=size if "rotation" in config.refined else 0,
                shape="shape" in config.refined,
                camera="camera" in config.refined,
            )

    # ------------------------------------------------------------------ forward

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """Bodies of a batch of crops (B, 3, S, S): the best-scored proposal of each."""
        state = self._propose(batch)
        if state.scores is None:
            rotmat, estimate, keypoints = self._rotations(state.base, None), state.base, None
        else:
            best = state.scores.argmax(1)
            chosen = self.read(state, best[:, None])
            rotmat, keypoints = chosen.rotmat[:, 0], chosen.keypoints[:, 0]
            numbers = chosen.estimate
            estimate = Estimate(numbers.pose[:, 0], numbers.betas[:, 0], numbers.camera[:, 0])
            state = replace(state, best=best, keypoints=keypoints)
        posed = self.body(rotmat, estimate.betas)
        camera = estimate.camera
        if keypoints is not None and self.config.camera == "keypoints":
            joints = posed.joints
            camera = fitted_weak_camera(joints, keypoints[:, : joints.shape[1], :2] * 2 - 1, None)
        if inspect:
            before = self.body(self._rotations(state.base, keypoints), state.base.betas).vertices
            stages = (("before refinement", before), ("after refinement", posed.vertices))
            state = replace(state, stages=stages if keypoints is not None else stages[1:])
        return MethodOutput(
            vertices=posed.vertices,
            joints_3d=self.body.regress(posed.vertices, "lsp14"),
            camera=camera,
            rotmat=rotmat,
            betas=estimate.betas,
            internals=state,
        )

    def _propose(self, batch: Batch) -> GlnetState:
        """Global estimate, and scores, part points and their features of every pixel."""
        seen = self.trunk.look(self.backbone, crops_of(batch, "GLNet"))
        height, width = seen.fine.shape[-2:]
        base = self.globally(seen.pooled)
        if not self.config.proposals:
            return GlnetState(batch, base, (height, width))
        points = self.encoding.points(seen.fine, seen.context)
        logits = None
        if self.config.guidance == "segmentation":
            logits, parts = self.part_attention(seen.fine)
            samples = parts[:, None].expand(-1, points.shape[1], -1, -1)
        else:
            samples = sample_at(seen.fine, points)
        scores = self.scoring(seen.fine, samples)
        return GlnetState(
            batch, base, (height, width), seen.context, scores, points, samples, logits
        )

    def keypoints(self, state: GlnetState, index: Tensor) -> tuple[Tensor, Tensor]:
        """Keypoints (B, M, K, 3) and fused features (B, M, F) of proposals ``index`` (B, M)."""
        assert state.points is not None
        assert state.samples is not None
        points, samples = (_pick(value, index) for value in (state.points, state.samples))
        found = self.encoding.keypoints(points, samples, state.context)
        fused = samples.flatten(2)
        if state.context is not None:
            context = state.context[:, None].expand(-1, index.shape[1], -1)
            fused = torch.cat([fused, context, found.flatten(2).detach().to(fused.dtype)], -1)
        return found, fused

    def read(self, state: GlnetState, index: Tensor) -> Proposal:
        """What the proposals ``index`` (B, M) say of each person."""
        keypoints, fused = self.keypoints(state, index)
        estimate = state.base.spread(index.shape[1])
        if self.config.refined:
            estimate = self.residual(estimate, fused)
        flat = Estimate(*(v.flatten(0, 1) for v in vars(estimate).values()))
        rotmat = self._rotations(flat, keypoints.flatten(0, 1)).unflatten(0, index.shape)
        return Proposal(keypoints, estimate, rotmat)

    def _rotations(self, estimate: Estimate, keypoints: Tensor | None) -> Tensor:
        """(N, 24, 3, 3) of N estimates, with keypoints (N, K, 3) for their swings."""
        with full_precision(estimate.pose):
            if not self.config.swings or keypoints is None:
                return rotmat_of_pose(estimate.pose)
            rest = self.rest(estimate.betas)
            return swing_twist_rotmats(
                skeleton_of(keypoints, rest),
                rest,
                estimate.pose.unflatten(-1, (TWISTS, 2)),
                adaptive=self.config.adaptive and not self.training,
            )

    # ------------------------------------------------------------------- losses

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """Equation 2 with the weights of ``config.losses``; terms without truth are left out."""
        state: GlnetState = output.internals
        map_hw = state.map_hw if state.part_logits is not None else None
        keypoints, truth = true_keypoints(
            self.body, self.rest.leaves, target, state.batch, map_hw=map_hw
        )
        weights = self.config.losses
        terms: list[LossTerm] = []
        if truth is not None:
            terms += base_terms(state.base, truth, weights, swings=self.config.swings)
        if state.scores is None:
            return LossTerms(tuple(terms))
        chosen = self.positives(state, keypoints, truth)
        positive = torch.zeros_like(state.scores).scatter(1, chosen, 1.0)
        terms.append(LossTerm("score", focal_loss(state.scores, positive), weights.score))
        found = self.read(state, chosen)
        estimate = found.estimate
        joints = None
        if weights.joints_3d and truth is not None:
            bones = self.body.bones(found.rotmat.flatten(0, 1), estimate.betas.flatten(0, 1))
            joints = bones.joints.unflatten(0, chosen.shape)
        terms += positive_terms(
            found.keypoints,
            estimate,
            found.rotmat,
            joints,
            keypoints,
            truth,
            weights,
            swings=self.config.swings,
            refined=self.config.refined,
        )
        if state.part_logits is not None and truth is not None and truth.part_map is not None:
            parts = segmentation_term(state.part_logits, truth.part_map, truth.has, weights)
            terms.append(parts)
        return LossTerms(tuple(terms))

    @torch.no_grad()
    def positives(
        self, state: GlnetState, keypoints: KeypointTruth, truth: BodyTruth | None
    ) -> Tensor:
        """(B, T) the proposals matched with the truth (section 3.4), no gradient."""
        assert state.scores is not None
        if self.config.matching == "center":
            share = keypoints.known / keypoints.known.sum(1, keepdim=True).clamp_min(1e-6)
            center = (keypoints.places * share[..., None]).sum(1)
            places = cell_places(*state.map_hw, state.scores)
            return nearest_cells(center, places, self.config.positives)
        return lowest_cost(self.costs(state, keypoints, truth), self.config.positives)

    def costs(self, state: GlnetState, keypoints: KeypointTruth, truth: BodyTruth | None) -> Tensor:
        """(B, N) equation 1 of every proposal, with the further costs of table 6 if configured."""
        assert state.scores is not None
        people, count = state.scores.shape
        index = torch.arange(count, device=state.scores.device).expand(people, -1)
        found = self.keypoints(state, index)[0]
        cost = torch.zeros_like(state.scores)
        if "class" in self.config.costs:
            cost = cost + focal_cost(state.scores)
        if "keypoints" in self.config.costs:
            cost = cost + keypoint_cost(found[..., :2], keypoints.places, keypoints.known)
        if truth is None:
            return cost
        if "depth" in self.config.costs and truth.depth is not None:
            known = keypoints.known * truth.has[:, None]
            cost = cost + keypoint_cost(found[..., 2:], truth.depth[..., None], known)
        if "rotation" in self.config.costs:
            apart = [
                (self.read(state, part).rotmat - truth.rotmat[:, None]).square().mean((2, 3, 4))
                for part in index.split(_COST_CHUNK, 1)
            ]
            cost = cost + torch.cat(apart, 1) * truth.has[:, None]
        return cost

    # ------------------------------------------------------------------- inside

    def inspect(
        self, batch: Batch, output: MethodOutput
    ) -> tuple[tuple[InspectionRecord, ...], ...]:
        """Per person: scores of all pixels, reference, part points, keypoints, both meshes (figure 3)."""
        state: GlnetState = output.internals
        if not state.stages:
            return super().inspect(batch, output)
        regions = crop_regions(batch)
        people = []
        for person in range(len(batch)):
            region = regions[person]
            own = tuple((name, vertices[person]) for name, vertices in state.stages)
            records: list[InspectionRecord] = []
            if state.scores is not None and state.points is not None:
                assert state.best is not None
                assert state.keypoints is not None
                best, width = int(state.best[person]), state.map_hw[1]
                records.append(score_record(state.scores[person], best, width, region))
                place = cell_places(*state.map_hw, state.scores)[best]
                points = state.points[person, best]
                records += point_records(place, points, state.keypoints[person], region)
            records += stage_records(own, self.body.faces())
            people.append(tuple(records))
        return tuple(people)


def _pick(values: Tensor, index: Tensor) -> Tensor:
    """(B, M, P, D) rows ``index`` (B, M) of (B, N, P, D), in single precision."""
    rows = index[..., None, None].expand(-1, -1, *values.shape[2:])
    return values.gather(1, rows).float()


def build(preset: str, variant: str, body: BodyModel) -> Glnet:
    """GLNet as published, or on the shared backbone."""
    configs = LITE if preset == "lite" else VARIANTS
    return Glnet(configs[variant], preset, variant, body)
