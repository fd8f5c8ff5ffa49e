"""Euler angles for motion files, in torch. Intrinsic axes, right-handed, radians.

``euler_to_rotmat((a, b, c), "ZXY") = Rz(a) Rx(b) Ry(c)``: the channel order of a BVH line.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.geometry.rotations import rotation_x, rotation_y, rotation_z

_ABOUT = {"X": rotation_x, "Y": rotation_y, "Z": rotation_z}


def euler_to_rotmat(angles: Tensor, order: str = "ZXY") -> Tensor:
    """(..., 3) radians about the axes of ``order`` in turn -> (..., 3, 3)."""
    first, second, third = (_ABOUT[axis](angles[..., i]) for i, axis in enumerate(order))
    return first @ second @ third


def rotmat_to_euler(rotmat: Tensor, order: str = "ZXY") -> Tensor:
    """Inverse of `euler_to_rotmat`, three different axes. (..., 3, 3) -> (..., 3) radians.

    The middle angle is in [-pi/2, pi/2]. At gimbal lock only the sum or difference of the outer
    angles counts; the third is then set to 0.
    """
    i, j, k = ("XYZ".index(axis) for axis in order)
    if len({i, j, k}) != 3:
        raise ValueError(f"Euler order needs three different axes, not {order!r}")
    sign = 1.0 if (j - i) % 3 == 1 else -1.0  # even or odd permutation of XYZ
    outer = torch.hypot(rotmat[..., i, i], rotmat[..., i, j])
    middle = torch.atan2(sign * rotmat[..., i, k], outer)
    first = torch.atan2(-sign * rotmat[..., j, k], rotmat[..., k, k])
    third = torch.atan2(-sign * rotmat[..., i, j], rotmat[..., i, i])
    locked = outer < 8 * torch.finfo(rotmat.dtype).eps
    first = torch.where(locked, torch.atan2(sign * rotmat[..., k, j], rotmat[..., j, j]), first)
    third = torch.where(locked, torch.zeros_like(third), third)
    return torch.stack([first, middle, third], dim=-1)
