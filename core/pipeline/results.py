"""The one boundary between torch and the rest: `MethodOutput` -> `Reconstruction`, all numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from core.errors import WeightsError
from core.geometry.cameras import project_perspective, weak_to_full_camera
from core.methods.base import Method
from core.nn.batch import Batch, MethodOutput
from core.types import Detection, InspectionRecord, Reconstruction


def to_numpy(tensor: Tensor) -> NDArray[np.float32]:
    """A tensor of any device and float type as a float32 array of its own."""
    return tensor.detach().float().cpu().numpy()


def camera_full_of(output: MethodOutput, batch: Batch) -> Tensor:
    """(B, 3) metres: the method's own translation, or the one its weak-perspective camera means."""
    if output.camera_full is not None:
        return output.camera_full
    if output.camera is None:
        raise ValueError("a method must give camera or camera_full")
    return weak_to_full_camera(
        output.camera.float(), batch.box_center, batch.box_size, batch.image_size, batch.focal_px
    )


def to_reconstructions(
    method: Method,
    batch: Batch,
    output: MethodOutput,
    detections: Sequence[Detection],
    records: Sequence[tuple[InspectionRecord, ...]] | None = None,
) -> tuple[Reconstruction, ...]:
    """One `Reconstruction` per person, with ``joints_2d`` projected from ``joints_3d + camera_full``.

    Raises:
        WeightsError: the network gave numbers that are not finite.
    """
    alternatives = [to_reconstructions(method, batch, o, detections) for o in output.alternatives]
    vertices, joints = to_numpy(output.vertices), to_numpy(output.joints_3d)
    camera_full = to_numpy(camera_full_of(output, batch))
    for array in (vertices, joints, camera_full):
        _check_finite(array, method)
    focal, size = to_numpy(batch.focal_px), to_numpy(batch.image_size)
    joints_camera = joints.astype(np.float64) + camera_full[:, None].astype(np.float64)
    joints_2d = project_perspective(joints_camera, focal.astype(np.float64), 0.5 * size[:, ::-1])
    rotmat = None if output.rotmat is None else to_numpy(output.rotmat)
    betas = None if output.betas is None else to_numpy(output.betas)
    return tuple(
        Reconstruction(
            method=method.method_id,
            preset=method.preset,
            variant=method.variant,
            body=method.body.name,
            vertices=vertices[row],
            joints_3d=joints[row],
            joint_names=tuple(method.joint_names),
            joints_2d=joints_2d[row],
            camera_full=camera_full[row],
            focal_px=float(focal[row]),
            box_xyxy=person.box_xyxy,
            score=person.score,
            rotmat=None if rotmat is None else rotmat[row],
            betas=None if betas is None else betas[row],
            track_id=person.track_id,
            weights_sha256=method.weights_sha256,
            note=method.note,
            records=() if records is None else records[row],
            alternatives=tuple(reading[row] for reading in alternatives),
        )
        for row, person in enumerate(detections)
    )


def _check_finite(array: NDArray[np.float32], method: Method) -> None:
    if not np.isfinite(array).all():
        raise WeightsError(
            f"{method.method_id} {method.variant} gives numbers that are not finite",
            cure="check the weights with `meshloupe weights inspect FILE`, or use others",
        )
