"""GLNet: proposals, the two hops, matching, refinement, ablations, records."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.body import load_body
from core.body.inverse_kinematics import posed_skeleton
from core.geometry.cameras import project_weak_perspective
from core.geometry.rotations import axis_angle_to_rotmat, rotation_angle
from core.methods import glnet_parts as parts
from core.methods.glnet import LITE, VARIANTS, Glnet, GlnetConfig
from core.methods.glnet_truth import (
    LSP_KEYPOINTS,
    drawn_parts,
    skeleton_of,
    true_keypoints,
    vertex_parts,
)
from core.nn.batch import Batch, LossTerms, Target
from core.types import MeshStageRecord, PointsRecord, ScoreMapRecord

PEOPLE = 2
SMALL = LITE["body"]


@pytest.fixture(scope="module")
def body():
    return load_body()


def made(body, **changes) -> Glnet:
    torch.manual_seed(0)
    config = replace(SMALL, part_hidden=16, global_hidden=16, hidden=16, **changes)
    return Glnet(config, "lite", "body", body)


def crops(side: int = 128) -> Batch:
    generator = torch.Generator().manual_seed(3)
    ones = torch.ones(PEOPLE)
    return Batch(
        box_center=torch.tensor([[300.0, 240.0], [340.0, 250.0]]),
        box_size=ones * 300,
        image_size=torch.tensor([[480.0, 640.0]]).expand(PEOPLE, 2),
        focal_px=ones * 800,
        image=torch.randn(PEOPLE, 3, side, side, generator=generator),
    )


def standing(body) -> Target:
    """Two people in camera axes in the middle of their crops."""
    generator = torch.Generator().manual_seed(4)
    turns = 0.2 * torch.randn(PEOPLE, 24, 3, generator=generator)
    rotmat = axis_angle_to_rotmat(turns)
    upright = axis_angle_to_rotmat(torch.tensor([torch.pi, 0.0, 0.0]))
    rotmat[:, 0] = upright @ rotmat[:, 0]
    betas = torch.randn(PEOPLE, 10, generator=generator)
    vertices = body(rotmat, betas).vertices
    return Target(
        vertices=vertices,
        joints_3d=body.regress(vertices, "lsp14"),
        rotmat=rotmat,
        betas=betas,
        camera_full=torch.tensor([[0.0, 0.2, 5.5], [0.1, 0.2, 5.0]]),
    )


def with_joints_2d(target: Target) -> Target:
    places = torch.rand(PEOPLE, 14, 2, generator=torch.Generator().manual_seed(8)) - 0.5
    return replace(target, joints_2d=places, joints_2d_visible=torch.ones(PEOPLE, 14))


def values(terms: LossTerms) -> dict[str, float]:
    return {term.name: float(term.value) for term in terms.terms}


def awake(method: Glnet) -> Glnet:
    """Layers that begin at zero say something."""
    torch.manual_seed(9)
    for name, value in method.named_parameters():
        if not name.startswith("backbone.") and float(value.detach().abs().max()) == 0:
            torch.nn.init.normal_(value, std=0.05)
    return method


# ---------------------------------------------------------------------------- structure


def test_every_keypoint_belongs_to_one_of_seven_parts():
    every = sorted(k for part in parts.PART_KEYPOINTS for k in part)
    assert every == list(range(29 + 17))
    assert len(parts.PART_KEYPOINTS) == 7
    assert all(part for part in parts.PART_KEYPOINTS)
    left = {parts.KEYPOINT_NAMES[k] for k in parts.PART_KEYPOINTS[2]}
    assert {"L_Elbow", "L_Wrist", "left_wrist"} <= left


def test_lsp_joints_map_to_the_same_marks_of_coco():
    assert len(LSP_KEYPOINTS) == 12
    found = {parts.KEYPOINT_NAMES[k] for _, k in LSP_KEYPOINTS}
    assert "left_ankle" in found
    assert "nose" not in found


@pytest.mark.parametrize(("backbone", "side"), [("lite", 128), ("hrnet-w32", 256)])
def test_one_proposal_per_pixel_of_the_quarter_map(body, backbone, side):
    method = made(body, backbone=backbone)
    assert method.input_spec.size_hw == (side, side)
    with torch.no_grad():
        state = method.eval()(crops(side)).internals
    assert state.map_hw == (side // 4, side // 4)
    assert state.scores.shape == (PEOPLE, (side // 4) ** 2)
    assert state.points.shape == (PEOPLE, (side // 4) ** 2, 7, 2)


@pytest.mark.parametrize(("variant", "width"), [("body_w32", 32), ("body_w48", 48)])
def test_sizes_that_the_paper_names(body, variant, width):
    """256 px, HRNet of that width, 14 offsets, 46 twists, weights 2, 70 and 0.1, T = 20."""
    config = VARIANTS[variant]
    method = Glnet(config, "paper", variant, body)
    assert method.input_spec.size_hw == (256, 256)
    assert method.encoding.first.weight.shape == (256, width, 3, 3)
    assert method.encoding.offsets.weight.shape == (14, 256, 3, 3)
    assert method.residual.layers[-1].out_features == 46
    weights = config.losses
    assert (weights.score, weights.two_d, weights.three_d) == (2, 70, 0.1)
    assert (weights.joints_3d, config.positives, config.costs) == (0, 20, ("class", "keypoints"))
    assert config.refined == ("rotation",)


def test_the_lite_head_is_small(body):
    method = Glnet(SMALL, "lite", "body", body)
    own = [p.numel() for n, p in method.named_parameters() if not n.startswith("backbone.")]
    assert 1e6 < sum(own) < 6e6


def test_at_first_every_part_point_is_its_pixel_and_refinement_changes_nothing(body):
    method = made(body).eval()
    with torch.no_grad():
        output = method(crops(), inspect=True)
    state = output.internals
    places = parts.cell_places(*state.map_hw, state.scores)
    assert torch.equal(state.points, places[None, :, None].expand_as(state.points))
    stages = dict(state.stages)
    assert torch.equal(stages["before refinement"], stages["after refinement"])


def test_sampling_at_cell_centres_gives_the_cells():
    features = torch.rand(2, 5, 4, 6)
    places = parts.cell_places(4, 6, features)[None, :, None].expand(2, -1, 1, -1)
    found = parts.sample_at(features, places)[:, :, 0]
    torch.testing.assert_close(found, features.flatten(2).transpose(1, 2))


# ---------------------------------------------------------------------------- two hops


def test_gradients_pass_both_hops(body):
    """Hop 1 learns through the sum of both offsets and through the feature that hop 2 reads."""
    method = awake(made(body))
    state = method(crops()).internals
    index = torch.tensor([[5, 300], [17, 900]])
    keypoints = method.keypoints(state, index)[0]
    keypoints[..., 2].sum().backward()  # depth has no offset 1 in its sum
    through_feature = method.encoding.offsets.weight.grad.clone()
    assert float(through_feature.abs().sum()) > 0
    method.zero_grad()
    state = method(crops()).internals
    method.keypoints(state, index)[0][..., 0].sum().backward()
    along_x = method.encoding.offsets.bias.grad[0::2]
    assert float(along_x.abs().min()) > 0


def test_keypoints_are_pixel_plus_both_offsets(body):
    method = made(body)
    features = torch.rand(1, 96, 8, 8)
    context = torch.zeros(1, 75)
    torch.nn.init.constant_(method.encoding.offsets.bias, 2.0)
    for hop in method.encoding.second:
        torch.nn.init.zeros_(hop[2].weight)
        torch.nn.init.constant_(hop[2].bias, 1.0)
    points = method.encoding.points(features, context)
    samples = parts.sample_at(features, points)
    found = method.encoding.keypoints(points, samples, context)
    places = parts.cell_places(8, 8, features)
    wanted = places[None, :, None] + 3 * parts.REACH
    torch.testing.assert_close(found[..., :2], wanted.expand_as(found[..., :2]))
    torch.testing.assert_close(found[..., 2], torch.full_like(found[..., 2], parts.REACH))


# ---------------------------------------------------------------------------- truth


def test_true_keypoints_through_the_camera_put_the_body_back(body):
    """Keypoints and depths of a body, read back, swing into the body's own rotations."""
    method = made(body)
    target = replace(standing(body), camera_full=torch.tensor([[0.0, 0.0, 400.0]] * PEOPLE))
    batch = replace(crops(), focal_px=torch.full((PEOPLE,), 40_000.0))
    places, truth = true_keypoints(body, method.rest.leaves, target, batch)
    assert truth is not None
    assert float(places.known.min()) == 1
    keypoints = torch.cat([places.places, truth.depth[..., None]], -1)
    posed = posed_skeleton(body, target.rotmat, target.betas, method.rest.leaves)
    made_again = skeleton_of(keypoints, truth.rest)
    apart = (made_again - made_again[:, :1]) - (posed - posed[:, :1])
    assert float(apart.norm(dim=-1).max()) < 0.01
    from core.body.inverse_kinematics import swing_twist_rotmats

    back = swing_twist_rotmats(made_again, truth.rest, truth.twists, adaptive=False)
    inner = [k for k in range(24) if k not in (10, 11, 15, 22, 23)]
    assert float(rotation_angle(back, target.rotmat)[:, inner].max()) < 0.06


