"""One method over one video or camera: whom to look at, what it gives, and steady people of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.detection import box_around_joints
from core.pipeline.engine import Engine, Quality
from core.pipeline.frames_together import Foretold, foretell, frames_at_once
from core.pipeline.joint_matching import MIN_KNOWN_JOINTS
from core.temporal import JointSeeker, PeopleOverTime, Steadiness, TemporalSettings
from core.types import Detection, Frame, FrameResult, GroundPlane, StageTime

# A detector of this name takes the whole picture, as the user wished: nobody is followed then.
WHOLE_PICTURE = "none"


@dataclass(frozen=True, eq=False)
class Seen:
    """What the method gave for a frame, people numbered, and whether the detector had looked."""

    result: FrameResult
    detected: bool


class VideoPeople:
    """Runs an engine along frames; memory does not grow with them.

    The detector looks at whole pictures only when needed (`core.temporal.following`). A method that
    reads joints gets those of the boxes that are followed where the detector can find joints in
    given boxes, else the detector looks at every frame.

    Args:
        engine: the method; whoever opened it closes it.
        settings: what is done over time.
        frames_per_second: spacing of frames without times.

    Attributes:
        foretold: frames so far whose answer came from `look_ahead`.
    """

    def __init__(
        self,
        engine: Engine,
        settings: TemporalSettings | None = None,
        *,
        frames_per_second: float = 30.0,
    ) -> None:
        self.engine, self.foretold = engine, 0
        self._people = PeopleOverTime(
            settings, engine.method.body, frames_per_second=frames_per_second
        )
        self._needs_joints = engine.method.input_spec.kind == "joints"
        seeks = isinstance(engine.detector, JointSeeker)
        self._follows = engine.detector.name != WHOLE_PICTURE and (seeks or not self._needs_joints)

    def frames_at_once(self, *, given: bool) -> int:
        """Frames of a file that are worth a common network call.

        Args:
            given: people are given by hand or file.
        """
        known = given or self.engine.detector.name == WHOLE_PICTURE
        return frames_at_once(self.engine) if known else 1

    @property
    def steadiness(self) -> Steadiness:
        """Jitter and foot sliding before and after, so far."""
        return self._people.steadiness

    @property
    def ground(self) -> GroundPlane | None:
        """What the people stand on, if it was asked for and is known by now."""
        return self._people.ground

    @property
    def detections_asked(self) -> int:
        """How often the detector looked at a whole picture."""
        return self._people.follower.detections_asked

    def run(
        self,
        frame: Frame,
        given: Sequence[Detection] | None = None,
        *,
        quality: Quality = "full",
        cancel: threading.Event | None = None,
    ) -> FrameResult:
        """The steady people of the next frame.

        Args:
            frame: the next one; frames may be left out but must not go back.
            given: people by hand or file; None lets the detector and the last frame find them.
            quality, cancel: as for `Engine.run`.
        """
        return self.settle(self.look(frame, given, quality=quality, cancel=cancel))

    def look(
        self,
        frame: Frame,
        given: Sequence[Detection] | None = None,
        *,
        quality: Quality = "full",
        cancel: threading.Event | None = None,
        foretold: Foretold | None = None,
    ) -> Seen:
        """What the method gives for a frame, its people numbered; then call `settle`.

        An answer ``foretold`` by `look_ahead` is taken if it holds.
        """
        began = time.perf_counter()
        if given is not None:
            people, detected = self._people.number(given, frame, detected=False), False
        else:
            people, detected = self._found(frame)
        detect = StageTime("detect", time.perf_counter() - began)
        result = None
        if foretold is not None:
            result = foretold.answers(frame, people, self.engine.method.method_id)
            self.foretold += result is not None
        if result is None:
            result = self.engine.run(frame, people, quality=quality, cancel=cancel)
        return Seen(replace(result, timing=(detect, *result.timing)), detected)

    def look_ahead(
        self,
        frames: Sequence[Frame],
        given: Sequence[Sequence[Detection] | None],
        cancel: threading.Event | None = None,
    ) -> list[Foretold | None]:
        """Answers for the next frames in one network call, for `look` to take where they hold.

        Nothing is changed by it; None for frames whose people are not known yet.
        """
        if len(frames) < 2 or frames_at_once(self.engine) < 2:
            return [None for _ in frames]
        expected = [self._known(frame, known) for frame, known in zip(frames, given, strict=True)]
        return foretell(self.engine, frames, expected, cancel)

    def settle(self, seen: Seen) -> FrameResult:
        """The steady people of a frame; also for frames whose results were kept from earlier."""
        began = time.perf_counter()
        if seen.detected:
            follower = self._people.follower
            follower.looked(self._people.time_of(seen.result.frame))
        result = self._people.settle(seen.result)
        steady = StageTime("steady", time.perf_counter() - began)
        return replace(result, timing=(*result.timing, steady))

    def _known(self, frame: Frame, given: Sequence[Detection] | None) -> tuple[Detection, ...]:
        """People of a frame to come, where they do not depend on the frames before it."""
        if given is not None:
            return tuple(given)
        whole = self.engine.detector.name == WHOLE_PICTURE
        return self.engine.detector.detect(frame) if whole else ()

    def _found(self, frame: Frame) -> tuple[tuple[Detection, ...], bool]:
        expected = self._people.look_for(frame) if self._follows else None
        if expected is not None and self._needs_joints:
            expected = self._with_joints(frame, expected)
        if expected:
            return expected, False
        found = self.engine.detector.detect(frame)
        if self._needs_joints:
            # A detector that gives no joints at all is an error, which the engine tells.
            found = tuple(p for p in found if p.joints_2d is None or _knows_enough(p))
        return self._people.number(found, frame, detected=False), True

    def _with_joints(self, frame: Frame, expected: tuple[Detection, ...]) -> tuple[Detection, ...]:
        """People with the joints found in their boxes; nobody if one of them has too few."""
        detector = self.engine.detector
        assert isinstance(detector, JointSeeker)
        boxes = np.stack([person.box_xyxy for person in expected])
        people = []
        seen = detector.joints_in(frame, boxes, quick=True)
        for person, found in zip(expected, seen, strict=True):
            if _knows_enough(found):
                assert found.joints_2d is not None
                box = box_around_joints(found.joints_2d)
                people.append(replace(found, box_xyxy=box, track_id=person.track_id))
        return tuple(people) if len(people) == len(expected) else ()


def _knows_enough(person: Detection) -> bool:
    if person.joints_2d is None:
        return False
    return int(np.isfinite(person.joints_2d).all(-1).sum()) >= MIN_KNOWN_JOINTS
