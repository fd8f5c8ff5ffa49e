"""Laws of the filters: constants pass, noise falls, lag is bounded, rotations stay rotations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry.rotations import axis_angle_to_rotmat, rotation_angle
from core.temporal import STRENGTHS, OneEuroSettings, PointFilter, RotationFilter

FPS = 30.0
SETTINGS = OneEuroSettings(min_cutoff_hz=1.0, beta=4.0)


def _rotations(axis_angle: np.ndarray) -> np.ndarray:
    return axis_angle_to_rotmat(torch.from_numpy(np.asarray(axis_angle, np.float64))).numpy()


@given(st.lists(st.floats(-5, 5), min_size=6, max_size=6), st.floats(1, 240))
@settings(max_examples=30, deadline=None)
def test_constants_pass_unchanged(values: list[float], fps: float) -> None:
    points = np.array(values).reshape(2, 3)
    turns = _rotations(points)
    smooth, turned = PointFilter(SETTINGS), RotationFilter(SETTINGS)
    for number in range(5):
        np.testing.assert_allclose(smooth.step(points, number / fps), points, atol=1e-12)
        np.testing.assert_allclose(turned.step(turns, number / fps), turns, atol=1e-7)


@pytest.mark.parametrize("name", STRENGTHS)
def test_jitter_falls_and_strong_is_stronger(name: str) -> None:
    rng = np.random.default_rng(0)
    points = 0.01 * rng.normal(size=(300, 14, 3))
    smooth = PointFilter(STRENGTHS[name].points)
    out = np.stack([smooth.step(frame, n / FPS) for n, frame in enumerate(points)])[30:]
    before, after = (np.abs(np.diff(x, 2, axis=0)).mean() for x in (points, out))
    assert after < {"light": 0.35, "strong": 0.15}[name] * before


@pytest.mark.parametrize("speed", [0.01, 0.3, 3.0, 100.0])
def test_lag_behind_a_steady_motion_is_what_the_cutoff_says(speed: float) -> None:
    smooth = PointFilter(SETTINGS)
    for number in range(2000):
        point = np.array([[speed * number / FPS, 0.0, 0.0]])
        out = smooth.step(point, number / FPS)
    lag = float(np.linalg.norm(point - out))
    assert lag == pytest.approx(speed / (2 * math.pi * (1.0 + 4.0 * speed)), rel=1e-6)
    assert lag < SETTINGS.lag_bound


@pytest.mark.parametrize("speed", [0.1, 2.0, 12.0])
def test_lag_behind_a_steady_turn_is_bounded(speed: float) -> None:
    smooth = RotationFilter(SETTINGS)
    axis = np.array([0.6, 0.0, 0.8])
    for number in range(600):
        turned = _rotations(axis * speed * number / FPS)
        out = smooth.step(turned, number / FPS)
    lag = float(rotation_angle(torch.from_numpy(out), torch.from_numpy(turned)))
    assert lag == pytest.approx(speed / (2 * math.pi * (1.0 + 4.0 * speed)), rel=1e-3)
    assert lag < SETTINGS.lag_bound


def test_rotations_stay_rotations_even_from_wild_input() -> None:
    rng = np.random.default_rng(1)
    smooth = RotationFilter(SETTINGS)
    for number in range(500):
        out = smooth.step(_rotations(3.0 * rng.normal(size=(24, 3))), number / FPS)
    np.testing.assert_allclose(
        out @ out.swapaxes(-1, -2), np.tile(np.eye(3), (24, 1, 1)), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(out), 1.0, atol=1e-12)


def test_turning_the_world_turns_the_answer() -> None:
    rng = np.random.default_rng(2)
    turns, world = _rotations(0.4 * rng.normal(size=(40, 3))), _rotations(rng.normal(size=3))
    one, other = RotationFilter(SETTINGS), RotationFilter(SETTINGS)
    for number, turn in enumerate(turns):
        out = one.step(turn, number / FPS)
        np.testing.assert_allclose(other.step(world @ turn, number / FPS), world @ out, atol=1e-9)


def test_frame_rate_changes_little() -> None:
    """The same motion sampled twice as often ends at the same place."""
    ends = []
    for fps in (30.0, 60.0):
        smooth = PointFilter(SETTINGS)
        for number in range(round(fps * 3)):
            time_s = number / fps
            out = smooth.step(np.array([[math.sin(3 * time_s)]]), time_s)
        ends.append(float(out[0, 0]) - math.sin(3 * time_s))
    assert ends[0] == pytest.approx(ends[1], abs=0.02)


def test_a_long_pause_begins_anew() -> None:
    smooth = PointFilter(SETTINGS)
    smooth.step(np.zeros((1, 3)), 0.0)
    np.testing.assert_array_equal(smooth.step(np.ones((1, 3)), 5.0), np.ones((1, 3)))
    assert np.isfinite(smooth.step(np.zeros((1, 3)), 5.0)).all()
