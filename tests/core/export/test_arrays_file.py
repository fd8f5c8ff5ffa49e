import pickle
from dataclasses import fields

import numpy as np
import pytest

from core.errors import InputError, OutputError, UnsafeFileError
from core.export import NpzWriter, read_npz, read_truth, truth_path, write_npz
from core.geometry.cameras import project_perspective
from core.types import Refinement

REQUIRED = {
    "schema", "method", "preset", "variant", "weights_sha256", "body", "image_size", "box_xyxy",
    "score", "joint_names", "joints_2d", "joints_3d", "vertices", "faces", "camera_full", "focal_px",
}  # fmt: skip


@pytest.fixture
def stored(export_kit, tmp_path):
    path = tmp_path / "photo.jpg.glnet.npz"
    report = write_npz(path, export_kit.make_result(), faces=export_kit.box_faces())
    return path, report


def test_holds_exactly_the_keys_of_schema_1_and_opens_without_pickle(stored):
    path, report = stored
    arrays = np.load(path, allow_pickle=False)
    assert set(arrays) == REQUIRED | {"rotmat", "betas"}
    shapes = {name: arrays[name].shape for name in arrays}
    assert shapes["vertices"] == (2, 9, 3)
    assert shapes["joints_2d"] == (2, 14, 2)
    assert shapes["box_xyxy"] == (2, 4)
    assert shapes["joint_names"] == (14,)
    assert shapes["focal_px"] == shapes["schema"] == shapes["method"] == ()
    assert arrays["image_size"].tolist() == [480, 640]
    assert (int(arrays["schema"]), str(arrays["method"]), str(arrays["body"])) == (
        1,
        "glnet",
        "tiny",
    )
    assert (report.people, report.vertices, report.faces) == (2, 9, 14)


def test_the_law_of_the_camera_holds_for_what_is_stored(stored):
    arrays = np.load(stored[0])
    height, width = arrays["image_size"]
    points = arrays["joints_3d"] + arrays["camera_full"][:, None]
    pixels = project_perspective(points, float(arrays["focal_px"]), [width / 2, height / 2])
    assert np.abs(pixels - arrays["joints_2d"]).max() < 0.5


def test_round_trip_keeps_every_field(stored, person):
    read = read_npz(stored[0])
    assert read.image_size == (480, 640)
    assert (read.frame, read.time_s) == (None, None)
    assert [p.score for p in read.people] == [pytest.approx(0.9), 0.5]
    for field in fields(person):
        mine, theirs = getattr(person, field.name), getattr(read.people[0], field.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, theirs)
        else:
            assert mine == pytest.approx(theirs) if isinstance(mine, float) else mine == theirs


def test_frames_of_a_video_become_rows(export_kit, tmp_path):
    path = tmp_path / "clip.mp4.glnet.npz"
    people = [export_kit.make_person(track_id=7)]
    frames = [
        export_kit.make_result(people * count, "clip.mp4", index=i, time_s=i / 25)
        for i, count in enumerate((1, 0, 2))
    ]
    assert write_npz(path, *frames, faces=export_kit.box_faces()).people == 3
    read = read_npz(path)
    assert read.frame.tolist() == [0, 2, 2]
    np.testing.assert_allclose(read.time_s, [0, 0.08, 0.08])
    assert [len(read.of_frame(i)) for i in range(3)] == [1, 0, 2]
    assert read.people[0].track_id == 7


def test_an_optional_array_is_written_only_if_every_row_has_it(export_kit, tmp_path):
    with_betas, without = export_kit.make_person(), export_kit.make_person(rotmat=None, betas=None)
    for people in ((with_betas, without), (without, with_betas)):
        write_npz(tmp_path / "a.npz", export_kit.make_result(people), faces=export_kit.box_faces())
        assert set(np.load(tmp_path / "a.npz")) == REQUIRED


def test_nobody_found_is_a_file_with_no_rows(export_kit, tmp_path):
    write_npz(tmp_path / "a.npz", export_kit.make_result(()))
    assert set(np.load(tmp_path / "a.npz")) == REQUIRED
    assert read_npz(tmp_path / "a.npz").people == ()


def test_a_long_video_spills_to_disk_and_reads_back(export_kit, tmp_path, monkeypatch):
    monkeypatch.setattr("core.export.arrays_writer._IN_MEMORY", 1000)
    with NpzWriter(tmp_path / "long.npz", faces=export_kit.box_faces()) as writer:
        for index in range(200):
            shifted = export_kit.make_person(camera_full=[0, 0, index])
            writer.add(export_kit.make_result([shifted], "clip.mp4", index=index))
        report = writer.finish()
    assert report.people == 200
    assert [p.camera_full[2] for p in read_npz(report.path).people] == list(range(200))
    assert [p.name for p in tmp_path.iterdir()] == ["long.npz"]


