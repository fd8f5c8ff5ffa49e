import numpy as np
import pytest
import torch

from core.geometry import rotations
from core.geometry.alignment import procrustes_align, similarity_transform

RNG = np.random.default_rng(4)
TORCH = pytest.param(torch.from_numpy, id="torch")
NUMPY = pytest.param(lambda a: a, id="numpy")


def _similar(points):
    rotmat = rotations.axis_angle_to_rotmat(
        torch.from_numpy(RNG.normal(size=(len(points), 3)))
    ).numpy()
    scale, shift = RNG.uniform(0.3, 3, (len(points), 1, 1)), RNG.normal(size=(len(points), 1, 3))
    return scale * points @ rotmat.swapaxes(-1, -2) + shift


@pytest.mark.parametrize("make", [NUMPY, TORCH])
def test_recovers_a_known_similarity(make):
    source = RNG.normal(size=(6, 14, 3))
    target = _similar(source)
    found = similarity_transform(make(source), make(target))
    assert np.allclose(found.apply(make(source)), target, atol=1e-12)
    assert np.allclose(np.linalg.det(np.asarray(found.rotmat)), 1)


@pytest.mark.parametrize("make", [NUMPY, TORCH])
def test_is_invariant_to_a_similarity_of_the_prediction(make):
    pred, target = RNG.normal(size=(6, 14, 3)), RNG.normal(size=(6, 14, 3))
    a = procrustes_align(make(pred), make(target))
    b = procrustes_align(make(_similar(pred)), make(target))
    assert np.allclose(a, b, atol=1e-12)


def test_no_similarity_nearby_fits_better():
    pred, target = RNG.normal(size=(1, 14, 3)), RNG.normal(size=(1, 14, 3))
    best = procrustes_align(pred, target)
    error = ((best - target) ** 2).sum()
    for _ in range(50):
        turn = rotations.axis_angle_to_rotmat(torch.from_numpy(RNG.normal(0, 0.05, 3))).numpy()
        other = best @ turn.T * RNG.uniform(0.95, 1.05) + RNG.normal(0, 0.02, 3)
        assert ((other - target) ** 2).sum() > error


def test_mirrored_points_are_not_reflected_back():
    source = RNG.normal(size=(3, 14, 3))
    found = similarity_transform(source * [1, 1, -1], source)
    np.testing.assert_allclose(np.linalg.det(found.rotmat), 1)
    assert np.abs(found.apply(source * [1, 1, -1]) - source).max() > 0.1


def test_coplanar_and_collinear_sources_align_exactly():
    flat = RNG.normal(size=(4, 10, 3)) * [1, 1, 0]
    for source in (flat, RNG.normal(size=(4, 10, 1)) * RNG.normal(size=(4, 1, 3))):
        target = _similar(source)
        np.testing.assert_allclose(procrustes_align(source, target), target, atol=1e-12)


@pytest.mark.parametrize("make", [NUMPY, TORCH])
def test_coinciding_source_points_go_to_the_centroid(make):
    source = np.tile(np.array([0.1, 0.2, 0.3]), (2, 14, 1))
    target = RNG.normal(size=(2, 14, 3))
    found = similarity_transform(make(source), make(target))
    assert np.allclose(found.scale, 0)
    assert np.allclose(found.apply(make(source)), target.mean(1, keepdims=True) + 0 * target)


@pytest.mark.parametrize("make", [NUMPY, TORCH])
def test_float32_in_float32_out_computed_in_float64(make):
    source = RNG.normal(size=(2, 14, 3)).astype(np.float32) + 1000
    target = _similar(source.astype(np.float64)).astype(np.float32)
    moved = procrustes_align(make(source), make(target))
    assert np.asarray(moved).dtype == np.float32
    assert np.abs(np.asarray(moved) - target).max() < 5e-4


def test_gradient_flows_through_the_alignment():
    pred = torch.from_numpy(RNG.normal(size=(2, 14, 3))).requires_grad_()
    target = torch.from_numpy(RNG.normal(size=(2, 14, 3)))
    (procrustes_align(pred, target) - target).norm(dim=-1).mean().backward()
    assert torch.isfinite(pred.grad).all()
    assert pred.grad.abs().max() > 0
