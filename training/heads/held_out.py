"""A method's errors on the fixed synthetic test set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from core.body import BodyModel
from core.geometry.cameras import project_weak_perspective
from core.methods.base import Method
from core.metrics.evaluation import PoseSet, evaluate
from core.metrics.points import metro_mpjpe, pa_mean_point_error
from core.nn.batch import Batch, MethodOutput, Target
from training.heads.samples import method_samples
from training.pictures.shards import Pictures
from training.subjects import facts_of

CHUNK = 32
HEADLINE = "pa_mpjpe_mm"


@torch.no_grad()
def measure(method: Method, pictures: Pictures, body: BodyModel) -> Mapping[str, float]:
    """MPJPE, PA-MPJPE, MPVPE in mm (protocol of the subject) and 2D error in % of the crop.

    The joints of prediction and truth are regressed from the meshes, whatever the method reports.
    """
    meshes, joints, apart = _answers(method, pictures, body)
    (mesh, true_mesh), (points, true_points) = meshes, joints
    protocol = facts_of(body).protocol
    measures = evaluate(PoseSet(points, mesh), PoseSet(true_points, true_mesh), protocol)
    keys = {"MPJPE": "mpjpe_mm", "PA-MPJPE": "pa_mpjpe_mm", "MPVPE": "mpvpe_mm"}
    numbers = {keys[m.name]: round(m.value, 2) for m in measures if m.name in keys}
    return numbers | {"error_2d_percent_of_crop": round(apart * 100, 2)}


@torch.no_grad()
def errors_by_person(method: Method, pictures: Pictures, body: BodyModel) -> dict[str, np.ndarray]:
    """(N,) ``mpjpe_mm`` and ``pa_mpjpe_mm`` of each body, protocol ``synthetic-lsp14``."""
    _, (points, truth), _ = _answers(method, pictures, body)
    return {
        "mpjpe_mm": 1000.0 * metro_mpjpe(points, truth),
        "pa_mpjpe_mm": 1000.0 * pa_mean_point_error(points, truth),
    }


Pair = tuple[np.ndarray, np.ndarray]


def _answers(method: Method, pictures: Pictures, body: BodyModel) -> tuple[Pair, Pair, float]:
    """Meshes and joints, each with its truth, and the 2D error as a share of the crop."""
    method.eval()
    device = next(method.parameters()).device
    joint_set = facts_of(body).joint_set
    found: list[tuple[np.ndarray, ...]] = []
    apart = []
    for start in range(0, len(pictures), CHUNK):
        part = pictures[start : start + CHUNK].to(device)
        batch, target = method_samples(part, body, method.input_spec, jitter=False)
        output = method(batch)
        assert target.vertices is not None
        meshes = output.vertices.float(), target.vertices
        joints = [body.regress(mesh, joint_set) for mesh in meshes]
        found.append(tuple(t.cpu().numpy() for t in (*meshes, *joints)))
        apart.append(_error_2d(output, batch, target))
    mesh, true_mesh, points, truth = (np.concatenate(c) for c in zip(*found, strict=True))
    return (mesh, true_mesh), (points, truth), float(np.mean(apart))


def _error_2d(output: MethodOutput, batch: Batch, target: Target) -> float:
    """Mean distance of the projected joints inside the crop, as a share of the crop's side."""
    assert target.joints_2d is not None
    assert target.joints_2d_visible is not None
    if output.camera is not None and output.camera_full is None:
        seen = project_weak_perspective(output.joints_3d, output.camera)
    else:
        assert output.camera_full is not None
        points = output.joints_3d + output.camera_full[:, None]
        pixels = points[..., :2] / points[..., 2:] * batch.focal_px[:, None, None]
        pixels = pixels + batch.image_size.flip(-1)[:, None] / 2
        seen = (pixels - batch.box_center[:, None]) / batch.box_size[:, None, None] * 2
    distance = (seen - target.joints_2d).norm(dim=-1) / 2
    inside = target.joints_2d_visible > 0
    return float(distance[inside].mean())
