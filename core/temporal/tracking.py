"""Stable numbers for people along a video, by their joints.

Each person is predicted with a constant velocity and the predictions are matched with the people of
the new frame at least total cost (Kuhn 1955). The kept tracker libraries were looked at: Norfair can
match joints but needs numpy below 2, and Roboflow's ``trackers`` matches boxes only, which are the
same box while two people cross; joints are not. scipy, needed anyway, does the matching.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from core.geometry.boxes import iou
from core.types import Detection, Reconstruction

Person = Detection | Reconstruction
MIN_SHARED_JOINTS = 4
MIN_ELAPSED_S = 1e-3
# The velocity is a running mean over about this long, and dies away so fast while nobody is seen;
# that of limbs, which swing, earlier than that of the person.
VELOCITY_S = 0.15
COAST_S, SWING_S = 0.5, 0.15
BEST_SCORE_FADES = 0.99
# Nobody unseen costs more than this, in sides of the box.
LOST_COST = 0.2


@dataclass(frozen=True)
class TrackerSettings:
    """How far a person may be from the prediction and how long out of sight.

    Attributes:
        max_gap_s: seconds after which somebody unseen is forgotten.
        gate: largest mean joint distance from the prediction, in sides of the person's box.
        gate_per_s: by how much the gate widens per second unseen.
        size_weight: cost of a box twice as large or half as large.
        lost_cost_per_s: cost per second for which a person was not seen while others were: whoever
            is seen all along is not taken for somebody who is hidden behind.
    """

    max_gap_s: float = 1.5
    gate: float = 0.35
    gate_per_s: float = 0.3
    size_weight: float = 0.15
    lost_cost_per_s: float = 0.3


@dataclass
class Track:
    """One person followed.

    Attributes:
        track_id: its number, never given twice.
        joint_names, joints_2d: K joints (K, 2) px when last seen; NaN where unknown.
        box_xyxy: (4,) px when last seen.
        velocity: (2,) px / s of the person as a whole.
        swing: (K, 2) px / s of each joint beside it.
        seen_s: when it was last seen.
        sightings: how often it was seen.
        score: confidence when last seen, and its highest of late.
    """

    track_id: int
    joint_names: tuple[str, ...]
    joints_2d: NDArray[np.float64]
    box_xyxy: NDArray[np.float64]
    velocity: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    swing: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    seen_s: float = 0.0
    sightings: int = 1
    score: float = 1.0
    best_score: float = 1.0

    @property
    def side(self) -> float:
        """Longer side of the box, px."""
        return _side(self.box_xyxy)

    def shift(self, time_s: float) -> NDArray[np.float64]:
        """(2,) px by which the person is expected to have moved by ``time_s``."""
        elapsed = max(time_s - self.seen_s, 0.0)
        return self.velocity * _coasted(elapsed, COAST_S)

    def joints_at(self, time_s: float) -> NDArray[np.float64]:
        """(K, 2) px expected at ``time_s``, the person moved as a whole: good for steady boxes."""
        return self.joints_2d + self.shift(time_s)

    def limbs_at(self, time_s: float) -> NDArray[np.float64]:
        """(K, 2) px expected at ``time_s``, limbs swinging on: good for telling people apart."""
        moved = self.joints_at(time_s)
        if self.swing.shape != moved.shape:
            return moved
        return moved + self.swing * _coasted(max(time_s - self.seen_s, 0.0), SWING_S)

    def box_at(self, time_s: float) -> NDArray[np.float64]:
        """(4,) px expected at ``time_s``."""
        return self.box_xyxy + np.tile(self.shift(time_s), 2)


class PeopleTracker:
    """Gives people numbers and remembers where they were; memory grows with people, not frames.

    Each frame: `assign` numbers for those who were found, then `update` with the final joints of each
    (which may come later, from the method).
    """

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self.settings = settings or TrackerSettings()
        self.tracks: dict[int, Track] = {}
        self._next_id = 0

    def assign(self, people: Sequence[Person], time_s: float) -> tuple[int, ...]:
        """A number for each person: of the track that it continues, or a new one.

        People who bring the number of a living track keep it.
        """
        self._forget(time_s)
        ids: list[int | None] = [None] * len(people)
        for row, person in enumerate(people):
            if person.track_id in self.tracks and person.track_id not in ids:
                ids[row] = person.track_id
        free = [track for number, track in self.tracks.items() if number not in ids]
        unknown = [row for row, number in enumerate(ids) if number is None]
        for row, track in self._matches([people[r] for r in unknown], free, time_s):
            ids[unknown[row]] = track.track_id
        return tuple(self._new_id() if number is None else number for number in ids)

    def update(self, track_id: int, person: Person, time_s: float) -> None:
        """Where the person of this number is now."""
        joints = _joints_of(person)
        box = np.asarray(person.box_xyxy, np.float64)
        before = self.tracks.get(track_id)
        if before is None:
            self.tracks[track_id] = Track(
                track_id,
                _names_of(person),
                joints,
                box,
                seen_s=time_s,
                score=person.score,
                best_score=person.score,
            )
            self._next_id = max(self._next_id, track_id + 1)
            return
        elapsed = max(time_s - before.seen_s, MIN_ELAPSED_S)
        moved = _movement(before, person, joints, box) / elapsed
        # A track that was lost for a while says little of today's velocity.
        share = 1.0 if before.sightings == 1 else 1.0 - np.exp(-elapsed / VELOCITY_S)
        before.velocity = before.velocity + share * (moved - before.velocity)
        before.swing = _swing(before, person, joints, moved, elapsed, share)
        before.joint_names, before.joints_2d = _names_of(person), joints
        before.box_xyxy, before.seen_s = box, time_s
        before.sightings += 1
        before.score = person.score
        before.best_score = max(person.score, BEST_SCORE_FADES * before.best_score)

    def drop(self, track_id: int) -> None:
        """Forget a person at once."""
        self.tracks.pop(track_id, None)

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _forget(self, time_s: float) -> None:
        gone = [n for n, t in self.tracks.items() if time_s - t.seen_s > self.settings.max_gap_s]
        for number in gone:
            del self.tracks[number]

    def _matches(
        self, people: Sequence[Person], tracks: Sequence[Track], time_s: float
    ) -> list[tuple[int, Track]]:
        """Pairs (row of ``people``, track) of least total cost, none beyond its gate."""
        if not people or not tracks:
            return []
        cost = np.array([[self._cost(t, p, time_s) for t in tracks] for p in people])
        gates = np.array(
            [self.settings.gate + self.settings.gate_per_s * (time_s - t.seen_s) for t in tracks]
        )
        # Beyond the gate all pairs are equally bad, so that they cannot outweigh good ones.
        seen = max(track.seen_s for track in tracks)
        per_s = self.settings.lost_cost_per_s
        lost = [min(per_s * (seen - track.seen_s), LOST_COST) for track in tracks]
        capped = np.where(cost <= gates, cost + lost, 10.0)
        rows, columns = linear_sum_assignment(capped)
        return [
            (int(row), tracks[column])
            for row, column in zip(rows, columns, strict=True)
            if capped[row, column] < 10.0
        ]

    def _cost(self, track: Track, person: Person, time_s: float) -> float:
        """Mean joint distance from the prediction in sides of the box, plus the change of size."""
        side = max(track.side, 1.0)
        size = abs(np.log2(max(_side(person.box_xyxy), 1.0) / side)) * self.settings.size_weight
        distance = joint_distance(
            track.joint_names, track.limbs_at(time_s), _names_of(person), _joints_of(person)
        )
        if distance is not None:
            return distance / side + size
        box = np.asarray(person.box_xyxy, np.float64)
        expected = track.box_at(time_s)
        away = np.linalg.norm((expected - box).reshape(2, 2).mean(0)) / side
        return float(0.5 * away + 0.15 * (1.0 - float(iou(expected, box))) + size)


def joint_distance(
    names_a: tuple[str, ...],
    joints_a: NDArray[np.floating],
    names_b: tuple[str, ...],
    joints_b: NDArray[np.floating],
) -> float | None:
    """Mean distance, px, of joints (K, 2) known on both sides; None with fewer than four of them."""
    if names_a != names_b:
        place = {name: row for row, name in enumerate(names_b)}
        shared = [name for name in names_a if name in place]
        joints_b = joints_b[[place[name] for name in shared]]
        joints_a = joints_a[[names_a.index(name) for name in shared]]
    if not len(joints_a):
        return None
    distance = np.linalg.norm(joints_a - joints_b, axis=-1)
    known = np.isfinite(distance)
    return float(distance[known].mean()) if known.sum() >= MIN_SHARED_JOINTS else None


def _coasted(elapsed_s: float, coast_s: float) -> float:
    """Seconds for which a velocity that dies away is worth its first value."""
    return coast_s * (1.0 - float(np.exp(-elapsed_s / coast_s)))


def _swing(
    before: Track,
    person: Person,
    joints: NDArray[np.float64],
    moved: NDArray[np.float64],
    elapsed_s: float,
    share: float,
) -> NDArray[np.float64]:
    """(K, 2) px / s: how joints move beside the person, zero where that is unknown."""
    if before.joint_names != _names_of(person):
        return np.zeros_like(joints)
    known = before.swing if before.swing.shape == joints.shape else np.zeros_like(joints)
    now = (joints - before.joints_2d) / elapsed_s - moved
    return np.where(np.isfinite(now), known + share * (now - known), 0.0)


def _movement(
    before: Track, person: Person, joints: NDArray[np.float64], box: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(2,) px: how the person as a whole moved since it was last seen."""
    if before.joint_names == _names_of(person):
        moved = joints - before.joints_2d
        known = np.isfinite(moved).all(axis=-1)
        if known.sum() >= MIN_SHARED_JOINTS:
            return np.median(moved[known], axis=0)
    return (box - before.box_xyxy).reshape(2, 2).mean(0)


def _names_of(person: Person) -> tuple[str, ...]:
    return person.joint_names if person.joints_2d is not None else ()


def _joints_of(person: Person) -> NDArray[np.float64]:
    if person.joints_2d is None:
        return np.zeros((0, 2))
    return np.asarray(person.joints_2d, np.float64)


def _side(box_xyxy: NDArray[np.floating]) -> float:
    return float(np.max(np.asarray(box_xyxy)[2:] - np.asarray(box_xyxy)[:2]))
