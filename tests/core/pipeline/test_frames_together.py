"""Several frames in one network call give what frame by frame gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.pipeline import EngineConfig, VideoPeople, open_engine
from core.pipeline.frames_together import Foretold, frames_at_once
from core.types import Detection, Frame
from tests.core.temporal.walkers import figure
from tests.core.temporal.walkers import frame as blank
from tests.standing_method import standing

__all__ = ["standing"]
CONFIG = EngineConfig("standing", device="cpu", detector="none", untrained=True)
AT_ONCE = 4


class Walking:
    """A detector of two walkers; one leaps to the side at frame `leap`."""

    name = "walking"
    leap = 10**9

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        number = frame.index or 0
        aside = 60.0 if number >= self.leap else 0.0
        return (figure(150 + number), figure(450 - aside, 230, 180))


@pytest.fixture
def engine(standing):
    with open_engine(CONFIG) as opened:
        opened.detector = Walking()
        yield opened


def _along(people: VideoPeople, count: int, at_once: int) -> list:
    frames = [replace(blank(number), time_s=number / 30) for number in range(count)]
    results = []
    for start in range(0, count, at_once):
        group = frames[start : start + at_once]
        foretold = people.look_ahead(group, [None] * len(group))
        for frame, answer in zip(group, foretold, strict=True):
            results.append(people.settle(people.look(frame, foretold=answer)))
    return results


def test_the_same_people_as_frame_by_frame(engine) -> None:
    alone, together = VideoPeople(engine), VideoPeople(engine)
    one, four = _along(alone, 24, 1), _along(together, 24, AT_ONCE)
    assert alone.foretold == 0
    assert together.foretold >= 16
    for a, b in zip(one, four, strict=True):
        assert [p.track_id for p in a.people] == [p.track_id for p in b.people]
        for p, q in zip(a.people, b.people, strict=True):
            side = float(np.ptp(p.box_xyxy[1::2]))
            np.testing.assert_allclose(p.joints_2d, q.joints_2d, atol=0.04 * side)


def test_the_network_is_called_once_for_a_group(engine) -> None:
    people = VideoPeople(engine)
    _along(people, 4, AT_ONCE)
    engine.method.seen.clear()
    frames = [replace(blank(number), time_s=number / 30) for number in range(4, 8)]
    found = people.look_ahead(frames, [None] * 4)
    assert [len(batch) for batch in engine.method.seen] == [8]
    assert all(answer is not None and len(answer.people) == 2 for answer in found)


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


def _foretold(engine, box: np.ndarray, number: int | None) -> Foretold:
    frame = blank(0)
    (person,) = engine.run(frame, (Detection(box_xyxy=box, track_id=number),)).people
    return Foretold(box[None], (number,), (person,), ())


@pytest.mark.parametrize(
    ("shift", "number", "holds"),
    [(0.0, 3, True), (3.0, 3, True), (0.0, 4, False), (30.0, 3, False)],
)
def test_an_answer_counts_only_for_its_person_and_place(engine, shift, number, holds) -> None:
    box = np.array([100, 50, 300, 250], np.float32)
    wanted = Detection(box_xyxy=box + np.float32(shift), track_id=number)
    answer = _foretold(engine, box, 3).answers(blank(0), (wanted,), "standing")
    assert (answer is not None) == holds
    if answer is not None:
        assert answer.people[0].track_id == number


def test_more_or_fewer_people_than_foretold_are_looked_at_anew(engine) -> None:
    box = np.array([100, 50, 300, 250], np.float32)
    person = Detection(box_xyxy=box, track_id=3)
    foretold = _foretold(engine, box, 3)
    assert foretold.answers(blank(0), (), "standing") is None
    assert foretold.answers(blank(0), (person, person), "standing") is None


def test_methods_that_need_the_frame_s_own_joints_stay_alone(standing) -> None:
    with open_engine(replace(CONFIG, variant="joints")) as engine:
        assert frames_at_once(engine) == 1
