import shutil

import numpy as np
import pytest
import torch
import trimesh

from core import assets
from core.body import load_body
from core.errors import BodyError
from training.bake.posing import random_body_poses


def _posed(body, count, seed):
    rng = np.random.default_rng(seed)
    rotmat = torch.from_numpy(random_body_poses(body.joint_names, count, rng)).float()
    betas = torch.from_numpy(rng.standard_normal((count, 10))).float()
    return body(rotmat, betas)


def test_level_sizes_are_those_of_the_methods(body, hand):
    assert body.level_sizes == (6890, 1723, 431)
    assert hand.level_sizes == (778, 195)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_body_level_is_one_closed_skin_facing_outwards(body, level):
    vertices = body.v_template[torch.from_numpy(body.hierarchy.kept(level))].numpy()
    mesh = trimesh.Trimesh(vertices, body.faces(level), process=False)
    assert mesh.is_watertight
    assert mesh.is_winding_consistent
    assert mesh.euler_number == 2
    assert mesh.body_count == 1
    # Litres of a mean adult; a skin turned inside out would be negative.
    assert 0.05 < mesh.volume < 0.09


@pytest.mark.parametrize("level", [0, 1])
def test_every_hand_level_is_a_disc_open_at_the_wrist(hand, level):
    vertices = hand.v_template[torch.from_numpy(hand.hierarchy.kept(level))].numpy()
    mesh = trimesh.Trimesh(vertices, hand.faces(level), process=False)
    assert mesh.euler_number == 1
    assert mesh.is_winding_consistent
    _, counts = np.unique(mesh.edges_sorted, axis=0, return_counts=True)
    rim = np.unique(mesh.edges_sorted, axis=0)[counts == 1]
    assert len(rim) >= 6
    fingers = vertices[:, 0].min()
    assert np.all(vertices[rim.ravel(), 0] > 0.7 * vertices[:, 0].max() + 0.3 * fingers)


def test_t_pose_at_zero_in_the_body_frame(body):
    at = dict(
        zip(body.joint_names, body(body.zero_pose(1), torch.zeros(1, 10)).joints[0], strict=True)
    )
    assert torch.allclose(at["Pelvis"], torch.zeros(3), atol=1e-6)
    for side, sign in (("L", 1), ("R", -1)):
        arm = torch.stack([at[f"{side}_{j}"] for j in ("Shoulder", "Elbow", "Wrist", "Hand")])
        assert torch.allclose(arm[:, 1:], arm[:1, 1:].expand(4, 2), atol=1e-4)  # level
        assert (sign * arm[:, 0].diff() > 0.05).all()
        leg = torch.stack([at[f"{side}_{j}"] for j in ("Hip", "Knee", "Ankle")])
        assert torch.allclose(leg[:, [0, 2]], leg[:1, [0, 2]].expand(3, 2), atol=1e-4)  # plumb
        assert at[f"{side}_Foot"][2] > at[f"{side}_Ankle"][2] + 0.08  # toes forwards
    marks = dict(
        zip(
            body.joint_names_of("lift25"),
            body.regress(body.v_template[None], "lift25")[0],
            strict=True,
        )
    )
    assert marks["Nose"][2] > marks["Head_top"][2] + 0.05
    assert marks["Head_top"][1] > marks["Neck"][1] > 0.4
    assert marks["L_Heel"][2] < marks["L_Ankle"][2] < marks["L_Big_Toe"][2]
    assert marks["L_Small_Toe"][0] > marks["L_Big_Toe"][0]
    assert marks["L_Eye"][0] > 0.02 > -0.02 > marks["R_Eye"][0]


def test_betas_are_people(body):
    generator = torch.Generator().manual_seed(0)
    betas = torch.randn(400, 10, generator=generator)
    vertices = body(body.zero_pose(400), betas, level=2).vertices
    height = vertices[..., 1].amax(1) - vertices[..., 1].amin(1)
    assert 1.65 < height.mean() < 1.75
    assert 0.08 < height.std() < 0.14
    assert height.min() > 1.3
    assert height.max() < 2.1
    # Ordered by how much they change the skin; the first makes people tall.
    spread = body.shapedirs.square().sum((0, 1))
    assert (spread.diff() < 0).all()
    assert body.shapedirs[body.v_template[:, 1].argmax(), 1, 0] > 0.03


