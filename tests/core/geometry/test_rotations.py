import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry import rotations as rot
from core.geometry.euler import euler_to_rotmat, rotmat_to_euler

UP = torch.tensor([0.0, 1.0, 0.0])
DTYPES = {torch.float32: 3e-6, torch.float64: 1e-13}
ANGLES = [
    0.0,
    1e-12,
    1e-7,
    1e-4,
    1e-2,
    0.5,
    2.0,
    math.pi - 1e-2,
    math.pi - 1e-5,
    math.pi - 1e-9,
    math.pi,
]


def _axes(count: int = 24, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    axes = torch.randn(count, 3, generator=generator, dtype=torch.float64)
    axes = torch.cat([axes, torch.eye(3, dtype=torch.float64), -torch.eye(3, dtype=torch.float64)])
    return (axes / axes.norm(dim=-1, keepdim=True)).to(dtype)


def _rotmats(dtype: torch.dtype, count: int = 30) -> torch.Tensor:
    generator = torch.Generator().manual_seed(6)
    return rot.axis_angle_to_rotmat(2 * torch.randn(count, 3, generator=generator, dtype=dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("angle", ANGLES)
def test_exponential_is_a_rotation_by_the_angle(angle, dtype):
    tolerance = DTYPES[dtype]
    axes = _axes(dtype=dtype)
    rotmat = rot.axis_angle_to_rotmat(axes * angle)
    eye = torch.eye(3, dtype=dtype).expand_as(rotmat)
    torch.testing.assert_close(rotmat @ rotmat.mT, eye, atol=tolerance, rtol=0)
    torch.testing.assert_close(torch.linalg.det(rotmat), torch.ones(len(axes), dtype=dtype))
    torch.testing.assert_close((rotmat @ axes[..., None])[..., 0], axes, atol=tolerance, rtol=0)
    trace = rotmat.diagonal(dim1=-2, dim2=-1).sum(-1)
    expected = torch.full_like(trace, 1 + 2 * math.cos(angle))
    torch.testing.assert_close(trace, expected, atol=2 * tolerance, rtol=0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("angle", ANGLES)
def test_logarithm_undoes_exponential(angle, dtype):
    vector = _axes(dtype=dtype) * angle
    back = rot.rotmat_to_axis_angle(rot.axis_angle_to_rotmat(vector))
    gap = (back - vector).norm(dim=-1)
    if angle > math.pi - 1e-4:  # at a half turn the opposite axis is the same rotation
        gap = torch.minimum(gap, (back - (vector - 2 * math.pi * vector / angle)).norm(dim=-1))
    assert gap.max() < 5 * DTYPES[dtype]


@pytest.mark.parametrize("angle", [1e-10, 1e-6, 1e-3])
def test_logarithm_keeps_relative_accuracy_of_small_angles(angle):
    vector = _axes() * angle
    back = rot.rotmat_to_axis_angle(rot.axis_angle_to_rotmat(vector))
    assert ((back - vector).norm(dim=-1) / angle).max() < 1e-9


def test_quarter_turns_are_right_handed():
    x, y, z = torch.eye(3, dtype=torch.float64)
    quarter = torch.tensor(math.pi / 2, dtype=torch.float64)
    torch.testing.assert_close(rot.rotation_z(quarter) @ x, y)
    torch.testing.assert_close(rot.rotation_x(quarter) @ y, z)
    torch.testing.assert_close(rot.rotation_y(quarter) @ z, x)
    for axis, function in ((x, rot.rotation_x), (y, rot.rotation_y), (z, rot.rotation_z)):
        angles = torch.tensor([-2.0, 0.0, 0.7], dtype=torch.float64)
        expected = rot.axis_angle_to_rotmat(angles[:, None] * axis)
        torch.testing.assert_close(function(angles), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_rot6d_is_the_first_two_columns_and_orthonormal(dtype):
    rotmat = _rotmats(dtype)
    rot6d = rot.rotmat_to_rot6d(rotmat)
    torch.testing.assert_close(rot6d[0], torch.cat([rotmat[0, :, 0], rotmat[0, :, 1]]))
    torch.testing.assert_close(rot.rot6d_to_rotmat(rot6d), rotmat)
    stretched = torch.cat([3 * rot6d[:, :3], 0.2 * rot6d[:, 3:] - rot6d[:, :3]], -1)
    torch.testing.assert_close(rot.rot6d_to_rotmat(stretched), rotmat)
    generator = torch.Generator().manual_seed(1)
    noisy = rot.rot6d_to_rotmat(torch.randn(50, 6, generator=generator, dtype=dtype))
    eye = torch.eye(3, dtype=dtype).expand_as(noisy)
    torch.testing.assert_close(noisy @ noisy.mT, eye, atol=20 * DTYPES[dtype], rtol=0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_quaternion_round_trips_and_products(dtype):
    rotmat = _rotmats(dtype)
    quaternion = rot.rotmat_to_quaternion(rotmat)
    torch.testing.assert_close(quaternion.norm(dim=-1), torch.ones(len(rotmat), dtype=dtype))
    assert (quaternion[..., 0] >= 0).all()
    torch.testing.assert_close(rot.quaternion_to_rotmat(quaternion), rotmat, atol=2e-6, rtol=1e-5)
    vector = rot.rotmat_to_axis_angle(rotmat)
    torch.testing.assert_close(
        rot.axis_angle_to_quaternion(vector), quaternion, atol=2e-6, rtol=1e-5
    )
    back = rot.quaternion_to_axis_angle(rot.axis_angle_to_quaternion(vector))
    torch.testing.assert_close(back, vector, atol=5e-6, rtol=1e-5)


def test_quaternion_agrees_with_scipy():
    scipy_rotation = pytest.importorskip("scipy.spatial.transform").Rotation
    rotmat = _rotmats(torch.float64)
    theirs = scipy_rotation.from_matrix(rotmat.numpy())
    torch.testing.assert_close(
        rot.rotmat_to_axis_angle(rotmat),
        torch.from_numpy(theirs.as_rotvec()),
        atol=1e-12,
        rtol=1e-12,
    )


def test_skew_is_the_cross_product_and_vee_its_inverse():
    a, b = _axes()[:10], _axes()[10:20]
    torch.testing.assert_close((rot.skew(a) @ b[..., None])[..., 0], torch.linalg.cross(a, b))
    torch.testing.assert_close(rot.vee(rot.skew(a)), a)


@pytest.mark.parametrize("dtype", DTYPES)
def test_minimal_rotation_maps_a_to_b_in_their_plane(dtype):
    a, b = _axes(dtype=dtype), _axes(dtype=dtype).flip(0)
    a, b = torch.cat([a, a, a]), torch.cat([b, a, -a])
    rotmat = rot.minimal_rotation(2 * a, 5 * b)
    tolerance = 4 * DTYPES[dtype]
    torch.testing.assert_close((rotmat @ a[..., None])[..., 0], b, atol=tolerance, rtol=0)
    torch.testing.assert_close(torch.linalg.det(rotmat), torch.ones(len(a), dtype=dtype))
    angle = rot.rotation_angle(rotmat, torch.eye(3, dtype=dtype).expand_as(rotmat))
    expected = 2 * torch.atan2((a - b).norm(dim=-1), (a + b).norm(dim=-1))
    torch.testing.assert_close(angle, expected, atol=1e3 * DTYPES[dtype], rtol=0)


def test_nearest_rotation_is_proper_and_fixes_rotations():
    rotmat = _rotmats(torch.float64)
    torch.testing.assert_close(rot.nearest_rotmat(1.7 * rotmat), rotmat)
    mirrored = rotmat * torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)
    assert (torch.linalg.det(rot.nearest_rotmat(mirrored)) > 0.999).all()


def test_rotation_angle_measures_the_relative_turn():
    rotmat = _rotmats(torch.float64)
    for angle in (0.0, 1e-9, 0.3, math.pi):
        turned = rotmat @ rot.axis_angle_to_rotmat(_axes()[:30] * angle)
        gap = rot.rotation_angle(rotmat, turned) - angle
        assert gap.abs().max() < 1e-12


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "chain",
    [
        lambda v: rot.axis_angle_to_rotmat(v),
        lambda v: rot.rotmat_to_axis_angle(rot.axis_angle_to_rotmat(v)),
        lambda v: rot.rotmat_to_quaternion(rot.axis_angle_to_rotmat(v)),
        lambda v: rot.axis_angle_to_quaternion(v),
        lambda v: rot.rot6d_to_rotmat(rot.rotmat_to_rot6d(rot.axis_angle_to_rotmat(v))),
        lambda v: rot.minimal_rotation(UP.to(v) + v, UP.to(v)),
    ],
)  # fmt: skip
def test_gradients_are_finite_and_alive_at_identity_and_half_turn(chain, dtype):
    for start in ((0.0, 0.0, 0.0), (math.pi, 0.0, 0.0), (0.0, 1e-6, 0.0)):
        vector = torch.tensor(start, dtype=dtype, requires_grad=True)
        out = chain(vector).flatten()
        weight = torch.arange(1, len(out) + 1, dtype=dtype)
        (gradient,) = torch.autograd.grad((out * weight).sum(), vector)
        assert torch.isfinite(gradient).all()
        assert gradient.abs().max() > 0


def test_log_of_exp_has_the_identity_as_jacobian_at_zero():
    zero = torch.zeros(3, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(
        lambda v: rot.rotmat_to_axis_angle(rot.axis_angle_to_rotmat(v)), zero
    )
    torch.testing.assert_close(jacobian, torch.eye(3, dtype=torch.float64))


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_euler_round_trip_in_every_order(order):
    generator = torch.Generator().manual_seed(2)
    angles = torch.rand(40, 3, generator=generator, dtype=torch.float64) * 3 - 1.5
    rotmat = euler_to_rotmat(angles, order)
    torch.testing.assert_close(rotmat_to_euler(rotmat, order), angles)
    for lock in (math.pi / 2, -math.pi / 2):
        angles[:, 1] = lock
        rotmat = euler_to_rotmat(angles, order)
        again = euler_to_rotmat(rotmat_to_euler(rotmat, order), order)
        torch.testing.assert_close(again, rotmat, atol=1e-12, rtol=0)


def test_euler_channel_order_is_that_of_a_bvh_line():
    a, b, c = torch.tensor([0.3, -0.4, 1.2], dtype=torch.float64)
    expected = rot.rotation_z(a) @ rot.rotation_x(b) @ rot.rotation_y(c)
    torch.testing.assert_close(euler_to_rotmat(torch.stack([a, b, c]), "ZXY"), expected)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-3.0, 3.0), min_size=3, max_size=3))
def test_any_vector_gives_the_same_rotation_after_log(values):
    rotmat = rot.axis_angle_to_rotmat(torch.tensor(values, dtype=torch.float64))
    again = rot.axis_angle_to_rotmat(rot.rotmat_to_axis_angle(rotmat))
    torch.testing.assert_close(again, rotmat, atol=1e-12, rtol=0)
