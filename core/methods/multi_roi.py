"""Multi-RoI Human Mesh Recovery with Camera Consistency and Contrastive Losses (Nie et al., ECCV 2024).

Five boxes of one person, moved and resized, are five crops (section 3.5). A shared backbone reads
each; a fusion module weighs the five features anew for every crop by how the boxes lie to each
other (equations 2 to 4); a regressor gives a local camera per crop and the body (equations 5, 6).
Every local camera implies one camera of the whole picture (equation 12), the same for all crops.
``cliff`` is the one-crop baseline: the same network without fusion.

Where the released code differs from the paper, ``fusion = "code"`` (default) follows the code, since
it must load its weights, and ``fusion = "paper"`` follows the equations:

- Eq. 2: code gamma(B_m - B_n), paper gamma(B_m) - gamma(B_n). Eq. 3: code 32 octaves (195 numbers),
  paper k = 0..32 (201 numbers).
- Eq. 4: code Linear to 256 for each crop, the five side by side through an MLP with Tanh after every
  layer, the last included; paper one Linear to a scalar. As printed, the part of gamma(B_m) is the
  same for every n and drops out of the softmax, so that all u_m are equal; D^cam therefore also
  sees its own box here, and D^mesh all boxes.
- Eq. 5, 6: code gives a body for every crop, crop 0 being the result; paper one body from the mean
  feature. The code's regressor sees the boxes of all crops, in the same order for every crop.

The losses of the crops differ too (`core.losses.multi_roi`): ``formula = "code"`` (default) is what was
trained with, ``formula = "paper"`` equations 15 to 17.

Choices where both are silent: b is the longer (vertical) side of the 3:4 crop, as in CLIFF's code
(200 x scale), and the offsets of 0.1 b are of that side; the crop is the person's box times 1.2; 2D
joints are compared in [-1, 1] over the square of side b about the first crop.

``lite`` is the same network, narrower, on the shared backbone, with square crops. Its own: a crop's
feature also knows where the backbone has found joints (`core.methods.pooled_picture`), the regressor
starts from a first guess of the body instead of the mean pose, and there is no dropout.

Frame: camera axes (x right, y down, z forward), metres, where the body model puts its origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.body.joint_sets import LSP14_NAMES
from core.errors import InputError
from core.geometry.boxes import box_of_center_size
from core.geometry.cameras import full_to_weak_camera, project_perspective, weak_to_full_camera
from core.losses.mesh import masked_l1
from core.losses.multi_roi import Formula, camera_consistency_loss, contrastive_loss
from core.methods.base import InputSpec, Method, Roi
from core.methods.first_guess import FirstGuess, Guess
from core.methods.multi_roi_backbone import StridedHRNet
from core.methods.multi_roi_fusion import Fusion
from core.methods.multi_roi_records import crop_records
from core.methods.pooled_picture import CHANNELS as LITE_CHANNELS
from core.methods.pooled_picture import HIDDEN_WIDTH, PooledPicture, box_numbers
from core.nn.batch import Batch, LossTerm, LossTerms, MethodOutput, Target
from core.nn.iterative_regressor import IterativeRegressor, pose_of_rotmat, rotmat_of_pose
from core.nn.lite_backbone import LITE_SIZE, DenseNetwork
from core.nn.resnet import CHANNELS, ResNet50
from core.types import InspectionRecord

SIZE_HW = (256, 192)
LITE_HW = (LITE_SIZE, LITE_SIZE)
BOX_SCALE = 1.2
# Section 3.5: (offset in b, resize factor), paired in the printed order, after the box itself. `Roi`
# counts offsets in width and height of the box before its growth; b is the height after it.
_SHIFT = 0.1 * BOX_SCALE


def rois_of(aspect: float) -> tuple[Roi, ...]:
    """The five crops of a person, for crops of a given width over height."""
    return (
        Roi(),
        Roi((_SHIFT / aspect, 0.0), 1.5),
        Roi((-_SHIFT / aspect, 0.0), 1.25),
        Roi((0.0, _SHIFT), 0.8),
        Roi((0.0, -_SHIFT), 0.65),
    )


HIPS = (2, 3)


@dataclass(frozen=True)
class LossWeights:
    """The released code's weights; every term is multiplied by ``overall`` too."""

    joints_2d: float = 5.0
    joints_3d: float = 5.0
    vertices: float = 1.0
    pose: float = 1.0
    shape: float = 1e-3
    camera: float = 1.0
    contrast: float = 0.1
    overall: float = 60.0


