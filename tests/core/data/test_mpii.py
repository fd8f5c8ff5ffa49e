import numpy as np
import pytest
from scipy.io import savemat

from core.data.mpii import MAT_FILE, Mpii
from core.errors import InputError

JOINTS = np.arange(32, dtype=np.float64).reshape(16, 2) + 40


def item(**changes):
    visible = [1] * 15 + [0]
    person = {"image": "a.jpg", "center": [60.0, 70.0], "scale": 0.5, "joints": JOINTS.tolist()}
    return person | {"joints_vis": visible} | changes


@pytest.fixture
def from_json(tmp_path, kit):
    kit.save_json(tmp_path / "annot/train.json", [item(), item(scale=1.0), item(image="b.jpg")])
    return tmp_path


def point(number):
    visible = np.zeros((0, 0)) if number in (8, 9) else 1
    x, y = JOINTS[number]
    return {"id": number, "x": x, "y": y, "is_visible": visible}


def release(train=(1, 0, 1)):
    marked = {
        "annopoints": {"point": [point(i) for i in range(15)]},
        "scale": 0.5,
        "objpos": {"x": 60.0, "y": 70.0},
    }
    unmarked = {"annopoints": np.zeros((0, 0)), "scale": 1.0, "objpos": {"x": 1.0, "y": 2.0}}
    pictures = [
        {"image": {"name": "a.jpg"}, "annorect": marked},
        {"image": {"name": "test.jpg"}, "annorect": {"scale": 1.0}},
        {"image": {"name": "c.jpg"}, "annorect": np.array([unmarked, marked])},
    ]
    return {"RELEASE": {"annolist": pictures[: len(train)], "img_train": list(train)}}


def check(record):
    np.testing.assert_allclose(record.joints_2d.points[:15], JOINTS[:15] - 0.5)
    np.testing.assert_array_equal(record.joints_2d.known, [True] * 15 + [False])
    np.testing.assert_allclose(record.box_xyxy, [9.5, 19.5, 109.5, 119.5])
    lsp = record.joints_2d.as_set("lsp14")
    np.testing.assert_allclose(lsp.points[12], JOINTS[8] - 0.5)


def test_the_list_of_people(from_json):
    people = Mpii(from_json)
    assert [record.key for record in people] == ["a.jpg#0", "a.jpg#1", "b.jpg#0"]
    check(people[0])
    assert people[0].picture.path == from_json / "images/a.jpg"


def test_the_published_file(tmp_path):
    savemat(tmp_path / MAT_FILE, release())
    people = Mpii(tmp_path)
    assert [record.key for record in people] == ["a.jpg#0", "c.jpg#1"]
    check(people[0])


def test_broken_files(tmp_path, kit, from_json):
    path = from_json / "annot/train.json"
    for value, match in (
        ([item(joints=[[1, 2]])], r"joints has shape \(1, 2\)"),
        ([{"image": "a.jpg"}], "lacks 'joints'"),
        ({"people": []}, "is no list"),
        ([], "holds no person"),
    ):
        kit.save_json(path, value)
        with pytest.raises(InputError, match=match):
            Mpii(from_json)
    kit.save_json(path, [item()] * 20)
    kit.cut(path)
    with pytest.raises(InputError, match="is cut off"):
        Mpii(from_json)
    path.unlink()
    with pytest.raises(InputError, match="there is no such file; put mpii"):
        Mpii(from_json)
    with pytest.raises(InputError, match="train or valid"):
        Mpii(from_json, "test")


def test_broken_published_files(tmp_path, kit):
    path = tmp_path / MAT_FILE
    for value, match in (
        ({"annolist": [1, 2]}, "lacks 'img_train'"),
        ({"annolist": [1, 2], "img_train": [1, 1]}, "different length"),
        ([1, 2], "has not the layout of MPII's RELEASE"),
    ):
        savemat(path, {"RELEASE": value})
        with pytest.raises(InputError, match=match):
            Mpii(tmp_path)
    savemat(path, {"other": 1})
    with pytest.raises(InputError, match="lacks 'RELEASE'"):
        Mpii(tmp_path)
    savemat(path, release())
    kit.cut(path)
    with pytest.raises(InputError, match="is cut off"):
        Mpii(tmp_path)
    path.write_bytes(b"x")
    with pytest.raises(InputError, match="is no MATLAB file of version 5 to 7"):
        Mpii(tmp_path)
