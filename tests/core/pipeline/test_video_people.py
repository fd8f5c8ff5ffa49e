"""One method along a video: the detector looks seldom, joint methods get joints, numbers stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.detection import Detector
from core.errors import InputError
from core.pipeline import EngineConfig, VideoPeople, open_engine
from core.temporal import TemporalSettings
from core.types import Detection, Frame
from tests.core.temporal.walkers import figure
from tests.core.temporal.walkers import frame as blank
from tests.standing_method import standing

__all__ = ["standing"]
OFF = TemporalSettings("off", hold_shape=False)


class Seeing:
    """A detector that knows where the walker is; it counts how often it is asked for what."""

    name = "seeing"

    def __init__(self) -> None:
        self.looks = 0
        self.sought: list[int] = []

    def people(self, frame: Frame) -> tuple[Detection, ...]:
        assert frame.index is not None
        return (figure(150 + 2.0 * frame.index), figure(480 - 2.0 * frame.index, 230, 180))

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        self.looks += 1
        return self.people(frame)


class Seeking(Seeing):
    """It also finds joints in given boxes."""

    blind_at = -1

    def joints_in(
        self, frame: Frame, boxes: np.ndarray, *, quick: bool = False
    ) -> tuple[Detection, ...]:
        self.sought.append(len(boxes))
        found = []
        for box in boxes:
            near = min(self.people(frame), key=lambda p: np.abs(p.box_xyxy - box).sum())
            joints = near.joints_2d.copy()
            if frame.index == self.blind_at:
                joints[3:] = np.nan
            found.append(replace(near, box_xyxy=box, joints_2d=joints))
        return tuple(found)


def _through(detector: Detector, variant: str, frames: int = 40):
    config = EngineConfig(
        "standing", variant=variant, device="cpu", detector="none", untrained=True
    )
    with open_engine(config) as engine:
        engine.detector = detector
        people = VideoPeople(engine, OFF)
        return [people.run(blank(number)) for number in range(frames)], people


def test_a_joint_method_is_given_the_joints_of_followed_boxes(standing) -> None:
    detector = Seeking()
    results, people = _through(detector, "joints")
    assert all([p.track_id for p in result.people] == [0, 1] for result in results)
    assert detector.looks == people.detections_asked
    assert detector.looks < 25
    assert len(detector.sought) + detector.looks >= 40


def test_a_joint_method_without_a_seeker_asks_every_frame(standing) -> None:
    detector = Seeing()
    results, _ = _through(detector, "joints", 10)
    assert detector.looks == 10
    assert all([p.track_id for p in result.people] == [0, 1] for result in results)


def test_lost_joints_bring_the_detector_back_in_the_same_frame(standing) -> None:
    detector = Seeking()
    detector.blind_at = 2
    results, _ = _through(detector, "joints", 5)
    assert all(len(result.people) == 2 for result in results)


def test_a_joint_method_with_boxes_alone_says_what_is_missing(
    standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.pipeline.joint_finding.embedded_is_installed", lambda: False)

    class Boxes(Seeing):
        def people(self, frame: Frame) -> tuple[Detection, ...]:
            return tuple(Detection(p.box_xyxy) for p in super().people(frame))

    with pytest.raises(InputError, match="needs 2D joints"):
        _through(Boxes(), "joints", 1)


def test_the_whole_picture_is_taken_when_asked_for(standing) -> None:
    config = EngineConfig("standing", device="cpu", detector="none", untrained=True)
    with open_engine(config) as engine:
        people = VideoPeople(engine, OFF)
        for number in range(5):
            (person,) = people.run(blank(number)).people
            np.testing.assert_array_equal(person.box_xyxy, [0, 0, 640, 480])
            assert person.track_id == 0


@pytest.mark.parametrize("given", [(), (figure(100.0),)])
def test_people_by_file_or_hand_are_taken_as_they_are(standing, given) -> None:
    detector = Seeing()
    config = EngineConfig("standing", device="cpu", detector="none", untrained=True)
    with open_engine(config) as engine:
        engine.detector = detector
        result = VideoPeople(engine, OFF).run(blank(0), given)
    assert detector.looks == 0
    assert len(result.people) == len(given)


def test_stages_are_timed(standing) -> None:
    results, _ = _through(Seeing(), "joints", 2)
    stages = [stage.stage for stage in results[1].timing]
    assert stages[0] == "detect"
    assert stages[-1] == "steady"
