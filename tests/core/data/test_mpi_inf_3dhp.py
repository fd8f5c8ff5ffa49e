import sys

import numpy as np
import pytest
from scipy.io import savemat

from core.data.mpi_inf_3dhp import MpiInf3dhp
from core.errors import InputError

FRAMES = 12


def calibration(kit):
    lines = ["Skeletool Camera Calibration File V1.0"]
    for number in range(14):
        K = np.eye(4)
        K[:3, :3] = kit.K * [[1 + number], [1 + number], [1]] if number != 4 else kit.K
        intrinsic = " ".join(f"{v:.6f}" for v in K.ravel())
        extrinsic = " ".join(f"{v:.6f}" for v in np.eye(4).ravel())
        lines += [
            f"name          {number}",
            "  sensor        10 10",
            f"  size          {kit.WIDTH} {kit.HEIGHT}",
        ]
        lines += [
            "  animated      0",
            f"  intrinsic     {intrinsic} ",
            f"  extrinsic     {extrinsic} ",
        ]
        lines += ["  radial        0"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def root(tmp_path, kit):
    rng = np.random.default_rng(5)
    folder = tmp_path / "S1" / "Seq2"
    folder.mkdir(parents=True)
    joints = rng.normal(0, 0.2, (14, FRAMES, 28, 3)) + np.array([-0.2, 0, 4.0])
    marks = joints[..., :2] / joints[..., 2:] * kit.FOCAL + kit.CENTER
    joints[:, 3, 4] = [9, 0, 4.0]  # one person's pelvis leaves the picture
    marks[:, 3, 4] = [kit.WIDTH + 5, 50]
    annot2, annot3 = np.empty((14, 1), object), np.empty((14, 1), object)
    for camera in range(14):
        annot2[camera, 0] = marks[camera].reshape(FRAMES, 56)
        annot3[camera, 0] = joints[camera].reshape(FRAMES, 84) * 1000
    savemat(folder / "annot.mat", {"annot2": annot2, "annot3": annot3})
    (folder / "camera.calibration").write_text(calibration(kit))
    return tmp_path


def test_training_people(root, kit):
    people = MpiInf3dhp(root, "train", every=2, cameras=(4,))
    assert [record.frame for record in people] == [0, 2, 5, 7, 9, 11]
    record = people[1]
    assert record.key == "S1/Seq2/imageFrames/video_4/frame_000003.jpg"
    assert (record.subject, record.sequence, record.camera_id) == ("S1", "S1/Seq2", "4")
    kit.check_projection(record)
    lsp = record.joints_3d.as_set("lsp14")
    np.testing.assert_array_equal(lsp.points[0], record.joints_3d.points[25])
    assert lsp.known.all()
    assert len(MpiInf3dhp(root, "train")) == 8 * 2


def test_broken_training_files(root, kit):
    folder = root / "S1/Seq2"
    kit.cut(folder / "annot.mat")
    with pytest.raises(InputError, match=r"annot\.mat: is cut off"):
        MpiInf3dhp(root, "train")
    savemat(folder / "annot.mat", {"annot3": np.zeros((14, 1))})
    with pytest.raises(InputError, match=r"annot\.mat: lacks 'annot2'"):
        MpiInf3dhp(root, "train")
    cells = np.empty((14, 1), object)
    cells[:] = [[np.zeros((FRAMES, 34))] for _ in range(14)]
    savemat(folder / "annot.mat", {"annot2": cells, "annot3": cells})
    with pytest.raises(InputError, match=r"annot2 of camera 0 has shape \(12, 34\)"):
        MpiInf3dhp(root, "train")
    (folder / "annot.mat").unlink()
    with pytest.raises(InputError, match=r"annot\.mat: there is no such file"):
        MpiInf3dhp(root, "train")


@pytest.mark.parametrize("text", ["", "name 0\n size 1 2\n", "\x00"])
def test_broken_calibration(root, text):
    (root / "S1/Seq2/camera.calibration").write_text(text)
    with pytest.raises(InputError, match=r"camera\.calibration"):
        MpiInf3dhp(root, "train")


def test_missing_folders_and_splits(tmp_path, root):
    with pytest.raises(InputError, match="holds no folder mpi_inf_3dhp_test_set"):
        MpiInf3dhp(root, "test")
    with pytest.raises(InputError, match="no such folder"):
        MpiInf3dhp(tmp_path / "nowhere")
    with pytest.raises(InputError, match="train or test"):
        MpiInf3dhp(root, "val")


def test_the_test_set_says_what_it_needs(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    folder = root / "mpi_inf_3dhp_test_set/TS1"
    folder.mkdir(parents=True)
    (folder / "annot_data.mat").write_bytes(b"\x89HDF")
    with pytest.raises(InputError, match=r"annot_data\.mat: .*h5py; run `pip install h5py`"):
        MpiInf3dhp(root, "test")


def test_test_people(root, kit):
    h5py = pytest.importorskip("h5py")
    folder = root / "mpi_inf_3dhp_test_set/TS1"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(6)
    joints = rng.normal(0, 300, (4, 1, 17, 3)) + np.array([0, 0, 4000.0])
    marks = joints[..., :2] / joints[..., 2:] * kit.FOCAL + kit.CENTER
    with h5py.File(folder / "annot_data.mat", "w") as file:
        file["annot2"], file["annot3"], file["univ_annot3"] = marks, joints, joints
        file["valid_frame"] = np.array([[1.0], [0], [1], [1]])
    people = MpiInf3dhp(root, "test")
    assert [record.frame for record in people] == [0, 2, 3]
    record = people[1]
    assert record.key == "mpi_inf_3dhp_test_set/TS1/imageSequence/img_000003.jpg"
    np.testing.assert_allclose(record.joints_3d.points, joints[2, 0] / 1000, atol=1e-6)
    np.testing.assert_allclose(record.joints_2d.points, marks[2, 0], atol=1e-4)
    assert record.joints_3d.frame == "relative"
    with h5py.File(folder / "annot_data.mat", "w") as file:
        file["annot2"] = marks
    with pytest.raises(InputError, match="lacks 'univ_annot3'"):
        MpiInf3dhp(root, "test")
    kit.cut(folder / "annot_data.mat")
    with pytest.raises(InputError, match="HDF5"):
        MpiInf3dhp(root, "test")