def test_the_fitted_camera_projects_onto_the_true_keypoints(body):
    method = made(body)
    target, batch = standing(body), crops()
    places, truth = true_keypoints(body, method.rest.leaves, target, batch)
    assert truth is not None
    seen = (project_weak_perspective(truth.joints, truth.camera) + 1) / 2
    assert float((seen - places.places[:, :24]).abs().max()) < 0.06
    assert float(places.places[:, :24].mean((0, 1)).sub(0.5).abs().max()) < 0.4


def test_pictures_with_marks_only_know_twelve_keypoints(body):
    method = made(body)
    target = with_joints_2d(Target())
    target = replace(target, has_2d=torch.tensor([1.0, 0.0]))
    places, truth = true_keypoints(body, method.rest.leaves, target, crops())
    assert truth is None
    assert places.known.sum(1).tolist() == [12, 0]
    right_ankle = parts.KEYPOINT_NAMES.index("right_ankle")
    torch.testing.assert_close(places.places[:, right_ankle], (target.joints_2d[:, 0] + 1) / 2)


def test_people_without_a_body_keep_their_marks(body):
    method = made(body)
    target = replace(with_joints_2d(standing(body)), has_mesh=torch.tensor([1.0, 0.0]))
    places, _ = true_keypoints(body, method.rest.leaves, target, crops())
    assert places.known.sum(1).tolist() == [46, 12]


