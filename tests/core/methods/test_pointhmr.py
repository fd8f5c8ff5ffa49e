"""PointHMR: parity, heatmaps, masks, records, losses, ablations."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.body import BodyModel, load_body
from core.methods.pointhmr import (
    ABLATIONS,
    CODE_WEIGHTS,
    PAPER_WEIGHTS,
    PointHmr,
    PointHmrConfig,
    PointHmrState,
    doubled_heatmaps,
)
from core.nn.batch import Batch, MethodOutput, Target
from core.nn.masked_transformer import MaskedSelfAttention
from core.nn.sine_positions import sine_positions
from core.types import AttentionRecord, HeatmapRecord, InspectionRecord, PointsRecord
from core.verify import verify

TINY = PointHmrConfig(width=32, position_width=16, inner=(32, 16), layers=1)
# Of the last exchange only the finest and the coarsest map are read.
DEAD = ("backbone.stage4.2.fuse_layers.1.", "backbone.stage4.2.fuse_layers.2.")
PICKED = [3, 2, 1, 4, 5, 6, 16, 15, 14, 11, 12, 13, 8, 10]


@pytest.fixture(scope="module")
def body() -> BodyModel:
    return load_body("embedded")


@pytest.fixture(scope="module")
def method(body: BodyModel) -> PointHmr:
    torch.manual_seed(0)
    return PointHmr(TINY, "paper", "body_h32", body).eval()


@pytest.fixture(scope="module")
def shown(method: PointHmr) -> tuple[InspectionRecord, ...]:
    batch = crops(2)
    with torch.no_grad():
        return method.inspect(batch, method(batch, inspect=True))[1]


def crops(count: int) -> Batch:
    torch.manual_seed(1)
    ones = torch.ones(count)
    pair = torch.full((count, 2), 150.0)
    return Batch(pair, ones * 100, pair * 2, ones * 300, torch.randn(count, 3, 224, 224))


def record(records: tuple[InspectionRecord, ...], name: str) -> InspectionRecord:
    return next(r for r in records if r.name == name)


def test_stored_outputs_of_the_authors_code_are_reproduced(parity_dir: Path) -> None:
    (report,) = verify(parity_dir, only="pointhmr_body_h32")
    assert report.status == "passed", report


def test_positions_tell_rows_from_columns_and_end_at_a_full_turn() -> None:
    sine = sine_positions(5, 7, 16)
    assert sine.shape == (16, 5, 7)
    assert torch.equal(sine[:8, :, 0], sine[:8, :, 6])
    assert torch.equal(sine[8:, 0], sine[8:, 4])
    assert torch.allclose(sine[0::2] ** 2 + sine[1::2] ** 2, torch.ones(8, 5, 7))
    assert abs(float(sine[0, -1, 0])) < 1e-4
    assert abs(float(sine[1, -1, 0]) - 1) < 1e-4


def test_fused_and_explicit_attention_agree_and_what_is_masked_has_no_weight() -> None:
    torch.manual_seed(0)
    attention = MaskedSelfAttention(16, 4, 0.1).eval()
    tokens, sees = torch.randn(2, 6, 16), torch.eye(6).bool() | (torch.arange(6) < 2)
    fused, none = attention(tokens, sees, want_weights=False)
    explicit, weights = attention(tokens, sees, want_weights=True)
    assert none is None
    assert torch.allclose(fused, explicit, atol=1e-5)
    assert float(weights[..., ~sees].detach().abs().max()) == 0


def test_vertices_see_their_neighbours_and_all_else_sees_and_is_seen(method: PointHmr) -> None:
    first = method.first_vertex
    hops = method.body.graph_distance(-1, limit=8)
    for block, radius in enumerate((7, 5, 3, 1)):
        sees = method.sees[block]
        assert bool(sees[:first].all())
        assert bool(sees[:, :first].all())
        assert torch.equal(sees[first:, first:], hops <= radius)
    assert bool(method.sees[:, range(495), range(495)].all())


def test_a_vertex_token_beyond_reach_changes_nothing(method: PointHmr) -> None:
    hops = method.body.graph_distance(-1, limit=8)
    far = int((hops[0] > 7).nonzero()[0])
    first = method.first_vertex
    tokens = torch.randn(1, 495, 48)
    moved = tokens.clone()
    moved[0, first + far] = torch.randn(48)
    with torch.no_grad():
        before, _ = method.blocks[0](tokens, method.sees[0], want_weights=False)
        after, _ = method.blocks[0](moved, method.sees[0], want_weights=False)
    assert torch.allclose(before[0, first], after[0, first], atol=1e-6)
    assert not torch.allclose(before[0, 0], after[0, 0], atol=1e-6)


def test_without_inspection_nothing_is_kept_and_outputs_are_the_same(method: PointHmr) -> None:
    batch = crops(2)
    with torch.no_grad():
        plain, kept = method(batch), method(batch, inspect=True)
    assert plain.internals.attention == ()
    assert method.inspect(batch, plain) == ((), ())
    assert torch.allclose(plain.vertices, kept.vertices, atol=1e-5)


def test_heatmaps_of_every_vertex_sum_to_one_over_the_crop(
    shown: tuple[InspectionRecord, ...],
) -> None:
    maps = record(shown, "vertex heatmaps")
    assert isinstance(maps, HeatmapRecord)
    assert maps.maps.shape == (431, 56, 56)
    assert abs(maps.maps.astype("f4").sum((1, 2)) - 1).max() < 0.01
    assert maps.region.tolist() == [100, 100, 200, 200]


def test_sampled_points_are_the_peaks_of_the_heatmaps(shown: tuple[InspectionRecord, ...]) -> None:
    maps, points = record(shown, "vertex heatmaps"), record(shown, "strongest sampled points")
    assert isinstance(maps, HeatmapRecord)
    assert isinstance(points, PointsRecord)
    x, y = ((points.points[17, 0] - 100) / 100 * 56 - 0.5).round().astype(int)
    assert abs(float(maps.maps[17, y, x]) - float(points.weights[17, 0])) < 1e-4
    assert float(maps.maps[17].max()) <= float(points.weights[17, 0]) + 1e-4


def test_attention_and_neighbourhoods_are_rows_that_sum_to_one(
    shown: tuple[InspectionRecord, ...],
) -> None:
    attention, near = record(shown, "self-attention"), record(shown, "neighbourhood of a vertex")
    assert isinstance(attention, AttentionRecord)
    assert isinstance(near, AttentionRecord)
    assert attention.weights.shape == (4, 4, 495, 495)
    assert near.weights.shape == (4, 1, 431, 431)
    for each in (attention, near):
        assert abs(each.weights.astype("f4").sum(-1) - 1).max() < 0.01
    seen = (near.weights[:, 0] > 0).sum(-1)
    assert (seen[:-1] >= seen[1:]).all()
    assert attention.queries.grid_hw == (7, 7)
    assert attention.queries.kinds[:2] == ("camera", "grid")
    assert attention.queries.names[50] == "R_Ankle"


def perfect(method: PointHmr) -> tuple[MethodOutput, Target]:
    vertices = method.body.v_template[None]
    vertices = vertices - method.body.regress(vertices, "h36m17")[:, :1]
    levels = tuple(method.body.downsample(vertices, 0, level) for level in (2, 1))
    joints = method.body.regress(vertices, "h36m17")[:, PICKED]
    camera = torch.tensor([[0.8, 0.1, -0.2]])
    joints_2d = 0.8 * (joints[..., :2] + torch.tensor([0.1, -0.2]))
    state = PointHmrState(joints, torch.zeros(1, 431, 56, 56), ())
    output = MethodOutput(vertices, joints, camera, levels=(*levels, vertices), internals=state)
    return output, Target(vertices=vertices, joints_3d=joints, joints_2d=joints_2d)


def terms_of(method: PointHmr, output: MethodOutput, target: Target) -> dict[str, float]:
    return {term.name: float(term.value) for term in method.losses(output, target).terms}


def test_the_weights_of_the_code_are_those_of_the_paper_on_another_scale() -> None:
    names = ("vertices", "joints_3d", "joints_2d", "entropy", "dice")
    for name in names:
        ratio = getattr(CODE_WEIGHTS, name) / getattr(PAPER_WEIGHTS, name)
        assert abs(ratio - 10_000) < 1e-6


@pytest.mark.parametrize("weights", [CODE_WEIGHTS, PAPER_WEIGHTS])
def test_the_truth_costs_nothing_and_an_even_map_what_it_says(method, weights) -> None:
    output, target = perfect(method)
    method.config = replace(TINY, losses=weights)
    terms = terms_of(method, output, target)
    method.config = TINY
    assert max(value for name, value in terms.items() if "heatmap" not in name) < 1e-5
    assert abs(terms["heatmap dice"] - (1 - 1 / 112**2)) < 1e-5


def test_an_offset_costs_its_norm(method: PointHmr) -> None:
    """One joint 3 and 4 cm off: L2 of 5 cm over 14 joints in the paper, L1 means in the code."""
    output, target = perfect(method)
    joints = output.joints_3d.clone()
    joints[0, 0] += torch.tensor([0.03, 0.04, 0.0])
    off = replace(output, levels=tuple(v + 0.01 for v in output.levels))
    off = replace(off, internals=replace(output.internals, joints=joints))
    code = terms_of(method, off, target)
    method.config = replace(TINY, losses=PAPER_WEIGHTS)
    paper = terms_of(method, off, target)
    method.config = TINY
    assert abs(code["vertices"] - 0.01) < 1e-5
    assert abs(paper["vertices"] - 0.03) < 1e-5
    assert abs(code["token joints 3D"] - 0.07 / 42) < 1e-6
    assert abs(paper["token joints 3D"] - 0.05 / 14) < 1e-6
    assert abs(paper["token joints 2D"] - 0.8 * 0.05 / 14) < 1e-6


def test_maps_of_the_losses_are_the_small_ones_repeated() -> None:
    logits = torch.randn(1, 2, 56, 56)
    doubled = doubled_heatmaps(logits).view(1, 2, 112, 112)
    small = logits.flatten(2).softmax(-1).view(1, 2, 56, 56)
    assert torch.allclose(doubled[..., ::2, 1::2], small / 4, atol=1e-7)


@pytest.mark.parametrize("name", ["as published", *ABLATIONS])
def test_gradients_reach_every_parameter_that_is_read(body: BodyModel, name: str) -> None:
    torch.manual_seed(0)
    config = TINY
    if name in ABLATIONS:
        row = ABLATIONS[name]
        config = replace(TINY, sampling=row.sampling, mask_radii=row.mask_radii)
    method = PointHmr(config, "paper", "body_h32", body).train()
    target = Target(
        vertices=torch.randn(2, 6890, 3) * 0.1,
        joints_3d=torch.randn(2, 14, 3),
        joints_2d=torch.randn(2, 14, 2),
    )
    method.losses(method(crops(2)), target).total.backward()
    # Without sampling nothing reads the finest map either.
    dead = DEAD if config.sampling else ("backbone.stage4.2.fuse_layers.0.", *DEAD)
    without = [n for n, p in method.named_parameters() if p.grad is None]
    assert [n for n in without if not n.startswith(dead)] == []


def test_one_person_alone_is_the_same_as_in_a_crowd(method: PointHmr) -> None:
    batch = crops(3)
    rows = {name: None if v is None else v[1:2] for name, v in vars(batch).items()}
    with torch.no_grad():
        together, single = method(batch), method(Batch(**rows))
    assert torch.allclose(together.vertices[1:2], single.vertices, atol=1e-4)


def test_a_hand_has_its_own_tokens_and_masks() -> None:
    hand = load_body("embedded_hand")
    method = PointHmr(TINY, "paper", "hand_h32", hand).eval()
    with torch.no_grad():
        output = method(crops(1))
    assert method.first_vertex == 1 + 49 + 21
    assert [level.shape[1] for level in output.levels] == list(hand.level_sizes[::-1])
    assert output.internals.logits.shape == (1, 195, 56, 56)
    first = method.first_vertex
    assert torch.equal(method.sees[3, first:, first:], hand.graph_distance(-1, limit=1) <= 1)
