"""A person of a data set in the window's terms: picture, box, marks, truth in one plain camera."""

import importlib.util
import threading
from pathlib import Path

import numpy as np
import pytest

from app.engine import datasets
from app.engine.datasets import (
    DataReader,
    ListPeopleRequest,
    OpenDataRequest,
    detection_of,
    load_person,
    truth_of,
)
from app.state.data_people import DataRow
from core.data import open_dataset
from core.errors import InputError

DATA = Path(__file__).parents[2] / "core" / "data"


def module(name):
    spec = importlib.util.spec_from_file_location(name, DATA / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def kit():
    return module("data_kit")


@pytest.fixture(scope="module")
def scene(kit):
    return kit.Scene()


@pytest.fixture
def outdoors(tmp_path, scene, kit):
    mini = module("test_threedpw")
    mini.write(tmp_path, mini.table(scene, kit))
    for frame in range(mini.FRAMES):
        kit.save_picture(tmp_path / f"imageFiles/courtyard_mini_00/image_{frame:05d}.jpg", frame)
    return tmp_path


def test_people_are_listed_in_parts(outdoors):
    reader, told = DataReader(), []
    source = reader(
        OpenDataRequest("3dpw", outdoors, "test", "embedded", lambda *a: told.append(a)),
        threading.Event(),
    )
    assert (source.total, source.title) == (4, "3dpw test")
    assert told[-1][0] == 1.0
    people = reader(ListPeopleRequest(source, 1, 3), threading.Event())
    assert people.row.tolist() == [1, 2]
    assert people.sequence[0] == "courtyard_mini_00"
    assert people.occlusion[0] == pytest.approx(1 - 14 * 0.8 / 18, abs=1e-5)


def test_the_truth_lands_on_the_person_whatever_its_camera(outdoors, scene, kit, monkeypatch):
    """SMPL's pose is posed with the user's body; the camera's centre is not the picture's."""
    monkeypatch.setattr(datasets, "_family", lambda _: scene.family)
    record = open_dataset("3dpw", outdoors, "test")[0]
    truth = truth_of(record, "SMPL.pkl", (kit.HEIGHT, kit.WIDTH))
    assert truth.body == scene.body.name
    in_camera = (truth.joints_3d + truth.camera_full).astype(np.float64)
    pixels = in_camera[:, :2] / in_camera[:, 2:] * truth.focal_px
    pixels += [kit.WIDTH / 2, kit.HEIGHT / 2]
    np.testing.assert_allclose(pixels, truth.joints_2d, atol=1e-2)
    np.testing.assert_allclose(pixels, kit.project(scene.lsp), atol=1.5)
    offset = truth.vertices - truth.joints_3d[2:4].mean(0)
    np.testing.assert_allclose(offset, scene.vertices - scene.lsp[2:4].mean(0), atol=1e-4)


def test_smpl_numbers_are_no_truth_of_the_embedded_body(outdoors, kit):
    record = open_dataset("3dpw", outdoors, "test")[0]
    assert truth_of(record, "embedded", (kit.HEIGHT, kit.WIDTH)) is None
    marks = detection_of(record)
    assert int((marks.joint_scores > 0).sum()) == 14
    np.testing.assert_allclose(marks.box_xyxy, record.box_xyxy)


def test_without_a_camera_a_person_stands_in_its_box(tmp_path, scene, kit, monkeypatch):
    mini = module("test_npz_sets")
    np.savez(tmp_path / "a.npz", **mini.spin(scene, kit))
    record = open_dataset("spin_npz", tmp_path / "a.npz")[0]
    truth = truth_of(record, "embedded", (kit.HEIGHT, kit.WIDTH))
    assert truth.vertices is None
    box = record.box_xyxy
    assert (truth.joints_2d >= box[:2] - 6).all()
    assert (truth.joints_2d <= box[2:] + 6).all()


def test_hands_have_their_21_joints(tmp_path, kit):
    rng = np.random.default_rng(1)
    xyz = rng.normal(0, 0.05, (1, 21, 3)) + np.array([0, 0, 0.7])
    K = np.array([[[480.0, 0, 112], [0, 480.0, 112], [0, 0, 1]]])
    kit.save_json(tmp_path / "evaluation_K.json", K)
    kit.save_json(tmp_path / "evaluation_xyz.json", xyz)
    record = open_dataset("freihand", tmp_path, "evaluation")[0]
    truth = truth_of(record, "embedded_hand", (224, 224))
    assert len(truth.joint_names) == 21
    np.testing.assert_allclose(truth.joints_2d, record.joints_2d.points, atol=0.05)


def test_a_person_who_is_another_one_now_is_refused(outdoors):
    row = DataRow("3dpw", outdoors, "test", 0, "courtyard_mini_00/image_00000.jpg#0")
    frame, truths, people = load_person(row)
    assert frame.path.name == "image_00000.jpg"
    assert truths == ()
    assert len(people) == 1
    with pytest.raises(InputError, match=r"is courtyard_mini_00/image_00000.jpg#0, not somebody"):
        load_person(DataRow("3dpw", outdoors, "test", 0, "somebody"))
    with pytest.raises(InputError, match="has no person 99"):
        load_person(DataRow("3dpw", outdoors, "test", 99, "somebody"))
