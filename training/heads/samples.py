"""Rendered pictures as the batches and targets that methods train on."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from core.body import BodyModel
from core.methods import metro_family as family
from core.methods.base import InputSpec
from core.nn.batch import Batch, Target
from training.pictures.augment import recoloured
from training.pictures.shards import Pictures

# How far a training crop leaves the rendered one: relative size and shift.
SCALE_JITTER, SHIFT_JITTER = 0.1, 0.05
LIGHT_JITTER = 0.25


def method_samples(
    pictures: Pictures, body: BodyModel, spec: InputSpec, *, jitter: bool
) -> tuple[Batch, Target]:
    """What a method sees of N pictures, and what it should answer.

    Args:
        pictures: on the device of the training.
        body: the embedded body or hand, on the same device.
        spec: what the method reads; square crops, the first of ``rois`` being the person's own.
        jitter: change crop and colours at random, as boxes and cameras do.
    """
    count, device = len(pictures), pictures.image.device
    scale, shift = torch.ones(count, device=device), torch.zeros(count, 2, device=device)
    if jitter:
        scale = 1 + (torch.rand(count, device=device) * 2 - 1) * SCALE_JITTER
        shift = (torch.rand(count, 2, device=device) * 2 - 1) * 2 * SHIFT_JITTER
    image = pictures.image.float() / 255
    if jitter:
        image = recoloured(image, LIGHT_JITTER)
    half = pictures.box_size[:, None] / 2
    center = pictures.box_center + shift * half
    size = pictures.box_size * scale
    crops, roi_center, roi_size = [], [], []
    for roi in spec.rois:
        # The picture's own box covers [-1, 1]; a box side is 2 of these.
        middle = shift + 2 * scale[:, None] * shift.new_tensor(roi.offset_xy)
        crops.append(_cut(image, middle, scale * roi.scale, spec.size_hw))
        roi_center.append(pictures.box_center + middle * half)
        roi_size.append(size * roi.scale)
    mean = image.new_tensor(spec.mean).reshape(1, 3, 1, 1)
    std = image.new_tensor(spec.std).reshape(1, 3, 1, 1)
    batch = Batch(
        box_center=center,
        box_size=size,
        image_size=pictures.image_size,
        focal_px=pictures.focal_px,
        image=torch.cat([(crop - mean) / std for crop in crops], 1),
        T_crop_image=_crop_affine(center, size, spec.size_hw[0]),
        roi_center=torch.stack(roi_center, 1),
        roi_size=torch.stack(roi_size, 1),
    )
    return batch, _target(pictures, body, scale, shift)


def _target(pictures: Pictures, body: BodyModel, scale: Tensor, shift: Tensor) -> Target:
    vertices = body(pictures.rotmat, pictures.betas).vertices
    # What methods report are the first of the joints in the pictures.
    bones = len(family.joint_names_of(body))
    joints_2d = (pictures.joints_2d[:, :bones] - shift[:, None]) / scale[:, None, None]
    ones = torch.ones(len(pictures), device=vertices.device)
    return Target(
        vertices=vertices,
        joints_3d=body.regress(vertices, "hand21" if family.is_hand(body) else "lsp14"),
        joints_2d=joints_2d,
        joints_2d_visible=(pictures.joints_visible[:, :bones] > 0).float(),
        rotmat=pictures.rotmat,
        betas=pictures.betas,
        camera_full=pictures.camera_full,
        has_mesh=ones,
        has_3d=ones,
        has_2d=ones,
    )


def _cut(image: Tensor, middle: Tensor, half: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """Square areas about ``middle`` (N, 2) of half side ``half`` (N,), both in [-1, 1] units."""
    theta = torch.zeros(len(image), 2, 3, device=image.device)
    theta[:, 0, 0], theta[:, 1, 1] = half, half
    theta[:, :, 2] = middle
    grid = F.affine_grid(theta, [len(image), 3, *size_hw], align_corners=False)
    return F.grid_sample(image, grid, align_corners=False)


def _crop_affine(center: Tensor, size: Tensor, side: int) -> Tensor:
    """(N, 2, 3) affine from picture to crop pixels."""
    zoom = side / size
    affine = torch.zeros(len(size), 2, 3, device=size.device)
    affine[:, 0, 0], affine[:, 1, 1] = zoom, zoom
    affine[:, :, 2] = side / 2 - center * zoom[:, None]
    return affine
