"""Feet: what stands, and what the lock does about it."""

from __future__ import annotations

import numpy as np

from core.body import load_body
from core.temporal import ContactSensor, FootLock, soles_of
from tests.core.temporal.walkers import body

FPS = 30.0
STANDING = np.array([[-0.1, 1.0, 4.0], [-0.1, 1.0, 3.8], [0.1, 1.0, 4.0], [0.1, 1.0, 3.8]])


def _walk(number: int) -> np.ndarray:
    """The left foot stands, the right one swings forward and up."""
    points = STANDING.copy()
    points[:2, 2] -= 1.0 * number / FPS
    points[:2, 1] -= 0.2
    return points


def test_soles_are_low_and_in_order() -> None:
    soles = soles_of(body())
    assert soles is not None
    points = soles.points(body().v_template.numpy())
    low = float(body().v_template[:, 1].min())
    assert (points[:, 1] < low + 0.03).all()
    assert (points[:2, 0] < 0).all()  # the person's right is -x
    assert (points[2:, 0] > 0).all()
    assert points[1, 2] > points[0, 2] + 0.08
    assert soles_of(load_body("embedded_hand")) is None


def test_only_the_still_and_low_foot_stands() -> None:
    sensor = ContactSensor()
    for number in range(10):
        standing = sensor.step(_walk(number), number / FPS)
    assert standing.tolist() == [False, False, True, True]


def test_drifting_feet_are_held_back() -> None:
    lock, places = FootLock(), []
    for number in range(30):
        drifted = np.add(STANDING, [0.002 * number, 0.0, -0.001 * number])
        places.append(drifted + lock.step(drifted, number / FPS))
    moved = np.linalg.norm(np.diff(places[2:], axis=0), axis=-1)
    assert moved.max() < 0.55 * np.hypot(0.002, 0.001)


def test_noisy_feet_come_to_rest_on_the_true_spot() -> None:
    rng, lock, places = np.random.default_rng(0), FootLock(), []
    for number in range(300):
        noisy = STANDING + 0.004 * rng.normal(size=3)
        places.append(noisy + lock.step(noisy, number / FPS))
    late = np.stack(places[200:])
    assert np.abs(late.mean(0) - STANDING).max() < 0.002
    assert np.linalg.norm(np.diff(late, axis=0), axis=-1).max() < 0.0003


def test_the_shift_is_bounded_and_dies_away() -> None:
    lock = FootLock()
    for number in range(300):
        drifted = np.add(STANDING, [0.005 * number, 0, 0])
        shift = lock.step(drifted, number / FPS)
    distance = np.linalg.norm(drifted.mean(0))
    ray = drifted.mean(0) / distance
    along = float(shift @ ray)
    across = float(np.linalg.norm(shift - along * ray))
    assert 0.03 < across <= lock.settings.max_shift_m + 1e-9
    assert abs(along) <= lock.settings.max_along * distance + 1e-9
    for number in range(300, 360):
        jumping = np.add(STANDING, [1.5, -0.05 * (number - 300), 0])
        shift = lock.step(jumping, number / FPS)
    assert np.linalg.norm(shift) < 0.001


def test_feet_that_move_along_the_ray_only_stand_and_are_held() -> None:
    """A person's distance is guessed anew in each frame, 4 % wrong: 150 mm between frames."""
    rng, lock = np.random.default_rng(0), FootLock()
    raw = np.stack([STANDING * np.exp(0.04 * rng.normal()) for _ in range(90)])
    held, stood = [], 0
    for number, points in enumerate(raw):
        held.append(points + lock.step(points, number / FPS))
        stood += int(lock.standing.sum())
    assert stood == 4 * 89
    before, after = (np.linalg.norm(np.diff(p[30:], axis=0), axis=-1).mean() for p in (raw, held))
    assert before > 0.1
    assert after < 0.1 * before


def test_feet_that_the_pose_moves_apart_are_left_to_the_legs() -> None:
    rng, places = np.random.default_rng(0), {True: [], False: []}
    for reaches, seen in places.items():
        lock = FootLock()
        for number in range(60):
            wrong = np.repeat(0.02 * rng.normal(size=(2, 3)), 2, axis=0) * [0.2, 0.2, 1.0]
            points = STANDING + wrong
            shift = lock.step(points, number / FPS, reaches=reaches)
            seen.append(points + shift + np.repeat(lock.reach, 2, axis=0))
            assert np.linalg.norm(lock.reach, axis=-1).max() <= lock.settings.max_reach_m + 1e-9
    moved = {r: np.linalg.norm(np.diff(p[20:], axis=0), axis=-1).mean() for r, p in places.items()}
    assert moved[True] < 0.1 * moved[False]
    lifted = STANDING + np.array([0.0, -0.3, 0.0])
    for number in range(60, 120):
        lock.step(lifted - np.array([0.0, 0.03 * number, 0.0]), number / FPS)
    assert np.abs(lock.reach).max() < 1e-3


def test_changing_feet_does_not_jump() -> None:
    lock, shifts = FootLock(), []
    for number in range(90):
        points = np.add(STANDING, [0.001 * number, 0, 0])
        lifted = slice(0, 2) if (number // 15) % 2 else slice(2, 4)
        points[lifted, 1] -= 0.2
        shifts.append(lock.step(points, number / FPS))
    assert np.linalg.norm(np.diff(shifts, axis=0), axis=-1).max() < 0.006
