import numpy as np
import pytest

from core.assets import asset_files
from core.body.joint_sets import LSP14_NAMES
from core.data.pictures import load_pixels
from core.data.truth_folder import TruthFolder
from core.errors import InputError

FOCAL = 200.0


def truth(scene, kit, **changes):
    at = np.array([0.1, 0.2, 4.0])
    joints = scene.lsp - scene.lsp.mean(0)
    pixels = (joints + at)[:, :2] / (joints + at)[:, 2:] * FOCAL + [kit.WIDTH / 2, kit.HEIGHT / 2]
    arrays = {"joint_names": np.array(LSP14_NAMES), "joints_2d": [pixels] * 2}
    arrays |= {"joints_3d": [joints] * 2, "camera_full": [at] * 2, "focal_px": FOCAL}
    return arrays | {"image_size": [kit.HEIGHT, kit.WIDTH], "vertices": [joints] * 2} | changes


def write(root, kit, arrays, name="a.png"):
    kit.save_picture(root / name)
    np.savez(root / f"{name}.truth.npz", **{k: np.asarray(v) for k, v in arrays.items()})


def test_people_of_pictures(tmp_path, scene, kit):
    write(tmp_path, kit, truth(scene, kit))
    unknown = truth(scene, kit)["joints_2d"][0].copy()
    unknown[3] = np.nan
    write(tmp_path, kit, truth(scene, kit, joints_2d=[unknown] * 2), "b.png")
    people = TruthFolder(tmp_path)
    assert [record.key for record in people] == ["a.png#0", "a.png#1", "b.png#0", "b.png#1"]
    for record in people:
        kit.check_projection(record)
        assert load_pixels(record.picture).shape == (kit.HEIGHT, kit.WIDTH, 3)
    assert not people[2].joints_2d.known[3]
    np.testing.assert_allclose(people[0].vertices, people[0].joints_3d.points, atol=1e-6)


def test_camera_and_box_follow_from_the_picture(tmp_path, scene, kit):
    arrays = truth(scene, kit)
    for name in ("focal_px", "image_size", "vertices"):
        del arrays[name]
    write(tmp_path, kit, arrays)
    record = TruthFolder(tmp_path)[0]
    assert record.camera.focal_px[0] == pytest.approx(np.hypot(kit.HEIGHT, kit.WIDTH))
    assert not record.has_mesh
    known = record.joints_2d.points
    np.testing.assert_allclose(record.box_xyxy, [*known.min(0), *known.max(0)], atol=1e-4)


def test_the_shipped_samples_are_such_a_folder(kit):
    files = asset_files("samples", "*.truth.npz")
    people = TruthFolder(files[0].parent)
    assert len(people) >= len(files) > 0
    for record in people:
        kit.check_projection(record)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"joints_3d": np.zeros((2, 14, 2))}, "joints_3d has shape"),
        ({"joints_3d": np.zeros((2, 13, 3))}, "not as many as their names"),
        ({"camera_full": np.zeros((3,))}, "camera_full has shape"),
        ({"joint_names": np.array(["a", "b"])}, "of no known set"),
        ({"image_size": [0, 5]}, "image_size is not positive"),
        ({"vertices": np.array(["a", "b"])}, "vertices is no array of numbers"),
    ],
)
def test_broken_truth(tmp_path, scene, kit, changes, match):
    write(tmp_path, kit, truth(scene, kit, **changes))
    with pytest.raises(InputError, match=rf"a\.png\.truth\.npz: .*{match}"):
        list(TruthFolder(tmp_path))


def test_missing_and_cut(tmp_path, scene, kit):
    with pytest.raises(InputError, match="holds no truth file"):
        TruthFolder(tmp_path)
    arrays = truth(scene, kit)
    del arrays["camera_full"]
    write(tmp_path, kit, arrays)
    with pytest.raises(InputError, match="lacks the array camera_full"):
        TruthFolder(tmp_path)
    kit.cut(tmp_path / "a.png.truth.npz")
    with pytest.raises(InputError, match="the archive is damaged"):
        TruthFolder(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        TruthFolder(tmp_path / "nowhere")
