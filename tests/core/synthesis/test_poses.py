"""Laws of sampled poses."""

import math

import pytest
import torch

from core.body import load_body
from core.synthesis.arm_modes import ArmBones, arm_to_target
from core.synthesis.draws import Draws
from core.synthesis.leg_modes import LEG_MODES, MODE_ID
from core.synthesis.poses import PoseDraw, PoseSampler


@pytest.fixture(scope="module")
def chain():
    return load_body("embedded").chain


@pytest.fixture(scope="module")
def drawn(chain) -> PoseDraw:
    return PoseSampler(chain, seed=1).sample(3000, "broad")


@pytest.fixture(scope="module")
def placed(chain, drawn):
    return chain.forward_kinematics(drawn.rotmat, chain.offsets)[1]


def test_every_matrix_is_a_rotation(drawn):
    product = drawn.rotmat @ drawn.rotmat.transpose(-1, -2)
    assert torch.allclose(product, torch.eye(3).expand_as(product), atol=2e-5)
    assert torch.allclose(torch.linalg.det(drawn.rotmat), torch.ones(3000, 24), atol=2e-5)


def test_the_same_seed_gives_the_same_poses_and_another_does_not(chain, drawn):
    again = PoseSampler(chain, seed=1).sample(3000, "broad")
    other = PoseSampler(chain, seed=2).sample(3000, "broad")
    assert torch.equal(again.rotmat, drawn.rotmat)
    assert not torch.equal(other.rotmat, drawn.rotmat)


def test_every_activity_is_drawn_about_as_often_as_its_weight_says(chain):
    modes = PoseSampler(chain, seed=3).sample(6000, "daily").mode
    for row, mode in enumerate(LEG_MODES):
        share = float((modes == row).float().mean())
        assert 0.25 * mode.daily < share < 2.0 * mode.daily, mode.name


def test_standing_people_are_upright_and_balanced(chain, drawn, placed):
    standing = drawn.mode == MODE_ID["stand"]
    at = chain.joint_id
    ankles = placed[standing][:, [at["L_Ankle"], at["R_Ankle"]]].mean(1)
    up = placed[standing][:, at["Head"]] - ankles
    tilt = torch.rad2deg(torch.atan2(up[:, [0, 2]].norm(dim=1), up[:, 1]))
    assert tilt.median() < 8
    assert tilt.quantile(0.95) < 20


def test_people_on_both_feet_have_them_at_one_height(chain, drawn, placed):
    at = chain.joint_id
    squats = drawn.mode == MODE_ID["squat"]
    feet = placed[squats][:, [at["L_Ankle"], at["R_Ankle"]], 1]
    assert (feet[:, 0] - feet[:, 1]).abs().median() < 0.01


def test_people_who_lie_are_low(chain, drawn, placed):
    lying = drawn.mode == MODE_ID["lie"]
    trunk = placed[lying][:, chain.joint_id["Neck"], 1].abs()
    assert trunk.quantile(0.9) < 0.3


def test_knees_do_not_bend_backwards(chain, drawn):
    for side in "LR":
        knee = drawn.rotmat[:, chain.joint_id[f"{side}_Knee"]]
        flexion = torch.atan2(knee[:, 2, 1], knee[:, 1, 1])
        assert (flexion > -0.02).all()


def test_inverse_kinematics_brings_the_wrist_to_a_reachable_target(chain):
    offsets, at = chain.offsets, chain.joint_id
    bones = ArmBones(
        1.0,
        offsets[at["L_Shoulder"]],
        float(offsets[at["L_Elbow"]].norm()),
        float(offsets[at["L_Wrist"]].norm()),
    )
    draws = Draws(4)
    direction = torch.nn.functional.normalize(draws.normal(0, 1, 500, 3), dim=1)
    reach = draws.uniform(0.3, 0.9 * (bones.upper + bones.fore), 500, 1)
    target = bones.shoulder + direction * reach
    collar, shoulder, elbow = arm_to_target(draws, bones, target, torch.zeros(500))
    wrist = collar @ (
        bones.shoulder[:, None]
        + shoulder @ (offsets[at["L_Elbow"]][:, None] + elbow @ offsets[at["L_Wrist"]][:, None])
    )
    # Raising the collar moves the shoulder, so a few far targets end just out of reach.
    gap = (wrist[..., 0] - target).norm(dim=1)
    assert gap.median() < 0.003
    assert gap.quantile(0.9) < 0.06


def test_no_limb_runs_through_another(chain, drawn, placed):
    at = chain.joint_id
    knees = (placed[:, at["L_Knee"]] - placed[:, at["R_Knee"]]).norm(dim=1)
    wrists = (placed[:, at["L_Wrist"]] - placed[:, at["R_Wrist"]]).norm(dim=1)
    assert knees.min() > 0.085
    assert wrists.min() > 0.035


def test_both_sides_are_treated_alike(chain, placed):
    left = placed[:, chain.joint_id["L_Wrist"]].mean(0)
    right = placed[:, chain.joint_id["R_Wrist"]].mean(0) * torch.tensor([-1.0, 1.0, 1.0])
    assert torch.allclose(left, right, atol=0.03)


def test_no_people_and_one_person(chain):
    sampler = PoseSampler(chain, seed=0)
    assert sampler.sample(1).rotmat.shape == (1, 24, 3, 3)
    assert math.isfinite(float(sampler.sample(1).rotmat.sum()))
