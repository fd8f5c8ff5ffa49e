"""METRO: parity, attention, masking, losses."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.body import BodyModel, load_body
from core.methods.metro import (
    MASK_TOKEN,
    PAPER_WEIGHTS,
    Metro,
    MetroConfig,
    MetroState,
)
from core.methods.metro_family import template_of
from core.nn.batch import Batch, MethodOutput, Target
from core.types import AttentionRecord, MeshStageRecord
from core.verify import verify

TINY = MetroConfig(
    backbone="resnet50", widths=(64, 32, 16), inner=(64, 32, 32), outputs=(32, 16, 3), layers=2
)


@pytest.fixture(scope="module")
def body() -> BodyModel:
    return load_body("embedded")


@pytest.fixture(scope="module")
def metro(body: BodyModel) -> Metro:
    torch.manual_seed(0)
    return Metro(TINY, "paper", "body_r50", body).eval()


def crops(count: int, seed: int = 1) -> Batch:
    torch.manual_seed(seed)
    ones = torch.ones(count)
    pair = torch.full((count, 2), 112.0)
    return Batch(pair, ones * 224, pair * 2, ones * 300, torch.randn(count, 3, 224, 224))


def test_stored_outputs_of_the_authors_code_are_reproduced(parity_dir: Path) -> None:
    (report,) = verify(parity_dir, only="metro_body_r50")
    assert report.status == "passed", report


@pytest.mark.slow
@pytest.mark.parametrize("network", ["metro_body_h64", "metro_hand_h64"])
def test_the_large_networks_too(parity_dir: Path, network: str) -> None:
    (report,) = verify(parity_dir, only=network)
    assert report.status == "passed", report


def test_asking_for_attention_changes_no_output(metro: Metro) -> None:
    with torch.no_grad():
        plain, shown = metro(crops(2)), metro(crops(2), inspect=True)
    assert plain.internals.traces == ()
    assert torch.allclose(plain.vertices, shown.vertices, atol=1e-5)


def test_attention_of_every_encoder_layer_and_head_sums_to_one(metro: Metro) -> None:
    with torch.no_grad():
        batch = crops(2)
        people = metro.inspect(batch, metro(batch, inspect=True))
    assert len(people) == 2
    attention = [r for r in people[0] if isinstance(r, AttentionRecord)]
    assert len(attention) == 3
    for record in attention:
        assert record.weights.shape == (2, 4, 445, 445)
        assert abs(record.weights.astype("f4").sum(-1) - 1).max() < 0.01
    stages = [r for r in people[0] if isinstance(r, MeshStageRecord)]
    assert [len(r.vertices) for r in stages] == [431, 1723, 6890]


def test_vertex_tokens_point_at_their_place_on_the_full_mesh(metro: Metro) -> None:
    with torch.no_grad():
        batch = crops(1)
        record = metro.inspect(batch, metro(batch, inspect=True))[0][0]
    assert isinstance(record, AttentionRecord)
    rows = record.queries.positions("vertex")
    assert record.queries.full_vertex is not None
    full = metro.body.v_template[record.queries.full_vertex[rows]]
    coarse = metro.body.downsample(metro.body.v_template[None], 0, -1)[0]
    assert float((full - coarse).abs().max()) < 1e-4
    assert record.queries.names[11] == "L_Wrist"


def test_template_faces_the_camera_upright(body: BodyModel) -> None:
    """Camera axes: y down, so the head's y is smaller than the feet's; the pelvis is the origin."""
    joints, coarse = template_of(body)
    assert float(joints[13, 1]) < float(joints[0, 1])
    assert float(joints[[2, 3]].mean(0).abs().max()) < 0.02
    assert coarse.shape == (431, 3)


def test_masking_happens_in_training_only_and_within_its_share(body: BodyModel) -> None:
    torch.manual_seed(0)
    method = Metro(replace(TINY, mask_share=0.3), "paper", "body_r50", body)
    features = torch.randn(64, 445, 2048)
    with torch.no_grad():
        kept = method.eval()._queries(features, method.template)
        masked = method.train()._queries(features, method.template)
    assert torch.equal(kept[..., 3:], features)
    hidden = (masked == MASK_TOKEN).all(-1).float().mean(1)
    assert float(hidden.max()) < 0.38
    assert 0.10 < float(hidden.mean()) < 0.20
    none = Metro(replace(TINY, mask_share=0.0), "paper", "body_r50", body).train()
    with torch.no_grad():
        assert torch.equal(none._queries(features, none.template)[..., 3:], features)


def perfect(metro: Metro) -> tuple[MethodOutput, Target]:
    vertices = metro.body.v_template[None]
    vertices = vertices - metro.body.regress(vertices, "h36m17")[:, :1]
    levels = (
        metro.body.downsample(vertices, 0, 2),
        metro.body.downsample(vertices, 0, 1),
        vertices,
    )
    joints = metro.body.regress(vertices, "h36m17")[
        :, [3, 2, 1, 4, 5, 6, 16, 15, 14, 11, 12, 13, 8, 10]
    ]
    camera = torch.tensor([[0.8, 0.1, -0.2]])
    joints_2d = 0.8 * (joints[..., :2] + torch.tensor([0.1, -0.2]))
    output = MethodOutput(vertices, joints, camera, levels=levels, internals=MetroState(joints, ()))
    return output, Target(vertices=vertices + 3.0, joints_3d=joints, joints_2d=joints_2d)


def test_the_truth_costs_nothing_wherever_its_origin_is(metro: Metro) -> None:
    output, target = perfect(metro)
    assert float(metro.losses(output, target).total) < 1e-2


def test_one_centimetre_off_costs_what_the_weights_say(metro: Metro) -> None:
    output, target = perfect(metro)
    off = replace(output, levels=tuple(level + 0.01 for level in output.levels))
    terms = {t.name: t for t in metro.losses(off, target).terms}
    assert abs(float(terms["vertices"].value) - 0.01) < 1e-5
    assert terms["vertices"].weight == 100
    assert terms["token joints 3D"].weight == 1000
    metro.config, before = replace(metro.config, losses=PAPER_WEIGHTS), metro.config
    assert {t.weight for t in metro.losses(off, target).terms} == {1.0}
    metro.config = before


def test_terms_without_truth_are_left_out(metro: Metro) -> None:
    output, target = perfect(metro)
    only_2d = Target(joints_2d=target.joints_2d)
    assert [t.name for t in metro.losses(output, only_2d).terms] == [
        "token joints 2D",
        "regressed joints 2D",
    ]


def test_gradients_reach_every_parameter(body: BodyModel) -> None:
    torch.manual_seed(0)
    method = Metro(TINY, "paper", "body_r50", body).train()
    output = method(crops(2))
    target = Target(
        vertices=torch.randn(2, 6890, 3),
        joints_3d=torch.randn(2, 14, 3),
        joints_2d=torch.randn(2, 14, 2),
    )
    method.losses(output, target).total.backward()
    assert [n for n, p in method.named_parameters() if p.grad is None] == []


def test_one_person_alone_is_the_same_as_in_a_crowd(metro: Metro) -> None:
    batch = crops(3)
    assert batch.image is not None
    alone = Batch(
        batch.box_center[1:2],
        batch.box_size[1:2],
        batch.image_size[1:2],
        batch.focal_px[1:2],
        batch.image[1:2],
    )
    with torch.no_grad():
        together, single = metro(batch), metro(alone)
    assert torch.allclose(together.vertices[1:2], single.vertices, atol=1e-4)
