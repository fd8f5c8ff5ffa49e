import numpy as np
import pytest
import smplx
import torch

from core.body import body_from_arrays, load_body
from core.geometry.rotations import axis_angle_to_rotmat
from training.bake.posing import random_body_poses


def _poses(body, count, seed=0):
    if body.joint_count == 24:
        rng = np.random.default_rng(seed)
        return torch.from_numpy(random_body_poses(body.joint_names, count, rng)).float()
    generator = torch.Generator().manual_seed(seed)
    return axis_angle_to_rotmat(0.4 * torch.randn(count, body.joint_count, 3, generator=generator))


def _betas(count, seed=1):
    return torch.randn(count, 10, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(params=["body", "hand", "smpl"])
def any_body(request):
    return request.getfixturevalue(request.param)


def test_zero_rotations_give_the_template(any_body):
    out = any_body(any_body.zero_pose(2), torch.zeros(2, 10))
    assert torch.equal(out.vertices[0], any_body.v_template)
    assert torch.equal(out.vertices[0], out.vertices[1])


def test_turning_the_root_turns_everything_about_the_root_joint(any_body):
    rotmat, betas = _poses(any_body, 3), _betas(3)
    turn = axis_angle_to_rotmat(torch.tensor([[0.3, -1.2, 2.0]]))
    plain = any_body(rotmat, betas)
    turned = any_body(torch.cat([turn @ rotmat[:, :1], rotmat[:, 1:]], 1), betas)
    root = plain.joints[:, :1]
    expected = (plain.vertices - root) @ turn[0].T + root
    assert torch.allclose(turned.vertices, expected, atol=2e-6)
    assert torch.allclose(turned.joints, (plain.joints - root) @ turn[0].T + root, atol=2e-6)


def test_translation_moves_vertices_and_joints(any_body):
    rotmat, betas = _poses(any_body, 2), _betas(2)
    shift = torch.tensor([[0.5, -2.0, 3.0], [0.0, 1.0, 0.0]])
    plain, moved = any_body(rotmat, betas), any_body(rotmat, betas, shift)
    assert torch.allclose(moved.vertices, plain.vertices + shift[:, None], atol=1e-6)
    assert torch.allclose(moved.joints, plain.joints + shift[:, None], atol=1e-6)


def test_a_batch_is_its_people_one_by_one(any_body):
    rotmat, betas = _poses(any_body, 3), _betas(3)
    together = any_body(rotmat, betas).vertices
    for i in range(3):
        alone = any_body(rotmat[i : i + 1], betas[i : i + 1]).vertices
        assert torch.allclose(alone[0], together[i], atol=1e-6)


def test_bones_keep_their_length_in_any_pose(body):
    betas = _betas(4)
    still = body(body.zero_pose(4), betas).joints
    posed = body(_poses(body, 4), betas).joints
    parents = torch.tensor(body.parents[1:])
    lengths = [(j[:, 1:] - j[:, parents]).norm(dim=-1) for j in (still, posed)]
    assert torch.allclose(*lengths, atol=1e-6)


def test_a_forearm_turn_moves_the_forearm_only(body):
    rotmat = body.zero_pose(1)
    elbow = body.joint_names.index("L_Elbow")
    rotmat[:, elbow] = axis_angle_to_rotmat(torch.tensor([[0.0, -1.0, 0.0]]))
    moved = (body(rotmat, torch.zeros(1, 10)).vertices[0] - body.v_template).norm(dim=1) > 1e-5
    arm = [body.joint_names.index(n) for n in ("L_Elbow", "L_Wrist", "L_Hand")]
    assert torch.equal(moved, body.lbs_weights[:, arm].sum(1) > 0)
    # Bending the left elbow about -y brings the hand forwards.
    wrist = body.joint_names.index("L_Wrist")
    assert body(rotmat, torch.zeros(1, 10)).joints[0, wrist, 2] > 0.15


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_level_poses_alone_as_within_the_full_mesh(body, smpl, level):
    for model in (body, smpl):
        rotmat, betas = _poses(model, 2), _betas(2)
        full = model(rotmat, betas).vertices
        part = model(rotmat, betas, level=level).vertices
        assert torch.allclose(part, model.downsample(full, 0, level), atol=1e-6)


def test_chosen_vertices_pose_as_within_the_full_mesh(any_body):
    rotmat, betas = _poses(any_body, 2), _betas(2)
    ids = [5, 700, 3, 411]
    part = any_body(rotmat, betas, vertex_ids=ids).vertices
    assert torch.allclose(part, any_body(rotmat, betas).vertices[:, ids], atol=1e-6)


def test_the_bare_chain_gives_the_same_joints(any_body):
    rotmat, betas = _poses(any_body, 3), _betas(3)
    chain = any_body.chain
    _, placed = chain.forward_kinematics(rotmat, chain.offsets_of(betas))
    joints = any_body(rotmat, betas).joints
    assert torch.allclose(placed, joints - joints[:, :1], atol=2e-6)


def test_gradients_match_finite_differences():
    model = load_body("embedded_hand").double()
    axis_angle = (0.3 * torch.randn(1, 16, 3, generator=torch.Generator().manual_seed(2))).double()
    betas = _betas(1).double()

    def some_vertices(angles, shape):
        return model(axis_angle_to_rotmat(angles), shape, vertex_ids=[0, 200, 500, 777]).vertices

    inputs = (axis_angle.requires_grad_(), betas.requires_grad_())
    assert torch.autograd.gradcheck(some_vertices, inputs, atol=1e-6)


def test_autocast_does_not_cost_millimetres(body):
    rotmat, betas = _poses(body, 2), _betas(2)
    exact = body(rotmat, betas).vertices
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = body(rotmat, betas)
        joints = body.regress(inside.vertices, "lsp14")
    assert torch.equal(inside.vertices, exact)
    assert torch.equal(joints, body.regress(exact, "lsp14"))


def test_rotations_of_another_skeleton_are_refused(body):
    with pytest.raises(ValueError, match="24"):
        body(torch.eye(3).repeat(1, 16, 1, 1), torch.zeros(1, 10))


def test_smpl_agrees_with_smplx(smpl, smpl_data):
    from smplx.utils import Struct

    reference = smplx.SMPL("", data_struct=Struct(**smpl_data), num_betas=10)
    generator = torch.Generator().manual_seed(4)
    axis_angle, betas = 0.7 * torch.randn(3, 24, 3, generator=generator), _betas(3)
    shift = torch.randn(3, 3, generator=generator)
    theirs = reference(
        betas=betas,
        body_pose=axis_angle[:, 1:].flatten(1),
        global_orient=axis_angle[:, 0],
        transl=shift,
    )
    ours = smpl(axis_angle_to_rotmat(axis_angle), betas, shift)
    assert torch.allclose(ours.vertices, theirs.vertices, atol=2e-6)
    assert torch.allclose(ours.joints, theirs.joints[:, :24], atol=2e-6)


def test_mano_agrees_with_smplx(mano_data):
    from smplx.utils import Struct

    reference = smplx.MANO(
        "", data_struct=Struct(**mano_data), use_pca=False, flat_hand_mean=True, is_rhand=True
    )
    generator = torch.Generator().manual_seed(5)
    axis_angle, betas = 0.6 * torch.randn(2, 16, 3, generator=generator), _betas(2)
    theirs = reference(
        betas=betas, hand_pose=axis_angle[:, 1:].flatten(1), global_orient=axis_angle[:, 0]
    )
    ours = body_from_arrays(mano_data)(axis_angle_to_rotmat(axis_angle), betas)
    assert torch.allclose(ours.vertices, theirs.vertices, atol=2e-6)
    assert torch.allclose(ours.joints, theirs.joints[:, :16], atol=2e-6)


def test_state_dict_stays_free_of_the_body(body):
    body.regressor("lsp14")
    assert not body.state_dict()


def test_it_moves_to_a_device_whole():
    model = load_body()
    model.regressor("lsp14", 2)
    model.subset(2)
    model = model.to("meta")
    assert {t.device.type for t in model.buffers()} == {"meta"}
    out = model(model.zero_pose(2), torch.zeros(2, 10, device="meta"), level=2)
    assert model.upsample(out.vertices).shape == (2, 6890, 3)
    assert model.regress(out.vertices, "coco17").device.type == "meta"
    assert model.chain.offsets.device.type == "meta"


def test_it_loads_where_another_device_is_the_default():
    with torch.device("meta"):
        model = load_body("embedded_hand")
    assert model.v_template.device.type == "cpu"
    assert model.graph_distance().device.type == "cpu"
