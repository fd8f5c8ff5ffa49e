"""Torch values between the pipeline, the methods and the trainer.

Letters: B people, C channels, H W crop, K joints, V vertices, L mesh levels, R crops per person.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

T = TypeVar("T", "Batch", "Target")


@dataclass(frozen=True, eq=False)
class Batch:
    """What a method sees of B people.

    Attributes:
        box_center: (B, 2) float32, pixels of the whole picture: centre of the crop.
        box_size: (B,) float32, pixels: side of the square crop (for oblong crops the longer side).
        image_size: (B, 2) float32, (height, width) of the whole picture.
        focal_px: (B,) float32, focal length of the whole picture.
        image: (B, C, H, W) float32, normalised crops; several crops stacked on channels; None for
            methods that read joints.
        T_crop_image: (B, 2, 3) float32, affine from picture to crop pixels.
        roi_center: (B, R, 2) float32 pixels, for methods with several crops a person.
        roi_size: (B, R) float32 pixels.
        joints_2d: (B, K, 2) float32, pixels of the whole picture, in the method's joint set.
        joint_scores: (B, K) float32 in [0, 1]; 0 for unknown joints (their coordinates are 0).
        joint_sigma: (B,) float32: expected error of a mark as a fraction of the box.
        joints_own: (B,) float32: 1 where the marks follow the body's own definition of its joints, 0
            where people or other detectors define them; None means 0.
        camera_pitch: (B,) float32 radians, positive looking down; NaN when unknown.
        limb_hints: (B, limbs) float32: +1 child nearer than parent, -1 farther, 0 unknown.
    """

    box_center: Tensor
    box_size: Tensor
    image_size: Tensor
    focal_px: Tensor
    image: Tensor | None = None
    T_crop_image: Tensor | None = None
    roi_center: Tensor | None = None
    roi_size: Tensor | None = None
    joints_2d: Tensor | None = None
    joint_scores: Tensor | None = None
    joint_sigma: Tensor | None = None
    joints_own: Tensor | None = None
    camera_pitch: Tensor | None = None
    limb_hints: Tensor | None = None

    def __len__(self) -> int:
        return int(self.box_center.shape[0])

    def to(self, device: torch.device | str) -> Batch:
        """The same batch on another device."""
        return _moved(self, device)


@dataclass(frozen=True, eq=False)
class Target:
    """Truth of B people for the losses; a term whose truth is None is left out.

    Attributes:
        vertices: (B, V, 3) float32, metres, camera axes, pelvis-centred.
        joints_3d: (B, K, 3) float32, same frame.
        joints_2d: (B, K, 2) float32, in [-1, 1] over the crop.
        joints_2d_visible: (B, K) float32, 1 where the 2D joint counts.
        rotmat: (B, 24, 3, 3) float32, local rotations.
        betas: (B, 10) float32.
        camera_full: (B, 3) float32, metres.
        has_mesh, has_3d, has_2d: (B,) float32, 1 where that truth exists for the sample.
    """

    vertices: Tensor | None = None
    joints_3d: Tensor | None = None
    joints_2d: Tensor | None = None
    joints_2d_visible: Tensor | None = None
    rotmat: Tensor | None = None
    betas: Tensor | None = None
    camera_full: Tensor | None = None
    has_mesh: Tensor | None = None
    has_3d: Tensor | None = None
    has_2d: Tensor | None = None

    def to(self, device: torch.device | str) -> Target:
        """The same target on another device."""
        return _moved(self, device)


@dataclass(frozen=True, eq=False)
class MethodOutput:
    """What a method says about B people.

    Attributes:
        vertices: (B, V, 3) float32, metres, camera axes, centred as the method centres them.
        joints_3d: (B, K, 3) float32, same frame; names are ``method.joint_names``.
        camera: (B, 3) float32 weak perspective (s, tx, ty) over the crop, or None.
        camera_full: (B, 3) float32, metres, or None when it follows from ``camera``.
        levels: meshes from coarse to full, each (B, V_l, 3); the last is ``vertices``. May be empty.
        rotmat: (B, 24, 3, 3) float32 or None.
        betas: (B, 10) float32 or None.
        alternatives: other readings of the same people, best first.
        internals: the method's own dataclass of tensors for its ``losses`` and ``inspect``; what only
            ``inspect`` needs is kept only when the forward pass was asked to.
    """

    vertices: Tensor
    joints_3d: Tensor
    camera: Tensor | None = None
    camera_full: Tensor | None = None
    levels: tuple[Tensor, ...] = ()
    rotmat: Tensor | None = None
    betas: Tensor | None = None
    alternatives: tuple[MethodOutput, ...] = ()
    internals: Any = None


@dataclass(frozen=True, eq=False)
class LossTerm:
    """One named scalar loss before weighting, with its weight."""

    name: str
    value: Tensor
    weight: float


@dataclass(frozen=True, eq=False)
class LossTerms:
    """All losses of a step."""

    terms: tuple[LossTerm, ...]

    @property
    def total(self) -> Tensor:
        """Weighted sum, a scalar with gradient."""
        return torch.stack([term.weight * term.value for term in self.terms]).sum()


def joined(first: T, second: T) -> T:
    """People of both, one behind the other, on the device of the first.

    What only one of them has is left out: a term of a loss would read half of a batch.
    """
    values: dict[str, Any] = {}
    for field in fields(first):
        a, b = getattr(first, field.name), getattr(second, field.name)
        both = isinstance(a, Tensor) and isinstance(b, Tensor)
        values[field.name] = torch.cat([a, b.to(a)]) if both else None
    return replace(first, **values)


def _moved(value: T, device: torch.device | str) -> T:
    tensors = {
        field.name: item.to(device, non_blocking=True)
        for field in fields(value)
        if isinstance(item := getattr(value, field.name), Tensor)
    }
    return replace(value, **tensors)
