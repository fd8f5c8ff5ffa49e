"""The errors of a batch of people under a protocol."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.body import BodyModel
from core.data import PersonRecord
from core.metrics import KeypointTruth, PoseSet, Protocol, oks, per_person
from core.metrics.evaluation import centred_joints
from core.metrics.measure import UNIT_FACTOR
from core.metrics.person_errors import PersonErrors
from core.types import Reconstruction
from training.evaluation.joints import MeshJoints
from training.evaluation.people import Prepared
from training.evaluation.truth import TruePerson, Truths

Errors = list[dict[str, float]]
MM = 1000.0


class Measurer:
    """Measures people.

    Args:
        protocol: the rule.
        body: the method's, whose meshes come.
        mesh_joints: regresses the joints of the protocol.
        truths: made the truth of the people that come; None for protocols that measure in the
            picture, or without truth.
    """

    def __init__(
        self,
        protocol: Protocol,
        body: BodyModel,
        mesh_joints: MeshJoints | None,
        truths: Truths | None,
    ) -> None:
        self._protocol, self._body = protocol, body
        self._joints, self.truths = mesh_joints, truths

    def measure(
        self, group: Sequence[Prepared], people: Sequence[Reconstruction]
    ) -> list[PersonErrors]:
        """A line for each of ``group``; ``people`` are the answers of those who did not fail."""
        fine = [person for person in group if person.batch is not None]
        errors: Errors = [{} for _ in fine]
        vectors: list[NDArray[np.float64] | None] = [None] * len(fine)
        marks: list[NDArray[np.float64] | None] = [None] * len(fine)
        if fine and self._protocol.unit == "OKS":
            marks = list(self.keypoints(fine, people))
            errors = [self._similarity(p, m) for p, m in zip(fine, marks, strict=True)]
        elif fine and self.truths is not None and self._joints is not None:
            vertices = _stacked(people)
            pred = self._joints.of_method(list(people), vertices)
            truth = [person.truth or TruePerson() for person in fine]
            self._add_joints(errors, vectors, pred, vertices, truth)
            self._add_meshes(errors, pred, vertices, truth)
        found = iter(zip(errors, vectors, marks, strict=True))
        return [
            _line(person) if person.batch is None else _line(person, *next(found))
            for person in group
        ]

    def hands(self, people: Sequence[Reconstruction]) -> tuple[NDArray[np.floating], ...]:
        """(B, 21, 3) joints and (B, V, 3) vertices, metres, as a submission holds them."""
        assert self._joints is not None
        vertices = _stacked(people)
        return self._joints.of_method(list(people), vertices), vertices.numpy()

    def _add_joints(
        self,
        errors: Errors,
        vectors: list[NDArray[np.float64] | None],
        pred: NDArray[np.float64],
        vertices: Tensor,
        truth: Sequence[TruePerson],
    ) -> None:
        known = [i for i, person in enumerate(truth) if person.joints is not None]
        if not known:
            return
        pelvis = self._pelvis(vertices)
        mine = PoseSet(pred[known], pelvis=None if pelvis is None else pelvis[known])
        theirs = PoseSet(_all(truth, known, "joints"), pelvis=_pelvises(truth, known))
        _put(errors, known, mine, theirs, self._protocol)
        apart = centred_joints(mine, self._protocol) - centred_joints(theirs, self._protocol)
        for place, row in enumerate(known):
            vectors[row] = MM * apart[place]

    def _add_meshes(
        self,
        errors: Errors,
        pred: NDArray[np.float64],
        vertices: Tensor,
        truth: Sequence[TruePerson],
    ) -> None:
        about_joints = self._protocol.mesh_origin == "joints"
        needed = "joints" if about_joints else "mesh_pelvis"
        known = [
            i
            for i, person in enumerate(truth)
            if person.vertices is not None and getattr(person, needed) is not None
        ]
        pelvis = self._pelvis(vertices)
        if not known or (not about_joints and pelvis is None):
            return
        mesh, true_mesh = vertices.numpy()[known], _all(truth, known, "vertices")
        if about_joints:
            mine = PoseSet(pred[known], mesh)
            theirs = PoseSet(_all(truth, known, "joints"), true_mesh)
        else:
            assert pelvis is not None
            mine = PoseSet(None, mesh, pelvis[known])
            theirs = PoseSet(None, true_mesh, _all(truth, known, "mesh_pelvis"))
        _put(errors, known, mine, theirs, self._protocol)

    def _pelvis(self, vertices: Tensor) -> NDArray[np.float64] | None:
        assert self._joints is not None
        return self._joints.pelvis(vertices)

    def keypoints(
        self, group: Sequence[Prepared], people: Sequence[Reconstruction]
    ) -> NDArray[np.float64]:
        """(B, 17, 2) pixels of COCO's points, found on the meshes and projected."""
        vertices = _stacked(people)
        with torch.no_grad():
            found = self._body.regress(vertices, "coco17").cpu().numpy().astype(np.float64)
        found += np.stack([person.camera_full for person in people])[:, None]
        focal = np.array([person.focal_px for person in people])[:, None, None]
        sizes = [person.batch.image_size[0].numpy() for person in group if person.batch is not None]
        centre = np.stack(sizes)[:, None, ::-1] / 2
        return focal * found[..., :2] / found[..., 2:] + centre

    def _similarity(self, person: Prepared, marks: NDArray[np.float64] | None) -> dict[str, float]:
        truth = keypoint_truth(_record(person))
        if truth is None or marks is None or not truth.marked.any():
            return {}
        return {"OKS": oks(marks, truth)}