def test_an_error_inside_the_block_keeps_the_older_file(export_kit, tmp_path):
    path = tmp_path / "a.npz"
    path.write_text("older")

    def broken_off():
        with NpzWriter(path, faces=export_kit.box_faces()) as writer:
            writer.add(export_kit.make_result())
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert path.read_text() == "older"
    assert len(list(tmp_path.iterdir())) == 1


def test_different_bodies_do_not_fit_in_one_file(export_kit, tmp_path):
    people = (export_kit.make_person(), export_kit.make_person(body="other"))
    with pytest.raises(OutputError, match="different bodies"):
        write_npz(tmp_path / "a.npz", export_kit.make_result(people), faces=export_kit.box_faces())
    with pytest.raises(OutputError, match="no result"):
        write_npz(tmp_path / "a.npz")


def _changed(path, **changes):
    arrays = {**np.load(path)}
    for name, value in changes.items():
        arrays.pop(name, None)
        if value is not None:
            arrays[name] = value
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": np.array(2)}, "another schema"),
        ({"vertices": None}, "lacks the array vertices"),
        ({"vertices": np.zeros((2, 9, 2))}, "vertices must be numbers of shape"),
        ({"joints_2d": np.zeros((2, 13, 2))}, "joints_2d must be"),
        ({"method": np.zeros(3)}, "method must be one text"),
        ({"focal_px": np.array("wide")}, "focal_px must be one number"),
        ({"joint_names": np.array("Neck")}, "joint_names must be"),
        ({"faces": np.array([[0, 1, 900]])}, "faces name vertices"),
        ({"rotmat": np.zeros((2, 23, 3, 3))}, "rotmat must be"),
        ({"vertices": np.full((2, 9, 3), np.nan)}, "vertices has numbers that are not finite"),
        ({"focal_px": np.array(0.0)}, "focal_px must be a positive"),
    ],
)
def test_wrong_files_say_what_is_wrong(stored, changes, message):
    with pytest.raises(InputError, match=message) as caught:
        read_npz(_changed(stored[0], **changes))
    assert str(stored[0]) in str(caught.value)
    assert "meshloupe infer" in str(caught.value)


class _Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a file was executed",))


def test_nothing_in_a_file_is_executed(tmp_path):
    path = tmp_path / "bad.npz"
    np.savez(path, schema=np.array([_Bomb()], dtype=object))
    with pytest.raises((InputError, UnsafeFileError)):
        read_npz(path)
    (tmp_path / "worse.npz").write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises((InputError, UnsafeFileError)):
        read_npz(tmp_path / "worse.npz")
    with pytest.raises(InputError):
        read_npz(tmp_path / "missing.npz")


def test_truth_uses_the_same_keys_and_may_lack_the_mesh(stored, person):
    full = read_truth(stored[0])
    assert len(full) == 2
    np.testing.assert_array_equal(full[0].vertices, person.vertices)
    lean = _changed(
        stored[0], vertices=None, box_xyxy=None, focal_px=None, body=None, rotmat=None, schema=None
    )
    truth = read_truth(lean)[1]
    assert truth.vertices is None
    assert truth.focal_px == 800
    np.testing.assert_allclose(truth.box_xyxy[:2], person.joints_2d.min(0))
    assert truth_path("a/photo.jpg").name == "photo.jpg.truth.npz"


def test_truth_of_one_frame(export_kit, tmp_path):
    frames = [
        export_kit.make_result([export_kit.make_person(camera_full=[0, 0, i])], index=i)
        for i in range(3)
    ]
    write_npz(tmp_path / "clip.mp4.truth.npz", *frames, faces=export_kit.box_faces())
    (truth,) = read_truth(tmp_path / "clip.mp4.truth.npz", frame=2)
    assert truth.camera_full[2] == 2
    assert len(read_truth(tmp_path / "clip.mp4.truth.npz")) == 3


def test_what_a_refinement_gained_comes_back(export_kit, tmp_path):
    done = Refinement("thorough", 7.5, 3.25, True)
    unknown = Refinement("quick", float("nan"), float("nan"), False)
    people = [export_kit.make_person(refinement=each) for each in (done, unknown)]
    write_npz(tmp_path / "a.npz", export_kit.make_result(people), faces=export_kit.box_faces())
    back = [person.refinement for person in read_npz(tmp_path / "a.npz").people]
    assert back[0] == done
    assert (back[1].level, back[1].accepted) == ("quick", False)
    assert np.isnan(back[1].before_percent)
    plain = export_kit.make_result([export_kit.make_person()])
    write_npz(tmp_path / "b.npz", plain, faces=export_kit.box_faces())
    assert "refine_level" not in np.load(tmp_path / "b.npz").files
    assert read_npz(tmp_path / "b.npz").people[0].refinement is None
