"""Several people with one method: who is who, few detector calls, steady, small memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np

from core.temporal import PeopleOverTime, TemporalSettings
from tests.core.temporal.walkers import Noise, as_points, body, frame, result, stepping


def _pair(person, number: int):
    """Two people, left and right, by one made-up person."""
    away = np.array([0.8, 0, 0], np.float32)
    made = []
    for side in (-1, 1):
        shift = (side * away / person.camera_full[2] * person.focal_px)[:2]
        made.append(
            replace(
                person,
                camera_full=person.camera_full + side * away,
                joints_2d=person.joints_2d + shift,
                box_xyxy=person.box_xyxy + np.tile(shift, 2),
                track_id=None,
            )
        )
    return made


def _run(noisy, people: PeopleOverTime):
    out = []
    for number, person in enumerate(noisy):
        picture = frame(number)
        expected = people.look_for(picture)
        pair = _pair(person, number)
        if expected is None:
            numbered = people.number(pair, picture)
            ids = [p.track_id for p in numbered]
        else:
            ids = [p.track_id for p in expected]
        seen = tuple(replace(p, track_id=n) for p, n in zip(pair, ids, strict=True))
        out.append(people.settle(result(seen, number)))
    return out


def test_two_people_keep_their_numbers_with_few_detector_calls() -> None:
    _, noisy = stepping(3.0, Noise(rotation=0.04, direction=0.002, depth=0.02))
    people = PeopleOverTime(TemporalSettings("light"), body())
    out = _run([as_points(p) for p in noisy], people)
    assert all([p.track_id for p in given.people] == [0, 1] for given in out)
    assert people.follower.detections_asked <= 3
    gained = people.steadiness
    assert gained.frames == 2 * (len(noisy) - 2)
    assert gained.jitter_after_mm < 0.5 * gained.jitter_before_mm


def test_what_forgotten_people_gained_still_counts() -> None:
    _, noisy = stepping(0.4, Noise(rotation=0.04))
    people = PeopleOverTime(TemporalSettings("light"), body())
    _run([as_points(p) for p in noisy], people)
    before = people.steadiness
    assert before.frames > 0
    late = replace(frame(0), time_s=100.0, index=3000)
    people.number((), late)
    people.settle(replace(result((), 0), frame=late))
    assert not people._people
    assert people.steadiness.frames == before.frames
    assert people.steadiness.jitter_after_mm == before.jitter_after_mm


def test_memory_stays_the_same_over_time() -> None:
    _, noisy = stepping(0.5, Noise(rotation=0.02, direction=0.001, depth=0.01))
    given = [as_points(p) for p in noisy]
    people = PeopleOverTime(TemporalSettings("light"), body())
    _run(given * 2, people)
    tracemalloc.start()
    _run(given * 2, people)
    low = tracemalloc.get_traced_memory()[0]
    for _ in range(5):
        _run(given * 2, people)
    grown = tracemalloc.get_traced_memory()[0] - low
    tracemalloc.stop()
    assert grown < 300_000
