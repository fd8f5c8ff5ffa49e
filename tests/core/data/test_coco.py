import json

import numpy as np
import pytest

from core.data.coco import Coco
from core.data.pictures import load_pixels
from core.errors import InputError


def annotations(kit):
    rng = np.random.default_rng(2)
    image = {"id": 7, "file_name": "000000000007.jpg", "height": kit.HEIGHT, "width": kit.WIDTH}

    def person(number, flags, crowd=0):
        marks = np.zeros((17, 3))
        marks[:, :2] = rng.integers(0, 100, (17, 2))
        marks[:, 2] = flags
        marks[marks[:, 2] == 0] = 0
        return {
            "id": number, "image_id": 7, "category_id": 1, "iscrowd": crowd, "area": 250.5,
            "bbox": [5.0, 6.0, 50.0, 80.0], "keypoints": marks.ravel().astype(int).tolist(),
            "num_keypoints": int((np.array(flags) > 0).sum()), "segmentation": [],
        }  # fmt: skip

    people = [
        person(1, [2] * 16 + [1]),
        person(2, [0] * 17),
        person(3, [2, 0] + [0] * 15),
        person(4, [0] * 17, crowd=1),
    ]
    return {"images": [image], "annotations": people, "categories": [{"id": 1, "name": "person"}]}


@pytest.fixture
def root(tmp_path, kit):
    kit.save_json(tmp_path / "annotations/person_keypoints_val2017.json", annotations(kit))
    kit.save_picture(tmp_path / "val2017/000000000007.jpg")
    return tmp_path


def test_marks_boxes_and_visibility(root, kit):
    people = Coco(root)
    assert [record.key for record in people] == ["1", "3"]
    record = people[0]
    marks = np.array(annotations(kit)["annotations"][0]["keypoints"]).reshape(17, 3)
    np.testing.assert_allclose(record.joints_2d.points, marks[:, :2] + 0.5)
    np.testing.assert_allclose(record.joints_2d.scores, [1] * 16 + [0.5])
    np.testing.assert_array_equal(record.box_xyxy, [5, 6, 55, 86])
    assert record.area_px == 250.5
    assert not record.has_3d
    assert not record.has_mesh
    assert load_pixels(record.picture).shape == (kit.HEIGHT, kit.WIDTH, 3)
    lsp = record.joints_2d.as_set("lsp14")
    np.testing.assert_array_equal(lsp.points[0], record.joints_2d.points[16])
    np.testing.assert_array_equal(lsp.known, [True] * 12 + [False] * 2)


def test_selection(root):
    assert [r.key for r in Coco(root, min_keypoints=17)] == ["1"]
    everyone = Coco(root, with_ignored=True)
    assert [(r.key, r.ignored) for r in everyone] == [
        ("1", False), ("2", True), ("3", False), ("4", True),
    ]  # fmt: skip
    assert not everyone[1].has_2d


def _change(root, change):
    path = root / "annotations/person_keypoints_val2017.json"
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda v: v.pop("images"), "lacks 'images'"),
        (lambda v: v["annotations"][0].update(keypoints=[1] * 42), r"keypoints has shape \(42,\)"),
        (lambda v: v["annotations"][0].update(image_id=8), "lacks 8"),
        (lambda v: v["annotations"][0].update(bbox="wide"), "bbox is no array of numbers"),
        (lambda v: v.update(annotations=[]), "holds no person"),
        (lambda v: v.update(annotations=5), "has not the layout"),
    ],
)
def test_broken_annotations(root, change, match):
    _change(root, change)
    with pytest.raises(InputError, match=f"person_keypoints_val2017.json: .*{match}"):
        Coco(root)


def test_missing_cut_and_unknown(root, kit, tmp_path):
    with pytest.raises(InputError, match=r"person_keypoints_train2014\.json: there is no such"):
        Coco(root, "train2014")
    with pytest.raises(InputError, match="train2017"):
        Coco(root, "test2017")
    kit.cut(root / "annotations/person_keypoints_val2017.json")
    with pytest.raises(InputError, match="is cut off"):
        Coco(root)
