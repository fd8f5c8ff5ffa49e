"""Tracks as 4D-Humans and PHALP keep them: every frame has an entry, the camera sees what ours saw."""

import pickle

import numpy as np
import pytest

from core.errors import OutputError
from core.export import TrackWriter
from core.files import read_pickle
from core.interop import inspect_any


def test_frames_people_and_cameras(export_kit, tmp_path):
    kit = export_kit
    people = (kit.make_person(track_id=7), kit.make_person(track_id=9, score=0.5))
    writer = TrackWriter(tmp_path / "clip.phalp.pkl")
    place = np.array([0.3, -0.2, 4.0])
    writer.add(kit.make_result(people, name="clip.mp4", index=0), [place, place])
    writer.add(kit.make_result((), name="clip.mp4", index=1), [])
    report = writer.finish()
    assert report.people == 2
    table = read_pickle(report.path)
    assert list(table) == ["clip.mp4#0", "clip.mp4#1"]
    first, second = table.values()
    assert (first["tid"], first["time"], second["tid"], second["time"]) == ([7, 9], 0, [], 1)
    assert first["bbox"][0].tolist() == [250, 60, 230, 360]
    assert first["size"][0] == [480, 640]
    smpl = first["smpl"][0]
    shapes = {name: value.shape for name, value in smpl.items()}
    assert shapes == {"global_orient": (1, 3, 3), "body_pose": (23, 3, 3), "betas": (10,)}
    # With the focal length of PHALP the hips fall on the same pixel.
    camera, focal = first["camera"][0], 5000 * 640 / 256
    np.testing.assert_allclose(
        focal * camera[:2] / camera[2], people[0].focal_px * place[:2] / place[2], rtol=1e-5
    )
    found = inspect_any(report.path)
    assert found.kind == "phalp"
    assert dict(found.facts)["people"] == "up to 2 in a frame, 2 tracks"


def test_python_itself_reads_it_by_names_that_old_numpy_has(export_kit, tmp_path):
    writer = TrackWriter(tmp_path / "a.pkl")
    writer.add(export_kit.make_result((export_kit.make_person(),)), [np.zeros(3)])
    data = writer.finish().path.read_bytes()
    assert b"numpy._core" not in data
    (entry,) = pickle.loads(data).values()
    entry["camera"][0] += 1.0
    assert entry["tid"] == [0]


def test_a_method_without_rotations_says_so(export_kit, tmp_path):
    person = export_kit.make_person(method="metro", rotmat=None, betas=None)
    writer = TrackWriter(tmp_path / "a.pkl")
    with pytest.raises(OutputError, match="metro gives no joint rotations"):
        writer.add(export_kit.make_result((person,)), [np.zeros(3)])