def keypoint_truth(record: PersonRecord) -> KeypointTruth | None:
    """A person as COCO's evaluation sees it; None without marks or area."""
    if record.joints_2d is None or record.area_px is None:
        return None
    marks = record.joints_2d.as_set("coco17")
    return KeypointTruth(
        image=str(record.picture.path),
        points=marks.points,
        marked=marks.known,
        box_xyxy=record.box_xyxy,
        area_px=record.area_px,
        ignored=record.ignored,
        crowd=record.crowd,
    )


def occlusion_of(record: PersonRecord) -> float:
    """Share of the marks that are not visible: one less the mean score; NaN without marks."""
    if record.joints_2d is None or not record.has_2d:
        return math.nan
    return 1.0 - float(record.joints_2d.scores.mean())


def _put(
    errors: Errors, rows: Sequence[int], pred: PoseSet, gt: PoseSet, protocol: Protocol
) -> None:
    """The numbers of one kind of truth; the other kind's joints serve as an origin only."""
    mesh = pred.vertices is not None
    for samples in per_person(pred, gt, protocol):
        if mesh and samples.name not in ("MPVPE", "PA-MPVPE") and samples.name[:2] != "F@":
            continue
        for row, value in zip(rows, samples.values * UNIT_FACTOR[samples.unit], strict=True):
            errors[row][samples.name] = float(value)


def _line(
    person: Prepared,
    errors: dict[str, float] | None = None,
    vectors: NDArray[np.float64] | None = None,
    marks: NDArray[np.float64] | None = None,
) -> PersonErrors:
    record = person.record
    if record is None:
        return PersonErrors(person.row, f"#{person.row}", failure=person.failure)
    return PersonErrors(
        row=person.row,
        key=record.key,
        errors=errors or {},
        joints=() if vectors is None else tuple((x, y, z) for x, y, z in vectors.tolist()),
        sequence=record.sequence,
        action=record.action,
        subject=record.subject,
        camera=record.camera_id,
        frame=record.frame,
        person=record.person,
        occlusion=occlusion_of(record),
        picture=str(record.picture.path),
        keypoints=() if marks is None else tuple(marks.ravel().tolist()),
        failure=person.failure,
    )


def _record(person: Prepared) -> PersonRecord:
    assert person.record is not None
    return person.record


def _stacked(people: Sequence[Reconstruction]) -> Tensor:
    return torch.from_numpy(np.stack([person.vertices for person in people]))


def _all(truth: Sequence[TruePerson], rows: Sequence[int], part: str) -> NDArray[np.float64]:
    return np.stack([getattr(truth[row], part) for row in rows])


def _pelvises(truth: Sequence[TruePerson], rows: Sequence[int]) -> NDArray[np.float64] | None:
    found = [truth[row].joints_pelvis for row in rows]
    return None if any(pelvis is None for pelvis in found) else np.stack(found)  # type: ignore[arg-type]
