"""All people of a video over time: who is who, and each of them steady.

Streaming: what is kept grows with the number of people in sight, never with the video's length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from core.body import BodyModel
from core.temporal.following import Follower, FollowSettings
from core.temporal.foot_lock import LEVEL_UP
from core.temporal.ground import GroundFit
from core.temporal.person import PersonOverTime
from core.temporal.settings import TemporalSettings
from core.temporal.soles import soles_of
from core.temporal.tracking import PeopleTracker, TrackerSettings
from core.types import Detection, Frame, FrameResult, GroundPlane, Reconstruction

P = TypeVar("P", Detection, Reconstruction)


@dataclass(frozen=True)
class Steadiness:
    """What was gained, over all people so far.

    Attributes:
        jitter_before_mm, jitter_after_mm: mean acceleration of the joints, mm per frame squared.
        sliding_before_mm, sliding_after_mm: movement of standing feet, mm per frame.
        frames: person frames that count.
        steps: contact places that stood in two frames one after the other.
    """

    jitter_before_mm: float
    jitter_after_mm: float
    sliding_before_mm: float
    sliding_after_mm: float
    frames: int
    steps: int = 0


class PeopleOverTime:
    """Numbers and steadies the people of one video or camera, for one method.

    Per frame: `look_for` says whom the method should look at (or None: ask the detector, then
    `number` what it found); `settle` takes the method's result and gives the final one.

    Args:
        settings: smoothing, shape, feet, ground.
        body: the method's body, for posing anew.
        frames_per_second: spacing of frames that carry no time.
    """

    def __init__(
        self,
        settings: TemporalSettings | None = None,
        body: BodyModel | None = None,
        *,
        frames_per_second: float = 30.0,
        tracker: TrackerSettings | None = None,
        follow: FollowSettings | None = None,
    ) -> None:
        self.settings = settings or TemporalSettings()
        self.tracker = PeopleTracker(tracker)
        self.follower = Follower(self.tracker, follow)
        self._body = body
        self._soles = None if body is None else soles_of(body)
        self._fps = frames_per_second
        self._people: dict[int, PersonOverTime] = {}
        self._past = _Sums()
        self._ground = GroundFit() if self.settings.ground else None

    def time_of(self, frame: Frame) -> float:
        """Seconds: the frame's own time, or its number at the usual rate."""
        if frame.time_s is not None:
            return frame.time_s
        return (frame.index or 0) / self._fps

    def look_for(self, frame: Frame) -> tuple[Detection, ...] | None:
        """Where people are expected; None when the detector must look."""
        time_s = self.time_of(frame)
        if self.follower.needs_detector(time_s):
            return None
        return self.follower.predicted(frame, time_s) or None

    def number(self, people: Sequence[P], frame: Frame, *, detected: bool = True) -> tuple[P, ...]:
        """The people found in a frame with their numbers.

        Args:
            detected: a detector looked at the whole picture (rather than a file or a hand).
        """
        time_s = self.time_of(frame)
        if detected:
            self.follower.looked(time_s)
        ids = self.tracker.assign(people, time_s)
        return tuple(replace(p, track_id=n) for p, n in zip(people, ids, strict=True))

    def settle(self, result: FrameResult) -> FrameResult:
        """The method's result with steady people; remembers where they are."""
        time_s = self.time_of(result.frame)
        self.follower.saw(result.people, result.frame, time_s)
        self._forget()
        up = LEVEL_UP if self.ground is None else self.ground.up
        people = []
        for person in result.people:
            assert person.track_id is not None
            if person.track_id not in self._people:
                self._people[person.track_id] = PersonOverTime(
                    self.settings, self._body, self._soles
                )
            over_time = self._people[person.track_id]
            people.append(over_time.step(person, result.frame.size_hw, time_s, up))
        if self._ground is not None:
            standing = [self._people[p.track_id].standing for p in people if p.track_id is not None]
            self._ground.step(standing, time_s)
        return replace(result, people=tuple(people), ground=self.ground)

    @property
    def ground(self) -> GroundPlane | None:
        """What the people stand on, if it was asked for and is known by now."""
        return None if self._ground is None else self._ground.plane

    @property
    def steadiness(self) -> Steadiness:
        """Jitter and sliding before and after, so far."""
        sums = _Sums() + self._past
        for person in self._people.values():
            sums = sums + _sums_of(person)
        return sums.means()

    def _forget(self) -> None:
        """Let go of people whom the tracker has forgotten; what they added to the means stays."""
        for number in [n for n in self._people if n not in self.tracker.tracks]:
            self._past = self._past + _sums_of(self._people.pop(number))


@dataclass(frozen=True)
class _Sums:
    """Totals of the four measures and their counts."""

    before: float = 0.0
    after: float = 0.0
    frames: int = 0
    slid_before: float = 0.0
    slid_after: float = 0.0
    steps: int = 0

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(
            self.before + other.before,
            self.after + other.after,
            self.frames + other.frames,
            self.slid_before + other.slid_before,
            self.slid_after + other.slid_after,
            self.steps + other.steps,
        )

    def means(self) -> Steadiness:
        frames, steps = max(self.frames, 1), max(self.steps, 1)
        return Steadiness(
            self.before / frames,
            self.after / frames,
            self.slid_before / steps,
            self.slid_after / steps,
            self.frames,
            self.steps,
        )


def _sums_of(person: PersonOverTime) -> _Sums:
    frames, steps = person.before.count, person.sliding_before.count
    return _Sums(
        person.before.mean_mm * frames,
        person.after.mean_mm * frames,
        frames,
        person.sliding_before.mean_mm * steps,
        person.sliding_after.mean_mm * steps,
        steps,
    )
