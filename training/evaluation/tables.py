"""From the persons of an evaluation to its numbers and tables, in one pass over the lines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.data import DataSet
from core.data.joint_names import JOINT_NAMES
from core.metrics import Measure, Protocol
from core.metrics.oks import KeypointGuess, KeypointTruth, oks_average_precision
from core.metrics.person_errors import PersonErrors
from core.metrics.result_file import GroupRow, JointRow
from training.evaluation.measure import keypoint_truth

GROUPS = ("sequence", "action", "subject")
ACCELERATION = "acceleration error"


@dataclass
class _Sum:
    """A running mean; an undefined value makes it NaN and is counted."""

    total: float = 0.0
    count: int = 0
    undefined: int = 0

    def add(self, value: float) -> None:
        self.total += value
        self.count += 1
        self.undefined += math.isnan(value)

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else math.nan


@dataclass
class _Group:
    people: int = 0
    sums: dict[str, _Sum] = field(default_factory=dict)

    def add(self, errors: Mapping[str, float]) -> None:
        self.people += 1
        for name, value in errors.items():
            self.sums.setdefault(name, _Sum()).add(value)


@dataclass(frozen=True)
class Tables:
    """All numbers of an evaluation; the fields are those of `EvaluationResult`."""

    measures: tuple[Measure, ...]
    groups: Mapping[str, tuple[GroupRow, ...]]
    joints: tuple[JointRow, ...]
    failures: int
    untrue: int


def make_tables(
    persons: Iterable[PersonErrors],
    protocol: Protocol,
    label: str,
    dataset: DataSet,
    rows: NDArray[np.integer],
) -> Tables:
    """Means over all people, over groups, and over joints.

    Args:
        persons: lines, repeats allowed: a person counts once, and a line with numbers goes before a
            failure.
        protocol: the rule.
        label: stamped on every number.
        dataset: for truth that is needed as a whole (average precision).
        rows: who counts.
    """
    whole = _Group()
    groups: dict[str, dict[str, _Group]] = {kind: {} for kind in GROUPS}
    joints = [_Sum() for _ in JOINT_NAMES[protocol.joint_set]]
    tracks = _Tracks()
    guesses: dict[int, PersonErrors] = {}
    wanted, seen = np.zeros(len(dataset), bool), np.zeros(len(dataset), bool)
    wanted[rows] = True
    failed: set[int] = set()
    untrue = 0
    for person in persons:
        if not 0 <= person.row < len(dataset) or not wanted[person.row] or seen[person.row]:
            continue
        if person.failure:
            failed.add(person.row)
            continue
        seen[person.row] = True
        if person.keypoints:
            guesses[person.row] = person
        if not person.errors:
            untrue += 1
            continue
        whole.add(person.errors)
        for kind, found in groups.items():
            if name := getattr(person, kind):
                found.setdefault(name, _Group()).add(person.errors)
        for total, error in zip(joints, person.joint_errors, strict=False):
            if not math.isnan(error):
                total.add(error)
        tracks.add(person)
    measures = _measures(whole, label) + tracks.measures(label)
    if protocol.unit == "OKS":
        measures = _precision(guesses, dataset, rows, label) + measures
    return Tables(
        measures,
        {kind: _rows(found) for kind, found in groups.items() if len(found) > 1},
        tuple(
            JointRow(name, total.mean, total.count)
            for name, total in zip(JOINT_NAMES[protocol.joint_set], joints, strict=True)
            if total.count
        ),
        len({row for row in failed if not seen[row]}),
        untrue,
    )


def unit_of(name: str) -> str:
    """The unit of a number by its name."""
    if name.removeprefix("PA-") in ("MPJPE", "MPVPE"):
        return "mm"
    return "%" if name.removeprefix("PA-")[:3] in ("PCK", "AUC") else ""


def _measures(group: _Group, label: str) -> tuple[Measure, ...]:
    return tuple(
        Measure(total.mean, unit_of(name), label, total.count, name, total.undefined)
        for name, total in group.sums.items()
    )


def _rows(found: Mapping[str, _Group]) -> tuple[GroupRow, ...]:
    return tuple(
        GroupRow(name, group.people, {key: total.mean for key, total in group.sums.items()})
        for name, group in sorted(found.items())
    )


class _Tracks:
    """Acceleration error along consecutive frames of a person.

    The second difference of predicted less true joints is the difference of their accelerations, so
    that the stored vectors are enough (Kanazawa et al. 2019; mm per frame squared).
    """

    def __init__(self) -> None:
        self._of: dict[tuple[str, str, int], list[tuple[int, NDArray[np.float32]]]] = {}

    def add(self, person: PersonErrors) -> None:
        if person.frame >= 0 and person.sequence and person.joints:
            key = person.sequence, person.subject, person.person
            vectors = np.array(person.joints, np.float32)
            self._of.setdefault(key, []).append((person.frame, vectors))

    def measures(self, label: str) -> tuple[Measure, ...]:
        total, count = 0.0, 0
        for found in self._of.values():
            found.sort(key=lambda item: item[0])
            frames = np.array([frame for frame, _ in found])
            whole = (np.diff(frames[:-1]) == 1) & (np.diff(frames[1:]) == 1)
            if not whole.any():
                continue
            apart = np.stack([vectors for _, vectors in found]).astype(np.float64)
            second = apart[2:] - 2 * apart[1:-1] + apart[:-2]
            errors = np.linalg.norm(second, axis=-1).mean(-1)[whole]
            total, count = total + float(errors.sum()), count + len(errors)
        if not count:
            return ()
        return (Measure(total / count, "mm/frame^2", label, count, ACCELERATION),)


def _precision(
    guesses: Mapping[int, PersonErrors],
    dataset: DataSet,
    rows: NDArray[np.integer],
    label: str,
) -> tuple[Measure, ...]:
    """COCO's average precision; with true boxes every guess has the same score."""
    truths: list[KeypointTruth] = []
    mine: list[KeypointGuess] = []
    for row in rows.tolist():
        truth = keypoint_truth(dataset[row])
        if truth is None:
            continue
        truths.append(truth)
        if row in guesses:
            points = np.array(guesses[row].keypoints).reshape(17, 2)
            mine.append(KeypointGuess(truth.image, points, 1.0))
    found = oks_average_precision(mine, truths)
    return tuple(Measure(m.value, m.unit, label, m.n, m.name, m.undefined) for m in found)
