"""Files for other programs: read back by the readers of data sets they are the same people."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from core.body import load_body
from core.body.joint_sets import LSP14_NAMES
from core.data import BodyFamily, open_dataset, true_vertices
from core.errors import InputError
from core.export import HumanDataWriter, SpinWriter
from core.types import Reconstruction

WRITERS = [(HumanDataWriter, "human_data_npz"), (SpinWriter, "spin_npz")]


@pytest.fixture(scope="module")
def body():
    return load_body("embedded")


def person(body, seed: int) -> Reconstruction:
    rng = np.random.default_rng(seed)
    rotmat = Rotation.from_rotvec(rng.normal(0, 0.3, (24, 3))).as_matrix().astype(np.float32)
    betas = rng.normal(0, 1, 10).astype(np.float32)
    with torch.no_grad():
        vertices = body(torch.from_numpy(rotmat)[None], torch.from_numpy(betas)[None]).vertices
    joints = body.regress(vertices, "lsp14")[0].numpy()
    at = np.array([0.2, -0.1, 3.0 + 0.1 * seed])
    places = (joints + at)[:, :2] / (joints + at)[:, 2:] * 900 + [320, 240]
    return Reconstruction(
        method="m", preset="p", variant="v", body="embedded", vertices=vertices[0].numpy(),
        joints_3d=joints, joint_names=LSP14_NAMES, joints_2d=places, camera_full=at,
        focal_px=900.0, box_xyxy=np.array([100, 50, 180.0, 250]), score=0.75,
        rotmat=rotmat, betas=betas,
    )  # fmt: skip


def written(writer, people, path):
    out = writer(path)
    for number, one in enumerate(people):
        out.add(f"photo{number}.jpg", one, one.camera_full)
    return out.finish()


@pytest.mark.parametrize(("writer", "reader"), WRITERS, ids=["humandata", "spin"])
def test_people_read_back(body, tmp_path, writer, reader) -> None:
    people = [person(body, seed) for seed in range(3)]
    report = written(writer, people, tmp_path / "a.npz")
    assert report.people == 3
    family = BodyFamily(body, any_gender=True)
    read = open_dataset(reader, tmp_path / "a.npz")
    for number, (one, record) in enumerate(zip(people, read, strict=True)):
        assert record.key == f"photo{number}.jpg#{number}"
        np.testing.assert_allclose(
            record.joints_2d.as_set("lsp14").points, one.joints_2d, atol=2e-2
        )
        space = record.joints_3d.as_set("lsp14").points
        np.testing.assert_allclose(space, one.joints_3d - one.joints_3d[2:4].mean(0), atol=1e-5)
        mesh = true_vertices(record, family)
        moved = one.vertices_camera if reader == "human_data_npz" else one.vertices
        np.testing.assert_allclose(mesh, moved, atol=2e-5)
        np.testing.assert_allclose(record.body.betas, one.betas, atol=1e-6)


def test_boxes_are_as_each_layout_has_them(body, tmp_path) -> None:
    one = person(body, 0)
    written(HumanDataWriter, [one], tmp_path / "h.npz")
    written(SpinWriter, [one], tmp_path / "s.npz")
    tight = open_dataset("human_data_npz", tmp_path / "h.npz")[0].box_xyxy
    np.testing.assert_allclose(tight, one.box_xyxy, atol=1e-4)
    # SPIN's box is the crop itself: square, 1.2 times the longer side.
    crop = open_dataset("spin_npz", tmp_path / "s.npz")[0].box_xyxy
    np.testing.assert_allclose(crop, [20, 30, 260, 270], atol=1e-3)


@pytest.mark.parametrize(("writer", "reader"), WRITERS, ids=["humandata", "spin"])
def test_without_rotations_there_are_joints_only(body, tmp_path, writer, reader) -> None:
    bare = replace(person(body, 1), rotmat=None, betas=None)
    written(writer, [bare], tmp_path / "a.npz")
    (record,) = open_dataset(reader, tmp_path / "a.npz")
    assert record.body is None
    assert record.has_2d
    assert record.has_3d


@pytest.mark.parametrize(("writer", "reader"), WRITERS, ids=["humandata", "spin"])
def test_nobody_is_an_empty_file(tmp_path, writer, reader) -> None:
    assert written(writer, [], tmp_path / "a.npz").people == 0
    assert len(open_dataset(reader, tmp_path / "a.npz")) == 0


def test_a_cut_file_is_told(body, tmp_path) -> None:
    path = tmp_path / "a.npz"
    written(SpinWriter, [person(body, 0)], path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"a\.npz"):
        open_dataset("spin_npz", path)
