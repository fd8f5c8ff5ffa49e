import numpy as np
import pytest
import torch
from scipy.linalg import orthogonal_procrustes

from core import metrics
from core.geometry.rotations import axis_angle_to_rotmat

RNG = np.random.default_rng(8)


def _joints(count=5):
    return RNG.normal(0, 0.4, (count, 14, 3))


def test_a_shift_of_one_joint_counts_by_its_share():
    gt = _joints()
    pred = gt.copy()
    pred[:, 0, 1] += 0.14
    np.testing.assert_allclose(metrics.mean_point_error(pred, gt), 0.01)
    np.testing.assert_allclose(metrics.point_errors(pred, gt)[:, 0], 0.14)
    np.testing.assert_allclose(metrics.metro_mpjpe(pred + np.array([1.0, 2.0, 3.0]), gt), 0.01)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="differ in shape"):
        metrics.point_errors(np.zeros((1, 14, 3)), np.zeros((1, 17, 3)))


def test_aligned_error_ignores_similarity_and_never_exceeds_the_best_shift():
    pred, gt = _joints(), _joints()
    rotmat = axis_angle_to_rotmat(torch.from_numpy(RNG.normal(size=(5, 3)))).numpy()
    moved = 2.5 * pred @ rotmat.swapaxes(-1, -2) + RNG.normal(size=(5, 1, 3))
    np.testing.assert_allclose(
        metrics.pa_mean_point_error(moved, gt), metrics.pa_mean_point_error(pred, gt)
    )
    squared = (metrics.point_errors(metrics.aligned(pred, gt), gt) ** 2).sum(-1)
    shifted = pred - pred.mean(1, keepdims=True) + gt.mean(1, keepdims=True)
    assert (squared <= (metrics.point_errors(shifted, gt) ** 2).sum(-1) + 1e-12).all()


def test_degenerate_input_is_defined():
    gt = _joints()
    assert (metrics.pa_mean_point_error(gt * [1, 1, -1], gt) > 0.02).all()
    flat = gt * [1, 1, 0]
    np.testing.assert_allclose(metrics.pa_mean_point_error(flat * 0.5 + 1, flat), 0, atol=1e-12)
    line = gt[:, :, :1] * [1.0, 2.0, 3.0]
    np.testing.assert_allclose(metrics.pa_mean_point_error(line, line * 3), 0, atol=1e-12)
    assert np.isfinite(metrics.pa_mean_point_error(gt, line)).all()
    one_point = np.broadcast_to([0.1, 0.2, 0.3], gt.shape)
    assert np.isnan(metrics.pa_mean_point_error(one_point, gt)).all()
    assert np.isfinite(metrics.mean_point_error(one_point, gt)).all()


def test_f_score_of_equal_far_and_half_sets():
    gt = RNG.uniform(-0.1, 0.1, (2, 300, 3))
    np.testing.assert_allclose(metrics.f_score(gt, gt, 0.005), 1)
    np.testing.assert_allclose(metrics.f_score(gt + 5, gt, 0.005, align=False), 0)
    np.testing.assert_allclose(metrics.f_score(gt + 5, gt, 0.005), 1)
    half = metrics.f_score(gt[:, :150], gt, 1e-9, align=False)
    np.testing.assert_allclose(half, 2 * 1 * 0.5 / 1.5)
    near = metrics.f_score(gt + RNG.normal(0, 0.01, gt.shape), gt, 0.005)
    far = metrics.f_score(gt + RNG.normal(0, 0.01, gt.shape), gt, 0.015)
    assert (near < far).all()
    assert np.isnan(metrics.f_score(gt * 0, gt, 0.005)).all()


def test_2d_error_is_a_fraction_of_the_longer_side_and_skips_unknown_joints():
    gt = np.array([[[0.0, 0.0], [100.0, 200.0], [np.nan, np.nan]]])
    pred = np.array([[[3.0, 4.0], [100.0, 190.0], [7.0, 7.0]]])
    errors = metrics.joint_errors_2d(pred, gt)
    np.testing.assert_allclose(errors, [[0.025, 0.05, np.nan]])
    boxed = metrics.joint_errors_2d(pred, gt, [[-100.0, 0.0, 300.0, 200.0]])
    np.testing.assert_allclose(boxed, [[0.0125, 0.025, np.nan]])
    np.testing.assert_allclose(metrics.pck(errors, 0.03), [0.5])
    np.testing.assert_allclose(metrics.pck(errors, 0.05), [1.0])
    assert np.isnan(metrics.pck([[np.nan]], 0.1)).all()


