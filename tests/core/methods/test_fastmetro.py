"""FastMETRO: parity, size, masks, records, losses, the SMPL head, the small network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.body import BodyModel, load_body
from core.errors import BodyError, InputError
from core.methods.fastmetro import LITE, VARIANTS, FastMetro, FastMetroConfig
from core.methods.fastmetro_smpl import PoseShapeHead
from core.nn.batch import Batch, Target
from core.types import AttentionRecord, MeshStageRecord
from core.verify import verify

TINY = FastMetroConfig(widths=(32, 16), inner=(32, 16), heads=4)
NETWORKS = {name: config for name, config in VARIANTS.items() if "hand" not in name}


@pytest.fixture(scope="module")
def body() -> BodyModel:
    return load_body("embedded")


@pytest.fixture(scope="module")
def tiny(body: BodyModel) -> FastMetro:
    torch.manual_seed(0)
    return FastMetro(TINY, "paper", "s_r50", body).eval()


@pytest.fixture(scope="module")
def lite(body: BodyModel) -> FastMetro:
    torch.manual_seed(0)
    return FastMetro(LITE["body"], "lite", "body", body).eval()


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
        rotmat=torch.eye(3).expand(count, 24, 3, 3),
        betas=torch.zeros(count, 10),
    )


@pytest.mark.parametrize("size", ["s", "m"])
def test_stored_outputs_of_the_authors_code_are_reproduced(parity_dir: Path, size: str) -> None:
    (report,) = verify(parity_dir, only=f"fastmetro_{size}_r50")
    assert report.status == "passed", report


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["l_r50", "l_h64", "l_h64_hand", "l_h64_smpl"])
def test_the_large_networks_too(parity_dir: Path, variant: str) -> None:
    (report,) = verify(parity_dir, only=f"fastmetro_{variant}")
    assert report.status == "passed", report


@pytest.mark.parametrize(
    ("variant", "transformers", "overall"),
    # CoarseMETRO, table 1, millions (truncated, not rounded): without the step from 431 to 1723
    # vertices, and with the classifier that the HRNet's file holds and nobody calls.
    [("s_r50", 9.2, 32.7), ("m_r50", 17.1, 40.6), ("l_r50", 24.9, 48.4), ("l_h64", 24.9, 153.0)],
)
def test_sizes_are_those_of_the_papers_table(
    body: BodyModel, variant: str, transformers: float, overall: float
) -> None:
    with torch.device("meta"):
        method = FastMetro(VARIANTS[variant], "paper", variant, body)
    count = sum(p.numel() for p in method.parameters())
    backbone = sum(p.numel() for p in method.backbone.parameters())
    assert method.to_mid is not None
    step = sum(p.numel() for p in method.to_mid.parameters())
    assert step == 431 * 1723 + 1723
    classifier = 2049_000 if variant.endswith("h64") else 0
    assert 0 <= (count - backbone - step) / 1e6 - transformers < 0.1
    assert abs((count - step + classifier) / 1e6 - overall) < 0.11


def test_a_vertex_sees_joints_itself_and_its_neighbours_and_nothing_else(
    tiny: FastMetro, body: BodyModel
) -> None:
    with torch.no_grad():
        batch = crops(1)
        records = tiny.inspect(batch, tiny(batch, inspect=True))[0]
    near = body.adjacency(-1).to_dense().numpy() != 0
    decoders = [r for r in records if r.name.startswith("decoder") and "self" in r.name]
    assert len(decoders) == 2
    for record in decoders:
        assert isinstance(record, AttentionRecord)
        weights = record.weights.astype(np.float32)[0].max(0)
        assert (weights[14:, 14:][~near] == 0).all()
        assert (weights[14:, 14:][near] > 0).all()
        assert (weights[:, :14] > 0).all()
        assert (weights[:14] > 0).all()


def test_without_the_mask_every_vertex_sees_every_other(body: BodyModel) -> None:
    method = FastMetro(replace(TINY, masked=False), "paper", "s_r50", body).eval()
    assert method.sees is None
    with torch.no_grad():
        trace = method(crops(1), inspect=True).internals.traces[0]
    assert float(trace.decoder.min()) > 0


def test_asking_for_attention_changes_no_output_and_keeps_nothing_otherwise(
    tiny: FastMetro,
) -> None:
    with torch.no_grad():
        plain, shown = tiny(crops(2)), tiny(crops(2), inspect=True)
    assert plain.internals.traces == ()
    assert torch.allclose(plain.vertices, shown.vertices, atol=1e-5)
    assert torch.allclose(plain.camera, shown.camera, atol=1e-5)


@pytest.mark.parametrize("which", ["tiny", "lite"])
def test_records_of_every_part_name_what_rows_and_columns_are(
    which: str, request: pytest.FixtureRequest
) -> None:
    method: FastMetro = request.getfixturevalue(which)
    side, found = (8, 25) if which == "lite" else (7, 0)
    with torch.no_grad():
        batch = crops(2, method.input_spec.size_hw[0])
        people = method.inspect(batch, method(batch, inspect=True))
    attention = [r for r in people[1] if isinstance(r, AttentionRecord)]
    assert [r.name for r in attention] == [
        f"{part} {number} {what}"
        for number in (1, 2)
        for part, what in (
            ("encoder", "self-attention"),
            ("decoder", "self-attention"),
            ("decoder", "cross-attention"),
        )
    ]
    for record in attention:
        assert abs(record.weights.astype("f4").sum(-1) - 1).max() < 0.01
    encoder, _, cross = attention[:3]
    assert encoder.queries.kinds[0] == "camera"
    assert len(encoder.keys.positions("grid")) == side * side
    assert cross.weights.shape[2:] == (445, side * side + found)
    assert cross.keys.grid_hw == (side, side)
    assert cross.region is not None
    assert np.allclose(cross.region, [12, 12, 212, 212])
    rows = cross.queries.positions("vertex")
    assert cross.queries.full_vertex is not None
    assert (cross.queries.full_vertex[rows] >= 0).all()
    stages = [r for r in people[1] if isinstance(r, MeshStageRecord)]
    assert [len(r.vertices) for r in stages] == [431, 1723, 6890]


def test_outputs_are_about_the_pelvis_of_the_predicted_mesh(tiny: FastMetro) -> None:
    with torch.no_grad():
        output = tiny(crops(2))
    assert float(tiny.body.regress(output.vertices, "h36m17")[:, 0].abs().max()) < 1e-5
    assert torch.equal(output.levels[-1], output.vertices)


def test_the_truth_costs_nothing_but_short_edges(body: BodyModel, tiny: FastMetro) -> None:
    vertices = body.v_template[None]
    rooted = tiny.rooted
    joints, origin = rooted.joints_and_origin(vertices, vertices[:, :14])
    levels = rooted.true_levels(vertices)
    camera = torch.tensor([[0.8, 0.1, -0.2]])
    target = Target(
        vertices=vertices + 3.0,
        joints_3d=joints + 1.0,
        joints_2d=0.8 * (joints[..., :2] + torch.tensor([0.1, -0.2])),
    )
    with torch.no_grad():
        output = tiny(crops(1))
    mesh = replace(output, vertices=levels[-1], levels=levels, joints_3d=joints, camera=camera)
    state = replace(output.internals, mesh=mesh, joints=joints + origin)
    terms = {t.name: t for t in tiny.losses(replace(mesh, internals=state), target).terms}
    shortness = terms.pop("edge shortness")
    assert shortness.weight == pytest.approx(0.01)
    # Token joints are projected about their hips, mesh joints about the pelvis: a centimetre apart.
    assert float(terms.pop("token joints 2D").value) < 0.01
    assert all(float(term.value) < 1e-5 for term in terms.values())
    off = replace(mesh, levels=(levels[0], levels[1] + 0.01, levels[2]))
    moved = tiny.losses(replace(mesh, internals=replace(state, mesh=off)), target)
    (vertex_term,) = [t for t in moved.terms if t.name == "vertices"]
    assert float(vertex_term.value) == pytest.approx(0.005, abs=1e-5)
    weights = {t.name: t.weight for t in moved.terms}
    assert weights["vertices"] == weights["token joints 2D"] == 100
    assert weights["regressed joints 3D"] == 1000
    assert (weights["edges"], weights["normals"]) == (500, 10)


def test_terms_without_truth_are_left_out(tiny: FastMetro) -> None:
    with torch.no_grad():
        output = tiny(crops(1))
    only_2d = tiny.losses(output, Target(joints_2d=torch.zeros(1, 14, 2)))
    assert [t.name for t in only_2d.terms] == ["token joints 2D", "regressed joints 2D"]


@pytest.mark.parametrize("smpl", [False, True])
def test_gradients_reach_every_parameter(body: BodyModel, smpl: bool) -> None:
    torch.manual_seed(0)
    method = FastMetro(replace(TINY, smpl_head=smpl), "paper", "s_r50", body).train()
    method.losses(method(crops(2)), truth(2)).total.backward()
    assert [n for n, p in method.named_parameters() if p.grad is None] == []


def test_the_smpl_head_trains_alone_and_leaves_the_mesh_to_its_own_terms(body: BodyModel) -> None:
    torch.manual_seed(0)
    method = FastMetro(replace(TINY, smpl_head=True), "paper", "l_h64_smpl", body).train()
    output = method(crops(2))
    terms = method.losses(output, truth(2)).terms
    posed = [t for t in terms if t.name.startswith("SMPL")]
    assert {t.name: t.weight for t in posed} == {
        "SMPL pose": 1000,
        "SMPL shape": 100,
        "SMPL joints 3D": 1000,
        "SMPL joints 2D": 1000,
        "SMPL vertices": 1000,
    }
    torch.stack([t.weight * t.value for t in posed]).sum().backward()
    assert method.xyz_regressor.weight.grad is None
    assert method.smpl_head.layers[3].weight.grad is not None
    assert [t.weight for t in terms if t.name == "vertices"] == [pytest.approx(1e-6)]


def test_the_smpl_head_gives_a_posed_body_with_the_free_mesh_beside_it(body: BodyModel) -> None:
    torch.manual_seed(0)
    method = FastMetro(replace(TINY, smpl_head=True), "paper", "l_h64_smpl", body).eval()
    with torch.no_grad():
        output = method(crops(2))
    assert output.rotmat is not None
    assert output.betas is not None
    posed = body(output.rotmat, output.betas).vertices
    shift = (output.vertices - posed).mean(1, keepdim=True)
    assert torch.allclose(output.vertices - posed, shift.expand_as(posed), atol=1e-5)
    assert torch.equal(output.alternatives[0].vertices, output.internals.mesh.vertices)


def test_the_smpl_head_always_gives_rotations() -> None:
    torch.manual_seed(0)
    head = PoseShapeHead(20, 24).eval()
    rotmat, betas = head(torch.randn(8, 20, 3))
    assert betas.shape == (8, 10)
    assert torch.allclose(rotmat @ rotmat.transpose(-1, -2), torch.eye(3), atol=1e-5)
    assert torch.allclose(torch.linalg.det(rotmat), torch.ones(8, 24), atol=1e-5)


def test_a_hand_has_no_smpl_head_and_joints_no_picture(tiny: FastMetro) -> None:
    with pytest.raises(BodyError, match="no SMPL head"):
        FastMetro(replace(TINY, smpl_head=True), "paper", "x", load_body("embedded_hand"))
    with pytest.raises(InputError, match="reads pictures"):
        tiny(replace(crops(1), image=None))


def test_the_small_head_keeps_to_its_size_and_outside_the_backbone(lite: FastMetro) -> None:
    own = {n: p for n, p in lite.named_parameters() if not n.startswith(("backbone.", "guess."))}
    assert 1e6 < sum(p.numel() for p in own.values()) < 6e6
    shared = set(type(lite.backbone)().state_dict())
    assert {n.removeprefix("backbone.") for n in lite.state_dict()} >= shared


def test_the_small_network_displaces_its_first_guess(lite: FastMetro) -> None:
    """Untrained, it hardly moves the guess, in space and in the camera."""
    batch = crops(2, 128)
    with torch.no_grad():
        output = lite(batch)
        dense = lite.backbone(batch.image)
        assert lite.guess is not None
        guess = lite.guess(dense, batch, lite.body)
    coarse = guess.points[:, 14:]
    size = (coarse - coarse.mean(1, keepdim=True)).norm(dim=-1).mean()
    moved = output.levels[0] - coarse
    moved = moved - moved.mean(1, keepdim=True)
    assert float(moved.norm(dim=-1).mean()) < 0.3 * float(size)
    assert output.camera is not None
    assert float((output.camera - guess.camera).abs().max()) < 0.6


def test_gradients_of_the_small_head_reach_every_parameter_of_it(lite: FastMetro) -> None:
    lite.losses(lite(crops(2, 128)), truth(2)).total.backward()
    missing = [n for n, p in lite.named_parameters() if p.grad is None]
    assert [n for n in missing if not n.startswith(("backbone.heads.", "guess."))] == []
    lite.zero_grad(set_to_none=True)


def test_in_half_precision_positions_are_still_worked_out_in_full(lite: FastMetro) -> None:
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
    lite: FastMetro, tiny: FastMetro
) -> None:
    """The 25 last picture tokens are the found joints, LSP's 14 first."""
    picture = torch.arange(64.0 + 25)[None, :, None]
    found = lite.picture.found_joints(picture)
    assert found is not None
    assert found[0, :, 0].tolist() == list(range(64, 64 + 14))
    names = lite.picture.token_set(lite.body, camera=False).names[64 : 64 + 14]
    assert names == tuple(f"found {name}" for name in lite.joint_names)
    assert tiny.picture.found_joints(picture) is None
