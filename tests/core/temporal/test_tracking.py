"""Numbers of people survive crossings, hiding and frames that list people in another order."""

from __future__ import annotations

import numpy as np
import pytest

from core.temporal import PeopleTracker
from core.types import Detection
from tests.core.temporal.walkers import NAMES, figure

FPS = 25.0


def _follow(frames: list[list[Detection]]) -> list[tuple[int, ...]]:
    tracker = PeopleTracker()
    told = []
    for number, people in enumerate(frames):
        ids = tracker.assign(people, number / FPS)
        for track_id, person in zip(ids, people, strict=True):
            tracker.update(track_id, person, number / FPS)
        told.append(ids)
    return told


def _jittered(person: Detection, rng: np.random.Generator, px: float = 2.0) -> Detection:
    assert person.joints_2d is not None
    joints = person.joints_2d + px * rng.normal(size=person.joints_2d.shape)
    box = np.concatenate([joints.min(0) - 10, joints.max(0) + 10])
    return Detection(box_xyxy=box, joint_names=NAMES, joints_2d=joints)


@pytest.mark.parametrize("seed", range(5))
def test_two_people_cross_in_shuffled_lists(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames, truth = [], []
    for number in range(100):
        x = 100 + 4.4 * number
        people = [_jittered(figure(x), rng, 1.0), _jittered(figure(636 - x, 241), rng, 1.0)]
        order = rng.permutation(2)
        frames.append([people[row] for row in order])
        truth.append(order)
    told = _follow(frames)
    first = {int(row): told[0][place] for place, row in enumerate(truth[0])}
    for order, ids in zip(truth, told, strict=True):
        assert [first[int(row)] for row in order] == list(ids)


def test_hidden_behind_the_other_while_crossing() -> None:
    """The person behind is not seen for half a second and comes out on the other side."""
    rng, frames = np.random.default_rng(0), []
    for number in range(100):
        x = 100 + 4.4 * number
        people = [_jittered(figure(x), rng, 1.0)]
        if abs(x - 320) > 27:
            people.append(_jittered(figure(636 - x, 241), rng, 1.0))
        frames.append(people)
    hidden = sum(len(people) == 1 for people in frames)
    assert 10 <= hidden <= 15
    told = _follow(frames)
    assert {ids[0] for ids in told} == {0}
    assert {ids[1] for ids in told if len(ids) == 2} == {1}


def _walking(x: float, y: float, phase: float, rng: np.random.Generator) -> Detection:
    """A person of 200 pixels whose arms and legs swing."""
    person = figure(x, y)
    assert person.joints_2d is not None
    swing = np.zeros(14)
    swing[[0, 1, 10, 11]] = [40.0, 20.0, 14.0, 30.0]
    swing[[5, 4, 7, 6]] = [-40.0, -20.0, -14.0, -30.0]
    joints = person.joints_2d + np.outer(swing * np.sin(phase), [1.0, 0.0])
    return _jittered(Detection(person.box_xyxy, joint_names=NAMES, joints_2d=joints), rng)


@pytest.mark.parametrize(("fps", "speed"), [(30.0, 110.0), (12.0, 40.0), (12.0, 110.0)])
@pytest.mark.parametrize("seed", range(6))
def test_walkers_cross_one_hidden_behind_the_other(fps: float, speed: float, seed: int) -> None:
    """Swinging limbs at low rates, and up to a second without the one behind."""
    rng, tracker = np.random.default_rng(seed), PeopleTracker()
    found: dict[int, set[int]] = {0: set(), 1: set()}
    for number in range(round(2 * 150 / speed * fps)):
        time_s = number / fps
        xs = (170 + speed * time_s, 470 - speed * time_s)
        people = [
            (row, _walking(x, 240 + 2 * row, 5.7 * time_s + row, rng))
            for row, x in enumerate(xs)
            if row == 0 or abs(xs[0] - xs[1]) > 44
        ]
        rng.shuffle(people)
        ids = tracker.assign([person for _, person in people], time_s)
        for (row, person), track_id in zip(people, ids, strict=True):
            tracker.update(track_id, person, time_s)
            found[row].add(track_id)
    assert len(found[0]) == len(found[1]) == 1
    assert found[0] != found[1]


def test_somebody_gone_for_long_is_somebody_new() -> None:
    frames = [[figure(100.0)]] * 3 + [[]] * int(2 * FPS) + [[figure(100.0)]]
    told = _follow(frames)
    assert told[0] == (0,)
    assert told[-1] == (1,)


def test_a_jump_across_the_picture_is_somebody_else() -> None:
    assert _follow([[figure(100.0)], [figure(500.0)]]) == [(0,), (1,)]


def test_boxes_alone_are_enough() -> None:
    frames = []
    for number in range(40):
        boxes = [figure(100 + 3 * number).box_xyxy, figure(450).box_xyxy]
        frames.append([Detection(box_xyxy=box) for box in boxes[:: 1 if number % 2 else -1]])
    told = _follow(frames)
    assert told[0] == (0, 1)
    assert all(ids == ((1, 0) if number % 2 else (0, 1)) for number, ids in enumerate(told))


def test_missing_joints_do_not_matter() -> None:
    rng, frames = np.random.default_rng(0), []
    for number in range(30):
        joints = figure(200 + number).joints_2d.copy()
        joints[rng.permutation(14)[:7]] = np.nan
        frames.append(
            [Detection(figure(200.0).box_xyxy, joint_names=NAMES, joints_2d=joints), figure(500)]
        )
    assert set(_follow(frames)) == {(0, 1)}


def test_a_number_that_a_person_brings_is_kept() -> None:
    tracker = PeopleTracker()
    tracker.update(7, figure(100), 0.0)
    assert tracker.assign([figure(110, track_id=7), figure(400)], 0.04) == (7, 8)


def test_memory_does_not_grow_with_strangers() -> None:
    tracker = PeopleTracker()
    for number in range(2000):
        person = figure(100.0 if number % 2 else 500.0, height=100 + 50 * (number % 3))
        (track_id,) = tracker.assign([person], number * 1.0)
        tracker.update(track_id, person, number * 1.0)
    assert len(tracker.tracks) <= 3
