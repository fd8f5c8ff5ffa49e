"""COCO keypoints in and out: the same places, half a pixel told, nonsense refused."""

import json

import numpy as np
import pytest

from core.body.joint_sets import JOINT_SETS
from core.errors import InputError
from core.export import COCO17, CocoWriter
from core.pipeline.joints_file import read_joints_file
from core.types import Frame, FrameResult, Reconstruction

NAMES = JOINT_SETS["coco17"].joint_names


def person(**more) -> dict:
    points = np.arange(34, dtype=float).reshape(17, 2) * 3 + 10
    table = np.concatenate([points, np.full((17, 1), 2.0)], axis=1)
    table[3] = (0, 0, 0)
    table[4, 2] = 1
    return {"image_id": 7, "keypoints": table.ravel().tolist(), "bbox": [5, 6, 100, 200], **more}


def write(tmp_path, content):
    path = tmp_path / "k.json"
    path.write_text(json.dumps(content))
    return path


def test_annotations_are_read_by_the_name_of_their_picture(tmp_path) -> None:
    content = {
        "images": [{"id": 7, "file_name": "train/photo.jpg"}, {"id": 8, "file_name": "empty.jpg"}],
        "annotations": [person(), person(score=0.5)],
    }
    read = read_joints_file(write(tmp_path, content))
    first, second = read.detections("photo.jpg")
    assert first.joint_names == NAMES
    assert first.joints_2d[0].tolist() == [10.5, 13.5], "COCO counts from the middle of a pixel"
    assert np.isnan(first.joints_2d[3]).all()
    assert first.joint_scores[[2, 3, 4]].tolist() == [1.0, 0.0, 0.5]
    assert first.box_xyxy.tolist() == [5, 6, 105, 206]
    assert (first.joint_source, second.score) == ("file", 0.5)
    assert read.detections("empty.jpg") == ()


def test_a_list_of_results_names_pictures_by_number(tmp_path) -> None:
    entry = person()
    table = np.asarray(entry["keypoints"]).reshape(17, 3)
    table[:, 2] = np.linspace(0.1, 0.9, 17)
    entry["keypoints"] = table.ravel().tolist()
    read = read_joints_file(write(tmp_path, [entry]))
    (found,) = read.detections("000000000007.jpg")
    assert found.joint_scores[0] == pytest.approx(0.1)
    assert found.joint_scores[16] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"keypoints": [1, 2, 3]}, "17 x 3"),
        ({"keypoints": "many"}, "17 x 3"),
        ({"keypoints": [float("nan")] * 51}, "17 x 3"),
        ({"image_id": None}, "names no picture"),
    ],
)
def test_nonsense_is_refused_by_place(tmp_path, change, words) -> None:
    with pytest.raises(InputError, match=words) as told:
        read_joints_file(write(tmp_path, [person(), person(**change)]))
    assert "annotations[1]" in told.value.what


def test_what_is_written_is_read_again(tmp_path) -> None:
    frame = Frame(np.zeros((300, 400, 3), np.uint8), "photo.jpg")
    rng = np.random.default_rng(1)
    joints = rng.uniform(20, 280, (2, 17, 2)).astype(np.float32)
    joints[1, 5] = (500, 20)
    people = tuple(
        Reconstruction(
            method="m",
            preset="p",
            variant="v",
            body="b",
            vertices=np.zeros((1, 3)),
            joints_3d=np.zeros((0, 3)),
            joint_names=(),
            joints_2d=np.zeros((0, 2)),
            camera_full=np.zeros(3),
            focal_px=1.0,
            box_xyxy=np.array([1, 2, 50 + n, 60]),
            score=0.5,
            track_id=n,
        )
        for n in range(2)
    )
    writer = CocoWriter(tmp_path / "out.coco.json")
    writer.add(FrameResult(frame, "m", people), joints)
    assert writer.finish().people == 2
    first, second = read_joints_file(tmp_path / "out.coco.json").detections("photo.jpg")
    assert np.allclose(first.joints_2d, joints[0], atol=1e-3)
    assert np.isnan(second.joints_2d[5]).all(), "outside of the picture"
    assert np.allclose(np.delete(second.joints_2d, 5, 0), np.delete(joints[1], 5, 0), atol=1e-3)
    assert first.box_xyxy.tolist() == [1, 2, 50, 60]
    assert (first.score, second.track_id) == (0.5, 1)
    assert len(COCO17) == len(NAMES)
