"""CoarseMETRO: the paper's counts, growing tokens, masking, ablations, records, losses."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from core.body import BodyModel, load_body
from core.methods.coarsemetro import (
    ABLATIONS,
    LITE,
    VARIANTS,
    CoarseMetro,
    CoarseMetroConfig,
    Stage,
    TokenMaker,
)
from core.methods.metro import MASK_TOKEN
from core.nn.batch import Batch, Target
from core.nn.encoder_decoder import EncoderDecoder
from core.types import AttentionRecord, MeshStageRecord

TINY = CoarseMetroConfig(widths=(32, 16, 16), heads=4)
_PRODUCTS = ("aten.mm", "aten.addmm", "aten.bmm", "aten.baddbmm")


@pytest.fixture(scope="module")
def body() -> BodyModel:
    return load_body("embedded")


@pytest.fixture(scope="module")
def tiny(body: BodyModel) -> CoarseMetro:
    torch.manual_seed(0)
    return CoarseMetro(TINY, "paper", "s_r50", body).eval()


@pytest.fixture(scope="module")
def lite(body: BodyModel) -> CoarseMetro:
    torch.manual_seed(0)
    return CoarseMetro(LITE["body"], "lite", "body", body).eval()


def crops(count: int, side: int = 224, seed: int = 1) -> Batch:
    torch.manual_seed(seed)
    ones = torch.ones(count)
    pair = torch.full((count, 2), 112.0)
    return Batch(pair, ones * 200, pair * 2, ones * 300, torch.randn(count, 3, side, side))


def truth(count: int) -> Target:
    torch.manual_seed(5)
    return Target(
        vertices=torch.randn(count, 6890, 3),
        joints_3d=torch.randn(count, 14, 3),
        joints_2d=torch.randn(count, 14, 2),
    )


class Activations(TorchDispatchMode):
    """Numbers that matrix products put out: what table 1's tool counts."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if str(func).rsplit(".", 1)[0] in _PRODUCTS:
            self.count += out.numel()
        return out


def cost(run) -> tuple[float, float]:
    """Multiply-adds (1e9) and activations (1e6) of a call on the meta device."""
    flops, activations = FlopCounterMode(display=False), Activations()
    with torch.device("meta"), flops:
        run()
    with torch.device("meta"), torch.no_grad(), activations:
        run()
    return flops.get_total_flops() / 2e9, activations.count / 1e6


@pytest.mark.parametrize(("variant", "overall"), [("s_r50", 35.1), ("s_h64", 139.7)])
def test_parameters_are_those_of_table_1(body: BodyModel, variant: str, overall: float) -> None:
    with torch.device("meta"):
        method = CoarseMetro(VARIANTS[variant], "paper", variant, body)
    count = sum(p.numel() for p in method.parameters())
    backbone = sum(p.numel() for p in method.backbone.parameters())
    assert (count - backbone) / 1e6 == pytest.approx(11.6, rel=0.01)
    # The HRNet's file holds a classifier besides, which nobody calls.
    classifier = 2_049_000 if variant == "s_h64" else 0
    assert (count + classifier) / 1e6 == pytest.approx(overall, rel=0.005)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_count_of_costs_gives_fastmetros_row_of_table_1(layers: int) -> None:
    """Calibration: what the table counts is encoder and decoder blocks."""

    def run() -> None:
        for width in (512, 128):
            block = EncoderDecoder(width, 4 * width, 8, layers).eval()
            cells = torch.zeros(49, width)
            block(cells[None, :1], cells[None], torch.zeros(1, 445, width), cells, None, trace=True)

    multiply_adds, activations = cost(run)
    assert multiply_adds == pytest.approx(2.2 * layers, rel=0.01)
    assert activations == pytest.approx(7.64 * layers, rel=0.005)


def stages_cost(config: CoarseMetroConfig) -> tuple[float, float]:
    def run() -> None:
        coarser = 14
        for width, count in zip(config.widths, config.counts, strict=True):
            stage = Stage(width, config.heads, config.vertex_attention).eval()
            zeros = torch.zeros(1, 14 + count, width)
            picture = torch.zeros(1, 50, width)
            stage(picture, zeros, torch.zeros(1, coarser, width), picture[0], trace=True)
            coarser = count

    return cost(run)