@dataclass(frozen=True)
class MultiRoiConfig:
    """What the published networks and the ablations of the paper turn.

    Attributes:
        backbone: ``resnet50``, ``hrnet-w48`` or ``lite``.
        rois: crops of a person, the first of `rois_of`.
        fuse: weigh the features of all crops; without it each crop is read alone.
        fusion: the released network or the printed equations.
        octaves: L of equation 3.
        hidden: width of the regressor's first layer.
        formula: the released or the printed camera and contrastive losses.
        camera_consistency, contrastive: whether these losses count.
    """

    backbone: str = "resnet50"
    rois: int = 5
    fuse: bool = True
    fusion: Literal["code", "paper"] = "code"
    octaves: int = 32
    hidden: int = 2048
    iterations: int = 3
    dropout: float = 0.5
    formula: Formula = "code"
    camera_consistency: bool = True
    contrastive: bool = True
    losses: LossWeights = LossWeights()

    @property
    def one_body(self) -> bool:
        """Whether one body is read from the mean feature (equation 6)."""
        return self.fuse and self.fusion == "paper"


VARIANTS: Mapping[str, MultiRoiConfig] = {
    "r50": MultiRoiConfig(),
    "hr48": MultiRoiConfig("hrnet-w48"),
}
LITE: Mapping[str, MultiRoiConfig] = {
    "body": MultiRoiConfig("lite", hidden=HIDDEN_WIDTH, dropout=0.0),
}


def _one_crop(config: MultiRoiConfig, hidden: int) -> MultiRoiConfig:
    """CLIFF: the same without other crops."""
    return replace(
        config, rois=1, fuse=False, hidden=hidden, camera_consistency=False, contrastive=False
    )


CLIFF_LITE = {name: _one_crop(config, config.hidden) for name, config in LITE.items()}
CLIFF_VARIANTS: Mapping[str, MultiRoiConfig] = {
    name: _one_crop(config, 1024) for name, config in VARIANTS.items()
}


@dataclass(frozen=True, eq=False)
class MultiRoiState:
    """All crops of all people, for losses and records.

    Attributes:
        features: (B, R, C) pooled features h before fusion.
        weights: (B, R, R) fusion weights; None without fusion.
        rotmat: (B, R, 24, 3, 3); betas: (B, R, 10); camera: (B, R, 3) local (s, tx, ty).
        camera_full: (B, R, 3) metres, what each local camera implies.
        batch: boxes and pictures the crops came from.
        shown: whether the forward pass was asked to keep what `inspect` needs.
    """

    features: Tensor
    weights: Tensor | None
    rotmat: Tensor
    betas: Tensor
    camera: Tensor
    camera_full: Tensor
    batch: Batch
    shown: bool


