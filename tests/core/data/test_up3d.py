import pickle

import cv2
import numpy as np
import pytest

from core.data.posing import true_vertices
from core.data.up3d import Up3D
from core.errors import InputError, UnsafeFileError


def write_body(root, scene, name="00003", **changes):
    value = {"pose": scene.camera_pose, "betas": scene.betas, "trans": np.zeros(3), "f": 5000.0}
    value |= {"rt": np.zeros(3), "t": np.array([0, 0, 10.0])} | changes
    (root / f"{name}_body.pkl").write_bytes(pickle.dumps(value, protocol=2))


@pytest.fixture
def root(tmp_path, scene, kit):
    (tmp_path / "train.txt").write_text("/00003_image.png\n/00010_image.png\n")
    marks = np.concatenate([kit.project(scene.lsp).T, np.ones((1, 14))])
    marks[2, 3] = 0
    for name in ("00003", "00010"):
        kit.save_picture(tmp_path / f"{name}_image.png")
        np.save(tmp_path / f"{name}_joints.npy", marks)
        write_body(tmp_path, scene, name)
    render = np.full((kit.HEIGHT, kit.WIDTH, 3), 255, np.uint8)
    render[20:90, 30:70] = (200, 255, 255)
    cv2.imwrite(str(tmp_path / "00003_render_light.png"), render)
    return tmp_path


def test_marks_pose_and_box(root, scene, kit):
    people = Up3D(root)
    assert [record.key for record in people] == ["00003", "00010"]
    record, no_render = people
    np.testing.assert_array_equal(record.box_xyxy, [30, 20, 70, 90])
    known = record.joints_2d.known
    assert not known[3]
    assert known.sum() == 13
    np.testing.assert_allclose(
        record.joints_2d.points[known], kit.project(scene.lsp)[known], atol=1e-3
    )
    np.testing.assert_allclose(no_render.box_xyxy[:2], record.joints_2d.points[known].min(0))
    # The mesh is true up to where it stands; moved there, its joints meet the marks.
    mesh = true_vertices(record, scene.family)
    moved = mesh + (scene.vertices - mesh).mean(0)
    np.testing.assert_allclose(moved, scene.vertices, atol=2e-5)
    assert record.camera is None


class Hostile:
    def __reduce__(self):
        return (print, ("executed",))


def test_broken_bodies_and_joints(root, scene, kit, capsys):
    people = Up3D(root)
    path = root / "00003_body.pkl"
    for changes, match in (
        ({"pose": np.zeros(66)}, "pose has shape"),
        ({"betas": "thin"}, "betas"),
    ):
        write_body(root, scene, **changes)
        with pytest.raises(InputError, match=f"00003_body.pkl: .*{match}"):
            people[0]
    write_body(root, scene, betas=Hostile())
    with pytest.raises((InputError, UnsafeFileError), match="00003_body"):
        people[0]
    assert "executed" not in capsys.readouterr().out
    path.write_bytes(pickle.dumps({"betas": scene.betas}))
    with pytest.raises(InputError, match="lacks 'pose'"):
        people[0]
    write_body(root, scene)
    kit.cut(path)
    with pytest.raises(InputError, match="00003_body"):
        people[0]
    path.unlink()
    with pytest.raises(InputError, match="there is no such file"):
        people[0]
    write_body(root, scene)
    np.save(root / "00003_joints.npy", np.zeros((3, 91)))
    with pytest.raises(InputError, match=r"joints has shape \(3, 91\), expected \(3, 14\)"):
        people[0]


def test_broken_lists(root, tmp_path):
    with pytest.raises(InputError, match=r"test\.txt: there is no such file"):
        Up3D(root, "test")
    with pytest.raises(InputError, match="train, val"):
        Up3D(root, "lsp")
    (root / "val.txt").write_text("/../../secret_image.png\n")
    with pytest.raises(InputError, match="names no picture in"):
        Up3D(root, "val")
    (root / "val.txt").write_text("")
    with pytest.raises(InputError, match="names no picture"):
        Up3D(root, "val")
    (root / "val.txt").write_text("/00099_image.png")
    with pytest.raises(InputError, match=r"00099_joints\.npy: there is no such file"):
        Up3D(root, "val")
