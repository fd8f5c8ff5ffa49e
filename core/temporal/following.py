"""Where people will be in the next frame, and when the detector must look again.

The next box comes from this frame's joints; a detector of whole pictures costs several times more. It
looks when nobody is known, when confidence falls, when people come so close that one box may slip to
the other person, and once in a while for newcomers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from core.detection.from_joints import box_around_joints
from core.geometry.boxes import clip_box, iou
from core.temporal.tracking import PeopleTracker, Person, Track, joint_distance
from core.types import Detection, Frame

# A box with less of its sides than this inside the picture has left it.
MIN_INSIDE_SHARE = 0.1


@runtime_checkable
class JointSeeker(Protocol):
    """A detector that can also find the joints of people whose boxes are known."""

    def joints_in(
        self, frame: Frame, boxes: NDArray[np.float32], *, quick: bool = False
    ) -> tuple[Detection, ...]:
        """One person per box (N, 4), in order, with joints as far as they are found."""


@dataclass(frozen=True)
class FollowSettings:
    """When the detector looks.

    Attributes:
        redetect_s: seconds after which it looks anyway, for newcomers.
        doubt_s: seconds between two looks out of doubt while somebody is still followed: a thing
            taken for a person would else have the whole picture searched in every frame.
        min_confidence: below this a person is looked for again.
        max_overlap: intersection over union of two people's boxes that may be confused.
        usual_jump: mean joint distance from the prediction, in sides of the box, that halves the
            confidence.
        usual_score: share of a person's best score that still counts as full confidence; scores of
            different detectors and people cannot be compared otherwise.
        same_person: two people whose joints lie closer than this, in sides, are one.
    """

    redetect_s: float = 2.0
    doubt_s: float = 0.4
    min_confidence: float = 0.4
    max_overlap: float = 0.5
    usual_jump: float = 0.12
    usual_score: float = 0.7
    same_person: float = 0.05


class Follower:
    """Predicts people from a tracker's memory and judges how far that can be trusted."""

    def __init__(self, tracker: PeopleTracker, settings: FollowSettings | None = None) -> None:
        self.tracker = tracker
        self.settings = settings or FollowSettings()
        self.detections_asked = 0
        self._looked_s: float | None = None
        self._doubt = self._repeats = False
        self._now: tuple[int, ...] = ()

    def needs_detector(self, time_s: float) -> bool:
        """Whether the detector must look at the frame of ``time_s``."""
        known = self._known()
        if self._looked_s is None or not known:
            return True
        elapsed = time_s - self._looked_s
        if not 0.0 <= elapsed < self.settings.redetect_s:
            return True
        if self._repeats or (self._doubt and elapsed >= self.settings.doubt_s):
            return True
        boxes = np.stack([track.box_at(time_s) for track in known])
        overlap = iou(boxes[:, None], boxes[None])
        np.fill_diagonal(overlap, 0.0)
        return bool((overlap > self.settings.max_overlap).any())

    def looked(self, time_s: float) -> None:
        """The detector has looked at the frame of ``time_s``."""
        self._looked_s = time_s
        self._doubt = self._repeats = False
        self.detections_asked += 1

    def predicted(self, frame: Frame, time_s: float) -> tuple[Detection, ...]:
        """The people of the last frame where they are expected now, without joints."""
        people = []
        for track in self._known():
            box = predicted_box(track, time_s)
            inside = np.asarray(clip_box(box, frame.size_hw))
            if np.all(inside[2:] - inside[:2] >= MIN_INSIDE_SHARE * (box[2:] - box[:2])):
                people.append(Detection(box_xyxy=box, score=track.score, track_id=track.track_id))
        return tuple(people)

    def saw(self, people: Sequence[Person], frame: Frame, time_s: float) -> tuple[float, ...]:
        """Judge and remember the people of a frame, each with its track number.

        Returns:
            The confidence of each, in [0, 1].
        """
        confidences = []
        for person in people:
            assert person.track_id is not None
            track = self.tracker.tracks.get(person.track_id)
            value = 1.0 if track is None else self._confidence(track, person, frame, time_s)
            confidences.append(value)
            self.tracker.update(person.track_id, person, time_s)
        self._now = tuple(p.track_id for p in people if p.track_id is not None)
        repeated = self._repeated(people)
        for number in repeated:
            self.tracker.drop(number)
        low = any(value < self.settings.min_confidence for value in confidences)
        self._doubt = self._doubt or low
        self._repeats = self._repeats or bool(repeated)
        return tuple(confidences)

    def _known(self) -> list[Track]:
        """Tracks that were seen in the last frame."""
        return [self.tracker.tracks[n] for n in self._now if n in self.tracker.tracks]

    def _confidence(self, track: Track, person: Person, frame: Frame, time_s: float) -> float:
        """Score, times joints inside the picture, times how well they lie where expected."""
        best = max(self.settings.usual_score * track.best_score, 1e-6)
        score = min(person.score / best, 1.0)
        if person.joints_2d is None:
            return score
        height, width = frame.size_hw
        joints = np.asarray(person.joints_2d, np.float64)
        known = joints[np.isfinite(joints).all(-1)]
        if not len(known):
            return 0.0
        inside = float(((known >= 0) & (known <= [width, height])).all(-1).mean())
        away = joint_distance(
            track.joint_names, track.joints_at(time_s), person.joint_names, joints
        )
        if away is None:
            return score * inside
        return (
            score * inside * 0.5 ** ((away / max(track.side, 1.0) / self.settings.usual_jump) ** 2)
        )

    def _repeated(self, people: Sequence[Person]) -> list[int]:
        """Numbers of people who lie on somebody seen for longer."""
        gone: list[int] = []
        for row, a in enumerate(people):
            for b in people[row + 1 :]:
                if a.joints_2d is None or b.joints_2d is None:
                    continue
                away = joint_distance(a.joint_names, a.joints_2d, b.joint_names, b.joints_2d)
                side = float(np.max(a.box_xyxy[2:] - a.box_xyxy[:2]))
                if away is None or away >= self.settings.same_person * side:
                    continue
                ids = [p.track_id for p in (a, b) if p.track_id in self.tracker.tracks]
                if len(ids) == 2:
                    gone.append(min(ids, key=lambda n: self.tracker.tracks[n].sightings))
        return gone


def predicted_box(track: Track, time_s: float) -> NDArray[np.float32]:
    """(4,) box around the joints expected at ``time_s``; the old box moved if joints are unknown."""
    joints = track.joints_at(time_s)
    if np.isfinite(joints).all(-1).sum() >= 2:
        return box_around_joints(joints.astype(np.float32))
    return track.box_at(time_s).astype(np.float32)
