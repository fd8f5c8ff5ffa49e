"""The lifter's data and recipe: what marks are like, and that a little training helps."""

import math
from dataclasses import replace

import pytest
import torch

from core.body import load_body
from core.methods.lift_body import lift_body_of
from core.methods.lift_network import mark_box
from core.synthesis.draws import Draws
from core.synthesis.poses import PoseSampler
from training.lift.held_out import HeldOut, errors_of, flips, trunk_lean_deg
from training.lift.marking import (
    FEET,
    NAMES,
    ROW,
    known_marks,
    mark_exactly,
    mark_like_people,
    true_hints,
    with_habits,
)
from training.lift.people import HIPS, PosePool, draw_people
from training.lift.recipe import LiftRecipe


@pytest.fixture(scope="module")
def body():
    return lift_body_of(load_body("embedded"), coarse=True)


@pytest.fixture(scope="module")
def people(body):
    poses = PoseSampler(body.chain, 3).sample(1500)
    return draw_people(body, poses, Draws(4), 1500)


def test_people_are_before_the_camera_and_centred_on_their_hips(people):
    assert people.landmarks[:, HIPS].mean(1).abs().max() < 1e-5
    depth = people.landmarks[..., 2] + people.translation[:, 2:]
    assert depth.min() > 0.5
    assert people.rays.abs().max() < 3


def test_a_camera_that_looks_down_sees_heads_nearer_than_feet(body):
    poses = PoseSampler(body.chain, 3).sample(1500)
    upright = draw_people(body, poses, Draws(4), 4000, "level")
    steep = upright.pitch > math.radians(15)
    head, foot = upright.landmarks[:, ROW["Head_top"], 2], upright.landmarks[:, ROW["L_Ankle"], 2]
    assert (head - foot)[steep].median() < (head - foot)[~steep].median() - 0.1


def test_noise_has_the_size_that_is_told(people):
    exact = mark_exactly(people, Draws(1))
    noisy = mark_exactly(people, Draws(1), noise=0.02)
    half = mark_box(exact.rays, exact.known)[1]
    error = (noisy.rays - exact.rays)[:, :14] / (2 * half[:, None, None])
    assert abs(float(error.std()) - 0.02) < 0.0006


def test_joint_sets_and_missing_joints_are_masked(people):
    exact = mark_exactly(people, Draws(1), missing=3)
    assert (exact.known.sum(1) == 11).all()
    coco = mark_exactly(people, Draws(1), joint_set=1)
    assert (coco.known.sum(1) == 17).all()
    assert not coco.known[:, ROW["Neck"]].any()
    assert not coco.known[:, FEET].any()
    assert mark_exactly(people, Draws(1), joint_set=2).known.all()


def test_training_marks_always_leave_enough_to_see():
    known = known_marks(Draws(2), 5000)
    assert known.sum(1).min() >= 4
    assert 0.3 < float((known[:, 14:].sum(1) == 0).float().mean()) < 0.6


def test_own_marks_have_no_habits_and_foreign_ones_do(people):
    own = with_habits(people.landmarks, torch.zeros(len(people)), Draws(3))
    foreign = with_habits(people.landmarks, torch.ones(len(people)), Draws(3))
    assert torch.equal(own, people.landmarks)
    moved = (foreign - people.landmarks).norm(dim=-1)
    assert 0.01 < float(moved.mean()) < 0.06


def test_hints_name_the_nearer_end():
    landmarks = torch.zeros(1, len(NAMES), 3)
    landmarks[0, ROW["R_Elbow"], 2] = -0.3
    hints = true_hints(landmarks, 0.05)
    assert hints[0].tolist() == [1.0, -1.0, 0, 0, 0, 0, 0, 0]


def test_training_marks_are_finite_and_sometimes_unknown(people):
    marks = mark_like_people(people, Draws(5))
    assert torch.isfinite(marks.rays).all()
    assert 0.05 < float(marks.sigma.isnan().float().mean()) < 0.3
    assert 0.6 < float(marks.pitch.isnan().float().mean()) < 0.9
    assert 0 < float((marks.hints != 0).any(1).float().mean()) < 0.25


def test_the_stock_of_poses_stays_bounded_and_changes(body):
    pool = PosePool(PoseSampler(body.chain, 0), 500, 0.4)
    assert len(pool.poses.mode) == 500
    before = pool.poses.rotmat.clone()
    pool.refresh(100)
    assert len(pool.poses.mode) == 500
    changed = (pool.poses.rotmat - before).abs().amax((1, 2, 3)) > 0
    assert 90 <= int(changed.sum()) <= 100


def test_errors_of_the_truth_are_zero_and_flips_are_counted(body):
    held_out = HeldOut.build(body, count=50)
    people = held_out.people
    errors = errors_of(body, held_out, people.rotmat, people.betas)
    assert errors.mpjpe_mm < 0.01
    assert errors.pa_mpjpe_mm < 0.01
    assert errors.flipped_percent == 0
    mirrored = people.landmarks * torch.tensor([1.0, 1.0, -1.0])
    flipped, deep = flips(mirrored, people.landmarks)
    assert torch.equal(flipped, deep)


def test_the_held_out_people_are_the_same_at_each_build(body):
    first, second = (HeldOut.build(body, count=20) for _ in range(2))
    assert torch.equal(first.people.rays, second.people.rays)
    assert torch.equal(first.marks(noise=0.02).rays, second.marks(noise=0.02).rays)


def test_lean_is_positive_towards_the_camera():
    landmarks = torch.zeros(1, len(NAMES), 3)
    landmarks[0, ROW["Neck"]] = torch.tensor([0.0, -0.5, -0.5])
    assert trunk_lean_deg(landmarks)[0] == pytest.approx(45.0)


def test_some_steps_lower_the_loss():
    torch.manual_seed(0)
    recipe = LiftRecipe(torch.device("cpu"), 0)
    recipe.batch_size = 128
    network = recipe.build()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    totals = []
    for _ in range(40):
        total = recipe.losses(network, 0.1).total
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        totals.append(float(total.detach()))
    assert sum(totals[-5:]) < 0.85 * sum(totals[:5])


def test_a_pitch_is_seen_by_the_network(people):
    torch.manual_seed(0)
    network = LiftRecipe(torch.device("cpu"), 0).build()
    marks = mark_exactly(people.rows(slice(0, 4)), Draws(1))
    told = replace(marks, pitch=torch.full((4,), 0.4))
    with torch.no_grad():
        network.stem.weight.mul_(3)
        assert not torch.equal(network(marks).rotmat, network(told).rotmat)
