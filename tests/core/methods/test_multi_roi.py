"""Multi-RoI HMR and CLIFF: parity, boxes, fusion, cameras, losses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from math import pi
from pathlib import Path

import numpy as np
import pytest
import torch

from core.body import BodyModel, load_body
from core.errors import InputError
from core.geometry.cameras import project_perspective
from core.methods.multi_roi import (
    CLIFF_VARIANTS,
    VARIANTS,
    Fusion,
    MultiRoi,
    MultiRoiConfig,
    box_info,
)
from core.nn.batch import Batch, Target
from core.nn.iterative_regressor import rotmat_of_pose
from core.nn.octave_encoding import OctaveEncoding
from core.pipeline.batching import make_batch
from core.types import CamerasRecord, Detection, Frame, FusionRecord, MeshStageRecord, RegionRecord
from core.verify import verify

SMALL = MultiRoiConfig(hidden=64)


@pytest.fixture(scope="module")
def body() -> BodyModel:
    return load_body("embedded")


def made(config: MultiRoiConfig, body: BodyModel) -> MultiRoi:
    torch.manual_seed(0)
    return MultiRoi(config, "multi_roi", "paper", "r50", body).eval()


@pytest.fixture(scope="module")
def method(body: BodyModel) -> MultiRoi:
    return made(SMALL, body)


def people(count: int, rois: int = 5, seed: int = 1) -> Batch:
    """Small random crops: the networks take any multiple of 32."""
    torch.manual_seed(seed)
    ones = torch.ones(count)
    center = torch.rand(count, rois, 2) * 100 + 200
    size = torch.rand(count, rois) * 100 + 200
    return Batch(
        box_center=center[:, 0],
        box_size=size[:, 0],
        image_size=torch.tensor([480.0, 640.0]).expand(count, 2),
        focal_px=ones * 800,
        image=torch.randn(count, 3 * rois, 64, 32),
        roi_center=center,
        roi_size=size,
    )


def truth(count: int, body: BodyModel) -> Target:
    vertices = body.v_template.expand(count, -1, -1)
    joints = body.regress(vertices, "lsp14")
    return Target(
        vertices=vertices,
        joints_3d=joints,
        joints_2d=joints[..., :2],
        joints_2d_visible=torch.ones(joints.shape[:2]),
        rotmat=body.zero_pose(count),
        betas=torch.zeros(count, 10),
    )


# ---------------------------------------------------------------------------- authors' code


@pytest.mark.parametrize("network", ["multiroi_losses", "multiroi_r50", "multiroi_single_r50"])
def test_stored_outputs_of_the_authors_code_are_reproduced(parity_dir: Path, network: str) -> None:
    (report,) = verify(parity_dir, only=network)
    assert report.status == "passed", report


@pytest.mark.slow
@pytest.mark.parametrize("network", ["multiroi_hr48", "multiroi_single_hr48"])
def test_the_large_networks_too(parity_dir: Path, network: str) -> None:
    (report,) = verify(parity_dir, only=network)
    assert report.status == "passed", report


@pytest.mark.parametrize(
    ("variants", "name", "network"),
    [
        (VARIANTS, "r50", "multiroi_r50"),
        (VARIANTS, "hr48", "multiroi_hr48"),
        (CLIFF_VARIANTS, "r50", "multiroi_single_r50"),
        (CLIFF_VARIANTS, "hr48", "multiroi_single_hr48"),
    ],
)
def test_tensors_are_those_of_the_released_network(
    parity_dir: Path,
    body: BodyModel,
    variants: Mapping[str, MultiRoiConfig],
    name: str,
    network: str,
) -> None:
    keys = json.loads((parity_dir / network / "keys.json").read_text())["state_dict"]
    with torch.device("meta"):
        built = MultiRoi(variants[name], "multi_roi", "paper", name, body)
    renamed = MultiRoi.from_official({key: torch.empty(shape) for key, shape, _ in keys}, name)
    own = {key: value for key, value in built.state_dict().items() if not key.startswith("body.")}
    extra = set(renamed) - set(own)
    assert all(key.startswith(built.unused_keys) for key in extra)
    flat = {key: value.numel() for key, value in own.items()}
    assert flat == {key: value.numel() for key, value in renamed.items() if key in own}
    costs = json.loads((parity_dir / "reference_costs.json").read_text())["networks"]
    if network in costs:
        unused = sum(renamed[key].numel() for key in extra)
        count = sum(value.numel() for value in built.parameters())
        assert count + unused == costs[network]["params_total"]


# ----------------------------------------------------------------------------------- parts


def test_octaves_of_whole_numbers_are_exact() -> None:
    encoding = OctaveEncoding(3)
    code = encoding(torch.tensor([[0.0, 1.0, 0.5]]))[0]
    assert code.shape == (3 + 3 * 2 * 3,)
    assert torch.equal(code[:3], torch.tensor([0.0, 1.0, 0.5]))
    expected = [f(pi * 2**k * x) for k in range(3) for f in (np.sin, np.cos) for x in (0, 1, 0.5)]
    assert torch.allclose(code[3:], torch.tensor(expected, dtype=torch.float32), atol=1e-5)
    assert OctaveEncoding(32).size == 195


def test_even_numbers_of_a_rotation_are_its_first_column() -> None:
    pose = torch.randn(2, 144, dtype=torch.float64)
    rotmat = rotmat_of_pose(pose)
    first = pose.view(2, 24, 6)[..., 0::2]
    assert torch.allclose(rotmat[..., 0], torch.nn.functional.normalize(first, dim=-1))
    identity = rotmat.transpose(-1, -2) @ rotmat
    assert torch.allclose(identity, torch.eye(3, dtype=torch.float64).expand_as(identity))
    assert torch.allclose(torch.linalg.det(rotmat), torch.ones(2, 24, dtype=torch.float64))


@pytest.mark.parametrize("formula", ["code", "paper"])
def test_fused_features_are_weighted_means(formula) -> None:
    torch.manual_seed(0)
    fusion = Fusion(8, 5, 4, formula)
    features, boxes = torch.randn(2, 5, 8), torch.randint(-3, 3, (2, 5, 3)).float()
    fused, weights = fusion(features, boxes)
    assert torch.allclose(weights.sum(-1), torch.ones(2, 5))
    assert torch.allclose(fused, torch.einsum("bmn,bnc->bmc", weights, features), atol=1e-6)
    alike = fusion(features[:, :1].expand(-1, 5, -1), boxes)[0]
    assert torch.allclose(alike, features[:, :1].expand(-1, 5, -1), atol=1e-6)


def test_released_fusion_sees_only_how_boxes_lie_to_each_other() -> None:
    torch.manual_seed(0)
    fusion = Fusion(8, 5, 4, "code")
    features, boxes = torch.randn(2, 5, 8), torch.randn(2, 5, 3)
    weights = fusion(features, boxes)[1]
    moved = fusion(features, boxes + torch.tensor([2.0, 1.0, -4.0]))[1]
    assert torch.allclose(moved, weights, atol=1e-4)
    assert not torch.allclose(weights[:, 0], weights[:, 1], atol=1e-4)


def test_printed_fusion_gives_every_crop_the_same_weights() -> None:
    """One Linear on a difference of encodings: the target's own part drops out of the softmax."""
    torch.manual_seed(0)
    weights = Fusion(8, 5, 4, "paper")(torch.randn(2, 5, 8), torch.randn(2, 5, 3))[1]
    assert torch.allclose(weights, weights[:, :1].expand_as(weights), atol=1e-5)


