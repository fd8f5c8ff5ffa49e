"""Laws of lifting and refinement, then what the shipped weights promise."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from core.body import JOINT_SETS, load_body
from core.geometry.rotations import axis_angle_to_rotmat
from core.methods.lift_body import lift_body_of
from core.methods.lift_habits import habits
from core.methods.lift_marks import (
    mirrored_lifted,
    mirrored_marks,
    mirrored_rotmat,
    pitch_towards,
    turned_marks,
)
from core.methods.lift_network import INPUTS, LIMBS, Marks, encode
from core.methods.lift_refine import (
    BODY,
    LIMB_CHILDREN,
    LIMB_PARENTS,
    Evidence,
    Refiner,
    hint_rows,
    translation_by_least_squares,
)
from core.methods.pose_lift import PoseLift, build
from core.nn.batch import Batch, Target
from core.synthesis.poses import PoseSampler

NAMES = JOINT_SETS["lift25"].joint_names


@pytest.fixture(scope="module")
def body():
    return load_body("embedded")


@pytest.fixture(scope="module")
def lift_body(body):
    return lift_body_of(body, coarse=True)


@pytest.fixture(scope="module")
def people(lift_body):
    torch.manual_seed(0)
    rotmat = PoseSampler(lift_body.chain, seed=5).sample(6).rotmat
    return rotmat, torch.randn(6, 10) * 0.8


@pytest.fixture
def method(body) -> PoseLift:
    torch.manual_seed(1)
    return build("lite", "body", body).eval()


def make_batch(n: int = 2, seed: int = 0) -> Batch:
    """People of about 400 pixels with all joints known."""
    generator = torch.Generator().manual_seed(seed)
    joints = torch.rand(n, 25, 2, generator=generator) * 400 + torch.tensor([300.0, 100.0])
    return Batch(
        box_center=torch.tensor([[500.0, 300.0]]).repeat(n, 1),
        box_size=torch.full((n,), 400.0),
        image_size=torch.tensor([[720.0, 1280.0]]).repeat(n, 1),
        focal_px=torch.full((n,), 1468.0),
        joints_2d=joints,
        joint_scores=torch.ones(n, 25),
        joint_sigma=torch.full((n,), 0.015),
        camera_pitch=torch.full((n,), float("nan")),
        limb_hints=torch.zeros(n, len(LIMBS)),
    )


def make_evidence(n: int) -> Evidence:
    torch.manual_seed(3)
    return Evidence(
        rays=torch.randn(n, 25, 2) * 0.1,
        trust=torch.ones(n, 25),
        sigma=torch.full((n,), 0.03),
        foreign=torch.ones(n),
        hints=torch.zeros(n, len(LIMBS)),
        whitener=5 * torch.eye(82).repeat(n, 1, 1),
    )


# ------------------------------------------------------------------ the body


def test_landmarks_from_bones_equal_those_regressed_from_the_mesh(body, lift_body, people):
    posed = body(*people)
    truth = body.regress(posed.vertices, "lift25") - posed.joints[:, :1]
    landmarks = lift_body.pose(*people)[2]
    assert (landmarks - truth).norm(dim=-1).max() < 2e-4


def test_coarse_vertices_equal_those_of_the_body_model(body, lift_body, people):
    turned, placed, _ = lift_body.pose(*people)
    coarse = lift_body.coarse.at(turned, placed, people[1])
    posed = body(*people, level=len(body.level_sizes) - 1)
    assert torch.allclose(coarse, posed.vertices - posed.joints[:, :1], atol=2e-6)


# ------------------------------------------------------------------ habits


def test_habits_of_size_zero_change_nothing(lift_body, people):
    landmarks = lift_body.pose(*people)[2]
    table = habits()
    moved = table.moved(landmarks, torch.zeros(6, len(table.names)))
    assert torch.equal(moved, landmarks)


def test_longer_thighs_move_knee_and_foot_but_not_the_hip(lift_body, people):
    landmarks = lift_body.pose(*people)[2]
    table = habits()
    amounts = torch.zeros(6, len(table.names))
    amounts[:, table.names.index("thighs longer")] = 0.1
    moved = table.moved(landmarks, amounts) - landmarks
    at = NAMES.index
    thigh = landmarks[:, at("L_Knee")] - landmarks[:, at("L_Hip")]
    assert torch.allclose(moved[:, at("L_Knee")], 0.1 * thigh, atol=1e-6)
    assert torch.allclose(moved[:, at("L_Heel")], 0.1 * thigh, atol=1e-6)
    assert moved[:, at("L_Hip")].abs().max() == 0


def test_habits_do_not_depend_on_where_the_person_stands(lift_body, people):
    landmarks = lift_body.pose(*people)[2]
    table = habits()
    amounts = torch.randn(6, len(table.names)) * 0.1
    shift = torch.tensor([0.3, -0.2, 4.0])
    moved = table.moved(landmarks + shift, amounts)
    assert torch.allclose(moved, table.moved(landmarks, amounts) + shift, atol=1e-5)


# ------------------------------------------------------------------ refinement


def test_the_tables_of_limbs_agree():
    assert hint_rows(NAMES) == (LIMB_PARENTS, LIMB_CHILDREN)


def test_the_point_jacobian_is_the_finite_difference(lift_body, people):
    refiner = Refiner(lift_body)
    rotmat, betas = people[0][:2], people[1][:2]
    translation = torch.tensor([[0.1, 0.0, 3.0], [0.0, 0.2, 4.0]])
    amounts = torch.zeros(2, len(habits().names))

    def points(step: torch.Tensor) -> torch.Tensor:
        turn = axis_angle_to_rotmat(step[:, :72].unflatten(1, (24, 3)))
        state = refiner._state(
            rotmat @ turn, betas + step[:, 72:82], translation + step[:, 82:], amounts
        )
        return state.points + state.translation[:, None]

    exact = refiner._point_jacobian(refiner._state(rotmat, betas, translation, amounts))
    for column in range(BODY):
        step = torch.zeros(2, BODY)
        step[:, column] = 5e-3
        slope = (points(step) - points(-step)) / 1e-2
        assert torch.allclose(slope, exact[:, :, column], atol=2e-4), column


def test_steps_never_raise_the_cost(lift_body, people):
    refiner = Refiner(lift_body)
    points = lift_body.pose(*people)[2] + torch.tensor([0.0, 0.0, 4.0])
    rays = points[..., :2] / points[..., 2:]
    evidence = replace(make_evidence(6), rays=rays + 0.01 * torch.randn(rays.shape))
    costs = [refiner.refine(*people, evidence, iterations=n).cost for n in (0, 1, 2, 4, 8)]
    for before, after in pairwise(costs):
        assert (after <= before + 1e-3).all()
    assert (costs[-1] < 0.8 * costs[0]).all()


def test_true_marks_keep_the_true_body(lift_body, people):
    translation = torch.tensor([[0.0, 0.0, 4.0]]).repeat(6, 1)
    points = lift_body.pose(*people)[2] + translation[:, None]
    rays = points[..., :2] / points[..., 2:]
    evidence = replace(make_evidence(6), rays=rays, foreign=torch.zeros(6))
    fit = Refiner(lift_body).refine(*people, evidence, iterations=4)
    assert torch.allclose(fit.translation, translation, atol=5e-3)
    assert torch.allclose(fit.rotmat, people[0], atol=5e-3)


def test_a_stated_depth_order_is_brought_about(lift_body, people):
    translation = torch.tensor([[0.0, 0.0, 4.0]])
    rotmat, betas = people[0][:1], people[1][:1]
    points = lift_body.pose(rotmat, betas)[2]
    limb = LIMBS.index(("R_Shoulder", "R_Elbow"))
    nearer = points[0, LIMB_PARENTS[limb], 2] - points[0, LIMB_CHILDREN[limb], 2]
    shifted = points + translation[:, None]
    hints = torch.zeros(1, len(LIMBS))
    hints[0, limb] = -torch.sign(nearer)
    evidence = replace(
        make_evidence(1),
        rays=shifted[..., :2] / shifted[..., 2:],
        foreign=torch.zeros(1),
        hints=hints,
        whitener=torch.eye(82)[None],
    )
    fit = Refiner(lift_body).refine(rotmat, betas, evidence, iterations=20)
    after = lift_body.pose(fit.rotmat, fit.betas)[2]
    now = after[0, LIMB_PARENTS[limb], 2] - after[0, LIMB_CHILDREN[limb], 2]
    assert now * hints[0, limb] > 0.0


def test_translation_by_least_squares_finds_an_exact_translation(lift_body, people):
    truth = torch.tensor([[0.3, -0.2, 3.5]]).repeat(6, 1)
    points = lift_body.pose(*people)[2]
    seen = points + truth[:, None]
    rays = seen[..., :2] / seen[..., 2:]
    found = translation_by_least_squares(points, rays, torch.ones(6, 25))
    assert torch.allclose(found, truth, atol=2e-3)


# ------------------------------------------------------------------ marks


def test_mirroring_twice_changes_nothing(people):
    assert torch.equal(mirrored_rotmat(mirrored_rotmat(people[0])), people[0])
    marks = turned_marks(make_batch()).marks
    twice = mirrored_marks(mirrored_marks(marks))
    assert torch.equal(twice.rays, marks.rays)
    assert torch.equal(twice.hints, marks.hints)


def test_mirrored_rotations_give_the_mirrored_skeleton(lift_body, people):
    chain = lift_body.chain
    plain = lift_body.pose(people[0], torch.zeros(6, 10))[2]
    mirror = lift_body.pose(mirrored_rotmat(people[0]), torch.zeros(6, 10))[2]
    back = mirrored_marks_points(mirror)
    assert (back - plain).norm(dim=-1).max() < 0.02  # the mean body is nearly symmetric
    assert len(chain.names) == 24


def mirrored_marks_points(points: torch.Tensor) -> torch.Tensor:
    from core.methods.lift_marks import MIRRORED_MARKS

    return points[:, MIRRORED_MARKS] * torch.tensor([-1.0, 1.0, 1.0])


def test_marks_do_not_depend_on_where_in_the_picture_a_distant_person_stands():
    """A body seen straight ahead, then the same rays turned: the turned marks stay the same."""
    batch = make_batch(1)
    marks = turned_marks(batch).marks
    center, size = marks.rays[0].mean(0), marks.rays[0].std()
    assert center.abs().max() < 0.1
    assert torch.isfinite(size)


def test_marks_of_the_bodys_own_definition_are_not_foreign():
    batch = make_batch(2)
    assert turned_marks(batch).marks.foreign.tolist() == [1.0, 1.0]
    told = replace(batch, joints_own=torch.tensor([1.0, 0.0]))
    assert turned_marks(told).marks.foreign.tolist() == [0.0, 1.0]


def test_pitch_grows_with_how_low_the_person_is_in_the_picture():
    level = torch.zeros(2)
    towards = torch.nn.functional.normalize(torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.3, 1.0]]), dim=1)
    pitch = pitch_towards(level, towards)
    assert pitch[0].abs() < 1e-6
    assert torch.allclose(pitch[1], torch.atan(torch.tensor(0.3)), atol=1e-5)


def test_features_have_their_size_and_unknown_marks_do_not_matter():
    marks = turned_marks(make_batch()).marks
    assert encode(marks).shape == (2, INPUTS)
    known = marks.known.clone()
    known[:, 20:] = False
    hidden = replace(marks, known=known)
    moved = replace(hidden, rays=torch.where(known[..., None], marks.rays, marks.rays + 9.0))
    assert torch.equal(encode(hidden), encode(moved))


# ------------------------------------------------------------------ the method


def test_outputs_have_their_shapes_and_project_as_promised(method, body):
    batch = make_batch(3)
    with torch.inference_mode():
        output = method(batch)
    assert output.vertices.shape == (3, body.vertex_count, 3)
    assert output.joints_3d.shape == (3, 14, 3)
    assert output.camera_full is not None
    assert (output.camera_full[:, 2] > 0).all()
    assert len(output.alternatives) == 3
    joints = body.regress(output.vertices, "lift25")[:, :14]
    assert torch.allclose(joints, output.joints_3d, atol=1e-5)


def test_one_person_equals_the_same_person_among_others(method):
    batch = make_batch(3)
    method.live = True
    with torch.inference_mode():
        whole = method(batch)
        single = method(
            replace(
                batch,
                **{
                    name: getattr(batch, name)[1:2]
                    for name in vars(batch)
                    if getattr(batch, name) is not None
                },
            )
        )
    assert torch.allclose(whole.vertices[1:2], single.vertices, atol=2e-3)
    assert single.alternatives == ()


def test_a_mirrored_person_gives_a_mirrored_answer(method):
    marks = turned_marks(make_batch(4)).marks
    plain = method.lift(marks)
    mirror = mirrored_lifted(method.lift(mirrored_marks(marks)))
    assert torch.allclose(plain.rotmat, mirror.rotmat, atol=1e-5)
    assert torch.allclose(plain.camera, mirror.camera, atol=1e-5)


def test_gradients_reach_every_parameter(method):
    method.train()
    output = method(make_batch(2))
    target = Target(
        vertices=torch.zeros_like(output.vertices),
        joints_3d=torch.zeros_like(output.joints_3d),
        rotmat=torch.eye(3).expand_as(output.rotmat),
        betas=torch.ones_like(output.betas),
    )
    method.losses(output, target).total.backward()
    without = [n for n, p in method.network.named_parameters() if p.grad is None]
    assert without == []


def test_a_handful_of_marks_is_enough_for_finite_numbers(method):
    batch = make_batch(1)
    scores = torch.zeros(1, 25)
    scores[:, :4] = 1
    with torch.inference_mode():
        output = method(
            replace(batch, joint_scores=scores, joints_2d=batch.joints_2d * scores[..., None])
        )
    assert torch.isfinite(output.vertices).all()


def test_marks_dataclass_takes_rows():
    marks = turned_marks(make_batch(3)).marks
    assert isinstance(marks.rows(slice(0, 2)), Marks)
    assert len(marks.rows(torch.tensor([2])).rays) == 1


@pytest.mark.parametrize("kind", ["one point", "a line", "far outside", "tiny", "huge"])
def test_impossible_marks_give_finite_numbers_before_the_camera(method, kind):
    batch = make_batch(1)
    joints = batch.joints_2d.clone()
    if kind == "one point":
        joints = torch.full_like(joints, 300.0)
    elif kind == "a line":
        joints[..., 1] = 200.0
    elif kind == "far outside":
        joints = joints + 20_000.0
    elif kind == "tiny":
        joints = 300 + (joints - 300) * 1e-4
    else:
        joints = joints * 50
    with torch.inference_mode():
        output = method(replace(batch, joints_2d=joints))
    assert torch.isfinite(output.vertices).all()
    assert torch.isfinite(output.camera_full).all()
