"""Test-time averaging: one person, several views of the crop, one body.

A network that answers a mirrored or slightly larger crop errs a little differently; the mean errs less.
Rotations are averaged as rotations (the one nearest to their sum, Markley et al. 2007), meshes without
rotations vertex by vertex, both about the middle of the hips; the place as direction and log depth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from core.body import BodyModel
from core.body.joint_sets import mirror_permutation
from core.geometry.cameras import weak_to_full_camera
from core.geometry.rotations import nearest_rotmat
from core.methods.base import InputSpec, Method
from core.methods.lift_marks import mirrored_rotmat
from core.methods.lift_network import BONES
from core.nn.batch import Batch, MethodOutput
from core.refine.joints import joints_like
from core.refine.mesh_pose import is_posed


@dataclass(frozen=True)
class View:
    """A change of the crop.

    Attributes:
        mirrored: left and right exchanged.
        scale: of the area that is cut.
        shift_xy: of its centre, in sides of the crop.
    """

    mirrored: bool = False
    scale: float = 1.0
    shift_xy: tuple[float, float] = (0.0, 0.0)


# The first N of these are averaged; the first is the crop itself.
VIEWS = (
    View(),
    View(mirrored=True),
    View(scale=1.06),
    View(mirrored=True, scale=0.95),
    View(scale=0.95, shift_xy=(0.02, 0.0)),
    View(mirrored=True, scale=1.06, shift_xy=(0.0, 0.02)),
    View(scale=1.0, shift_xy=(0.0, -0.03)),
    View(mirrored=True, shift_xy=(0.03, 0.0)),
)


def averaged(method: Method, batch: Batch, count: int, *, inspect: bool = False) -> MethodOutput:
    """The mean answer for ``count`` views of each crop.

    ``internals`` are those of the crop itself, for `Method.inspect`. Methods that read joints answer
    as they are: nothing is cut for them, and the lifter averages mirrored marks by itself. Hands, and
    bodies that know no mirror image, are not mirrored.
    """
    first = method(batch, inspect=inspect)
    if count <= 1 or batch.image is None:
        return first
    body, names = method.body, method.joint_names
    views = [view for view in VIEWS[1:count] if not view.mirrored or can_mirror(body, method)]
    answers = [_placed(first, batch)]
    for view in views:
        changed = viewed(batch, view, method.input_spec)
        answer = _placed(method(changed), changed)
        answers.append(mirrored_output(answer, body, names) if view.mirrored else answer)
    mean = mean_output(answers, body)
    return replace(mean, internals=first.internals)


def can_mirror(body: BodyModel, method: Method) -> bool:
    """Whether a mirrored answer can be turned back."""
    symmetric = len(method.input_spec.rois) == len(_mirrored_rois(method.input_spec))
    return body.joint_count == BONES and body.mirror_map is not None and symmetric


def viewed(batch: Batch, view: View, spec: InputSpec) -> Batch:
    """Another view of the crops; of a mirrored one, boxes are those of the mirrored picture.

    Args:
        batch: with ``image`` (B, R * 3, H, W).
        view: what changes.
        spec: whose several crops per person change alike.
    """
    assert batch.image is not None
    count, _, height, width = batch.image.shape
    planes = batch.image.reshape(count * len(spec.rois), 3, height, width)
    theta = planes.new_zeros(len(planes), 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = view.scale
    # The person's own crop moves by shares of its side; smaller crops of parts by more of theirs.
    for row, roi in enumerate(spec.rois):
        for axis in (0, 1):
            theta[row :: len(spec.rois), axis, 2] = 2 * view.shift_xy[axis] / roi.scale
    if view.scale != 1.0 or any(view.shift_xy):
        grid = F.affine_grid(theta, list(planes.shape), align_corners=False)
        planes = F.grid_sample(planes, grid, padding_mode="border", align_corners=False)
    shift = batch.box_center.new_tensor(view.shift_xy) * batch.box_size[:, None]
    moved = replace(
        batch,
        image=planes.reshape(batch.image.shape),
        box_center=batch.box_center + shift,
        box_size=batch.box_size * view.scale,
        roi_center=None if batch.roi_center is None else batch.roi_center + shift[:, None],
        roi_size=None if batch.roi_size is None else batch.roi_size * view.scale,
        T_crop_image=None,
    )
    return _mirrored_batch(moved, spec) if view.mirrored else moved


def _mirrored_batch(batch: Batch, spec: InputSpec) -> Batch:
    assert batch.image is not None
    count, _, height, width = batch.image.shape
    order = _mirrored_rois(spec)
    planes = batch.image.reshape(count, len(order), 3, height, width)[:, order].flip(-1)
    wide = batch.image_size[:, 1]
    center = torch.stack([wide - batch.box_center[:, 0], batch.box_center[:, 1]], 1)
    roi_center, roi_size = batch.roi_center, batch.roi_size
    if roi_center is not None and roi_size is not None:
        across = wide[:, None] - roi_center[..., 0]
        roi_center = torch.stack([across, roi_center[..., 1]], -1)[:, order]
        roi_size = roi_size[:, order]
    return replace(
        batch,
        image=planes.reshape(batch.image.shape),
        box_center=center,
        roi_center=roi_center,
        roi_size=roi_size,
    )


def _mirrored_rois(spec: InputSpec) -> list[int]:
    """For each crop the row of its mirror image; shorter where one has none."""
    places = [(round(roi.offset_xy[0], 6), roi.offset_xy[1], roi.scale) for roi in spec.rois]
    mirrors = [(-x if x else x, y, scale) for x, y, scale in places]
    return [places.index(mirror) for mirror in mirrors if mirror in places]


def mirrored_output(
    output: MethodOutput, body: BodyModel, joint_names: tuple[str, ...]
) -> MethodOutput:
    """The answer of the person in the mirror; ``camera_full`` in the mirrored picture."""
    flip = output.vertices.new_tensor([-1.0, 1.0, 1.0])
    swap = list(mirror_permutation(joint_names))
    assert output.camera_full is not None
    return replace(
        output,
        vertices=body.mirror(output.vertices),
        joints_3d=output.joints_3d[:, swap] * flip,
        camera_full=output.camera_full * flip,
        rotmat=None if output.rotmat is None else mirrored_rotmat(output.rotmat),
    )


def mean_rotmat(several: Tensor) -> Tensor:
    """(..., 3, 3) the rotation with the least squared (chordal) distances to those of (N, ..., 3, 3)."""
    return nearest_rotmat(several.double().mean(0)).to(several.dtype)


def mean_output(answers: list[MethodOutput], body: BodyModel) -> MethodOutput:
    """One body of several, each with ``camera_full``; centred as the first."""
    first = answers[0]
    hips = [_middle(answer, body) for answer in answers]
    places = torch.stack([h + _camera(a) for h, a in zip(hips, answers, strict=True)])
    depth = places[..., 2:].clamp_min(1e-3).log().mean(0).exp()
    place = torch.cat(
        [(places[..., :2] / places[..., 2:].clamp_min(1e-3)).mean(0) * depth, depth], 1
    )
    posed = all(is_posed(body, answer) for answer in answers)
    rotmat = betas = None
    if posed:
        rotmat = mean_rotmat(torch.stack([_given(a.rotmat) for a in answers]))
        betas = torch.stack([_given(a.betas) for a in answers]).mean(0)
        vertices = body(rotmat, betas).vertices
        vertices = vertices - _middle(replace(first, vertices=vertices), body)[:, None]
        joints = joints_like(body, first, vertices)
    else:
        pairs = list(zip(answers, hips, strict=True))
        vertices = torch.stack([a.vertices - h[:, None] for a, h in pairs]).mean(0)
        joints = torch.stack([a.joints_3d - h[:, None] for a, h in pairs]).mean(0)
    return replace(
        first,
        vertices=vertices + hips[0][:, None],
        joints_3d=joints + hips[0][:, None],
        camera=None,
        camera_full=place - hips[0],
        levels=(),
        rotmat=rotmat,
        betas=betas,
    )


def _placed(output: MethodOutput, batch: Batch) -> MethodOutput:
    """The output in float32 with its place in the whole picture."""
    camera_full = output.camera_full
    if camera_full is None:
        assert output.camera is not None
        camera_full = weak_to_full_camera(
            output.camera.float(),
            batch.box_center,
            batch.box_size,
            batch.image_size,
            batch.focal_px,
        )
    return replace(
        output,
        vertices=output.vertices.float(),
        joints_3d=output.joints_3d.float(),
        camera_full=camera_full.float(),
        alternatives=(),
    )


def _middle(output: MethodOutput, body: BodyModel) -> Tensor:
    """(B, 3) middle of the hips, or of all vertices where the body knows none."""
    if "smpl24" in body.joint_sets():
        return body.regress(output.vertices, "smpl24")[:, [1, 2]].mean(1)
    return output.vertices.mean(1)


def _camera(output: MethodOutput) -> Tensor:
    return _given(output.camera_full)


def _given(value: Tensor | None) -> Tensor:
    assert value is not None
    return value.float()
