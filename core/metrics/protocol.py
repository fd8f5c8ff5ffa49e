"""What a protocol is: everything besides the method that a number depends on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from core.body.joint_sets import LSP14_NAMES

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