def test_up_sampling_stays_within_millimetres(body, hand):
    full = _posed(body, 16, seed=77).vertices
    for level, mean, worst in ((1, 0.6, 30), (2, 2.0, 50)):
        error = (body.upsample(body.downsample(full, 0, level), level, 0) - full).norm(dim=-1)
        assert error.mean() * 1000 < mean
        assert error.max() * 1000 < worst
    fingers = hand(hand.zero_pose(1), torch.randn(1, 10)).vertices
    error = (hand.upsample(hand.downsample(fingers)) - fingers).norm(dim=-1)
    assert error.mean() * 1000 < 0.5


def test_skeleton_joints_can_be_told_from_the_skin(body):
    out = _posed(body, 16, seed=5)
    error = (body.regress(out.vertices, "smpl24") - out.joints).norm(dim=-1) * 1000
    assert error.mean() < 6
    coarse = body.regress(body.downsample(out.vertices), "smpl24")
    assert ((coarse - out.joints).norm(dim=-1) * 1000).mean() < 7


@pytest.mark.parametrize("name", ["coco17", "coco23", "lsp14", "h36m17", "lift25", "smpl24"])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_regressor_rows_sum_to_one(body, name, level):
    rows = body.regressor(name, level)
    assert rows.shape == (len(body.joint_names_of(name)), body.level_sizes[level])
    assert torch.allclose(rows.sum(1), torch.ones(len(rows)), atol=1e-5)


def test_hand_joints_follow_the_fingers(hand):
    assert hand.joint_sets() == ("hand21", "mano16")
    marks = hand.regress(hand.v_template[None], "hand21")[0]
    names = hand.joint_names_of("hand21")
    assert torch.allclose(marks[0], torch.zeros(3), atol=2e-3)
    for finger in ("Index", "Middle", "Ring", "Pinky"):
        x = torch.stack([marks[names.index(f"{finger}_{i}")][0] for i in range(1, 5)])
        assert (x.diff() < -0.005).all()  # fingers point to -x
    assert marks[names.index("Thumb_4")][2] > marks[names.index("Index_4")][2]
    rotmat = hand.zero_pose(1)
    angle = torch.tensor(1.0)
    bend = torch.tensor(
        [[angle.cos(), -angle.sin(), 0], [angle.sin(), angle.cos(), 0], [0, 0, 1.0]]
    )
    rotmat[:, hand.joint_names.index("Index_1")] = bend
    closed = hand.regress(hand(rotmat, torch.zeros(1, 10)).vertices, "hand21")[0]
    tip = names.index("Index_4")
    assert closed[tip, 1] < marks[tip, 1] - 0.03  # towards the palm


def test_mirroring_keeps_the_template_and_swaps_sides(body):
    template = body.v_template[None]
    gap = (body.mirror(template) - template).norm(dim=-1) * 1000
    assert gap.mean() < 1.5
    posed = _posed(body, 4, seed=3).vertices
    joints = body.regress(posed, "lift25")
    names = body.joint_names_of("lift25")
    swapped = body.regress(body.mirror(posed), "lift25")
    left, right = names.index("L_Wrist"), names.index("R_Wrist")
    flipped = joints[:, right] * torch.tensor([-1.0, 1.0, 1.0])
    assert (swapped[:, left] - flipped).norm(dim=-1).max() < 0.01


def test_part_labels_name_the_limbs(body):
    head = body.v_template[:, 1].argmax()
    assert body.joint_names[body.part_labels[head]] == "Head"
    assert set(body.part_labels) <= set(range(24))
    counts = np.bincount(body.part_labels, minlength=24)
    assert counts[body.joint_names.index("L_Hand")] > 100


@pytest.mark.parametrize("name", ["embedded_body.npz", "embedded_hand.npz"])
def test_a_changed_asset_is_refused(tmp_path, monkeypatch, name):
    folder = tmp_path / "bodies"
    shutil.copytree(assets.ROOT / "bodies", folder)
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    key = "embedded" if "body" in name else "embedded_hand"
    load_body(key)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(BodyError, match="checksum"):
        load_body(key)


def test_the_assets_stay_small():
    assert (assets.ROOT / "bodies" / "embedded_body.npz").stat().st_size < 1_000_000
    assert (assets.ROOT / "bodies" / "embedded_hand.npz").stat().st_size < 200_000