def test_the_nearest_vertex_gives_a_cell_its_part(body):
    places = torch.tensor([[[-0.5, -0.5], [-0.5, -0.5], [0.5, 0.5], [9.0, 0.0]]])
    depth = torch.tensor([[2.0, 1.0, 3.0, 0.0]])
    found = drawn_parts(places, depth, torch.tensor([3, 5, 7, 1]), (2, 2))
    assert found[0].tolist() == [[5, 0], [0, 7]]
    assert set(vertex_parts(body).tolist()) == set(range(1, 8))


# ---------------------------------------------------------------------------- matching


def test_equation_one_on_a_hand_made_case(body):
    method = made(body)
    target = standing(body)
    batch = crops()
    places, truth = true_keypoints(body, method.rest.leaves, target, batch)
    state = method(batch).internals
    index = torch.arange(1024).expand(PEOPLE, -1)
    found = method.keypoints(state, index)[0]
    p = torch.sigmoid(state.scores)
    by_hand = -0.25 * (1 - p) ** 2 * p.log()
    by_hand = by_hand + (found[..., :2] - places.places[:, None]).abs().mean((2, 3))
    torch.testing.assert_close(method.costs(state, places, truth), by_hand, atol=1e-5, rtol=1e-4)
    chosen = method.positives(state, places, truth)
    assert chosen.shape == (PEOPLE, 20)
    inside = by_hand.gather(1, chosen)
    assert float(inside.max(1).values[0]) <= float(by_hand[0].sort().values[20])


def test_depth_and_rotation_costs_are_added_when_asked_for(body):
    everything = ("class", "keypoints", "depth", "rotation")
    method = made(body, costs=everything)
    batch, target = crops(), standing(body)
    places, truth = true_keypoints(body, method.rest.leaves, target, batch)
    with torch.no_grad():
        state = method.eval()(batch).internals
        full = method.costs(state, places, truth)
        method.config = replace(method.config, costs=("class", "keypoints"))
        plain = method.costs(state, places, truth)
    assert float((full - plain).min()) > 0


def test_centre_matching_takes_pixels_about_the_body(body):
    method = made(body, matching="center")
    batch, target = crops(), standing(body)
    places, truth = true_keypoints(body, method.rest.leaves, target, batch)
    state = method(batch).internals
    chosen = method.positives(state, places, truth)
    cells = parts.cell_places(*state.map_hw, state.scores)[chosen]
    center = places.places.mean(1, keepdim=True)
    assert float((cells - center).norm(dim=-1).max()) < 0.12


# ---------------------------------------------------------------------------- losses


def test_all_terms_of_equation_two_and_their_weights(body):
    method = made(body, losses=VARIANTS["body_w32"].losses).train()
    target = standing(body)
    terms = method.losses(method(crops()), target)
    weights = {term.name: term.weight for term in terms.terms}
    assert weights == {
        "base pose": 0.1, "shape": 0.1, "camera": 0.1, "score": 2.0, "keypoints 2D": 70.0,
        "depth": 70.0, "pose": 0.1, "twist": 0.1,
    }  # fmt: skip
    assert torch.isfinite(terms.total)


