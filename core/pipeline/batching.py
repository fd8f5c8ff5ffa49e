"""A frame and its people as the `Batch` that a method reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.body import JOINT_SETS
from core.errors import InputError
from core.geometry.boxes import box_center_size, crop_transform
from core.geometry.cameras import default_focal_px
from core.geometry.crops import crop_box, cut_crop
from core.methods.base import InputSpec
from core.nn.batch import Batch
from core.pipeline.joint_matching import match_joints
from core.types import Detection, Frame

# Expected error of a joint mark as a fraction of the box (shared notes on lifting: clicks 1.5 %).
SIGMA_OF_SOURCE = {"hand": 0.015, "file": 0.015, "default": 0.03}
DETECTOR_SIGMA_BEST = 0.015
DETECTOR_SIGMA_WORST = 0.05


def make_batch(
    frame: Frame,
    detections: Sequence[Detection],
    spec: InputSpec,
    *,
    focal_px: float | None = None,
    lenient: bool = False,
) -> Batch:
    """All people of a frame in one batch, on the CPU.

    Args:
        frame: the picture.
        detections: B people, at least one.
        spec: what the method reads.
        focal_px: of the whole picture; the picture's diagonal if None.
        lenient: people with too few joints get none instead of an error.
    """
    height, width = frame.size_hw
    people = len(detections)
    areas = [_areas(person, spec) for person in detections]
    center, size = box_center_size(np.stack([rois[0] for rois in areas]))
    focal = float(default_focal_px(height, width)) if focal_px is None else float(focal_px)
    batch = Batch(
        box_center=_float32(center),
        box_size=_float32(size.max(axis=1)),
        image_size=_float32(np.tile([height, width], (people, 1))),
        focal_px=torch.full((people,), focal),
        camera_pitch=_float32(
            [np.nan if d.camera_pitch is None else d.camera_pitch for d in detections]
        ),
    )
    if spec.kind == "joints":
        return _with_joints(batch, frame, detections, spec, lenient)
    return _with_crops(batch, frame, areas, spec)


def _areas(person: Detection, spec: InputSpec) -> list[NDArray[np.float64]]:
    """Picture areas of the person's crops; the first one is the crop that the camera refers to."""
    return [
        crop_box(
            person.box_xyxy,
            spec.size_hw,
            box_scale=spec.box_scale * roi.scale,
            offset_xy=roi.offset_xy,
        )
        for roi in spec.rois
    ]


def _with_crops(
    batch: Batch, frame: Frame, areas: list[list[NDArray[np.float64]]], spec: InputSpec
) -> Batch:
    pixels = np.stack(
        [np.stack([cut_crop(frame.image, area, spec.size_hw) for area in rois]) for rois in areas]
    )
    roi_center, roi_size = box_center_size(np.stack([np.stack(rois) for rois in areas]))
    first = np.stack([rois[0] for rois in areas])
    return replace(
        batch,
        image=normalise(pixels, spec),
        T_crop_image=_float32(crop_transform(first, spec.size_hw)),
        roi_center=_float32(roi_center),
        roi_size=_float32(roi_size.max(axis=-1)),
    )


def normalise(pixels: NDArray[np.uint8], spec: InputSpec) -> Tensor:
    """(B, R, h, w, 3) uint8 crops as (B, R * 3, h, w) float32, RGB in [0, 1] less mean over std."""
    people, rois, height, width, _ = pixels.shape
    mean = torch.tensor(spec.mean).view(1, 1, 3, 1, 1)
    std = torch.tensor(spec.std).view(1, 1, 3, 1, 1)
    planes = torch.from_numpy(pixels).permute(0, 1, 4, 2, 3).float().div_(255.0)
    return planes.sub_(mean).div_(std).reshape(people, rois * 3, height, width)


def _with_joints(
    batch: Batch, frame: Frame, detections: Sequence[Detection], spec: InputSpec, lenient: bool
) -> Batch:
    wanted = JOINT_SETS[spec.joint_set].joint_names
    where = frame.key if frame.path is None else str(frame.path.with_name(frame.key))
    matched = [_matched(person, wanted, where, lenient) for person in detections]
    return replace(
        batch,
        joints_2d=_float32(np.stack([joints for joints, _ in matched])),
        joint_scores=_float32(np.stack([scores for _, scores in matched])),
        joint_sigma=_float32([joint_sigma(person) for person in detections]),
        joints_own=_float32([person.joint_source == "own" for person in detections]),
        limb_hints=_float32([limb_hints(person, spec.limbs) for person in detections]),
    )


def _matched(
    person: Detection, wanted: tuple[str, ...], where: str, lenient: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    try:
        return match_joints(person, wanted, where=where)
    except InputError:
        if not lenient:
            raise
        return np.zeros((len(wanted), 2), np.float32), np.zeros(len(wanted), np.float32)


def joint_sigma(person: Detection) -> float:
    """Expected error of the person's marks as a fraction of the box; a sure detector is as a click."""
    known = None if person.joint_scores is None else person.joint_scores[person.joint_scores > 0]
    if person.joint_source in SIGMA_OF_SOURCE:
        return SIGMA_OF_SOURCE[person.joint_source]
    doubt = 1.0 if known is None or not len(known) else 1.0 - float(np.clip(known.mean(), 0, 1))
    return DETECTOR_SIGMA_BEST + doubt * (DETECTOR_SIGMA_WORST - DETECTOR_SIGMA_BEST)


def limb_hints(person: Detection, limbs: Sequence[tuple[str, str]]) -> list[float]:
    """+1 where a hint calls the limb's child nearer than its parent, -1 farther, 0 without a hint.

    A hint for the limb the other way round counts with the other sign.
    """
    signs: dict[tuple[str, str], float] = {}
    for hint in person.limb_hints:
        sign = 1.0 if hint.side == "nearer" else -1.0
        signs[hint.parent, hint.child] = sign
        signs[hint.child, hint.parent] = -sign
    return [signs.get(limb, 0.0) for limb in limbs]


def slice_batch(batch: Batch, start: int, stop: int) -> Batch:
    """People ``start`` to ``stop`` of a batch."""
    parts = {
        item.name: value[start:stop]
        for item in fields(batch)
        if isinstance(value := getattr(batch, item.name), Tensor)
    }
    return replace(batch, **parts)


def join_batches(batches: Sequence[Batch]) -> Batch:
    """The people of several batches of one method in one batch; at least one batch."""
    first = batches[0]
    parts = {
        item.name: torch.cat([getattr(batch, item.name) for batch in batches])
        for item in fields(first)
        if isinstance(getattr(first, item.name), Tensor)
    }
    return replace(first, **parts)


def _float32(values: object) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.asarray(values, dtype=np.float32)))
