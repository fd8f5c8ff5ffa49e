import errno
import json
import struct

import numpy as np
import pytest
import torch
import trimesh

from core.errors import OutputError
from core.export import MESH_FORMATS, ORIGINS, mesh_of, write_mesh
from core.geometry.cameras import camera_to_y_up
from core.geometry.rotations import rotation_x
from core.types import Reconstruction

FORMATS = sorted(MESH_FORMATS)


def _load(path):
    return trimesh.load(path, process=False, maintain_order=True, force="mesh")


@pytest.fixture
def faces(export_kit):
    return export_kit.box_faces()


@pytest.mark.parametrize("ext", FORMATS)
def test_another_library_finds_a_person_upright_facing_plus_z_in_metres(
    ext, person, faces, tmp_path
):
    report = write_mesh(tmp_path / f"a.{ext}", person, faces=faces)
    mesh = _load(report.path)
    assert len(mesh.vertices) == report.vertices == len(person.vertices)
    assert len(mesh.faces) == report.faces == len(faces)
    assert report.deviation <= 1e-6
    assert report.reader == "trimesh"
    head, feet = mesh.vertices[[2, 3, 6, 7]], mesh.vertices[[0, 1, 4, 5]]
    assert head[:, 1].min() > feet[:, 1].max()
    assert np.ptp(mesh.vertices[:, 1]) == pytest.approx(1.7, abs=1e-6)
    nose = mesh.vertices[8]
    assert nose[2] == mesh.vertices[:, 2].max()
    left = mesh.vertices[1]
    assert left[0] > 0  # the left side of a person facing the camera is on the picture's right
    assert mesh.is_watertight
    assert mesh.volume > 0
    np.testing.assert_allclose(mesh.vertices[0], [-0.3, -0.85, -0.1], atol=1e-6)  # hips at zero


@pytest.mark.parametrize("ext", FORMATS)
@pytest.mark.parametrize("origin", ORIGINS)
def test_origins(ext, origin, person, faces, tmp_path):
    mesh = _load(write_mesh(tmp_path / f"a.{ext}", person, origin=origin, faces=faces).path)
    if origin == "camera":
        expected = camera_to_y_up(person.vertices_camera.astype(np.float64))
        np.testing.assert_allclose(mesh.vertices, expected, atol=1e-6)
        assert mesh.vertices[:, 2].max() < 0
    if origin == "ground":
        assert mesh.vertices[:, 1].min() == pytest.approx(0, abs=1e-7)
        assert mesh.vertices[[0, 1], 0].sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("ext", FORMATS)
def test_header_names_units_axes_origin_and_licence(ext, person, faces, tmp_path):
    path = write_mesh(tmp_path / f"a.{ext}", person, faces=faces).path
    data = path.read_bytes()
    if ext == "glb":
        length = struct.unpack("<I", data[12:16])[0]
        text = " ".join(json.loads(data[20 : 20 + length])["asset"]["extras"]["comments"])
    else:
        text = data[:2000].decode("latin-1")
    for word in (
        "units: metres",
        "y up",
        "faces +z",
        "origin: pelvis",
        "licence: tiny",
        "glnet lite",
    ):
        assert word in text


def test_embedded_body_needs_no_faces_and_points_outwards(embedded, export_kit, tmp_path):
    rotmat = embedded.zero_pose(1)
    rotmat[:, 0] = rotation_x(torch.tensor(torch.pi))
    posed = embedded(rotmat, torch.zeros(1, 10))
    joints = embedded.regress(posed.vertices, "lsp14")[0].numpy()
    person = export_kit.make_person(
        body=embedded.name, vertices=posed.vertices[0].numpy(), joints_3d=joints
    )
    for ext in FORMATS:
        report = write_mesh(tmp_path / f"a.{ext}", person)
        mesh = _load(report.path)
        assert report.vertices == 6890
        assert mesh.is_watertight
        assert 0.03 < mesh.volume < 0.15
        assert 1.4 < np.ptp(mesh.vertices[:, 1]) < 2.1
        head = mesh.vertices[embedded.part_labels == embedded.joint_names.index("Head")]
        feet = mesh.vertices[embedded.part_labels == embedded.joint_names.index("L_Foot")]
        assert head[:, 1].min() > feet[:, 1].max()
        ankle = mesh.vertices[embedded.part_labels == embedded.joint_names.index("L_Ankle")]
        assert feet[:, 2].mean() > ankle[:, 2].mean()  # toes point to the viewer
        assert feet[:, 0].mean() > 0
        assert "Anny" in report.licence


def test_a_user_body_without_triangles_is_refused(person, tmp_path):
    with pytest.raises(OutputError, match="triangles of the body 'tiny'"):
        write_mesh(tmp_path / "a.obj", person)
    assert not list(tmp_path.iterdir())


def test_hands_have_their_wrist_at_the_origin(person, faces):
    hand = Reconstruction(
        **{
            **vars(person),
            "joint_names": ("Wrist", *(f"finger {i}" for i in range(13))),
        }
    )
    mesh = mesh_of(hand, faces=faces)
    moved = camera_to_y_up(person.vertices - person.joints_3d[0])
    np.testing.assert_allclose(mesh.vertices, moved, atol=1e-6)


def test_unknown_format(person, faces, tmp_path):
    with pytest.raises(OutputError, match=r"use .obj, .ply, .glb"):
        write_mesh(tmp_path / "a.stl", person, faces=faces)


def test_numbers_that_are_not_finite_are_refused(export_kit, faces, tmp_path):
    broken = np.full((9, 3), np.nan)
    with pytest.raises(OutputError, match="not finite"):
        write_mesh(tmp_path / "a.obj", export_kit.make_person(vertices=broken), faces=faces)


def test_unwritable_folder(person, faces, tmp_path, monkeypatch):
    def refused(*args, **keywords):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(OutputError, match=r"a.obj: cannot be written \(Permission denied\)"):
        write_mesh(tmp_path / "a.obj", person, faces=faces)


def test_a_file_in_the_place_of_the_folder(person, faces, tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_mesh(tmp_path / "out" / "a.obj", person, faces=faces)


def test_a_full_disk_keeps_the_older_file(person, faces, tmp_path, monkeypatch):
    path = tmp_path / "a.ply"
    path.write_text("older")

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        write_mesh(path, person, faces=faces)
    assert [p.name for p in tmp_path.iterdir()] == ["a.ply"]
    assert path.read_text() == "older"


@pytest.mark.parametrize("ext", FORMATS)
def test_a_file_that_reads_back_different_is_not_kept(ext, person, faces, tmp_path, monkeypatch):
    from core.export import mesh_files

    right = mesh_files.MESH_FORMATS[ext]

    def wrong(mesh):
        moved = mesh.vertices.copy()
        moved[3, 1] += 0.01
        return right(mesh_files.PlacedMesh(**{**vars(mesh), "vertices": moved}))

    monkeypatch.setitem(mesh_files.MESH_FORMATS, ext, wrong)
    with pytest.raises(OutputError, match="read back"):
        write_mesh(tmp_path / f"a.{ext}", person, faces=faces)
    assert not list(tmp_path.iterdir())
