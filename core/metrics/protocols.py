"""Named ways of measuring. Two numbers may be compared only when their protocol ids are equal.

What differs between papers is not the error but what is subtracted before it: which joint regressor
gives the joints, and which point of the body is laid on the origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.body.joint_sets import H36M17_LEFT_FIRST_TO_LSP14, H36M17_TO_LSP14, LSP14_NAMES
from core.errors import InputError

LSP14_HIPS = (LSP14_NAMES.index("R_Hip"), LSP14_NAMES.index("L_Hip"))
HAND21_WRIST = (0,)


@dataclass(frozen=True)
class Protocol:
    """How joints and meshes are prepared before distances are taken.

    Attributes:
        id: stamped on every number.
        title: one line for people.
        joint_set: name of the joint set that is compared.
        joint_origin: the mean of these joints is laid on the origin, in prediction and truth alike;
            empty when the caller's ``origin`` (the 17-joint pelvis) or the points as given count.
        mesh_origin: ``pelvis`` the origin that the caller hands over (H36M pelvis regressed from the
            mesh); ``joints`` the same origin as the joints; ``given`` nothing is subtracted.
        h36m17_to_joint_set: for protocols whose joints come from the 17-joint regressor, which of its
            rows make the joint set; the regressor itself is a licensed file of the user.
        source: where the rule is from.
    """

    id: str
    title: str
    joint_set: str
    joint_origin: tuple[int, ...]
    mesh_origin: Literal["pelvis", "joints", "given"]
    h36m17_to_joint_set: tuple[int, ...] = ()
    source: str = ""


METRO_LSP14 = Protocol(
    id="metro-lsp14",
    title="METRO family (METRO, Graphormer, PointHMR, FastMETRO, CoarseMETRO): 14 joints, hip centre",
    joint_set="lsp14",
    joint_origin=LSP14_HIPS,
    mesh_origin="pelvis",
    h36m17_to_joint_set=H36M17_TO_LSP14,
    source="METRO's evaluation: both sets first on the H36M pelvis, then on the mean of joints 2 and 3",
)
MULTI_ROI_LSP14 = Protocol(
    id="multi-roi-lsp14",
    title="Multi-RoI family (CLIFF, Multi-RoI, GLNet): 14 joints, H36M pelvis",
    joint_set="lsp14",
    joint_origin=(),
    mesh_origin="pelvis",
    h36m17_to_joint_set=H36M17_LEFT_FIRST_TO_LSP14,
    source="pelvis alignment as their papers state; the regressor is not METRO's file",
)
SYNTHETIC_LSP14 = Protocol(
    id="synthetic-lsp14",
    title="MeshLoupe's synthetic test set, embedded body: 14 joints and mesh, hip centre",
    joint_set="lsp14",
    joint_origin=LSP14_HIPS,
    mesh_origin="joints",
    source="both sets and both meshes on the mean of R_Hip and L_Hip of the 14 joints",
)
HAND21 = Protocol(
    id="hand21-wrist",
    title="Hands: 21 joints and mesh, wrist (the aligned numbers are those of FreiHAND)",
    joint_set="hand21",
    joint_origin=HAND21_WRIST,
    mesh_origin="joints",
    source="FreiHAND reports aligned errors and F-scores, which no origin changes",
)
_ALL = (METRO_LSP14, MULTI_ROI_LSP14, SYNTHETIC_LSP14, HAND21)


def list_protocols() -> tuple[Protocol, ...]:
    """All protocols, in the order of the documentation."""
    return _ALL


def get_protocol(protocol_id: str) -> Protocol:
    """The protocol of an id.

    Raises:
        InputError: no protocol has this id.
    """
    for protocol in _ALL:
        if protocol.id == protocol_id:
            return protocol
    known = ", ".join(protocol.id for protocol in _ALL)
    raise InputError(f"no protocol {protocol_id!r}", cure=f"use one of: {known}")
