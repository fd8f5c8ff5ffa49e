"""From a record of a data set to what a method sees of the person, and what it should answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.body import BodyModel
from core.body.joint_sets import HAND21_NAMES, LSP14_NAMES, SMPL24_NAMES, mirror_permutation
from core.data.pictures import load_pixels
from core.data.posing import BodyFamily
from core.data.record import BodyParameters, Gender, Joints, PersonRecord
from core.errors import InputError
from core.geometry.boxes import apply_affine, crop_transform, invert_affine, to_opencv_affine
from core.geometry.cameras import default_focal_px
from core.geometry.crops import crop_box
from core.geometry.rotations import axis_angle_to_rotmat, rotmat_to_axis_angle
from core.methods.base import InputSpec
from core.nn.batch import Batch, Target
from training.data.change import Change

Floats = NDArray[np.floating]
GENDERS: tuple[Gender, ...] = ("neutral", "male", "female")
GREY = 128
HAND_BONES = tuple(range(16))
MIRRORED_BONES = {24: mirror_permutation(SMPL24_NAMES), 16: HAND_BONES}


@dataclass(frozen=True, eq=False)
class Person:
    """One changed person, ready to be put in a batch; arrays as in `core.nn.batch`.

    Attributes:
        pixels: (R, h, w, 3) uint8 crops.
        T_crop_image: (2, 3) of the first crop, from the changed picture.
        roi_center, roi_size: (R, 2) and (R, 2) width and height, pixels of the changed picture.
        image_size: (2,) height and width of a picture whose middle is the principal point.
        focal_px: of the changed picture.
        joints_2d, visible: (K, 2) in [-1, 1] over the longer side of the first crop, and (K,).
        joints_3d: (K, 3) metres, camera axes; None unless all are known. ``located`` says that their
            origin is the camera's.
        rotmat, betas: pose and shape; None when unknown. ``gender`` of 0 neutral, 1 male, 2 female.
        moved: (3,) translation of the model's own frame, camera axes; None when unknown.
        root: (3, 3) what the model's root is turned by; with ``moved`` it gives the full camera.
        vertices: (V, 3) camera frame, of sets that store meshes; None for the others.
    """

    pixels: NDArray[np.uint8]
    T_crop_image: Floats
    roi_center: Floats
    roi_size: Floats
    image_size: Floats
    focal_px: float
    joints_2d: Floats
    visible: Floats
    joints_3d: Floats | None
    located: bool
    rotmat: Floats | None
    betas: Floats | None
    gender: int
    from_mean: bool
    moved: Floats | None
    root: Floats | None
    vertices: Floats | None


def prepare(record: PersonRecord, spec: InputSpec, joint_set: str, change: Change) -> Person:
    """Read a record's picture and change both.

    Args:
        record: of any reader.
        spec: what the method reads.
        joint_set: joints of the targets, ``lsp14`` or ``hand21``.
        change: what happens to the picture. Stored meshes without pose cannot be mirrored: then the
            picture stays as it is.

    Raises:
        InputError: the picture is missing or damaged, or the method reads joints.
    """
    if spec.kind != "crop":
        raise InputError(
            "this method reads joints, not pictures", cure="train it with --method pose_lift"
        )
    image = load_pixels(record.picture)
    vertices = record.vertices
    if change.mirrored and vertices is not None:
        # A mirrored mesh has its vertices in another order: only the pose can be mirrored.
        change = replace(change, mirrored=record.body is not None)
        vertices = None if change.mirrored else vertices
    height, width = image.shape[:2]
    if record.camera is None:
        center, focal = np.array([width / 2, height / 2]), float(default_focal_px(height, width))
    else:
        center = record.camera.center_px.astype(np.float64)
        focal = float(record.camera.focal_px.mean())
    T_changed_image = change.affine(center)
    areas = _areas(record.box_xyxy, spec, change, T_changed_image)
    transforms = [crop_transform(area, spec.size_hw) for area in areas]
    crops = [_cut(image, _after(T, T_changed_image), spec.size_hw) for T in transforms]
    pixels = _painted(np.stack(crops), change)
    flat, visible = _marks(record, joint_set, change, T_changed_image)
    low, high = areas[0][:2], areas[0][2:]
    flat = (flat - (low + high) / 2) * 2 / (high - low).max()
    return Person(
        pixels,
        transforms[0],
        np.stack([(area[:2] + area[2:]) / 2 for area in areas]),
        np.stack([area[2:] - area[:2] for area in areas]),
        2 * center[::-1],
        focal,
        np.where(visible[:, None] > 0, flat, 0.0),
        visible,
        _joints_3d(record, joint_set, change),
        record.joints_3d is not None and record.joints_3d.frame == "camera",
        *_pose(record.body, change),
        None if vertices is None else vertices @ change.matrix.T,
    )


def _areas(
    box: Floats, spec: InputSpec, change: Change, T_changed_image: Floats
) -> list[NDArray[np.float64]]:
    """Areas of the crops in the changed picture: the box's middle moves, its sides are scaled."""
    box = np.asarray(box, np.float64)
    sides = (box[2:] - box[:2]) * change.scale
    middle = apply_affine(((box[:2] + box[2:]) / 2)[None], T_changed_image)[0]
    middle = middle + np.asarray(change.shift) * sides.max()
    changed = np.concatenate([middle - sides / 2, middle + sides / 2])
    return [
        crop_box(
            changed,
            spec.size_hw,
            box_scale=spec.box_scale * roi.scale,
            offset_xy=roi.offset_xy,
        )
        for roi in spec.rois
    ]