def test_the_printed_encoding_has_one_octave_more() -> None:
    assert Fusion(8, 5, 32, "paper").encoding.size == 201


def test_box_information_of_cliff() -> None:
    batch = replace(
        people(1, 1),
        image_size=torch.tensor([[300.0, 400.0]]),  # diagonal 500
        roi_center=torch.tensor([[[250.0, 100.0]]]),
        roi_size=torch.tensor([[150.0]]),
        focal_px=torch.tensor([9999.0]),
    )
    expected = [50 / 500 * 2.8, -50 / 500 * 2.8, (150 - 0.24 * 500) / (0.06 * 500)]
    assert torch.allclose(box_info(batch)[0, 0], torch.tensor(expected))


def test_the_pipeline_makes_the_published_boxes(method: MultiRoi) -> None:
    frame = Frame(np.zeros((480, 640, 3), np.uint8), "a.png")
    person = Detection(box_xyxy=np.array([300, 100, 360, 300], np.float32))
    batch = make_batch(frame, [person], method.input_spec)
    assert batch.image is not None
    assert batch.image.shape == (1, 15, 256, 192)
    assert batch.roi_center is not None
    assert batch.roi_size is not None
    side = float(batch.roi_size[0, 0])
    assert side == pytest.approx(200 * 1.2)  # the crop's longer side
    assert float(batch.box_size[0]) == pytest.approx(side)
    shift = (batch.roi_center[0] - batch.roi_center[0, 0]) / side
    published = [[0, 0], [0.1, 0], [-0.1, 0], [0, 0.1], [0, -0.1]]
    assert torch.allclose(shift, torch.tensor(published), atol=1e-5)
    scales = batch.roi_size[0] / side
    assert torch.allclose(scales, torch.tensor([1, 1.5, 1.25, 0.8, 0.65]), atol=1e-5)


