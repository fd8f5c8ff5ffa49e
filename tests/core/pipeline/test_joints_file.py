"""Joint files: written ones come back, damaged ones say what is wrong and where."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.pipeline.joints_file import read_joints_file, write_joints_file
from core.types import Detection

NAMES = ["R_Ankle", "L_Ankle", "Neck"]


def _write(path: Path, people: object, **more: object) -> Path:
    path.write_text(json.dumps({"joint_names": NAMES, "people": people, **more}))
    return path


def test_one_person_and_several_and_video_frames(tmp_path: Path) -> None:
    one = {"joints_2d": [[10, 20], None, [30, 80.5]]}
    two = {"joints_2d": [[110, 20], [120, 20], None], "score": 0.5, "camera_pitch": 0.1}
    file = read_joints_file(
        _write(tmp_path / "j.json", {"фото.jpg": one, "clip.mp4#65": [one, two], "empty.jpg": []})
    )
    (person,) = file.detections("фото.jpg")
    assert person.joint_names == tuple(NAMES)
    assert person.joint_source == "file"
    np.testing.assert_array_equal(person.joints_2d, [[10, 20], [np.nan, np.nan], [30, 80.5]])
    np.testing.assert_array_equal(person.joint_scores, [1, 0, 1])
    low, high = person.box_xyxy[:2], person.box_xyxy[2:]
    assert (low < [10, 20]).all()
    assert (high > [30, 80.5]).all()
    assert [p.score for p in file.detections("clip.mp4#65")] == [1.0, 0.5]
    assert file.detections("clip.mp4#65")[1].camera_pitch == pytest.approx(0.1)
    assert file.detections("empty.jpg") == ()
    assert file.detections("unheard.jpg") == ()
    assert file.frames_of("clip.mp4") == (65,)


def test_written_people_come_back(tmp_path: Path) -> None:
    people = (
        Detection(
            np.array([1, 2, 30, 40]),
            score=0.75,
            joint_names=tuple(NAMES),
            joints_2d=np.array([[5, 6], [np.nan, np.nan], [7.25, 8]]),
            joint_scores=np.array([0.5, 0, 1]),
            track_id=4,
            camera_pitch=-0.2,
        ),
        Detection(np.array([3, 2, 9, 9]), joint_names=("Nose",), joints_2d=np.array([[4.0, 5.0]])),
    )
    path = tmp_path / "new" / "joints.json"
    write_joints_file(path, {"a b.png": people})
    back = read_joints_file(path).detections("a b.png")
    assert len(back) == 2
    for was, now in zip(people, back, strict=True):
        np.testing.assert_allclose(now.box_xyxy, was.box_xyxy)
        assert (now.score, now.track_id, now.camera_pitch) == (
            was.score,
            was.track_id,
            was.camera_pitch,
        )
        rows = [now.joint_names.index(name) for name in was.joint_names]
        np.testing.assert_allclose(now.joints_2d[rows], was.joints_2d)
        np.testing.assert_allclose(now.joint_scores[rows], was.joint_scores)
    assert [p.name for p in path.parent.iterdir()] == ["joints.json"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "is not a JSON object"),
        ("{}", "has no list joint_names"),
        ('{"joint_names": ["a", "a"], "people": {}}', "names a joint twice"),
        ('{"joint_names": ["a"]}', "has no object people"),
        ('{"joint_names": ["a"], "people": {"x.jpg": 5}}', r"people\['x\.jpg'\]: has no list"),
        (
            '{"joint_names": ["a"], "people": {"x.jpg": {"joints_2d": [[1,2],[3,4]]}}}',
            "has 2 joints where joint_names has 1",
        ),
        (
            '{"joint_names": ["a"], "people": {"x.jpg": {"joints_2d": [[1e99, "b"]]}}}',
            "needs two known joints",
        ),
        (
            '{"joint_names": ["a"], "people": {"x.jpg": {"joints_2d": [[1,2]], "box_xyxy": [1]}}}',
            "box_xyxy must be four numbers",
        ),
        (
            '{"joint_names": ["a"], "people": {"x.jpg": {"joints_2d": [[1,2]], '
            '"box_xyxy": [9, 9, 3, 20]}}}',
            "box_xyxy is empty",
        ),
        (  # shares of the picture, and a heap of joints
            '{"joint_names": ["a", "b"], "people": {"x.jpg": {"joints_2d": [[0,0.1],[1,0.9]]}}}',
            "give pixels, not shares of the picture",
        ),
        (
            '{"joint_names": ["a", "b"], "people": {"x.jpg": {"joints_2d": [[5,5],[5,5]]}}}',
            "lie within two pixels",
        ),
    ],
)
def test_damage_is_named(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(InputError, match=rf"bad\.json: .*{what}.*; "):
        read_joints_file(path)


def test_missing_file_and_binary_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json: cannot be read"):
        read_joints_file(tmp_path / "none.json")
    (tmp_path / "b.json").write_bytes(b"\x93\xff\x00")
    with pytest.raises(InputError, match="is not JSON"):
        read_joints_file(tmp_path / "b.json")