def test_terms_without_truth_are_left_out(body):
    method = made(body)
    terms = method.losses(method(crops()), with_joints_2d(Target()))
    assert set(values(terms)) == {"score", "keypoints 2D"}
    nobody = replace(standing(body), has_mesh=torch.zeros(PEOPLE))
    terms = values(method.losses(method(crops()), nobody))
    assert terms["pose"] == terms["shape"] == terms["depth"] == 0


ABLATIONS = {
    "default": {},
    "direct rotations (table 2)": {"rotation": "direct"},
    "centre positives (table 2)": {"matching": "center"},
    "no local encoding (table 2)": {"local_encoding": False},
    "baseline (table 2)": {"proposals": False, "rotation": "direct"},
    "segmentation (table 3)": {"guidance": "segmentation"},
    "global (table 4)": {"refined": ()},
    "shape, rotation and camera (table 4)": {"refined": ("rotation", "shape", "camera")},
    "shape alone": {"refined": ("shape",)},
    "one positive (table 5)": {"positives": 1},
    "all costs (table 6)": {"costs": ("class", "keypoints", "depth", "rotation")},
}


@pytest.mark.parametrize("name", ABLATIONS)
def test_every_ablation_trains(body, name):
    """Gradients reach every parameter of the head."""
    method = awake(made(body, **ABLATIONS[name])).train()
    terms = method.losses(method(crops()), standing(body))
    terms.total.backward()
    idle = [
        n for n, p in method.named_parameters()
        if not n.startswith("backbone.") and (p.grad is None or not torch.isfinite(p.grad).all()
                                              or float(p.grad.abs().sum()) == 0)
    ]  # fmt: skip
    assert idle == []


@pytest.mark.parametrize("name", ["default", "direct rotations (table 2)", "baseline (table 2)"])
def test_answers_are_bodies(body, name):
    method = awake(made(body, **ABLATIONS[name])).eval()
    with torch.no_grad():
        output = method(crops())
    eye = torch.eye(3).expand_as(output.rotmat)
    torch.testing.assert_close(output.rotmat @ output.rotmat.mT, eye, atol=1e-4, rtol=0)
    assert torch.isfinite(output.vertices).all()


def test_the_answer_is_the_best_scored_proposal(body):
    method = awake(made(body)).eval()
    with torch.no_grad():
        output = method(crops())
        state = output.internals
        for person in range(PEOPLE):
            best = int(state.scores[person].argmax())
            own = method.read(state, torch.full((PEOPLE, 1), best))
            torch.testing.assert_close(own.rotmat[person, 0], output.rotmat[person])


def test_the_body_lies_on_its_keypoints_where_the_camera_is_fitted(body):
    method = awake(made(body)).eval()
    with torch.no_grad():
        output = method(crops())
        joints = body(output.rotmat, output.betas).joints
    seen = (project_weak_perspective(joints, output.camera) + 1) / 2
    wanted = output.internals.keypoints[:, :24, :2]
    torch.testing.assert_close(seen.mean(1), wanted.mean(1), atol=1e-4, rtol=0)


# ---------------------------------------------------------------------------- records


def test_records_show_scores_points_and_both_bodies(body):
    method = awake(made(body)).eval()
    batch = crops()
    with torch.no_grad():
        output = method(batch, inspect=True)
    records = {record.name: record for record in method.inspect(batch, output)[0]}
    scores = records["proposal scores"]
    assert isinstance(scores, ScoreMapRecord)
    assert scores.scores.shape == (32, 32)
    assert scores.scores[scores.winner_rc] == scores.scores.max()
    points = records["part points"]
    assert isinstance(points, PointsRecord)
    assert points.points.shape == (7, 1, 2)
    reference = records["reference point"].points[0, 0]
    row, column = scores.winner_rc
    left, top = 300 - 150, 240 - 150
    wanted = (left + (column + 0.5) / 32 * 300, top + (row + 0.5) / 32 * 300)
    assert reference.tolist() == pytest.approx(wanted, abs=1e-2)
    stages = [r for r in records.values() if isinstance(r, MeshStageRecord)]
    assert [r.name for r in stages] == ["before refinement", "after refinement"]
    assert (stages[0].vertices != stages[1].vertices).any()


def test_a_config_is_a_value():
    assert GlnetConfig() == VARIANTS["body_w32"]
