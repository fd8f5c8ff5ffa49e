"""The plane under the feet: found from noisy steps, honest about what it cannot know."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.geometry.ground_plane import (
    camera_to_ground,
    ground_at,
    heights_above,
    pitch_of,
    rotmat_ground_cam,
)
from core.temporal import GroundFit, PeopleOverTime, TemporalSettings
from core.types import GroundPlane
from tests.core.temporal.walkers import Noise, body, result, stepping

FPS = 12.0


def _truth(pitch_deg: float, roll_deg: float = 0.0, height: float = 1.4) -> GroundPlane:
    pitch, roll = math.radians(pitch_deg), math.radians(roll_deg)
    up = np.array([math.sin(roll), -math.cos(pitch) * math.cos(roll), -math.sin(pitch)])
    up /= np.linalg.norm(up)
    return GroundPlane((float(up[0]), float(up[1]), float(up[2])), height)


def _feet(plane: GroundPlane, x: float, z: float, rng: np.random.Generator, size: float = 1.0):
    """Four contacts of a person at (x, z) of the ground, as wrongly seen as one camera sees them."""
    own = np.array([[-0.15, 0, 0], [-0.15, 0, 0.15], [0.15, 0, 0.1], [0.15, 0, 0.25]])
    on_ground = own + np.array([x, -plane.height, -z])
    points = on_ground @ rotmat_ground_cam(plane)
    seen = points * size * math.exp(0.04 * rng.normal())
    return seen + 0.015 * rng.normal(size=seen.shape)


def _walk(fit: GroundFit, plane: GroundPlane, seconds: float, start_s: float = 0.0) -> None:
    """One person goes from 3 to 7 metres and back, another of the wrong size stands to the side."""
    rng = np.random.default_rng(0)
    for number in range(round(seconds * FPS)):
        z = 5.0 - 2.0 * math.cos(2 * math.pi * number / FPS / 10.0)
        people = [_feet(plane, 0.0, z, rng), _feet(plane, -1.2, 4.0, rng, 1.05)]
        fit.step(people, start_s + number / FPS)


def _apart_deg(found: GroundPlane | None, truth: GroundPlane) -> float:
    assert found is not None
    return math.degrees(math.acos(min(1.0, float(np.dot(found.up, truth.up)))))


@pytest.mark.parametrize(("pitch", "roll"), [(0.0, 0.0), (20.0, 0.0), (12.0, 4.0), (-8.0, -2.0)])
def test_the_ground_is_found_from_walkers(pitch: float, roll: float) -> None:
    fit, truth = GroundFit(), _truth(pitch, roll)
    _walk(fit, truth, 10.0)
    assert fit.plane is not None
    assert _apart_deg(fit.plane, truth) < 2.0
    assert fit.plane.height == pytest.approx(truth.height, rel=0.06)
    assert fit.plane.tilt_sd < math.radians(2.0)


def test_wrong_contacts_do_not_pull_it() -> None:
    truth = _truth(10.0)
    rng, fit = np.random.default_rng(1), GroundFit()
    for number in range(240):
        points = _feet(truth, 0.3 * math.sin(number), 3.0 + 4.0 * rng.random(), rng)
        if number > 30 and number % 5 == 0:
            points = points + 0.6 * np.asarray(truth.up)  # sits on a chair
        fit.step([points], number / FPS)
    assert _apart_deg(fit.plane, truth) < 3.0
    assert fit.plane is not None
    assert fit.plane.height == pytest.approx(truth.height, rel=0.08)


def test_one_person_on_a_spot_says_little_and_the_plane_says_so() -> None:
    truth, rng, fit = _truth(8.0), np.random.default_rng(2), GroundFit()
    assert fit.step([], 0.0) is None
    for number in range(12):
        fit.step([_feet(truth, 0.0, 4.0, rng)], number / FPS)
    assert fit.plane is not None
    assert fit.plane.tilt_sd > math.radians(2.5)
    assert _apart_deg(fit.plane, truth) < 3.0 * math.degrees(fit.plane.tilt_sd)
    assert abs(pitch_of(fit.plane)) < math.radians(12.0)


def test_a_moved_camera_is_believed_after_a_while() -> None:
    fit = GroundFit()
    _walk(fit, _truth(0.0, height=1.0), 20.0)
    _walk(fit, _truth(20.0, height=2.0), 180.0, start_s=20.0)
    assert _apart_deg(fit.plane, _truth(20.0, height=2.0)) < 5.0


def test_frame_rate_does_not_count() -> None:
    truth = _truth(5.0)
    slow, fast = GroundFit(), GroundFit()
    points = _feet(truth, 0.0, 4.0, np.random.default_rng(0))
    for number in range(51):
        fast.step([points], number / 50.0)
        if number % 5 == 0:
            slow.step([points], number / 50.0)
    assert slow.plane is not None
    assert fast.plane is not None
    assert slow.plane.tilt_sd == pytest.approx(fast.plane.tilt_sd, rel=0.02)


def test_the_frame_on_the_ground() -> None:
    plane = _truth(17.0, 3.0)
    turn = rotmat_ground_cam(plane)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)
    points = np.random.default_rng(0).normal(size=(5, 3))
    placed = camera_to_ground(plane, points)
    np.testing.assert_allclose(placed[:, 1], heights_above(plane, points), atol=1e-12)
    np.testing.assert_allclose(camera_to_ground(plane, np.zeros(3)), [0, plane.height, 0])
    assert camera_to_ground(plane, np.array([0.0, 0.0, 3.0]))[2] < 0
    height, along_x, along_z = ground_at(plane)
    low = np.array([0.4, height + 0.4 * along_x + 3.0 * along_z, 3.0])
    assert heights_above(plane, low) == pytest.approx(0.0, abs=1e-9)


def test_a_standing_person_tells_the_ground_only_where_it_is_asked_for() -> None:
    true, noisy = stepping(3.0, Noise(rotation=0.02, depth=0.03))
    lowest = max(float(person.vertices_camera[:, 1].max()) for person in true)
    asked = PeopleOverTime(TemporalSettings("light", ground=True), body())
    for number, person in enumerate(noisy):
        given = asked.settle(result((person,), number))
    assert given.ground is not None
    assert given.ground.height == pytest.approx(lowest, abs=0.05)
    assert abs(pitch_of(given.ground)) < math.radians(4.0)
    still = PeopleOverTime(TemporalSettings("light"), body())
    assert still.settle(replace(result((noisy[0],), 0))).ground is None
