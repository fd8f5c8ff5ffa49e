"""Boxes without networks, detectors by name, and YOLO files that are looked at before they load."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.detection import (
    FixedBoxes,
    WholePicture,
    box_around_joints,
    create_detector,
    default_pose,
)
from core.detection.yolo_file import check_yolo_file
from core.errors import InputError, UnsafeFileError, WeightsError
from core.types import Frame

FRAME = Frame(np.zeros((60, 80, 3), np.uint8), "f.png")


def test_whole_picture() -> None:
    (person,) = WholePicture().detect(FRAME)
    assert person.box_xyxy.tolist() == [0, 0, 80, 60]


def test_fixed_boxes() -> None:
    people = FixedBoxes([(1, 2, 30, 40), (-5, 0, 20, 90)]).detect(FRAME)
    assert [p.box_xyxy.tolist() for p in people] == [[1, 2, 30, 40], [-5, 0, 20, 90]]
    assert all(p.score == 1.0 for p in people)


@pytest.mark.parametrize("box", [(5, 5, 5, 9), (9, 5, 5, 9), (0, 0, np.nan, 9)])
def test_empty_boxes(box: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="is empty; give x0,y0,x1,y1"):
        FixedBoxes([box])


def test_box_beside_the_picture_names_it() -> None:
    with pytest.raises(InputError, match=r"f\.png: the box 100,0,120,20 lies outside the 80x60"):
        FixedBoxes([(100, 0, 120, 20)]).detect(FRAME)


@settings(max_examples=30, deadline=None)
@given(x=st.floats(-100, 900), y=st.floats(-100, 900), w=st.floats(4, 800), h=st.floats(4, 800))
def test_default_pose_lies_in_its_box_and_fills_it(x: float, y: float, w: float, h: float) -> None:
    box = np.array([x, y, x + w, y + h])
    person = default_pose(box)
    around = box_around_joints(person.joints_2d)
    slack = 0.01 * max(w, h) + 2.0  # the margin is at least a pixel
    assert (around[:2] >= box[:2] - slack).all()
    assert (around[2:] <= box[2:] + slack).all()
    filled = (around[2:] - around[:2]) / np.array([w, h])
    assert filled.max() > 0.95
    assert person.joint_source == "default"


def test_default_pose_stands_upright_with_its_left_on_the_right() -> None:
    person = default_pose(np.array([0, 0, 200, 400]))
    at = dict(zip(person.joint_names, person.joints_2d, strict=True))
    assert at["Head_top"][1] < at["Neck"][1] < at["L_Hip"][1] < at["L_Knee"][1] < at["L_Ankle"][1]
    assert at["L_Shoulder"][0] > at["R_Shoulder"][0]
    assert at["L_Wrist"][1] > at["L_Elbow"][1] > at["L_Shoulder"][1]


def test_detectors_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(create_detector("none"), WholePicture)
    monkeypatch.setattr("core.detection.choose.embedded_is_installed", lambda: False)
    assert isinstance(create_detector("auto"), WholePicture)  # an empty home has no YOLO weights
    names = "auto, embedded, yolo, none"
    with pytest.raises(InputError, match=f"no detector called blob; use one of {names}"):
        create_detector("blob")
    with pytest.raises(WeightsError, match=r"no YOLO weights are here; put yolo11n-pose\.pt"):
        create_detector("yolo")
    with pytest.raises(WeightsError, match=r"gone\.pt: (does not exist|needs Ultralytics)"):
        create_detector(str(tmp_path / "gone.pt"))


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch /tmp/meshloupe-was-here",)


def _pt(path: Path, pickled: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("best/data.pkl", pickled)
    return path


MODEL = b"cultralytics.nn.tasks\nPoseModel\n"


def test_yolo_file_of_layers_passes(tmp_path: Path) -> None:
    layers = b"(" + MODEL + b"ctorch.nn.modules.conv\nConv2d\nccollections\nOrderedDict\nt."
    check_yolo_file(_pt(tmp_path / "ok.pt", b"\x80\x02" + layers))


@pytest.mark.parametrize(
    "pickled",
    [
        b"\x80\x02(" + MODEL + pickle.dumps(_Bomb(), protocol=2)[2:-1] + b"t.",
        b"\x80\x02(" + MODEL + b"cultralytics.nn.tasks\ntorch_safe_load\nt.",
        b"\x80\x02(" + MODEL + b"cultralytics.utils.checks\ncheck_requirements\nt.",
        b"\x80\x02(" + MODEL + b"ctorch.nn.modules.module\nModule.forward.__globals__\nt.",
        b"\x80\x04(" + MODEL + b"\x8c\x02os\x8c\x06system\x93t.",
    ],
)
def test_yolo_file_with_anything_else_is_refused(tmp_path: Path, pickled: bytes) -> None:
    path = _pt(tmp_path / "bad.pt", pickled)
    with pytest.raises(UnsafeFileError, match=r"bad\.pt: names .*nothing was loaded; get the file"):
        check_yolo_file(path)
    assert not Path("/tmp/meshloupe-was-here").exists()


def test_other_files_are_no_yolo(tmp_path: Path) -> None:
    text = tmp_path / "t.pt"
    text.write_text("hello")
    with pytest.raises(WeightsError, match=r"t\.pt: is not a YOLO file"):
        check_yolo_file(text)
    with pytest.raises(WeightsError, match="holds no YOLO network"):
        check_yolo_file(_pt(tmp_path / "o.pt", b"\x80\x02ccollections\nOrderedDict\n."))
