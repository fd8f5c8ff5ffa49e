"""Named ways of measuring. Two numbers may be compared only when their protocol ids are equal.

What differs between papers is not the error but what is subtracted before it, which regressor gives the
joints, whose body the truth has, and which pictures and crops were taken. A protocol says all of it;
its id is printed with every number and its record stored in every result file (docs/protocols.md).
"""

from __future__ import annotations

from core.body.joint_sets import H36M17_LEFT_FIRST_TO_LSP14, H36M17_TO_LSP14
from core.errors import InputError
from core.metrics.protocol import (
    HAND21_WRIST,
    LSP14_HIPS,
    METRO24_TO_LSP14,
    MPI17_PELVIS,
    Curve,
    Protocol,
)

__all__ = [
    "HAND21_WRIST",
    "LSP14_HIPS",
    "METRO24_TO_LSP14",
    "MPI17_PELVIS",
    "Curve",
    "Protocol",
    "get_protocol",
    "list_protocols",
]

_METRO_SOURCE = (
    "METRO's evaluation: both sets first on the H36M pelvis, then on the mean of joints 2 and 3"
)
_MULTI_ROI_SOURCE = "pelvis alignment as their papers state; the regressor is not METRO's file"
_METRO_REGRESSOR = "J_regressor_h36m_correct of the predicted mesh, rows H36M17_TO_LSP14"
_MULTI_ROI_REGRESSOR = (
    "J_regressor_h36m (legs start left) of the mesh, rows H36M17_LEFT_FIRST_TO_LSP14"
)
_SQUARE = "square about the true 2D joints, longer side x 1.2, resized to 224 x 224"
_P2 = "subjects S9 and S11, frontal camera (4, serial 60457274), every fifth frame"
_SILHOUETTE = "square about Human3.6M's silhouette box, longer side x 0.9, resized to 224 x 224"
_VALID = "every actor in every picture with a valid camera"

