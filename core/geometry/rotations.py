"""Rotations in torch: matrices, axis-angle, 6D, quaternions.

Convention: ``rotmat`` acts on column vectors from the left, ``y = R @ x``; angles are radians,
right-handed. Worked number: ``rotation_z(pi / 2) @ (1, 0, 0) = (0, 1, 0)``. Quaternions are
(w, x, y, z), of unit length, with w >= 0. Every function takes any leading shape, keeps dtype and
device, and has finite gradients at the identity.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def skew(vector: Tensor) -> Tensor:
    """Cross-product matrix: ``skew(a) @ b = a x b``. (..., 3) -> (..., 3, 3)."""
    x, y, z = vector.unbind(-1)
    zero = torch.zeros_like(x)
    rows = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1)
    return rows.reshape(*vector.shape[:-1], 3, 3)


def vee(matrix: Tensor) -> Tensor:
    """Vector of the antisymmetric part, the inverse of `skew`. (..., 3, 3) -> (..., 3)."""
    lower = torch.stack([matrix[..., 2, 1], matrix[..., 0, 2], matrix[..., 1, 0]], dim=-1)
    upper = torch.stack([matrix[..., 1, 2], matrix[..., 2, 0], matrix[..., 0, 1]], dim=-1)
    return 0.5 * (lower - upper)


def axis_angle_to_rotmat(axis_angle: Tensor) -> Tensor:
    """Exponential map (Rodrigues' formula). (..., 3) radians -> (..., 3, 3).

    ``R = I + a K + b K^2`` with ``a = sin t / t`` and ``b = (1 - cos t) / t^2``; near t = 0 both come
    from their series, so that value and gradient are exact at the identity.
    """
    angle2 = (axis_angle * axis_angle).sum(-1)
    tiny = angle2 < _series_limit(axis_angle.dtype)
    safe2 = torch.where(tiny, torch.ones_like(angle2), angle2)
    safe = safe2.sqrt()
    half_sinc = torch.sin(0.5 * safe) / safe
    series_a = 1.0 - angle2 / 6.0 * (1.0 - angle2 / 20.0)
    series_b = 0.5 - angle2 / 24.0 * (1.0 - angle2 / 30.0)
    a = torch.where(tiny, series_a, torch.sin(safe) / safe)[..., None, None]
    b = torch.where(tiny, series_b, 2.0 * half_sinc * half_sinc)[..., None, None]
    cross = skew(axis_angle)
    eye = torch.eye(3, dtype=axis_angle.dtype, device=axis_angle.device)
    return eye + a * cross + b * (cross @ cross)


def rotmat_to_axis_angle(rotmat: Tensor) -> Tensor:
    """Logarithm map, angle in [0, pi]. (..., 3, 3) -> (..., 3) radians.

    It passes through the quaternion of largest component, so it stays exact near pi, where the
    antisymmetric part of the matrix vanishes. At exactly pi the two axes +-v are the same rotation;
    either may be returned.
    """
    return quaternion_to_axis_angle(rotmat_to_quaternion(rotmat))


def rotmat_to_quaternion(rotmat: Tensor) -> Tensor:
    """(..., 3, 3) -> (..., 4) unit (w, x, y, z) with w >= 0 (Shepperd 1978: divide by the largest)."""
    r00, r01, r02 = rotmat[..., 0, :].unbind(-1)
    r10, r11, r12 = rotmat[..., 1, :].unbind(-1)
    r20, r21, r22 = rotmat[..., 2, :].unbind(-1)
    four_squares = torch.stack(
        [1 + r00 + r11 + r22, 1 + r00 - r11 - r22, 1 - r00 + r11 - r22, 1 - r00 - r11 + r22], dim=-1
    )
    candidates = torch.stack(
        [
            torch.stack([four_squares[..., 0], r21 - r12, r02 - r20, r10 - r01], dim=-1),
            torch.stack([r21 - r12, four_squares[..., 1], r10 + r01, r02 + r20], dim=-1),
            torch.stack([r02 - r20, r10 + r01, four_squares[..., 2], r12 + r21], dim=-1),
            torch.stack([r10 - r01, r02 + r20, r12 + r21, four_squares[..., 3]], dim=-1),
        ],
        dim=-2,
    )
    best = four_squares.argmax(dim=-1)[..., None, None].expand(*rotmat.shape[:-2], 1, 4)
    chosen = torch.gather(candidates, -2, best).squeeze(-2)
    unit = chosen / chosen.norm(dim=-1, keepdim=True)
    return torch.where(unit[..., :1] < 0, -unit, unit)


def quaternion_to_rotmat(quaternion: Tensor) -> Tensor:
    """(..., 4) (w, x, y, z), any non-zero length -> (..., 3, 3)."""
    w, x, y, z = (quaternion / quaternion.norm(dim=-1, keepdim=True)).unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, dim=-1).reshape(*quaternion.shape[:-1], 3, 3)


def quaternion_to_axis_angle(quaternion: Tensor) -> Tensor:
    """(..., 4) unit (w, x, y, z), w >= 0 -> (..., 3) radians, length in [0, pi]."""
    w, vector = quaternion[..., 0], quaternion[..., 1:]
    length2 = (vector * vector).sum(-1)
    tiny = length2 < _series_limit(quaternion.dtype)
    length = torch.where(tiny, torch.ones_like(length2), length2).sqrt()
    # angle / sin(angle / 2), whose series in s = sin(angle / 2) is 2 + s^2 / 3 + 3 s^4 / 20 + ...
    series = 2.0 + length2 / 3.0 + 0.15 * length2 * length2
    factor = torch.where(tiny, series, 2.0 * torch.atan2(length, w) / length)
    return factor[..., None] * vector


def axis_angle_to_quaternion(axis_angle: Tensor) -> Tensor:
    """(..., 3) radians -> (..., 4) unit (w, x, y, z) with w >= 0."""
    angle2 = (axis_angle * axis_angle).sum(-1, keepdim=True)
    tiny = angle2 < _series_limit(axis_angle.dtype)
    angle = torch.where(tiny, torch.ones_like(angle2), angle2).sqrt()
    factor = torch.where(
        tiny, 0.5 - angle2 / 48.0 + angle2 * angle2 / 3840.0, (0.5 * angle).sin() / angle
    )
    real = torch.where(tiny, 1.0 - angle2 / 8.0 + angle2 * angle2 / 384.0, (0.5 * angle).cos())
    quaternion = torch.cat([real, factor * axis_angle], dim=-1)
    return torch.where(real < 0, -quaternion, quaternion)


def rot6d_to_rotmat(rot6d: Tensor) -> Tensor:
    """First two COLUMNS, concatenated a | b, to a rotation by Gram-Schmidt. (..., 6) -> (..., 3, 3).

    Zhou et al., "On the continuity of rotation representations in neural networks", eq. 5 (N_G).
    """
    first = _unit(rot6d[..., :3])
    second = rot6d[..., 3:]
    second = _unit(second - (first * second).sum(-1, keepdim=True) * first)
    return torch.stack([first, second, torch.linalg.cross(first, second, dim=-1)], dim=-1)


def rotmat_to_rot6d(rotmat: Tensor) -> Tensor:
    """First two columns, concatenated. (..., 3, 3) -> (..., 6)."""
    return torch.cat([rotmat[..., :, 0], rotmat[..., :, 1]], dim=-1)


def rotation_x(angle: Tensor | float) -> Tensor:
    """Rotation about x: y turns to z. (...,) radians -> (..., 3, 3)."""
    return _rotation_about(0, angle)


def rotation_y(angle: Tensor | float) -> Tensor:
    """Rotation about y: z turns to x. (...,) radians -> (..., 3, 3)."""
    return _rotation_about(1, angle)


def rotation_z(angle: Tensor | float) -> Tensor:
    """Rotation about z: x turns to y. (...,) radians -> (..., 3, 3)."""
    return _rotation_about(2, angle)


def minimal_rotation(a: Tensor, b: Tensor) -> Tensor:
    """Shortest rotation that turns direction ``a`` into direction ``b``. (..., 3) x2 -> (..., 3, 3).

    Two half turns, about ``a`` and then about the half-way direction ``m``: ``(2mm^T - I)(2aa^T - I)``,
    exact at a = b. For opposite directions the axis is not unique; a fixed perpendicular is taken.
    """
    a, b = torch.broadcast_tensors(_unit(a), _unit(b))
    half = a + b
    opposite = (half * half).sum(-1, keepdim=True) < 1e-12
    middle = _unit(torch.where(opposite, perpendicular(a), half))
    eye = torch.eye(3, dtype=a.dtype, device=a.device)
    about_a = 2 * a[..., :, None] * a[..., None, :] - eye
    about_middle = 2 * middle[..., :, None] * middle[..., None, :] - eye
    return about_middle @ about_a


def perpendicular(direction: Tensor) -> Tensor:
    """Some unit vector at a right angle to ``direction``; steady for equal input. (..., 3) -> same."""
    smallest = direction.abs().argmin(dim=-1)
    axis = torch.nn.functional.one_hot(smallest, 3).to(direction.dtype)
    return _unit(torch.linalg.cross(direction, axis, dim=-1))


def nearest_rotmat(matrix: Tensor) -> Tensor:
    """Rotation nearest in the Frobenius norm, never a reflection. (..., 3, 3) -> same.

    ``U diag(1, 1, det(U V^T)) V^T`` of the singular value decomposition (Kabsch; Umeyama 1991).
    """
    u, _, vh = torch.linalg.svd(matrix)
    sign = torch.linalg.det(u @ vh).sign()
    flip = torch.stack([torch.ones_like(sign), torch.ones_like(sign), sign], dim=-1)
    return (u * flip[..., None, :]) @ vh


def rotation_angle(rotmat_a: Tensor, rotmat_b: Tensor) -> Tensor:
    """Angle between two rotations, exact near 0 and pi. (..., 3, 3) x2 -> (...,) radians in [0, pi]."""
    relative = rotmat_a.transpose(-1, -2) @ rotmat_b
    quaternion = rotmat_to_quaternion(relative)
    return 2.0 * torch.atan2(quaternion[..., 1:].norm(dim=-1), quaternion[..., 0])


def _rotation_about(axis: int, angle: Tensor | float) -> Tensor:
    angle = torch.as_tensor(angle)
    angle = angle if angle.is_floating_point() else angle.to(torch.get_default_dtype())
    cos, sin = torch.cos(angle), torch.sin(angle)
    one, zero = torch.ones_like(cos), torch.zeros_like(cos)
    rows = (
        [one, zero, zero, zero, cos, -sin, zero, sin, cos],
        [cos, zero, sin, zero, one, zero, -sin, zero, cos],
        [cos, -sin, zero, sin, cos, zero, zero, zero, one],
    )[axis]
    return torch.stack(rows, dim=-1).reshape(*angle.shape, 3, 3)


def _unit(vector: Tensor) -> Tensor:
    """Direction of a vector; zero stays zero, with a finite gradient."""
    return torch.nn.functional.normalize(vector, dim=-1, eps=1e-12)


def _series_limit(dtype: torch.dtype) -> float:
    """Squared angle under which the series above are exact to rounding (third term negligible)."""
    return math.pow(torch.finfo(dtype).eps, 1 / 3) * 0.1
