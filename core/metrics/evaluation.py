"""All numbers of a set of people under one protocol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.curves import auc
from core.metrics.fscore import f_score
from core.metrics.image import pck
from core.metrics.measure import Measure, summarise
from core.metrics.points import aligned, aligned_with_reflection, mean_point_error, point_errors
from core.metrics.protocols import Protocol

F_SCORE_MM = (5, 15)


@dataclass(frozen=True, eq=False)
class PoseSet:
    """Predictions or truths of B people.

    Attributes:
        joints: (B, K, 3) metres, in the protocol's joint set; None when there are none.
        vertices: (B, V, 3) metres, same frame; None when there are none.
        pelvis: (B, 3) metres, the H36M pelvis regressed from ``vertices``; for the protocols whose
            origin it is.
    """

    joints: NDArray[np.floating] | None = None
    vertices: NDArray[np.floating] | None = None
    pelvis: NDArray[np.floating] | None = None


@dataclass(frozen=True, eq=False)
class Samples:
    """One number of each person: ``values`` (B,) in metres, or as a ratio for ``%`` and no unit."""

    name: str
    unit: str
    values: NDArray[np.floating]


def evaluate(
    pred: PoseSet,
    gt: PoseSet,
    protocol: Protocol,
    *,
    counted: ArrayLike | None = None,
    with_f_score: bool | None = None,
) -> tuple[Measure, ...]:
    """All numbers of the protocol, of what both sides have.

    MPJPE, PA-MPJPE, MPVPE and PA-MPVPE in mm; PCK and AUC in percent, plain and aligned (``PA-AUC``),
    and F-scores as a ratio, for the protocols that have them.

    Args:
        counted: (B,) true where a sample has 3D truth; None counts all.
        with_f_score: aligned F@5mm and F@15mm of the vertices (about 5 ms a body); None lets the
            protocol say.

    Raises:
        ValueError: the protocol needs a pelvis that was not handed over, or measures keypoints in
            the picture (`core.metrics.oks`).
    """
    return tuple(
        summarise(s.values, unit=s.unit, protocol=protocol.id, name=s.name, counted=counted)
        for s in per_person(pred, gt, protocol, with_f_score=with_f_score)
    )


def per_person(
    pred: PoseSet, gt: PoseSet, protocol: Protocol, *, with_f_score: bool | None = None
) -> tuple[Samples, ...]:
    """The numbers of `evaluate` before they are averaged over people."""
    if protocol.unit != "mm":
        raise ValueError(f"protocol {protocol.id} measures keypoints in the picture")
    reflection = protocol.procrustes == "reflection"
    found: list[Samples] = []
    if pred.joints is not None and gt.joints is not None:
        pair = centred_joints(pred, protocol), centred_joints(gt, protocol)
        plain, after = point_errors(*pair), _aligned_errors(*pair, reflection)
        found += [Samples("MPJPE", "mm", plain.mean(-1)), Samples("PA-MPJPE", "mm", after.mean(-1))]
        if protocol.curve is not None:
            for prefix, errors in (("", plain), ("PA-", after)):
                if protocol.curve.pck_m:
                    name = f"{prefix}PCK@{1000 * protocol.curve.pck_m:.0f}mm"
                    found.append(Samples(name, "%", pck(errors, protocol.curve.pck_m)))
                found.append(Samples(f"{prefix}AUC", "%", auc(errors, protocol.curve)))
    if pred.vertices is not None and gt.vertices is not None:
        pair = centred_vertices(pred, protocol), centred_vertices(gt, protocol)
        found.append(Samples("MPVPE", "mm", mean_point_error(*pair)))
        found.append(Samples("PA-MPVPE", "mm", _aligned_errors(*pair, reflection).mean(-1)))
        wanted = protocol.f_scores if with_f_score is None else with_f_score
        for limit in F_SCORE_MM if wanted else ():
            scores = f_score(*pair, limit / 1000.0, reflection=reflection)
            found.append(Samples(f"F@{limit}mm", "", scores))
    return tuple(found)


def _aligned_errors(
    pred: NDArray[np.float64], gt: NDArray[np.float64], reflection: bool
) -> NDArray[np.floating]:
    """Distance of every point after the protocol's alignment, metres. (B, N, 3) x2 -> (B, N)."""
    moved = aligned_with_reflection(pred, gt) if reflection else aligned(pred, gt)
    return point_errors(moved, gt)


def centred_joints(people: PoseSet, protocol: Protocol) -> NDArray[np.float64]:
    """Joints with the protocol's origin laid on zero. -> (B, K, 3) float64 metres."""
    if people.joints is None:
        raise ValueError("these people have no joints")
    return np.asarray(people.joints, np.float64) - _joint_origin(people, protocol)[:, None]


def centred_vertices(people: PoseSet, protocol: Protocol) -> NDArray[np.float64]:
    """Vertices with the protocol's mesh origin laid on zero. -> (B, V, 3) float64 metres."""
    if people.vertices is None:
        raise ValueError("these people have no vertices")
    vertices = np.asarray(people.vertices, np.float64)
    if protocol.mesh_origin == "given":
        return vertices
    if protocol.mesh_origin == "pelvis":
        return vertices - _pelvis(people, protocol)[:, None]
    return vertices - _joint_origin(people, protocol)[:, None]


def _joint_origin(people: PoseSet, protocol: Protocol) -> NDArray[np.float64]:
    if not protocol.joint_origin:
        return _pelvis(people, protocol)
    if people.joints is None:
        raise ValueError(f"protocol {protocol.id} centres on joints, which are missing")
    joints = np.asarray(people.joints, np.float64)
    return joints[:, list(protocol.joint_origin)].mean(1)


def _pelvis(people: PoseSet, protocol: Protocol) -> NDArray[np.float64]:
    if people.pelvis is None:
        raise ValueError(f"protocol {protocol.id} needs the H36M pelvis of the mesh")
    return np.asarray(people.pelvis, np.float64)
