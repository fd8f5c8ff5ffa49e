"""The true joints and meshes that a protocol asks for, from what a data set knows of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from core.data import BodyFamily, PersonRecord, true_vertices
from core.metrics import METRO24_TO_LSP14, Protocol
from core.metrics.result_file import Deviation
from training.evaluation.joints import MeshJoints

Source = Literal["mesh", "measured", "metro24"]
_TOLD = {
    "mesh": "regressed from the true mesh as the predicted ones",
    "measured": "those that the data set measured",
    "metro24": "METRO's 24 points of the true mesh",
}
_WANTED: dict[str, Source] = {"regressed": "mesh", "measured": "measured", "metro24": "metro24"}


@dataclass(frozen=True, eq=False)
class TruePerson:
    """Truth of one person; what the data set lacks is None.

    Attributes:
        joints: (K, 3) metres in the protocol's set.
        joints_pelvis: (3,) metres, the pelvis in the frame of ``joints``.
        vertices: (V, 3) metres, of the same mesh as the method's.
        mesh_pelvis: (3,) metres, the pelvis regressed from ``vertices``.
    """

    joints: NDArray[np.float64] | None = None
    joints_pelvis: NDArray[np.float64] | None = None
    vertices: NDArray[np.float64] | None = None
    mesh_pelvis: NDArray[np.float64] | None = None


class Truths:
    """Makes the truth of people under a protocol.

    Args:
        protocol: what to make.
        family: the bodies of the true meshes; the neutral one is the method's.
        mesh_joints: regresses joints from meshes.
        source: where the joints come from; see `choose_source`.
    """

    def __init__(
        self, protocol: Protocol, family: BodyFamily, mesh_joints: MeshJoints, source: Source
    ) -> None:
        self._protocol, self._family, self._joints = protocol, family, mesh_joints
        self.source: Source = source

    def of(self, record: PersonRecord) -> TruePerson:
        """The truth of a person.

        Raises:
            BodyError: the body that the truth needs is missing or of another kind.
        """
        mesh = self._mesh(record)
        vertices = None if mesh is None else torch.from_numpy(np.array(mesh, np.float32))[None]
        pelvis = None if vertices is None else self._joints.pelvis(vertices)
        mesh_pelvis = None if pelvis is None else pelvis[0]
        joints, at = self._points(record, vertices), mesh_pelvis
        if self.source == "measured":
            at = _measured_pelvis(record)
        if joints is not None and not np.isfinite(joints).all():
            joints = None
        needs_pelvis = not self._protocol.joint_origin
        if needs_pelvis and at is None:
            joints = None
        stored = None if mesh is None else np.asarray(mesh, np.float64)
        return TruePerson(joints, at, stored, mesh_pelvis)

    def _mesh(self, record: PersonRecord) -> NDArray[np.floating] | None:
        return true_vertices(record, self._family) if mesh_fits(record, self._family) else None

    def _points(
        self, record: PersonRecord, vertices: torch.Tensor | None
    ) -> NDArray[np.float64] | None:
        if self.source == "measured":
            return measured_joints(record, self._protocol)
        if vertices is None:
            return None
        if self.source == "mesh":
            return self._joints.of_mesh(vertices)[0]
        points = self._joints.metro24(vertices)
        return None if points is None else points[0, list(METRO24_TO_LSP14)]


def mesh_fits(record: PersonRecord, family: BodyFamily) -> bool:
    """Whether the record's mesh has the topology of the method's body.

    Pose and shape of SMPL or MANO pose any body of that skeleton; a stored mesh cannot be changed.
    """
    embedded = family.neutral.name.startswith("embedded")
    if record.body_name:
        return embedded and record.has_mesh
    if record.vertices is not None:
        return not embedded and len(record.vertices) == family.neutral.vertex_count
    return record.body is not None and not (embedded and record.body.from_mean)


def choose_source(
    protocol: Protocol, record: PersonRecord, family: BodyFamily, mesh_joints: MeshJoints
) -> tuple[Source | None, tuple[Deviation, ...]]:
    """Where the true joints of a data set come from, judged by one of its people.

    Returns:
        The protocol's own source if the data set has it, else another one with the deviation that
        this is; None when the person has no truth in space.
    """
    mesh = mesh_fits(record, family)
    has_metro24 = mesh and (family.neutral.has_own_regressor("metro24") or mesh_joints.has_extra)
    measured = measured_joints(record, protocol)
    there: dict[Source, bool] = {
        "metro24": has_metro24,
        "mesh": mesh,
        "measured": measured is not None and bool(np.isfinite(measured).all()),
    }
    wanted = _WANTED[protocol.truth]
    if there[wanted]:
        return wanted, ()
    for other in ("mesh", "measured"):
        if there[other]:
            text = f"true joints are {_TOLD[other]}, not {_TOLD[wanted]}"
            return other, (Deviation("joints", text),)
    return None, ()


def measured_joints(record: PersonRecord, protocol: Protocol) -> NDArray[np.float64] | None:
    """(K, 3) metres in the protocol's set, NaN where the data set does not know a joint."""
    joints = record.joints_3d
    if joints is None:
        return None
    if joints.joint_set == "metro24" and protocol.joint_set == "lsp14":
        return joints.points[list(METRO24_TO_LSP14)].astype(np.float64)
    return joints.as_set(protocol.joint_set).points.astype(np.float64)


def _measured_pelvis(record: PersonRecord) -> NDArray[np.float64] | None:
    joints = record.joints_3d
    if joints is None:
        return None
    if "Pelvis" not in joints.names or joints.joint_set == "smpl24":
        return None
    point = joints.points[joints.names.index("Pelvis")].astype(np.float64)
    return point if np.isfinite(point).all() else None