def _after(T_a_b: Floats, T_b_c: Floats) -> NDArray[np.float64]:
    """``T_a_c``: first ``T_b_c``, then ``T_a_b``."""
    linear = T_a_b[:, :2] @ T_b_c[:, :2]
    return np.concatenate([linear, (T_a_b[:, :2] @ T_b_c[:, 2] + T_a_b[:, 2])[:, None]], 1)


def _cut(image: NDArray[np.uint8], T: Floats, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """(h, w, 3) the picture under an affine to crop pixels; averaged first where it shrinks."""
    from core.opencv import cv2

    height, width = size_hw
    shrink = min(1.0, float(np.sqrt(abs(np.linalg.det(T[:, :2])))))
    corners = np.array(
        [[-2.0, -2.0], [width + 2, -2.0], [-2.0, height + 2], [width + 2, height + 2]]
    )
    under = apply_affine(corners, invert_affine(T))
    limit = np.array([image.shape[1], image.shape[0]])
    x0, y0 = np.clip(np.floor(under.min(0)) - 1, 0, limit).astype(int)
    x1, y1 = np.clip(np.ceil(under.max(0)) + 1, 0, limit).astype(int)
    if x1 <= x0 or y1 <= y0:
        return np.zeros((height, width, 3), np.uint8)
    patch = image[y0:y1, x0:x1]
    grow = np.ones(2)
    if shrink < 1:
        small = [max(1, round((x1 - x0) * shrink)), max(1, round((y1 - y0) * shrink))]
        patch = cv2.resize(patch, small, interpolation=cv2.INTER_AREA)
        grow = np.array([x1 - x0, y1 - y0]) / small
    T_image_patch = np.array([[grow[0], 0.0, x0], [0.0, grow[1], y0]])
    return cv2.warpAffine(
        np.ascontiguousarray(patch),
        to_opencv_affine(_after(T, T_image_patch)),
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(0, 0, 0),
    )


def _painted(crops: NDArray[np.uint8], change: Change) -> NDArray[np.uint8]:
    """Crops (R, h, w, 3) in another light; a grey patch on the first."""
    if change.light != (1.0, 1.0, 1.0):
        crops = np.clip(crops * np.array(change.light, np.float32), 0, 255).astype(np.uint8)
    if change.patch is not None:
        height, width = crops.shape[1:3]
        x0, y0, x1, y1 = np.clip(change.patch, 0, 1) * [width, height, width, height]
        crops = crops.copy()
        crops[0, int(y0) : int(y1), int(x0) : int(x1)] = GREY
    return crops


def _sides(values: Floats, joint_set: str, change: Change) -> Floats:
    """Rows of a mirrored body's joints under the names of the other side."""
    names = {"lsp14": LSP14_NAMES, "hand21": HAND21_NAMES}[joint_set]
    return values[list(mirror_permutation(names))] if change.mirrored else values


def _marks(
    record: PersonRecord, joint_set: str, change: Change, T_changed_image: Floats
) -> tuple[Floats, Floats]:
    """Marks (K, 2) pixels of the changed picture, and (K,) how much each counts."""
    marks = None if record.joints_2d is None else record.joints_2d.as_set(joint_set)
    if (marks is None or not marks.known.any()) and record.camera is not None:
        marks = _projected(record, joint_set)
    if marks is None:
        count = len({"lsp14": LSP14_NAMES, "hand21": HAND21_NAMES}[joint_set])
        return np.zeros((count, 2)), np.zeros(count)
    points = apply_affine(np.nan_to_num(marks.points.astype(np.float64)), T_changed_image)
    return _sides(points, joint_set, change), _sides(marks.scores, joint_set, change)


def _projected(record: PersonRecord, joint_set: str) -> Joints | None:
    """The 3D joints as marks, for sets without any."""
    joints = record.joints_3d
    if joints is None or joints.frame != "camera" or record.camera is None:
        return None
    joints = joints.as_set(joint_set)
    flat = record.camera.project(np.where(joints.known[:, None], joints.points, 1.0))
    return Joints(joint_set, flat, joints.scores, "picture")


def _joints_3d(record: PersonRecord, joint_set: str, change: Change) -> Floats | None:
    """(K, 3) metres; None unless all are known, since losses know samples, not single joints."""
    if record.joints_3d is None:
        return None
    joints = record.joints_3d.as_set(joint_set)
    if not joints.known.all():
        return None
    return _sides(joints.points @ change.matrix.T, joint_set, change)


def _pose(
    body: BodyParameters | None, change: Change
) -> tuple[Floats | None, Floats | None, int, bool, Floats | None, Floats | None]:
    if body is None:
        return None, None, 0, False, None, None
    rotmat = change.rotmat(body.rotmat_camera, MIRRORED_BONES[len(body.rotmat)])
    R, t = body.T_camera_world[:, :3], body.T_camera_world[:, 3]
    moved = None if body.translation is None else change.matrix @ (R @ body.translation + t)
    root = change.matrix @ R @ change.mirror
    gender = GENDERS.index(body.gender)
    return rotmat, body.betas, gender, body.from_mean, moved, root


def collate(people: Sequence[Person], spec: InputSpec, family: BodyFamily) -> tuple[Batch, Target]:
    """People as a batch and its target; what some do not have is zero there, and flagged.

    Args:
        people: prepared for ``spec``.
        family: the models of the truth, on the CPU or the device of the training.

    Raises:
        BodyError: the family lacks a gender, or its model has another skeleton.
    """
    first = people[0]
    crops = torch.from_numpy(np.stack([p.pixels for p in people]))  # (B, R, h, w, 3)
    planes = crops.permute(0, 1, 4, 2, 3).float() / 255
    mean, std = (torch.tensor(v).view(1, 1, 3, 1, 1) for v in (spec.mean, spec.std))
    sides = _stack([p.roi_size.max(-1) for p in people])
    batch = Batch(
        box_center=_stack([p.roi_center[0] for p in people]),
        box_size=sides[:, 0],
        image_size=_stack([p.image_size for p in people]),
        focal_px=torch.tensor([p.focal_px for p in people]),
        image=((planes - mean) / std).flatten(1, 2),
        T_crop_image=_stack([p.T_crop_image for p in people]),
        roi_center=_stack([p.roi_center for p in people]),
        roi_size=sides,
    )
    mesh = _meshes(people, family)
    has_3d = [p.joints_3d is not None for p in people]
    none = np.zeros((len(first.visible), 3))
    return batch, Target(
        vertices=mesh.vertices,
        joints_3d=_stack([none if p.joints_3d is None else p.joints_3d for p in people]),
        joints_2d=_stack([p.joints_2d for p in people]),
        joints_2d_visible=_stack([p.visible for p in people]),
        rotmat=mesh.rotmat,
        betas=mesh.betas,
        camera_full=mesh.camera_full,
        has_mesh=mesh.has,
        has_3d=torch.tensor(has_3d).float(),
        has_2d=torch.tensor([float(p.visible.any()) for p in people]),
    )


@dataclass(frozen=True, eq=False)
class _Meshes:
    vertices: Tensor
    rotmat: Tensor
    betas: Tensor
    camera_full: Tensor | None
    has: Tensor


@torch.no_grad()
def _meshes(people: Sequence[Person], family: BodyFamily) -> _Meshes:
    """Posed truths, about the model's origin; each gender with its own model."""
    model = family.neutral
    count, bones = len(people), model.joint_count
    vertices = torch.zeros(count, len(model.v_template), 3)
    rotmat, betas = torch.eye(3).repeat(count, bones, 1, 1), torch.zeros(count, 10)
    camera, has = torch.zeros(count, 3), torch.zeros(count)
    placed = True
    for gender, name in enumerate(GENDERS):
        rows = [i for i, p in enumerate(people) if p.rotmat is not None and p.gender == gender]
        if not rows:
            continue
        posed_by = family.of(name)
        pose = _stack([people[i].rotmat for i in rows])
        if pose.shape[1] != bones:
            raise InputError(
                f"the truth has {pose.shape[1]} joints, the body {model.name} {bones}",
                cure="give SMPL for bodies and MANO for hands with --body",
            )
        relative = torch.tensor([people[i].from_mean for i in rows])
        if relative.any():
            pose = torch.where(relative[:, None, None, None], _with_mean(pose, posed_by), pose)
        shape = _stack([people[i].betas for i in rows])
        posed = posed_by(pose, shape)
        vertices[rows], rotmat[rows], betas[rows], has[rows] = posed.vertices, pose, shape, 1.0
        for number, i in enumerate(rows):
            where = _place(people[i], posed_by, posed.vertices[number], posed.joints[number])
            if where is None:
                placed = False
            else:
                camera[i] = where
    for i, person in enumerate(people):
        if person.vertices is not None:
            if person.vertices.shape != vertices[i].shape:
                raise InputError(
                    f"the truth has {len(person.vertices)} vertices, the body {model.name} "
                    f"{vertices.shape[1]}",
                    cure="give the body of the data set with --body",
                )
            vertices[i] = torch.from_numpy(person.vertices)
            has[i] = 1.0
            placed = placed and person.rotmat is not None
    return _Meshes(vertices, rotmat, betas, camera if placed else None, has)


def _place(person: Person, model: BodyModel, vertices: Tensor, joints: Tensor) -> Tensor | None:
    """(3,) where the model's origin is in the camera frame, as far as the truth tells."""
    if person.moved is not None and person.root is not None:
        # The model turns about its root joint, the world about its origin.
        origin = joints[0].numpy()
        return torch.from_numpy(person.moved + person.root @ origin - origin).float()
    joint_set = "hand21" if model.joint_count == len(HAND_BONES) else "lsp14"
    if person.joints_3d is None or not person.located or joint_set not in model.joint_sets():
        return None
    seen = torch.from_numpy(np.asarray(person.joints_3d, np.float32))
    return (seen - model.regress(vertices[None], joint_set)[0]).mean(0)


def _with_mean(rotmat: Tensor, model: object) -> Tensor:
    mean = getattr(model, "hand_mean", None)
    if mean is None:
        raise InputError(
            "this hand has no mean pose, which the truth is relative to",
            cure="give the MANO model file itself with --body",
        )
    fingers = rotmat_to_axis_angle(rotmat[:, 1:]) + mean.cpu()
    return torch.cat([rotmat[:, :1], axis_angle_to_rotmat(fingers)], 1)


def _stack(arrays: Sequence[Floats | None]) -> Tensor:
    return torch.from_numpy(np.stack([np.asarray(a, np.float32) for a in arrays]))