# --------------------------------------------------------------------------------- network


def test_a_person_alone_is_the_same_as_in_a_crowd(method: MultiRoi) -> None:
    batch = people(3)
    alone = Batch(**{k: None if v is None else v[1:2] for k, v in vars(batch).items()})
    with torch.no_grad():
        together, single = method(batch), method(alone)
    assert torch.allclose(together.vertices[1:2], single.vertices, atol=1e-4)
    assert torch.allclose(together.camera_full[1:2], single.camera_full, atol=1e-3)


def test_untrained_it_shows_a_standing_person_in_the_box(method: MultiRoi) -> None:
    batch = people(2)
    with torch.no_grad():
        output = method(batch)
    head, ankles = output.joints_3d[:, 13, 1], output.joints_3d[:, [0, 5], 1].mean(1)
    assert (head < ankles).all()  # y points down
    pixels = project_perspective(
        output.joints_3d + output.camera_full[:, None],
        batch.focal_px,
        batch.image_size.flip(-1) / 2,
    )
    away = (pixels.mean(1) - batch.box_center).abs().amax(1)
    assert (away < batch.box_size / 2).all()


def test_picture_free_input_is_refused(method: MultiRoi) -> None:
    with pytest.raises(InputError, match="picture"):
        method(replace(people(1), image=None))


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        replace(SMALL, fusion="paper", formula="paper"),
        replace(SMALL, rois=3, octaves=10),
        replace(SMALL, fuse=False, camera_consistency=False),
        replace(SMALL, rois=1, fuse=False, camera_consistency=False, contrastive=False),
    ],
    ids=["code", "paper", "three crops", "no fusion", "cliff"],
)
def test_gradients_reach_every_parameter_in_every_ablation(config, body: BodyModel) -> None:
    network = made(config, body)
    terms = network.losses(network(people(2, config.rois)), truth(2, body))
    terms.total.backward()
    dead = [
        name
        for name, value in network.named_parameters()
        if value.grad is None or not value.grad.abs().sum() > 0
    ]
    assert dead == []
    names = {term.name for term in terms.terms}
    assert ("camera consistency" in names) == config.camera_consistency
    assert ("contrast" in names) == config.contrastive


