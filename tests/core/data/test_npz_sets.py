import numpy as np
import pytest

from core.data.human_data_npz import HumanDataNpz
from core.data.pictures import load_pixels
from core.data.posing import true_vertices
from core.data.spin_npz import SpinNpz
from core.errors import InputError, UnsafeFileError

LSP_ROWS = [8, 5, 144, 145, 4, 7, 21, 19, 17, 16, 18, 20, 146, 147]


class Hostile:
    def __reduce__(self):
        return (print, ("executed",))


def spin(scene, kit, **changes):
    part, space = np.zeros((2, 24, 3)), np.zeros((2, 24, 4))
    part[0, :14, :2], part[0, :14, 2] = kit.project(scene.lsp), 1
    space[:, :14, :3], space[:, :14, 3] = scene.lsp - scene.lsp[2:4].mean(0), 1
    openpose = np.full((2, 25, 3), 0.7)
    arrays = {"imgname": np.array(["p/a.jpg", "p/b.jpg"]), "center": [[80.0, 60.0]] * 2}
    arrays |= {"scale": [0.4, 0.5], "part": part, "openpose": openpose, "S": space}
    arrays |= {"pose": [scene.camera_pose] * 2, "shape": [scene.betas] * 2, "has_smpl": [1, 0]}
    return arrays | {"gender": ["m", "f"]} | changes


def human_data(scene, kit, packed=True, **changes):
    mask = np.zeros(190)
    mask[LSP_ROWS] = 1
    marks, joints = np.zeros((2, 190, 3)), np.zeros((2, 190, 4))
    marks[:, LSP_ROWS, :2], marks[:, LSP_ROWS, 2] = kit.project(scene.lsp), 1
    joints[:, LSP_ROWS, :3], joints[:, LSP_ROWS, 3] = scene.lsp - scene.lsp[2:4].mean(0), 1
    if packed:
        marks, joints = marks[:, mask > 0], joints[:, mask > 0]
    pose = scene.camera_pose.reshape(24, 3)
    smpl = {"global_orient": np.array([pose[0]] * 2), "body_pose": np.array([pose[1:]] * 2)}
    smpl |= {"betas": np.array([scene.betas] * 2), "transl": np.array([scene.camera_trans] * 2)}
    arrays = {"image_path": ["p/a.jpg", "p/b.jpg"], "bbox_xywh": [[10.0, 20, 30, 40, 1]] * 2}
    arrays |= {"keypoints2d": marks, "keypoints2d_mask": mask, "keypoints3d": joints}
    arrays |= {"keypoints3d_mask": mask, "__keypoints_compressed__": packed, "config": "3dpw"}
    arrays |= {"__key_strict__": False, "__temporal_len__": 2}
    return arrays | {"smpl": smpl, "meta": {"gender": np.array(["f", "m"])}} | changes


def save(path, arrays):
    np.savez(path, **{name: np.asarray(value) for name, value in arrays.items()})
    return path


def check_moved(record, scene, kit):
    """These sets centre 3D joints on the pelvis; moved back, they meet the marks."""
    moved = record.joints_3d.as_set("lsp14").points + scene.lsp[2:4].mean(0)
    assert record.joints_3d.as_set("lsp14").known.all()
    assert np.abs(kit.project(moved) - record.joints_2d.as_set("lsp14").points).max() < 1


def test_spin_people(tmp_path, scene, kit):
    kit.save_picture(tmp_path / "pictures/p/a.jpg")
    path = save(tmp_path / "3dpw_test.npz", spin(scene, kit))
    people = SpinNpz(path, tmp_path / "pictures", fitted=False)
    first, second = people
    np.testing.assert_allclose(first.box_xyxy, [40, 20, 120, 100])
    check_moved(first, scene, kit)
    mesh = true_vertices(first, scene.family)
    np.testing.assert_allclose(mesh + scene.camera_trans, scene.vertices, atol=2e-5)
    assert (first.body.gender, first.body.fitted) == ("male", False)
    assert second.body is None
    assert second.joints_2d.joint_set == "openpose25"
    assert load_pixels(first.picture).shape == (kit.HEIGHT, kit.WIDTH, 3)
    least = {key: spin(scene, kit)[key] for key in ("imgname", "center", "scale")}
    record = SpinNpz(save(tmp_path / "b.npz", least))[0]
    assert (record.has_2d, record.has_3d, record.has_mesh) == (False,) * 3


@pytest.mark.parametrize("packed", [True, False])
def test_human_data_people(tmp_path, scene, kit, packed):
    people = HumanDataNpz(save(tmp_path / "a.npz", human_data(scene, kit, packed)))
    assert len(people) == 2
    record = people[0]
    np.testing.assert_array_equal(record.box_xyxy, [10, 20, 40, 60])
    check_moved(record, scene, kit)
    kit.check_mesh(record, scene)
    assert record.body.gender == "female"


def _spoilt(name, **changes):
    return lambda scene, kit: {"spin": spin, "human": human_data}[name](scene, kit, **changes)


@pytest.mark.parametrize(
    ("reader", "arrays", "match"),
    [
        (SpinNpz, _spoilt("spin", pose=np.zeros((2, 66))), r"pose has shape \(2, 66\)"),
        (SpinNpz, _spoilt("spin", S=np.zeros((1, 24, 4))), "S has shape"),
        (SpinNpz, _spoilt("spin", imgname=np.array([1, 2])), "imgname is no list of texts"),
        (SpinNpz, _spoilt("spin", gender=["m", "x"]), "gender is not m or f"),
        (SpinNpz, lambda scene, kit: {"center": [[1, 2]]}, "lacks the array imgname, scale"),
        (HumanDataNpz, _spoilt("human", keypoints2d_mask=np.ones(144)), "144 keypoints, not"),
        (HumanDataNpz, _spoilt("human", keypoints2d=np.zeros((2, 144, 3))), "144 keypoints, not"),
        (HumanDataNpz, _spoilt("human", packed=False, keypoints3d=np.zeros((2, 133, 4))), "133"),
        (
            HumanDataNpz,
            _spoilt("human", smpl={"betas": np.zeros((2, 10))}),
            "lacks 'global_orient'",
        ),
        (HumanDataNpz, _spoilt("human", bbox_xywh=np.zeros((2, 3))), "bbox_xywh has shape"),
        (HumanDataNpz, _spoilt("human", meta=[1, 2]), "meta is no table"),
        (HumanDataNpz, _spoilt("human", meta=Hostile()), r"a\.npz"),
    ],
)
def test_broken_files(tmp_path, scene, kit, capsys, reader, arrays, match):
    save(tmp_path / "a.npz", arrays(scene, kit))
    with pytest.raises((InputError, UnsafeFileError), match=match):
        reader(tmp_path / "a.npz")
    assert "executed" not in capsys.readouterr().out


@pytest.mark.parametrize("reader", [SpinNpz, HumanDataNpz])
def test_missing_and_cut_files(tmp_path, scene, kit, reader):
    with pytest.raises(InputError, match=r"a\.npz: there is no such file"):
        reader(tmp_path / "a.npz")
    save(tmp_path / "a.npz", spin(scene, kit))
    kit.cut(tmp_path / "a.npz")
    with pytest.raises(InputError, match=r"a\.npz: the archive is damaged"):
        reader(tmp_path / "a.npz")