def test_acceleration_error_ignores_steady_motion_and_sees_a_parabola():
    time = np.arange(10)[:, None, None] / 30.0
    still = np.zeros((10, 14, 3))
    np.testing.assert_allclose(
        metrics.acceleration_error(still + 3 * time + 1, still, 30), 0, atol=1e-9
    )
    falling = still + [0.0, 1.0, 0.0] * (0.5 * 9.81 * time**2)
    np.testing.assert_allclose(metrics.acceleration_error(falling, still, 30), 9.81)


def test_acceleration_counts_frames_with_truth_on_both_sides_only():
    pred, gt = RNG.normal(size=(8, 5, 3)), RNG.normal(size=(8, 5, 3))
    everything = metrics.acceleration_error(pred, gt, 30)
    known = np.array([1, 1, 1, 0, 1, 1, 1, 1])
    np.testing.assert_array_equal(
        metrics.acceleration_error(pred, gt, 30, known), everything[[0, 4, 5]]
    )
    assert len(metrics.acceleration_error(pred[:2], gt[:2], 30)) == 0
    with pytest.raises(ValueError, match="differ in shape"):
        metrics.acceleration_error(pred, gt[:, :1], 30)


def test_alignment_with_reflection_is_the_servers():
    pred, gt = _joints(), _joints()
    for mine, p, g in zip(metrics.aligned_with_reflection(pred, gt), pred, gt, strict=True):
        source, target = p - p.mean(0), g - g.mean(0)
        sizes = [np.linalg.norm(points) + 1e-8 for points in (source, target)]
        rotmat, gain = orthogonal_procrustes(target / sizes[1], source / sizes[0])
        expected = source / sizes[0] @ rotmat.T * gain * sizes[1] + g.mean(0)
        np.testing.assert_allclose(mine, expected, atol=1e-12)
    near = gt + RNG.normal(0, 0.02, gt.shape)
    np.testing.assert_allclose(
        metrics.aligned_with_reflection(near, gt), metrics.aligned(near, gt), atol=1e-6
    )


def test_alignment_with_reflection_of_degenerate_input():
    gt = _joints()
    np.testing.assert_allclose(metrics.aligned_with_reflection(gt * [1, -1, 1], gt), gt, atol=1e-6)
    flat, line = gt * [1, 1, 0], gt[:, :, :1] * [1.0, 2.0, 3.0]
    np.testing.assert_allclose(metrics.aligned_with_reflection(flat * 2 + 1, flat), flat, atol=1e-6)
    np.testing.assert_allclose(metrics.aligned_with_reflection(line * 3, line), line, atol=1e-6)
    centroid = np.broadcast_to(gt.mean(1, keepdims=True), gt.shape)
    same = np.broadcast_to([0.1, 0.2, 0.3], gt.shape)
    np.testing.assert_allclose(metrics.aligned_with_reflection(same, gt), centroid, atol=1e-5)


def test_area_under_the_curve_by_hand():
    mean = metrics.Curve(0.15, 0.15, 31, "mean")
    trapezoid = metrics.Curve(0.0, 0.05, 100, "trapezoid")
    errors = np.array([[0.0, 0.0], [1.0, 1.0], [0.074, np.nan], [np.nan, np.nan]])
    np.testing.assert_allclose(metrics.auc(errors, mean), [1, 0, 16 / 31, np.nan])
    np.testing.assert_allclose(metrics.auc(errors, trapezoid), [1, 0, 0, np.nan])
    half = metrics.auc([[0.0249]], trapezoid)[0]
    limits = np.linspace(0, 0.05, 100)
    assert half == pytest.approx(np.trapezoid((limits >= 0.0249).astype(float), limits) / 0.05)
    worse = metrics.auc(np.linspace(0, 0.2, 50)[:, None], mean)
    assert (np.diff(worse) <= 0).all()


def test_pck_of_degenerate_errors():
    np.testing.assert_allclose(metrics.pck([[0.0, np.nan, 0.2]], 0.15), [0.5])
    np.testing.assert_allclose(metrics.pck([[0.15, 0.15]], 0.15), [1.0])
