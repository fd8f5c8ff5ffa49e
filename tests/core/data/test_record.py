import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from core.body import load_body
from core.body.joint_sets import H36M17_TO_LSP14
from core.data.index import cache_dir, cached_index
from core.data.joint_names import HUMAN_DATA_NAMES, JOINT_NAMES, joint_rows
from core.data.posing import BodyFamily, fit_error, posed_vertices
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef, PinholeCamera
from core.errors import BodyError, InputError

BODIES = ("h36m17", "metro24", "coco17", "mpii16", "muco21", "mpi28", "mpi17", "openpose18")


def test_sets_have_no_name_twice():
    for name, names in JOINT_NAMES.items():
        assert len(set(names)) == len(names), name


@pytest.mark.parametrize("name", BODIES)
def test_every_body_set_gives_the_limbs_of_the_14_joints(name):
    rows = np.array(joint_rows(name, "lsp14"))
    assert (rows[:12] >= 0).all()
    known = rows[rows >= 0]
    assert len(set(known)) == len(known)
    for row, target in zip(rows[:12], JOINT_NAMES["lsp14"], strict=False):
        mine = JOINT_NAMES[name][row].replace("left_", "L_").replace("right_", "R_").lower()
        assert mine == target.lower()


def test_known_tables_agree():
    assert joint_rows("h36m17", "lsp14") == H36M17_TO_LSP14
    assert joint_rows("metro24", "lsp14") == tuple(range(14))
    assert set(joint_rows("smpl24", "lsp14")) == {-1}
    assert len(HUMAN_DATA_NAMES) == len(set(HUMAN_DATA_NAMES))


def test_unknown_points_are_nan_and_frozen():
    joints = Joints("lsp14", np.ones((14, 2)), np.array([0.0] + [0.5] * 13), "picture")
    assert np.isnan(joints.points[0]).all()
    assert joints.known.sum() == 13
    with pytest.raises(ValueError, match="read-only"):
        joints.points[1] = 0
    with pytest.raises(ValueError, match="shape"):
        Joints("lsp14", np.ones((14, 3)), np.ones(14), "picture")
    points = np.ones((14, 3))
    points[2, 1] = np.nan
    joints = Joints("lsp14", points, np.ones(14), "camera")
    assert joints.scores[2] == 0
    back = joints.as_set("coco17").as_set("lsp14")
    np.testing.assert_array_equal(back.known[:12], joints.known[:12])
    assert not back.known[12:].any()


def test_flags_follow_from_what_there_is():
    record = PersonRecord("x", "test", "k", PictureRef(Path("a.jpg")), np.zeros(4))
    assert (record.has_2d, record.has_3d, record.has_mesh) == (False,) * 3
    nothing = Joints("lsp14", np.zeros((14, 2)), np.zeros(14), "picture")
    assert not dataclasses.replace(record, joints_2d=nothing).has_2d
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.key = "other"


def test_projection_of_an_uneven_lens():
    camera = PinholeCamera(np.array([100.0, 200.0]), np.array([10.0, 20.0]))
    np.testing.assert_allclose(camera.project(np.array([[1.0, 1.0, 2.0]])), [[60.0, 120.0]])


def test_posing_is_the_same_in_world_and_camera(scene, kit):
    T = np.concatenate([scene.R, scene.t[:, None]], 1)
    world = BodyParameters("smpl", kit.rotmat(scene.pose.reshape(24, 3)), scene.betas)
    world = dataclasses.replace(world, translation=scene.trans, T_camera_world=T)
    np.testing.assert_allclose(posed_vertices(world, scene.family), scene.vertices, atol=2e-5)
    camera = BodyParameters("smpl", world.rotmat_camera, scene.betas)
    moved = posed_vertices(camera, scene.family) + scene.camera_trans
    np.testing.assert_allclose(moved, scene.vertices, atol=2e-5)
    with pytest.raises(BodyError, match="16 joints, the body"):
        posed_vertices(BodyParameters("mano", np.zeros((16, 3, 3)), np.zeros(10)), scene.family)


def test_fit_error_is_the_mean_distance_about_the_centroids(scene, kit):
    body = BodyParameters("smpl", kit.rotmat(scene.camera_pose.reshape(24, 3)), scene.betas)
    joints = scene.h36m.copy()
    record = PersonRecord("x", "t", "k", PictureRef(Path("a")), np.zeros(4), body=body)
    assert fit_error(record, scene.family) is None
    exact = dataclasses.replace(record, joints_3d=Joints("h36m17", joints, np.ones(17), "camera"))
    assert fit_error(exact, scene.family) == pytest.approx(0, abs=1e-5)
    joints[0, 0] += 0.17
    moved = dataclasses.replace(record, joints_3d=Joints("h36m17", joints, np.ones(17), "camera"))
    assert fit_error(moved, scene.family) == pytest.approx((0.16 + 16 * 0.01) / 17, abs=1e-5)


def test_the_neutral_body_stands_in_only_when_allowed(scene):
    assert BodyFamily(scene.body, any_gender=True).of("female") is scene.body
    with pytest.raises(BodyError, match="female"):
        BodyFamily(scene.body).of("female")


def test_index_is_made_once_and_again_when_damaged(tmp_path):
    source = tmp_path / "a.json"
    source.write_text("1")
    calls = []

    def build(tell):
        calls.append(1)
        return {"x": np.arange(3), "name": np.array(["a", "bcd"])}

    for _ in range(2):
        index = cached_index("test-1", [source], build)
        assert index["name"].tolist() == ["a", "bcd"]
        with pytest.raises(ValueError, match="read-only"):
            index["x"][0] = 5
    assert len(calls) == 1
    (file,) = cache_dir().rglob("x.npy")
    file.write_bytes(file.read_bytes()[:20])
    np.testing.assert_array_equal(cached_index("test-1", [source], build)["x"], [0, 1, 2])
    assert len(calls) == 2
    cached_index("test-2", [source], build)
    cached_index("test-1", [source], build, options="other")
    assert len(calls) == 4
    with pytest.raises(InputError, match=r"b\.json: there is no such file"):
        cached_index("test-1", [tmp_path / "b.json"], build)
    assert not list(cache_dir().rglob(".making-*"))


def test_hands_kept_relative_to_the_mean_pose(kit):
    rng = np.random.default_rng(8)
    hand = load_body("embedded_hand")
    mean, pose = rng.normal(0, 0.3, (15, 3)), rng.normal(0, 0.3, (16, 3))
    body = BodyParameters("mano", kit.rotmat(pose), np.zeros(10), from_mean=True)
    if hand.hand_mean is None:
        with pytest.raises(BodyError, match="no mean pose"):
            posed_vertices(body, BodyFamily(hand))
    whole = np.concatenate([pose[:1], pose[1:] + mean])
    plain = BodyParameters("mano", kit.rotmat(whole), np.zeros(10))
    hand.hand_mean = torch.from_numpy(mean).float()
    np.testing.assert_allclose(
        posed_vertices(body, BodyFamily(hand)), posed_vertices(plain, BodyFamily(hand)), atol=1e-6
    )
