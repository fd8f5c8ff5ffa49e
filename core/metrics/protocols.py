"""Named ways of measuring. Two numbers may be compared only when their protocol ids are equal.

What differs between papers is not the error but what is subtracted before it, which regressor gives the
joints, whose body the truth has, and which pictures and crops were taken. A protocol says all of it;
its id is printed with every number and its record stored in every result file (docs/protocols.md).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from core.body.joint_sets import H36M17_LEFT_FIRST_TO_LSP14, H36M17_TO_LSP14, LSP14_NAMES
from core.errors import InputError

LSP14_HIPS = (LSP14_NAMES.index("R_Hip"), LSP14_NAMES.index("L_Hip"))
HAND21_WRIST = (0,)
MPI17_PELVIS = (14,)
METRO24_TO_LSP14 = (*range(13), 18)
"""Which of METRO's 24 points are the 14: the last is Human3.6M's head, not the top of the head."""


@dataclass(frozen=True)
class Curve:
    """A curve of correct points over thresholds, and its area.

    Attributes:
        pck_m: the threshold that PCK is read at, metres; 0 for none.
        limit_m: largest threshold of the area, metres.
        steps: how many thresholds there are from 0 to the limit, both included.
        rule: ``mean`` of the curve's values, or the ``trapezoid`` rule.
    """

    pck_m: float
    limit_m: float
    steps: int
    rule: Literal["mean", "trapezoid"]


@dataclass(frozen=True)
class Protocol:
    """How joints and meshes are prepared before distances are taken, and what was measured.

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
        regressor: what gives the predicted joints; and the true ones, where that differs.
        truth: where the true joints are from: ``regressed`` from the true mesh as the predicted ones,
            ``measured`` by the data set, or the 24 points of METRO's own regressor (``metro24``), whose
            rows `METRO24_TO_LSP14` are taken.
        gender: whose body model the true mesh is posed with.
        procrustes: what the alignment of PA numbers may be besides scale and shift.
        dataset: reader and split, ``id/split``; empty for a rule that fits any data.
        frames: which pictures count.
        crop: where the person's box comes from.
        f_scores: whether F@5 mm and F@15 mm belong to it.
        curve: PCK and AUC, if they belong to it.
        unit: ``mm``; ``OKS`` for the agreement of keypoints.
    """

    id: str
    title: str
    joint_set: str
    joint_origin: tuple[int, ...]
    mesh_origin: Literal["pelvis", "joints", "given"]
    h36m17_to_joint_set: tuple[int, ...] = ()
    source: str = ""
    regressor: str = "the method's own joints"
    truth: Literal["regressed", "measured", "metro24"] = "regressed"
    gender: Literal["neutral", "gendered", "none"] = "neutral"
    procrustes: Literal["rotation", "reflection"] = "rotation"
    dataset: str = ""
    frames: str = "all that were handed over"
    crop: str = "as handed over"
    f_scores: bool = False
    curve: Curve | None = None
    unit: Literal["mm", "OKS"] = "mm"

    @property
    def centring(self) -> str:
        """The origin of joints and of meshes, in words."""
        if self.unit == "OKS":
            return "none"
        names: dict[tuple[int, ...], str] = {
            LSP14_HIPS: "mean of both hips",
            HAND21_WRIST: "wrist",
            MPI17_PELVIS: "pelvis joint",
        }
        joints = names.get(self.joint_origin, "H36M pelvis of the mesh")
        mesh = {"pelvis": "H36M pelvis of the mesh", "joints": joints, "given": "none"}
        return f"joints: {joints}; mesh: {mesh[self.mesh_origin]}"

    def record(self) -> dict[str, Any]:
        """All of it as plain values, for result files (JSON)."""
        return {**asdict(self), "centring": self.centring}

    def lines(self) -> tuple[str, ...]:
        """All of it for people, one fact a line."""
        align = "similarity (scale, rotation, shift)"
        if self.procrustes == "reflection":
            align = "similarity; a reflection is allowed, as on the server"
        return (
            f"{self.id}: {self.title}",
            f"joints: {self.joint_set}, {self.regressor}; true ones {self.truth}",
            f"centring: {self.centring}",
            f"PA alignment: {align}" if self.unit == "mm" else "alignment: none",
            f"body of the truth: {self.gender}",
            f"data: {self.dataset or 'any'}; frames: {self.frames}",
            f"crop: {self.crop}",
            f"source: {self.source}",
        )


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