def test_multiply_adds_and_activations_are_those_of_table_1() -> None:
    multiply_adds, activations = stages_cost(VARIANTS["s_r50"])
    assert multiply_adds == pytest.approx(0.6, rel=0.05)
    assert activations == pytest.approx(4.5, rel=0.05)


@pytest.mark.parametrize("widths", [(512, 512, 512), (512, 256, 128)])
def test_other_widths_would_miss_table_1(widths: tuple[int, ...]) -> None:
    multiply_adds, _ = stages_cost(replace(VARIANTS["s_r50"], widths=widths))
    assert multiply_adds > 0.6 * 1.3


def test_tokens_grow_from_14_to_6890(tiny: CoarseMetro) -> None:
    with torch.no_grad():
        output = tiny(crops(2), inspect=True)
    traces = output.internals.traces
    assert [t.decoder.shape[-1] for t in traces] == [14 + 48, 14 + 192, 14 + 384]
    assert [t.cross.shape[-1] for t in traces] == [50, 50, 50]
    assert [t.vertex.shape[-1] for t in traces] == [14, 48, 192]
    assert [level.shape[1] for level in output.levels] == [431, 1723, 6890]
    assert output.internals.joints.shape == (2, 14, 3)


def test_nothing_limits_who_sees_whom(tiny: CoarseMetro) -> None:
    with torch.no_grad():
        traces = tiny(crops(1), inspect=True).internals.traces
    for trace in traces:
        for weights in (trace.encoder, trace.decoder, trace.cross, trace.vertex):
            assert float(weights.min()) > 0
            assert torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-5)


def test_all_vertex_tokens_come_from_the_joint_tokens(tiny: CoarseMetro) -> None:
    """No other learned tokens: the decoder's side holds one embedding, of 14 rows."""
    sizes = [m.num_embeddings for m in tiny.modules() if isinstance(m, nn.Embedding)]
    assert sorted(sizes) == [1, 14]
    maker = tiny.more_vertices[0]
    assert isinstance(maker, TokenMaker)
    assert maker(torch.zeros(3, 14, 32)).shape == (3, 48, 32)


def test_picture_cells_have_no_order_but_their_position() -> None:
    torch.manual_seed(0)
    stage = Stage(16, 4, "end").eval()
    picture, position = torch.randn(2, 6, 16), torch.randn(6, 16)
    tokens, coarser, order = torch.randn(2, 9, 16), torch.randn(2, 4, 16), torch.randperm(6)
    one = stage(picture, tokens, coarser, position, trace=False)
    moved = stage(picture[:, order], tokens, coarser, position[order], trace=False)
    assert torch.allclose(one[0][:, order], moved[0], atol=1e-5)
    assert torch.allclose(one[1], moved[1], atol=1e-5)


@pytest.mark.parametrize("order", ["end", "beginning", "none"])
def test_vertex_attention_is_where_the_config_says(order: str) -> None:
    """Table 3: last it sees what the picture said, first it does not, or it is not there."""
    torch.manual_seed(0)
    stage = Stage(16, 4, order).eval()
    picture, position = torch.randn(1, 6, 16), torch.zeros(6, 16)
    tokens, coarser = torch.randn(1, 9, 16), torch.randn(1, 4, 16)
    trace = stage(picture, tokens, coarser, position, trace=True)[2]
    other = stage(torch.randn(1, 6, 16), tokens, coarser, position, trace=True)[2]
    coarse_counts = not torch.allclose(
        stage(picture, tokens, coarser, position, trace=False)[1],
        stage(picture, tokens, torch.randn(1, 4, 16), position, trace=False)[1],
        atol=1e-4,
    )
    assert coarse_counts == (order != "none")
    assert (trace.vertex is None) == (order == "none")
    if trace.vertex is not None:
        same = torch.allclose(trace.vertex, other.vertex, atol=1e-5)
        assert same == (order == "beginning")


