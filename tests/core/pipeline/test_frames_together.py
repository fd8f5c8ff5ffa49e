"""Several frames in one network call give what frame by frame gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.pipeline import EngineConfig, VideoPeople, open_engine
from core.pipeline.frames_together import TOGETHER_ON_CPU, Foretold, frames_at_once
from core.types import Detection, Frame
from tests.core.temporal.walkers import figure
from tests.core.temporal.walkers import frame as blank
from tests.standing_method import standing

__all__ = ["standing"]
CONFIG = EngineConfig("standing", device="cpu", detector="none", untrained=True)


class Walking:
    """A detector of two people, one of whom walks."""

    name = "walking"

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        number = frame.index or 0
        return (figure(150 + number), figure(450, 230, 180))


@pytest.fixture
def engine(standing):
    with open_engine(CONFIG) as opened:
        opened.detector = Walking()
        yield opened


def test_the_network_is_called_once_for_a_group(engine) -> None:
    frames = [replace(blank(number), time_s=number / 30) for number in range(4)]
    given = [Walking().detect(frame) for frame in frames]
    found = VideoPeople(engine).look_ahead(frames, given)
    assert [len(batch) for batch in engine.method.seen] == [8]
    assert all(answer is not None and len(answer.people) == 2 for answer in found)


def test_people_who_are_followed_are_not_foretold(engine) -> None:
    people = VideoPeople(engine)
    frames = [replace(blank(number), time_s=number / 30) for number in range(3)]
    people.settle(people.look(frames[0]))
    assert people.look_ahead(frames[1:], [None, None]) == [None, None]
    assert people.frames_at_once(given=False) == 1
    assert people.frames_at_once(given=True) == TOGETHER_ON_CPU


def test_given_people_are_exact(engine) -> None:
    given = [Walking().detect(blank(number)) for number in range(4)]
    frames = [replace(blank(number), time_s=number / 30) for number in range(4)]
    alone, together = VideoPeople(engine), VideoPeople(engine)
    ahead = together.look_ahead(frames, given)
    for frame, known, answer in zip(frames, given, ahead, strict=True):
        a, b = alone.look(frame, known), together.look(frame, known, foretold=answer)
        for p, q in zip(a.result.people, b.result.people, strict=True):
            np.testing.assert_allclose(p.vertices, q.vertices, atol=1e-5)
            np.testing.assert_allclose(p.joints_2d, q.joints_2d, atol=1e-2)
            assert p.track_id == q.track_id
    assert together.foretold == 4


def _foretold(engine, box: np.ndarray) -> Foretold:
    (person,) = engine.run(blank(0), (Detection(box_xyxy=box),)).people
    return Foretold(box[None], (person,), ())


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_an_answer_counts_only_for_its_own_box(engine, shift: float) -> None:
    box = np.array([100, 50, 300, 250], np.float32)
    wanted = Detection(box_xyxy=box + np.float32(shift), track_id=4)
    answer = _foretold(engine, box).answers(blank(0), (wanted,), "standing")
    assert (answer is None) == bool(shift)
    if answer is not None:
        assert answer.people[0].track_id == 4


def test_more_or_fewer_people_than_foretold_are_looked_at_anew(engine) -> None:
    box = np.array([100, 50, 300, 250], np.float32)
    person = Detection(box_xyxy=box, track_id=3)
    foretold = _foretold(engine, box)
    assert foretold.answers(blank(0), (), "standing") is None
    assert foretold.answers(blank(0), (person, person), "standing") is None


def test_methods_that_need_the_frame_s_own_joints_stay_alone(standing) -> None:
    with open_engine(replace(CONFIG, variant="joints")) as engine:
        assert frames_at_once(engine) == 1
