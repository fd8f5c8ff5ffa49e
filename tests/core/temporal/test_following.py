"""The detector is asked when needed and not otherwise; predictions follow people."""

from __future__ import annotations

import numpy as np

from core.temporal import Follower, FollowSettings, PeopleTracker
from core.types import Detection
from tests.core.temporal.walkers import figure, frame

FPS = 30.0


def _run(positions, follower: Follower, *, found=lambda number, people: people) -> list[bool]:
    """One detector call where asked, else the truth inside the predicted boxes."""
    asked = []
    for number, xs in enumerate(positions):
        time_s, picture = number / FPS, frame(number)
        people = [figure(x) for x in xs]
        asked.append(follower.needs_detector(time_s))
        if asked[-1]:
            follower.looked(time_s)
            ids = follower.tracker.assign(people, time_s)
        else:
            ids = tuple(p.track_id for p in follower.predicted(picture, time_s))
        seen = [
            Detection(p.box_xyxy, joint_names=p.joint_names, joints_2d=p.joints_2d, track_id=n)
            for p, n in zip(found(number, people), ids, strict=False)
        ]
        follower.saw(seen, picture, time_s)
    return asked


def test_one_walker_needs_the_detector_once_in_a_while() -> None:
    follower = Follower(PeopleTracker(), FollowSettings(redetect_s=1.0))
    asked = _run([[100 + 2 * n] for n in range(90)], follower)
    assert np.flatnonzero(asked).tolist() == [0, 30, 60]
    assert follower.detections_asked == 3


def test_nobody_means_looking_every_frame() -> None:
    assert all(_run([[]] * 5, Follower(PeopleTracker())))


def test_joints_that_jump_are_looked_for_again() -> None:
    def found(number, people):
        return [figure(400.0)] if number == 10 else people

    eager = FollowSettings(doubt_s=0.0)
    asked = _run([[100.0]] * 13, Follower(PeopleTracker(), eager), found=found)
    assert np.flatnonzero(asked).tolist()[:2] == [0, 11]


def test_doubt_does_not_ask_the_detector_in_every_frame() -> None:
    follower = Follower(PeopleTracker())
    asked = []
    for number in range(40):
        time_s = number / FPS
        asked.append(follower.needs_detector(time_s))
        if asked[-1]:
            follower.looked(time_s)
        person = figure(100.0, score=1.0 if number == 0 else 0.1, track_id=0)
        follower.saw([person], frame(number), time_s)
    assert sum(asked) == 4
    assert np.diff(np.flatnonzero(asked)).min() >= 12


def test_leaving_the_picture_is_noticed() -> None:
    asked = _run([[500 + 8 * n] for n in range(30)], Follower(PeopleTracker()))
    assert any(asked[10:30])


def test_people_close_together_are_looked_at_by_the_detector() -> None:
    asked = _run([[200 + 3 * n, 400 - 3 * n] for n in range(66)], Follower(PeopleTracker()))
    assert asked[33]
    assert not asked[5]


def test_two_boxes_on_one_person_lose_the_newcomer() -> None:
    follower = Follower(PeopleTracker())
    _run([[100.0, 400.0]] * 5, follower)
    follower.saw([figure(100.0, track_id=0), figure(102.0, track_id=1)], frame(5), 5 / FPS)
    assert list(follower.tracker.tracks) in ([0], [1])
    assert follower.needs_detector(6 / FPS)


def test_a_falling_score_is_doubted_whatever_its_scale() -> None:
    for best in (1.0, 0.3):
        follower = Follower(PeopleTracker(), FollowSettings(doubt_s=0.0))
        follower.looked(0.0)
        for number, share in enumerate((1.0, 0.95, 0.9, 0.2)):
            assert follower.needs_detector(number / FPS) == (number == 0)
            person = figure(200.0, score=best * share, track_id=0)
            (confidence,) = follower.saw([person], frame(number), number / FPS)
            assert (confidence < 0.4) == (share == 0.2)
            if number == 0:
                assert follower.predicted(frame(1), 1 / FPS)[0].score == best
        assert follower.needs_detector(4 / FPS)


def test_predictions_lie_on_the_walker() -> None:
    follower = Follower(PeopleTracker())
    _run([[100 + 4 * n] for n in range(20)], follower)
    (expected,) = follower.predicted(frame(20), 20 / FPS)
    true = figure(180.0)
    middle = (expected.box_xyxy[:2] + expected.box_xyxy[2:]) / 2
    np.testing.assert_allclose(middle, (true.box_xyxy[:2] + true.box_xyxy[2:]) / 2, atol=2.0)