def test_the_ablations_of_tables_2_and_3_are_there(body: BodyModel) -> None:
    shares = [c.mask_share for n, c in ABLATIONS.items() if n.startswith("masking")]
    assert shares == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    with torch.device("meta"):
        counts = {
            name: sum(p.numel() for p in CoarseMetro(config, "paper", name, body).parameters())
            for name, config in ABLATIONS.items()
            if "vertex" in name
        }
    none, first, last = counts.values()
    assert first == last
    per_width = [4 * d * d + 4 * d + 2 * d for d in (512, 128, 64)]
    assert last - none == sum(per_width)


@pytest.mark.parametrize(("share", "mean"), [(0.1, 0.05), (0.5, 0.25)])
def test_masking_hides_joints_in_training_only_and_within_its_share(
    body: BodyModel, share: float, mean: float
) -> None:
    torch.manual_seed(0)
    method = CoarseMetro(replace(TINY, mask_share=share), "paper", "s_r50", body)
    joints = torch.randn(4000, 14, 32)
    assert torch.equal(method.eval()._masked(joints), joints)
    hidden = (method.train()._masked(joints) == MASK_TOKEN).all(-1).float()
    assert float(hidden.mean()) == pytest.approx(mean, rel=0.1)
    assert float(hidden.mean(0).max() - hidden.mean(0).min()) < 0.05
    none = CoarseMetro(replace(TINY, mask_share=0.0), "paper", "s_r50", body).train()
    assert torch.equal(none._masked(joints), joints)


def test_asking_for_attention_changes_no_output(tiny: CoarseMetro) -> None:
    with torch.no_grad():
        plain, shown = tiny(crops(2)), tiny(crops(2), inspect=True)
    assert plain.internals.traces == ()
    assert torch.allclose(plain.vertices, shown.vertices, atol=1e-5)


@pytest.mark.parametrize("which", ["tiny", "lite"])
def test_records_show_what_figures_5_to_7_need(which: str, request: pytest.FixtureRequest) -> None:
    method: CoarseMetro = request.getfixturevalue(which)
    side, found = (8, 25) if which == "lite" else (7, 0)
    with torch.no_grad():
        batch = crops(2, method.input_spec.size_hw[0])
        people = method.inspect(batch, method(batch, inspect=True))
    attention = [r for r in people[1] if isinstance(r, AttentionRecord)]
    for record in attention:
        assert abs(record.weights.astype("f4").sum(-1) - 1).max() < 0.01
    encoder, first = attention[:2]
    assert encoder.layers == ("stage 1", "stage 2", "stage 3")
    assert encoder.keys.kinds[0] == "camera"
    assert first.name == "stage 1 picture cross-attention, 14 joint + 48 vertex tokens"
    assert first.queries.names[11] == "L_Wrist"
    assert len(first.keys.names) == 1 + side * side + found
    assert first.keys.grid_hw == (side, side)
    assert first.region is not None
    assert np.allclose(first.region, [12, 12, 212, 212])
    agreed = [r for r in attention if "vertex cross-attention" in r.name]
    assert [len(r.keys.names) for r in agreed] == [14, 48, 192]
    stages = [r for r in people[1] if isinstance(r, MeshStageRecord)]
    assert [len(r.vertices) for r in stages] == [431, 1723, 6890]


def test_latent_tokens_claim_no_vertex_of_the_mesh(tiny: CoarseMetro) -> None:
    with torch.no_grad():
        batch = crops(1)
        (records,) = tiny.inspect(batch, tiny(batch, inspect=True))
    for record in records:
        if isinstance(record, AttentionRecord):
            for tokens in (record.queries, record.keys):
                assert "vertex" not in tokens.kinds
                assert tokens.full_vertex is not None
                assert (tokens.full_vertex == -1).all()
                assert tokens.level == 0


