import pickle

import numpy as np
import pytest

from core.data.pictures import load_pixels
from core.data.posing import BodyFamily, true_vertices
from core.data.threedpw import ThreeDPW
from core.errors import BodyError, InputError, UnsafeFileError

FRAMES = 3
OPENPOSE_ROWS = [15, 12, 17, 19, 21, 16, 18, 20, 2, 5, 8, 1, 4, 7]


def table(scene, kit, name="courtyard_mini_00", valid=((1, 0, 1), (1, 1, 0))):
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = scene.R, scene.t
    marks = np.zeros((FRAMES, 3, 18))
    joints = scene.skeleton[OPENPOSE_ROWS]
    marks[:, :2, :14] = kit.project(joints).T
    marks[:, 2, :14] = 0.8
    actors = range(len(valid))
    return {
        "sequence": name,
        "betas": [np.concatenate([scene.betas, np.zeros(290)]) for _ in actors],
        "poses": [np.tile(scene.pose, (FRAMES, 1)) for _ in actors],
        "trans": [np.tile(scene.trans, (FRAMES, 1)) for _ in actors],
        "jointPositions": [np.tile(scene.skeleton_world.ravel(), (FRAMES, 1)) for _ in actors],
        "poses2d": [marks.copy() for _ in actors],
        "genders": ["m", "f"][: len(valid)],
        "campose_valid": [np.array(flags, np.int64) for flags in valid],
        "cam_poses": np.tile(T, (FRAMES, 1, 1)),
        "cam_intrinsics": kit.K,
        "texture_maps": [],
    }


def write(root, value, split="test", name="courtyard_mini_00"):
    path = root / "sequenceFiles" / split / f"{name}.pkl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(value, protocol=2))
    return path


@pytest.fixture
def root(tmp_path, scene, kit):
    write(tmp_path, table(scene, kit))
    write(tmp_path, table(scene, kit, "b_01", valid=((0, 0, 1),)), name="b_01")
    for frame in range(FRAMES):
        name = f"imageFiles/courtyard_mini_00/image_{frame:05d}.jpg"
        kit.save_picture(tmp_path / name, frame)
    return tmp_path


def test_truth_camera_and_marks(root, scene, kit):
    people = ThreeDPW(root, "test")
    assert [(r.sequence, r.person, r.frame) for r in people] == [
        ("b_01", 0, 2),
        ("courtyard_mini_00", 0, 0),
        ("courtyard_mini_00", 0, 2),
        ("courtyard_mini_00", 1, 0),
        ("courtyard_mini_00", 1, 1),
    ]
    record = people[3]
    assert record.body.gender == "female"
    assert not record.body.fitted
    kit.check_mesh(record, scene)
    np.testing.assert_allclose(record.joints_3d.points, scene.skeleton, atol=1e-5)
    np.testing.assert_allclose(
        record.body.rotmat_camera[0], scene.R @ kit.rotmat(scene.pose[:3]), atol=1e-6
    )
    known = record.joints_2d.known
    assert known.sum() == 14
    projected = record.camera.project(scene.skeleton[OPENPOSE_ROWS])
    np.testing.assert_allclose(record.joints_2d.points[known], projected, atol=1.0)
    np.testing.assert_allclose(record.box_xyxy[:2], projected.min(0), atol=1e-3)
    assert load_pixels(record.picture).shape == (kit.HEIGHT, kit.WIDTH, 3)


def test_splits_are_folders_and_no_marks_leave_the_projected_box(root, scene, kit):
    value = table(scene, kit, valid=((1, 0, 0),))
    value["poses2d"][0][:] = 0
    write(root, value, split="train")
    (record,) = ThreeDPW(root, "train")
    assert not record.has_2d
    np.testing.assert_allclose(record.box_xyxy[2:], kit.project(scene.skeleton).max(0), atol=1e-3)
    with pytest.raises(InputError, match="sequenceFiles/validation: there is no such folder"):
        ThreeDPW(root, "validation")


def test_gendered_truth_is_never_posed_with_another_model_unasked(root, scene):
    record = ThreeDPW(root)[0]
    with pytest.raises(BodyError, match="male SMPL model"):
        true_vertices(record, BodyFamily(scene.body))
    assert true_vertices(record, BodyFamily(scene.body, any_gender=True)) is not None


def _without(key):
    def spoil(root, scene, kit):
        value = table(scene, kit)
        del value[key]
        write(root, value)

    return spoil


def _with(**changes):
    def spoil(root, scene, kit):
        write(root, table(scene, kit) | changes)

    return spoil


class Hostile:
    def __reduce__(self):
        return (print, ("executed",))


def _cut(root, scene, kit):
    kit.cut(root / "sequenceFiles/test/courtyard_mini_00.pkl")


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (_cut, "courtyard_mini_00.pkl"),
        (_without("cam_poses"), "lacks 'cam_poses'"),
        (_without("jointPositions"), "lacks 'jointPositions'"),
        (_with(cam_intrinsics=np.eye(4)), r"cam_intrinsics has shape \(4, 4\)"),
        (_with(poses=[np.zeros((FRAMES, 66))] * 2), "poses of actor 0 has shape"),
        (_with(trans=[np.zeros((FRAMES, 3))]), "different numbers of actors"),
        (_with(genders=["x", "f"]), "lacks 'x'"),
        (_with(sequence="../../etc"), "odd sequence name"),
        (lambda root, scene, kit: write(root, [1, 2]), "no table of named values"),
        (_with(betas=Hostile()), "courtyard_mini_00.pkl"),
    ],
)
def test_broken_sequences_say_what_is_wrong(root, scene, kit, spoil, match, capsys):
    spoil(root, scene, kit)
    with pytest.raises((InputError, UnsafeFileError), match=match):
        ThreeDPW(root)
    assert "executed" not in capsys.readouterr().out


def test_an_empty_folder_is_named(tmp_path):
    (tmp_path / "sequenceFiles" / "test").mkdir(parents=True)
    with pytest.raises(InputError, match="holds no sequence"):
        ThreeDPW(tmp_path)
    with pytest.raises(InputError, match="train, validation, test"):
        ThreeDPW(tmp_path, "val")