METRO_LSP14 = Protocol(
    id="metro-lsp14",
    title="METRO family (METRO, Graphormer, PointHMR, FastMETRO, CoarseMETRO): 14 joints, hip centre",
    joint_set="lsp14",
    joint_origin=LSP14_HIPS,
    mesh_origin="pelvis",
    h36m17_to_joint_set=H36M17_TO_LSP14,
    source=_METRO_SOURCE,
    regressor=_METRO_REGRESSOR,
)
MULTI_ROI_LSP14 = Protocol(
    id="multi-roi-lsp14",
    title="Multi-RoI family (CLIFF, Multi-RoI, GLNet): 14 joints, H36M pelvis",
    joint_set="lsp14",
    joint_origin=(),
    mesh_origin="pelvis",
    h36m17_to_joint_set=H36M17_LEFT_FIRST_TO_LSP14,
    source=_MULTI_ROI_SOURCE,
    regressor=_MULTI_ROI_REGRESSOR,
)
SYNTHETIC_LSP14 = Protocol(
    id="synthetic-lsp14",
    title="MeshLoupe's synthetic test set, embedded body: 14 joints and mesh, hip centre",
    joint_set="lsp14",
    joint_origin=LSP14_HIPS,
    mesh_origin="joints",
    source="both sets and both meshes on the mean of R_Hip and L_Hip of the 14 joints",
    gender="none",
)
HAND21 = Protocol(
    id="hand21-wrist",
    title="Hands: 21 joints and mesh, wrist (the aligned numbers are those of FreiHAND)",
    joint_set="hand21",
    joint_origin=HAND21_WRIST,
    mesh_origin="joints",
    source="FreiHAND reports aligned errors and F-scores, which no origin changes",
    gender="none",
)
H36M_P2_METRO = Protocol(
    id="h36m-p2-metro",
    title="Human3.6M protocol 2 as in the METRO family's tables",
    joint_set="lsp14",
    joint_origin=LSP14_HIPS,
    mesh_origin="pelvis",
    h36m17_to_joint_set=H36M17_TO_LSP14,
    source=_METRO_SOURCE,
    regressor=_METRO_REGRESSOR,
    truth="measured",
    gender="none",
    dataset="human36m/test",
    frames=_P2,
    crop=_SILHOUETTE,
)
THREEDPW_METRO = Protocol(
    id="3dpw-metro",
    title="3DPW test as in the METRO family's tables",
    joint_set="lsp14",
    joint_origin=LSP14_HIPS,
    mesh_origin="pelvis",
    h36m17_to_joint_set=H36M17_TO_LSP14,
    source=f"{_METRO_SOURCE}; its 3DPW files pose the NEUTRAL body with the gendered numbers",
    regressor=_METRO_REGRESSOR,
    truth="metro24",
    dataset="3dpw/test",
    frames=_VALID,
    crop="square about the box of Pose2Mesh's 3DPW annotations, longer side x 1.2, to 224 x 224",
)
H36M_P2_MULTI_ROI = Protocol(
    id="h36m-p2-multi-roi",
    title="Human3.6M protocol 2 as in the Multi-RoI family's tables",
    joint_set="lsp14",
    joint_origin=(),
    mesh_origin="pelvis",
    h36m17_to_joint_set=H36M17_LEFT_FIRST_TO_LSP14,
    source=_MULTI_ROI_SOURCE,
    regressor=_MULTI_ROI_REGRESSOR,
    truth="measured",
    gender="none",
    dataset="human36m/test",
    frames=_P2,
    crop="256 x 192 crops about the true box (Multi-RoI: five of them)",
)
THREEDPW_MULTI_ROI = Protocol(
    id="3dpw-multi-roi",
    title="3DPW test as in the Multi-RoI family's tables",
    joint_set="lsp14",
    joint_origin=(),
    mesh_origin="pelvis",
    h36m17_to_joint_set=H36M17_LEFT_FIRST_TO_LSP14,
    source=_MULTI_ROI_SOURCE,
    regressor=_MULTI_ROI_REGRESSOR,
    gender="gendered",
    dataset="3dpw/test",
    frames=_VALID,
    crop="256 x 192 crops about the true box (Multi-RoI: five of them)",
)
FREIHAND_ONLINE = Protocol(
    id="freihand-online",
    title="FreiHAND's evaluation server: aligned errors, F-scores, AUC to 50 mm",
    joint_set="hand21",
    joint_origin=HAND21_WRIST,
    mesh_origin="joints",
    source="the server's published evaluation: joints and mesh are aligned each by itself",
    truth="measured",
    gender="none",
    procrustes="reflection",
    dataset="freihand/evaluation",
    frames="all 3,960",
    crop="the whole picture, 224 x 224",
    f_scores=True,
    curve=Curve(0.0, 0.05, 100, "trapezoid"),
)
MPI_INF_3DHP = Protocol(
    id="3dhp-univ",
    title="MPI-INF-3DHP test set, universal skeleton: PCK at 150 mm and AUC",
    joint_set="mpi17",
    joint_origin=MPI17_PELVIS,
    mesh_origin="joints",
    source="Mehta et al. 2017: PCK at 150 mm, area over thresholds 0, 5, ..., 150 mm",
    truth="measured",
    gender="none",
    dataset="mpi_inf_3dhp/test",
    frames="all valid frames",
    crop=_SQUARE,
    curve=Curve(0.15, 0.15, 31, "mean"),
)
COCO_OKS = Protocol(
    id="coco-oks",
    title="COCO keypoints: average precision over object keypoint similarity",
    joint_set="coco17",
    joint_origin=(),
    mesh_origin="given",
    source="COCO's keypoint evaluation: OKS 0.50 to 0.95 by 0.05, at most 20 people a picture",
    truth="measured",
    gender="none",
    dataset="coco/val2017",
    frames="every picture with people, crowds ignored",
    crop="the detector's or the true box: the result file must say which",
    unit="OKS",
)
_ALL = (
    METRO_LSP14,
    MULTI_ROI_LSP14,
    SYNTHETIC_LSP14,
    HAND21,
    H36M_P2_METRO,
    THREEDPW_METRO,
    H36M_P2_MULTI_ROI,
    THREEDPW_MULTI_ROI,
    FREIHAND_ONLINE,
    MPI_INF_3DHP,
    COCO_OKS,
)


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
