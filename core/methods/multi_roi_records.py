"""What Multi-RoI HMR shows: its crops, who counted for whom, and the camera and body of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from core.body import BodyModel
from core.methods.base import Roi
from core.types import CamerasRecord, FusionRecord, InspectionRecord, MeshStageRecord, RegionRecord


def crop_records(
    body: BodyModel,
    rois: Sequence[Roi],
    boxes: NDArray[np.floating],
    *,
    weights: Tensor | None,
    cameras: tuple[Tensor, Tensor],
    bodies: Tensor,
) -> tuple[InspectionRecord, ...]:
    """Records of one person with R crops.

    Args:
        body: whose triangles the bodies have.
        rois: (R,) how the crops lie.
        boxes: (R, 4) pixels of the whole picture.
        weights: (R, R) fusion weights (figure 3), None without fusion.
        cameras: (R, 3) local (s, tx, ty) and (R, 3) full, metres (figure 4).
        bodies: (R, V, 3) metres, what each crop alone would say.
    """
    names = tuple(_roi_name(number, roi) for number, roi in enumerate(rois))
    records: list[InspectionRecord] = [RegionRecord("crops", names, boxes)]
    if weights is not None:
        records.append(FusionRecord("crop fusion", names, names, _numpy(weights)))
    if len(names) > 1:
        local, full = map(_numpy, cameras)
        records.append(CamerasRecord("crop cameras", names, local, full))
    faces = body.faces().astype("int32")
    records += [
        MeshStageRecord(f"body of {name}", _numpy(own), faces)
        for name, own in zip(names, bodies, strict=True)
    ]
    return tuple(records)


def _numpy(value: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = value.detach().cpu().numpy()
    return array


def _roi_name(number: int, roi: Roi) -> str:
    return "box" if number == 0 else f"crop {number} (x{roi.scale:g})"