def test_the_terms_are_those_of_section_3_3_with_fastmetros_weights(tiny: CoarseMetro) -> None:
    with torch.no_grad():
        terms = tiny.losses(tiny(crops(2)), truth(2)).terms
    assert {t.name: t.weight for t in terms} == {
        "vertices": 100,
        "token joints 3D": 1000,
        "regressed joints 3D": 1000,
        "token joints 2D": 100,
        "regressed joints 2D": 100,
    }


def test_the_truth_costs_nothing(tiny: CoarseMetro, body: BodyModel) -> None:
    vertices = body.v_template[None]
    joints, _ = tiny.rooted.joints_and_origin(vertices, vertices[:, :14])
    levels = tiny.rooted.true_levels(vertices)
    with torch.no_grad():
        output = tiny(crops(1))
    state = replace(output.internals, joints=joints)
    perfect = replace(output, levels=levels, joints_3d=joints, internals=state)
    target = Target(vertices=vertices + 2.0, joints_3d=joints - 1.0)
    assert all(float(t.value) < 1e-5 for t in tiny.losses(perfect, target).terms)


def gradients_missing(method: CoarseMetro, batch: Batch) -> list[str]:
    method.losses(method(batch), truth(2)).total.backward()
    missing = [n for n, p in method.named_parameters() if p.grad is None]
    method.zero_grad(set_to_none=True)
    return missing


def test_gradients_reach_every_parameter(body: BodyModel, lite: CoarseMetro) -> None:
    torch.manual_seed(0)
    method = CoarseMetro(TINY, "paper", "s_r50", body).train()
    assert gradients_missing(method, crops(2)) == []
    small = gradients_missing(lite, crops(2, 128))
    assert [n for n in small if not n.startswith(("backbone.heads.", "guess."))] == []


def test_the_small_head_keeps_to_its_size_and_outside_the_backbone(lite: CoarseMetro) -> None:
    own = [p for n, p in lite.named_parameters() if not n.startswith(("backbone.", "guess."))]
    assert 1e6 < sum(p.numel() for p in own) < 6e6


def test_the_small_network_displaces_its_first_guess(lite: CoarseMetro) -> None:
    lite.eval()
    batch = crops(1, 128)
    weight, bias = lite.xyz.weight.detach().clone(), lite.xyz.bias.detach().clone()
    with torch.no_grad():
        lite.xyz.weight.zero_()
        lite.xyz.bias.zero_()
        output = lite(batch)
        dense = lite.backbone(batch.image)
        assert lite.guess is not None
        guess = lite.guess(dense, batch, lite.body)
        lite.xyz.weight.copy_(weight)
        lite.xyz.bias.copy_(bias)
    shift = output.levels[0][0] - guess.points[0, 14:]
    assert float((shift - shift.mean(0)).abs().max()) < 1e-5


def test_in_half_precision_positions_are_still_worked_out_in_full(lite: CoarseMetro) -> None:
    """A coordinate near one metre in bfloat16 would be off by millimetres on its own."""
    batch = crops(2, 128)
    with torch.no_grad():
        full = lite(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            half = lite(batch)
    assert half.vertices.dtype == half.joints_3d.dtype == half.camera.dtype == torch.float32
    grain = half.vertices - half.vertices.bfloat16()
    assert float(grain.abs().max()) > 1e-4
    assert 0 < float((half.vertices - full.vertices).abs().mean()) < 0.02


def test_dropout_is_the_published_one_and_none_where_pictures_never_run_out() -> None:
    assert {c.dropout for c in VARIANTS.values()} == {0.1}
    assert {c.dropout for c in LITE.values()} == {0.0}


def test_found_joints_start_the_joint_tokens_they_belong_to(
    lite: CoarseMetro, tiny: CoarseMetro
) -> None:
    """The 25 last picture tokens are the found joints, LSP's 14 first."""
    picture = torch.arange(64.0 + 25)[None, :, None]
    found = lite.picture.found_joints(picture)
    assert found is not None
    assert found[0, :, 0].tolist() == list(range(64, 64 + 14))
    names = lite.picture.token_set(lite.body, camera=False).names[64 : 64 + 14]
    assert names == tuple(f"found {name}" for name in lite.joint_names)
    assert tiny.picture.found_joints(picture) is None
