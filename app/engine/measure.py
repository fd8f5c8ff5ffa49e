"""Scores of the people of a result: against the marks, and against the truth where one exists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.state.people import known_joints
from app.state.skeleton import canonical_name
from app.state.values import Quality, Scores
from core.metrics import PoseSet, aligned, evaluate, get_protocol, joint_errors_2d, point_errors
from core.types import Detection, Reconstruction, Truth

BODY_PROTOCOL = "synthetic-lsp14"
HAND_PROTOCOL = "hand21-wrist"


def measure(
    people: Sequence[Reconstruction],
    detections: Sequence[Detection] | None,
    truths: Sequence[Truth],
    quality: Quality = "full",
) -> tuple[Scores, ...]:
    """One `Scores` per person; live results are measured against the marks only."""
    truth_of = match_truths(people, truths) if quality == "full" else {}
    scores = []
    for number, person in enumerate(people):
        marks = detections[number] if detections and number < len(detections) else None
        percent, worst = marks_error(person, marks)
        if number in truth_of:
            scores.append(against_truth(person, truth_of[number], percent, worst))
        else:
            scores.append(Scores(marks_percent=percent, worst_mark=worst))
    return tuple(scores)


def measure_readings(
    people: Sequence[Reconstruction],
    detections: Sequence[Detection] | None,
    truths: Sequence[Truth],
    quality: Quality = "full",
) -> tuple[tuple[Scores, ...], ...]:
    """Per person, the scores of each other reading; none for live results."""
    if quality == "live":
        return ()
    found: list[tuple[Scores, ...]] = []
    for number, person in enumerate(people):
        row = []
        for reading in person.alternatives:
            swapped = [*people[:number], reading, *people[number + 1 :]]
            row.append(measure(swapped, detections, truths)[number])
        found.append(tuple(row))
    return tuple(found)


def marks_error(
    person: Reconstruction, marks: Detection | None
) -> tuple[float | None, tuple[str, float] | None]:
    """Mean 2D distance to the known marks in % of the box's longer side, and the worst joint."""
    if marks is None or marks.joints_2d is None or marks.joint_source == "default":
        return None, None  # a standing pose nobody placed is no observation
    place = {canonical_name(name): row for row, name in enumerate(person.joint_names)}
    known = known_joints(marks)
    pairs = [
        (place[canonical_name(name)], row)
        for row, name in enumerate(marks.joint_names)
        if known[row] and canonical_name(name) in place
    ]
    if not pairs:
        return None, None
    mine, theirs = (list(rows) for rows in zip(*pairs, strict=True))
    errors = (
        100.0
        * joint_errors_2d(
            person.joints_2d[mine][None], marks.joints_2d[theirs][None], marks.box_xyxy[None]
        )[0]
    )
    worst = int(errors.argmax())
    return float(errors.mean()), (marks.joint_names[theirs[worst]], float(errors[worst]))


def match_truths(people: Sequence[Reconstruction], truths: Sequence[Truth]) -> dict[int, Truth]:
    """Which truth each person is compared with: best overlapping boxes first, each truth once."""
    pairs = sorted(
        (
            (_overlap(person.box_xyxy, truth.box_xyxy), number, place)
            for number, person in enumerate(people)
            for place, truth in enumerate(truths)
        ),
        reverse=True,
    )
    matched: dict[int, int] = {}
    for overlap, number, place in pairs:
        if overlap > 0 and number not in matched and place not in matched.values():
            matched[number] = place
    return {number: truths[place] for number, place in matched.items()}


def against_truth(
    person: Reconstruction,
    truth: Truth,
    percent: float | None = None,
    worst: tuple[str, float] | None = None,
) -> Scores:
    """All numbers that person and truth have in common."""
    protocol = get_protocol(HAND_PROTOCOL if len(person.joint_names) == 21 else BODY_PROTOCOL)
    same_joints = person.joint_names == truth.joint_names
    same_mesh = truth.vertices is not None and truth.vertices.shape == person.vertices.shape
    if not same_joints:
        return Scores(marks_percent=percent, worst_mark=worst)
    mine = PoseSet(person.joints_3d[None], person.vertices[None] if same_mesh else None)
    true_mesh = truth.vertices[None] if same_mesh and truth.vertices is not None else None
    theirs = PoseSet(truth.joints_3d[None], true_mesh)
    values = {found.name: found.value for found in evaluate(mine, theirs, protocol)}
    errors = None
    if same_mesh:
        errors = vertex_errors(person, truth, protocol.joint_origin)
    return Scores(
        marks_percent=percent,
        worst_mark=worst,
        mpjpe_mm=values.get("MPJPE"),
        pa_mpjpe_mm=values.get("PA-MPJPE"),
        mpvpe_mm=values.get("MPVPE"),
        protocol=protocol.id,
        protocol_title=protocol.title,
        vertex_error_mm=errors,
    )


def vertex_errors(
    person: Reconstruction, truth: Truth, origin: Sequence[int]
) -> tuple[NDArray[np.float32], ...]:
    """(V,) millimetres under no, pelvis and Procrustes alignment (order of ``ALIGNMENTS``)."""
    if truth.vertices is None:
        raise ValueError("this truth has no mesh")
    rows = list(origin)
    moved = person.vertices - person.joints_3d[rows].mean(0)
    target = truth.vertices - truth.joints_3d[rows].mean(0)
    plain = point_errors(person.vertices_camera, truth.vertices + truth.camera_full)
    pelvis = point_errors(moved, target)
    best = point_errors(aligned(moved, target), target)
    return tuple((1000.0 * error).astype(np.float32) for error in (plain, pelvis, best))


def _overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes (4,)."""
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    inter = float(np.prod(np.maximum(high - low, 0.0)))
    union = float(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2])) - inter
    return inter / max(union, 1e-9)
