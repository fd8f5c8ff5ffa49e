"""The held shape: constants pass, outliers count little, the mean comes to rest."""

from __future__ import annotations

import numpy as np

from core.temporal import RunningShape


def test_a_constant_shape_is_itself() -> None:
    shape, betas = RunningShape(), np.linspace(-1, 1, 10)
    for _ in range(5):
        np.testing.assert_allclose(shape.step(betas), betas, atol=1e-12)


def test_the_mean_is_found_and_comes_to_rest() -> None:
    rng, shape = np.random.default_rng(0), RunningShape()
    true = rng.normal(size=10)
    steps = np.stack([shape.step(true + 0.3 * rng.normal(size=10)) for _ in range(400)])
    assert np.abs(steps[-1] - true).max() < 0.06
    assert np.abs(np.diff(steps[-50:], axis=0)).max() < 0.005


def test_outliers_move_it_less_than_the_plain_mean() -> None:
    rng, shape = np.random.default_rng(1), RunningShape()
    given = 0.1 * rng.normal(size=(300, 10))
    given[10::10] += 4.0
    for betas in given:
        out = shape.step(betas)
    assert np.abs(out).mean() < 0.35 * np.abs(given.mean(0)).mean()


def test_doubtful_frames_count_less() -> None:
    shape = RunningShape()
    shape.step(np.zeros(10), 1.0)
    out = shape.step(np.ones(10), 0.25)
    np.testing.assert_allclose(out, 0.2)