class MultiRoi(Method):
    """Multi-RoI HMR, or CLIFF with one crop; see the module's docstring."""

    unused_keys = ("backbone.final_layer.",)  # the heatmap head of the pose network

    def __init__(
        self, config: MultiRoiConfig, method_id: str, preset: str, variant: str, body: BodyModel
    ) -> None:
        super().__init__()
        self.config, self.method_id = config, method_id
        self.preset, self.variant, self.body = preset, variant, body
        self.lite = config.backbone == "lite"
        size_hw = LITE_HW if self.lite else SIZE_HW
        self.aspect = size_hw[1] / size_hw[0]
        rois = rois_of(self.aspect)[: config.rois]
        self.input_spec = InputSpec(kind="crop", size_hw=size_hw, box_scale=BOX_SCALE, rois=rois)
        self.joint_names = LSP14_NAMES
        self.backbone, channels = _backbone(config.backbone)
        if self.lite:
            self.pooled = PooledPicture(channels)
            self.guess = FirstGuess(body)
        if config.fuse:
            self.fusion = Fusion(channels, config.rois, config.octaves, config.fusion)
        rest = (config.hidden, config.iterations)
        drop = config.dropout
        if config.one_body:
            self.camera_regressor = IterativeRegressor(channels + 3, *rest, ("cam",), drop)
        parts = ("pose", "shape") if config.one_body else ("pose", "shape", "cam")
        self.regressor = IterativeRegressor(channels + 3 * config.rois, *rest, parts, drop)
        if config.contrastive:
            self.projection = nn.Sequential(
                nn.Linear(channels, channels),
                nn.BatchNorm1d(channels),
                nn.ReLU(),
                nn.Linear(channels, channels, bias=False),
                nn.BatchNorm1d(channels),
            )

    # ------------------------------------------------------------------ forward

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """Bodies of a batch of crops (B, R * 3, 256, 192); crop 0 is the result."""
        if batch.image is None or batch.roi_center is None or batch.roi_size is None:
            raise InputError(f"{self.method_id} reads pictures", cure="give it a picture")
        features, guess = self._look(batch)
        start = None if guess is None else self._start(guess, batch)
        rotmat, betas, camera, weights = self._regress(features, box_info(batch), start)
        camera_full = weak_to_full_camera(
            camera,
            batch.roi_center,
            batch.roi_size,
            batch.image_size[:, None],
            batch.focal_px[:, None],
        )
        state = MultiRoiState(features, weights, rotmat, betas, camera, camera_full, batch, inspect)
        vertices = self.body(rotmat[:, 0], betas[:, 0]).vertices
        return MethodOutput(
            vertices=vertices,
            joints_3d=self.body.regress(vertices, "lsp14"),
            camera=camera[:, 0],
            camera_full=camera_full[:, 0],
            rotmat=rotmat[:, 0],
            betas=betas[:, 0],
            internals=state,
        )

    def image_features(self, image: Tensor) -> Tensor:
        """h (B, R, C): the shared backbone on every crop, averaged over the picture."""
        crops = image.unflatten(1, (self.config.rois, 3))
        return self.backbone(crops.flatten(0, 1)).mean((2, 3)).unflatten(0, crops.shape[:2])

    def _look(self, batch: Batch) -> tuple[Tensor, Guess | None]:
        """Features h (B, R, C), and on the shared backbone a first guess from the first crop."""
        assert batch.image is not None
        if not isinstance(self.backbone, DenseNetwork):
            return self.image_features(batch.image), None
        crops = batch.image.unflatten(1, (self.config.rois, 3))
        features, dense = self.backbone.look(crops.flatten(0, 1))
        pooled = self.pooled.of(features, dense).float().unflatten(0, crops.shape[:2])
        return pooled, self.guess(dense[:: self.config.rois], batch, self.body)

    def _start(self, guess: Guess, batch: Batch) -> dict[str, Tensor]:
        """Where the regressor starts for every crop: (B * R, ...) of its state."""
        assert batch.roi_center is not None
        assert batch.roi_size is not None
        rois = self.config.rois
        camera = full_to_weak_camera(
            guess.camera_full[:, None].expand(-1, rois, -1),
            batch.roi_center,
            batch.roi_size,
            batch.image_size[:, None],
            batch.focal_px[:, None],
        )
        return {
            "pose": pose_of_rotmat(guess.rotmat).repeat_interleave(rois, 0),
            "shape": guess.betas.repeat_interleave(rois, 0),
            "cam": camera.flatten(0, 1),
        }

    def _regress(
        self, features: Tensor, boxes: Tensor, start: Mapping[str, Tensor] | None = None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Rotations (B, R, 24, 3, 3), betas (B, R, 10), cameras (B, R, 3), fusion weights."""
        people, rois, _ = features.shape
        fused, weights = self.fusion(features, boxes) if self.config.fuse else (features, None)
        all_boxes = boxes.flatten(1)  # (B, R * 3)
        if self.config.one_body:
            camera = self.camera_regressor(torch.cat([fused, boxes], -1).flatten(0, 1))["cam"]
            state = self.regressor(torch.cat([fused.mean(1), all_boxes], -1))
            state = {name: value.repeat_interleave(rois, 0) for name, value in state.items()}
        else:
            rows = torch.cat([fused, all_boxes[:, None].expand(-1, rois, -1)], -1)
            state = self.regressor(rows.flatten(0, 1), start)
            camera = state["cam"]
        rotmat = rotmat_of_pose(state["pose"])
        return (
            rotmat.unflatten(0, (people, rois)),
            state["shape"].unflatten(0, (people, rois)),
            camera.unflatten(0, (people, rois)),
            weights,
        )

    def contrast_features(self, features: Tensor) -> Tensor:
        """z (B, R, C) of section 3.3: projection of h * sigmoid(relu(h))."""
        features = features.float()  # also where the network ran in half precision
        gated = features * torch.sigmoid(torch.relu(features))
        return self.projection(gated.flatten(0, 1)).unflatten(0, features.shape[:2])

    # ------------------------------------------------------------------- losses

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """Equation 19 with the code's weights, every crop's body and camera against the truth.

        Terms without truth are left out. L1 on vertices, squares elsewhere, as in SPIN.
        """
        state: MultiRoiState = output.internals
        weights, overall = self.config.losses, self.config.losses.overall
        rois = self.config.rois
        vertices = self.body(state.rotmat.flatten(0, 1), state.betas.flatten(0, 1)).vertices
        joints = self.body.regress(vertices, "lsp14")
        origin = _hips(joints)
        terms: list[LossTerm] = []

        def add(name: str, value: Tensor, weight: float) -> None:
            terms.append(LossTerm(name, value, weight * overall))

        if target.vertices is not None:
            true = target.vertices - _hips(self.body.regress(target.vertices, "lsp14"))
            loss = masked_l1(
                vertices - origin, _each(true, rois), _each_flag(target.has_mesh, rois)
            )
            add("vertices", loss, weights.vertices)
        if target.joints_3d is not None:
            true = target.joints_3d - _hips(target.joints_3d)
            squared = (joints - origin - _each(true, rois)).square().mean((1, 2))
            add("joints 3D", _mean(squared, _each_flag(target.has_3d, rois)), weights.joints_3d)
        if target.joints_2d is not None:
            add("joints 2D", self._projection_loss(joints, state, target), weights.joints_2d)
        for name, pred, true, weight in (
            ("pose", state.rotmat, target.rotmat, weights.pose),
            ("shape", state.betas, target.betas, weights.shape),
        ):
            if true is not None:
                squared = (pred - true[:, None]).square().flatten(2).mean((1, 2))
                add(name, _mean(squared, target.has_mesh), weight)
        if self.config.camera_consistency:
            size = state.batch.roi_size
            assert size is not None
            loss = camera_consistency_loss(
                state.camera, state.camera_full, size, self.config.formula
            )
            add("camera consistency", loss, weights.camera)
        if self.config.contrastive:
            loss = contrastive_loss(self.contrast_features(state.features), self.config.formula)
            add("contrast", loss, weights.contrast)
        return LossTerms(tuple(terms))

    def _projection_loss(self, joints: Tensor, state: MultiRoiState, target: Target) -> Tensor:
        """L_2D of equation 18: joints through the full camera that each crop implies."""
        assert target.joints_2d is not None
        batch, rois = state.batch, self.config.rois
        points = joints + state.camera_full.flatten(0, 1)[:, None]
        focal = _each(batch.focal_px, rois)
        pixels = project_perspective(points, focal, _each(batch.image_size, rois).flip(-1) / 2)
        center, side = _each(batch.box_center, rois), _each(batch.box_size, rois)
        ndc = (pixels - center[:, None]) * (2 / side)[:, None, None]
        squared = (ndc - _each(target.joints_2d, rois)).square()
        if target.joints_2d_visible is not None:
            squared = squared * _each(target.joints_2d_visible, rois)[..., None]
        return _mean(squared.mean((1, 2)), _each_flag(target.has_2d, rois))

    # ------------------------------------------------------------------- inside

    def inspect(
        self, batch: Batch, output: MethodOutput
    ) -> tuple[tuple[InspectionRecord, ...], ...]:
        """Per person: boxes, who counted for whom (figure 3), cameras (figure 4), bodies by crop."""
        state: MultiRoiState = output.internals
        if not state.shown:
            return super().inspect(batch, output)
        assert batch.roi_center is not None
        assert batch.roi_size is not None
        sides = batch.roi_size[..., None] * batch.roi_size.new_tensor([self.aspect, 1.0])
        boxes = box_of_center_size(batch.roi_center, sides).cpu().numpy()
        return tuple(
            crop_records(
                self.body,
                self.input_spec.rois,
                boxes[person],
                weights=None if state.weights is None else state.weights[person],
                cameras=(state.camera[person], state.camera_full[person]),
                bodies=self.body(state.rotmat[person], state.betas[person]).vertices,
            )
            for person in range(len(batch))
        )

    # ----------------------------------------------------------------- released

    @classmethod
    def from_official(cls, state: Mapping[str, Tensor], variant: str) -> dict[str, Tensor]:
        """The released names in ours."""
        return {_own_name(name): tensor for name, tensor in state.items()}

    def official_outputs(self, image: Tensor, bbox_info: Tensor | None = None) -> dict[str, Tensor]:
        """As the authors' forward: a row per crop, person by person."""
        assert bbox_info is not None
        features = self.image_features(image)
        boxes = bbox_info.unflatten(1, (self.config.rois, 3))
        rotmat, betas, camera, weights = self._regress(features, boxes)
        rows = {"rotmat": rotmat, "betas": betas, "camera": camera}
        if self.config.contrastive:
            rows["contrast_feature"] = self.contrast_features(features)
        if weights is not None:
            rows["mid/attention_weights"] = weights
        return {name: value.flatten(0, 1) for name, value in rows.items()}


def box_info(batch: Batch) -> Tensor:
    """(B, R, 3) CLIFF's normalised boxes of all crops."""
    assert batch.roi_center is not None
    assert batch.roi_size is not None
    return box_numbers(batch.roi_center, batch.roi_size, batch.image_size[:, None])


def _backbone(name: str) -> tuple[nn.Module, int]:
    """The network that reads a crop, and its channels."""
    if name == "lite":
        return DenseNetwork(), LITE_CHANNELS
    if name == "resnet50":
        return ResNet50(), CHANNELS
    network = StridedHRNet(int(name.removeprefix("hrnet-w")))
    return network, network.channels


def _own_name(name: str) -> str:
    """``decpose.weight`` as ``regressor.heads.pose.weight``."""
    first, _, rest = name.partition(".")
    if first.startswith(("init_", "fc1", "fc2")):
        return f"regressor.{name}"
    if first in ("decpose", "decshape", "deccam"):
        return f"regressor.heads.{first.removeprefix('dec')}.{rest}"
    if first in ("fuse_fc", "attention"):
        return f"fusion.{name}"
    if first == "pos_enc":
        return f"fusion.encoding.{rest.removeprefix('_')}"
    if first == "proj_head":
        return f"projection.{rest}"
    return name if first == "backbone" else f"backbone.{name}"


def _hips(joints: Tensor) -> Tensor:
    """(N, 1, 3) middle of the hips of LSP joints."""
    return joints[:, list(HIPS)].mean(1, keepdim=True)


def _each(value: Tensor, rois: int) -> Tensor:
    """A row per crop, person by person."""
    return value.repeat_interleave(rois, 0)


def _each_flag(has: Tensor | None, rois: int) -> Tensor | None:
    """The same for a flag that may be absent."""
    return None if has is None else _each(has, rois)


def _mean(per_sample: Tensor, has: Tensor | None) -> Tensor:
    """Mean over the samples that have the truth; 0 when none has."""
    if has is None:
        return per_sample.mean()
    return (per_sample * has).sum() / has.sum().clamp_min(1)


def build(preset: str, variant: str, body: BodyModel) -> MultiRoi:
    """Multi-RoI HMR as released, or on the shared backbone."""
    return MultiRoi(
        (LITE if preset == "lite" else VARIANTS)[variant], "multi_roi", preset, variant, body
    )


def build_cliff(preset: str, variant: str, body: BodyModel) -> MultiRoi:
    """The one-crop baseline as released, or on the shared backbone."""
    return MultiRoi(
        (CLIFF_LITE if preset == "lite" else CLIFF_VARIANTS)[variant],
        "cliff",
        preset,
        variant,
        body,
    )
