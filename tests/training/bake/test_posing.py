import numpy as np
import pytest
import torch

from core.body import load_body
from core.body.joint_sets import SMPL24_NAMES
from training.bake.anny_body import head_of_joint, joint_of_bone
from training.bake.anny_hand import joint_of_bone as joint_of_hand_bone
from training.bake.posing import Rig, euler, minimal_rotation, random_body_poses


def test_the_bakers_skinning_is_the_programs():
    body = load_body()
    rig = Rig(
        *(
            getattr(body, name).double().numpy()
            for name in ("v_bind", "shapedirs", "j_template", "j_shapedirs", "lbs_weights")
        ),
        body.parents,
        body.rest_rotmat.double().numpy(),
        body.joint_names,
    )
    rng = np.random.default_rng(0)
    rotmat, betas = random_body_poses(body.joint_names, 3, rng), rng.standard_normal((3, 10))
    vertices, joints = rig.pose(rotmat, betas)
    out = body(torch.from_numpy(rotmat).float(), torch.from_numpy(betas).float())
    assert np.allclose(vertices, out.vertices.numpy(), atol=2e-6)
    assert np.allclose(joints, out.joints.numpy(), atol=2e-6)


def test_random_poses_are_rotations():
    rotmat = random_body_poses(SMPL24_NAMES, 20, np.random.default_rng(1))
    assert np.allclose(rotmat @ rotmat.swapaxes(-1, -2), np.eye(3), atol=1e-9)
    assert np.allclose(np.linalg.det(rotmat), 1.0)


def test_euler_turns_about_x_first():
    turn = euler(np.array([90.0, 0.0, 90.0]))
    assert np.allclose(turn @ [0, 1, 0], [0, 0, 1], atol=1e-9)  # y -> z, which z leaves alone


def test_minimal_rotation_takes_one_direction_to_the_other():
    a, b = np.array([0.3, -1.0, 0.2]), np.array([2.0, 0.1, 0.0])
    turned = minimal_rotation(a, b) @ a / np.linalg.norm(a)
    assert np.allclose(turned, b / np.linalg.norm(b))


@pytest.mark.parametrize(
    ("bone", "joint"),
    [
        ("root", "Pelvis"), ("pelvis.L", "Pelvis"), ("spine05", "Pelvis"), ("spine04", "Spine1"),
        ("upperleg02.R", "R_Hip"), ("toe5-3.L", "L_Foot"), ("shoulder01.L", "L_Collar"),
        ("metacarpal4.R", "R_Hand"), ("eye.L", "Head"), ("neck03", "Neck"),
    ],
)  # fmt: skip
def test_every_bone_has_its_joint(bone, joint):
    assert joint_of_bone(bone) == joint


def test_the_head_of_a_joint_is_one_of_its_bones():
    for joint in SMPL24_NAMES:
        assert joint_of_bone(head_of_joint(joint)) == joint


def test_hand_bones():
    assert joint_of_hand_bone("metacarpal1.R") == "Wrist"
    assert joint_of_hand_bone("finger1-2.R") == "Thumb_2"
    assert joint_of_hand_bone("finger5-3.R") == "Pinky_3"
