"""One made-up body over time: constants pass, jitter and sliding fall, the truth comes nearer."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry.cameras import project_perspective
from core.temporal import PersonOverTime, TemporalSettings, soles_of
from tests.core.temporal.walkers import SIZE_HW, Noise, as_points, body, stepping

FPS = 30.0
NOISE = Noise(rotation=0.04, betas=0.4, direction=0.002, depth=0.02)


def _through(people, settings: TemporalSettings):
    over_time = PersonOverTime(settings, body(), soles_of(body()))
    steady = [over_time.step(p, SIZE_HW, n / FPS) for n, p in enumerate(people)]
    return over_time, steady


def _error_mm(people, truth) -> float:
    """Mean joint error about the pelvis."""
    wrong = [p.joints_3d - p.joints_3d.mean(0) - t.joints_3d + t.joints_3d.mean(0)
             for p, t in zip(people, truth, strict=True)]  # fmt: skip
    return 1000 * float(np.linalg.norm(wrong, axis=-1).mean())


@pytest.mark.parametrize("smoothing", ["off", "light", "strong"])
@pytest.mark.parametrize("kind", ["body", "points"])
def test_a_person_who_stands_still_is_unchanged(smoothing, kind: str) -> None:
    true, _ = stepping(1 / FPS, Noise())
    person = true[0] if kind == "body" else as_points(true[0])
    settings = TemporalSettings(smoothing, lock_feet=True)
    _, steady = _through([person] * 10, settings)
    for given in steady:
        np.testing.assert_allclose(given.vertices_camera, person.vertices_camera, atol=2e-5)
        np.testing.assert_allclose(given.joints_3d, person.joints_3d, atol=2e-5)
        np.testing.assert_allclose(given.joints_2d, person.joints_2d, atol=0.02)


@pytest.mark.parametrize("kind", ["body", "points"])
@pytest.mark.parametrize(("smoothing", "share"), [("light", 0.45), ("strong", 0.25)])
def test_jitter_falls_and_the_truth_comes_nearer(kind: str, smoothing, share: float) -> None:
    true, noisy = stepping(4.0, NOISE)
    if kind == "points":
        noisy = [as_points(person) for person in noisy]
    over_time, steady = _through(noisy, TemporalSettings(smoothing))
    assert over_time.after.mean_mm < share * over_time.before.mean_mm
    assert _error_mm(steady, true) < 0.9 * _error_mm(noisy, true)


def test_off_leaves_a_mesh_method_alone() -> None:
    _, noisy = stepping(0.3, NOISE)
    given = [as_points(person) for person in noisy]
    _, steady = _through(given, TemporalSettings("off"))
    assert all(a is b for a, b in zip(given, steady, strict=True))


def test_what_comes_back_is_a_body_that_projects_where_it_says() -> None:
    _, noisy = stepping(1.0, NOISE)
    over_time, steady = _through(noisy, TemporalSettings("strong", lock_feet=True))
    for person in steady[-5:]:
        again = over_time._pose(person.rotmat.astype(float), person.betas.astype(float))[0]
        moved = person.vertices - again
        assert np.abs(moved - moved.mean(0)).max() < 1e-4
        seen = project_perspective(
            person.joints_camera.astype(np.float64),
            person.focal_px,
            (SIZE_HW[1] / 2, SIZE_HW[0] / 2),
        )
        assert np.abs(seen - person.joints_2d).max() < 0.5
        eye = person.rotmat @ person.rotmat.swapaxes(-1, -2)
        np.testing.assert_allclose(eye, np.tile(np.eye(3), (24, 1, 1)), atol=1e-5)


def test_shape_is_held() -> None:
    true, noisy = stepping(3.0, NOISE)
    _, steady = _through(noisy, TemporalSettings("off"))
    late = np.stack([person.betas for person in steady[60:]])
    assert np.abs(np.diff(late, axis=0)).max() < 0.03
    assert np.abs(late[-1] - true[0].betas).mean() < 0.1


def test_locked_feet_slide_less() -> None:
    _, noisy = stepping(4.0, NOISE)
    free, _ = _through(noisy, TemporalSettings("light"))
    locked, _ = _through(noisy, TemporalSettings("light", lock_feet=True))
    assert locked.sliding_after.count > 100
    assert locked.sliding_after.mean_mm < 0.25 * free.sliding_after.mean_mm
    assert free.sliding_after.mean_mm < free.sliding_before.mean_mm


def test_out_of_sight_for_long_begins_anew() -> None:
    _, noisy = stepping(0.5, NOISE)
    over_time, _ = _through(noisy, TemporalSettings("strong"))
    came_back = over_time.step(noisy[0], SIZE_HW, 60.0)
    np.testing.assert_allclose(came_back.camera_full, noisy[0].camera_full, atol=1e-5)
    np.testing.assert_allclose(came_back.rotmat, noisy[0].rotmat, atol=1e-5)