def test_one_body_for_all_crops_under_the_printed_equations(body: BodyModel) -> None:
    with torch.no_grad():
        state = made(replace(SMALL, fusion="paper"), body)(people(2)).internals
    assert torch.equal(state.rotmat[:, 0], state.rotmat[:, 4])
    assert not torch.equal(state.camera[:, 0], state.camera[:, 4])


def test_weights_are_those_of_the_released_code(method: MultiRoi, body: BodyModel) -> None:
    with torch.no_grad():
        terms = method.losses(method(people(2)), truth(2, body)).terms
    assert {term.name: term.weight / 60 for term in terms} == pytest.approx(
        {
            "vertices": 1,
            "joints 3D": 5,
            "joints 2D": 5,
            "pose": 1,
            "shape": 1e-3,
            "camera consistency": 1,
            "contrast": 0.1,
        }
    )


def test_the_truth_costs_nothing(method: MultiRoi, body: BodyModel) -> None:
    """Its own output as truth: only the crops' disagreement is left, and none with one crop."""
    cliff = made(
        replace(SMALL, rois=1, fuse=False, camera_consistency=False, contrastive=False), body
    )
    batch = people(2, 1)
    with torch.no_grad():
        output = cliff(batch)
        pixels = project_perspective(
            output.joints_3d + output.camera_full[:, None],
            batch.focal_px,
            batch.image_size.flip(-1) / 2,
        )
        ndc = (pixels - batch.box_center[:, None]) * (2 / batch.box_size)[:, None, None]
        right = Target(
            vertices=output.vertices + 1.0,  # centred alike
            joints_3d=output.joints_3d - 2.0,
            joints_2d=ndc,
            rotmat=output.rotmat,
            betas=output.betas,
        )
        terms = cliff.losses(output, right)
        assert len(terms.terms) == 5
        assert float(terms.total) < 1e-3
        wrong = cliff.losses(output, replace(right, joints_2d=ndc + 0.1))
    assert float(wrong.total - terms.total) == pytest.approx(60 * 5 * 0.01, rel=1e-2)


def test_people_without_truth_do_not_count(method: MultiRoi, body: BodyModel) -> None:
    target = truth(2, body)
    flags = torch.tensor([1.0, 0.0])
    target = replace(target, has_mesh=flags, has_3d=flags, has_2d=flags)
    assert target.vertices is not None
    spoilt = target.vertices.clone()
    spoilt[1] += 5 * torch.rand_like(spoilt[1])
    with torch.no_grad():
        output = method(people(2))
        before = method.losses(output, target).total
        after = method.losses(output, replace(target, vertices=spoilt)).total
    assert torch.equal(before, after)


def test_records_show_boxes_fusion_and_the_body_of_every_crop(method: MultiRoi) -> None:
    batch = people(2)
    with torch.no_grad():
        output = method(batch, inspect=True)
        assert method.inspect(batch, method(batch)) == ((), ())
        shown = method.inspect(batch, output)
    regions = [r for r in shown[1] if isinstance(r, RegionRecord)]
    fusions = [r for r in shown[1] if isinstance(r, FusionRecord)]
    (cameras,) = (r for r in shown[1] if isinstance(r, CamerasRecord))
    assert cameras.names == regions[0].names
    assert np.allclose(cameras.translations[0], output.camera_full[1].detach().numpy(), atol=1e-5)
    assert cameras.disagreement_m > 0
    stages = [r for r in shown[1] if isinstance(r, MeshStageRecord)]
    assert (len(regions), len(fusions), len(stages)) == (1, 1, 5)
    box = regions[0].boxes_xyxy[0]
    assert box[3] - box[1] == pytest.approx(float(batch.box_size[1]), rel=1e-5)
    assert (box[2] - box[0]) / (box[3] - box[1]) == pytest.approx(192 / 256, rel=1e-5)
    assert fusions[0].weights.sum(-1) == pytest.approx(np.ones(5), abs=1e-5)
    assert np.allclose(stages[0].vertices, output.vertices[1].numpy(), atol=1e-5)
