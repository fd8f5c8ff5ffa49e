"""One frame of a camera or video after the other, in the engine's thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Protocol

from app.state.playback import Smoothing
from app.state.values import Choice
from core.types import Frame, FrameResult

TAKE_SECONDS = 0.5


class Stream(Protocol):
    """Frames in order; a camera gives the newest, a file every one."""

    def take(self, timeout_s: float | None = None) -> Frame | None:
        """The next frame; None if none came in time, or at the end."""


@dataclass(frozen=True, eq=False)
class LiveRequest:
    """The next frame of a stream.

    Attributes:
        id: grows with every request.
        session: number of the playback that it belongs to; answers of an older one are stale.
        stream: where the frame comes from.
        choice: what is run.
        smoothing, lock_feet, ground: what is done over time.
        half: in half precision, where the device has it.
    """

    id: int
    session: int
    stream: Stream
    choice: Choice
    smoothing: Smoothing
    lock_feet: bool
    ground: bool
    half: bool = False


@dataclass(frozen=True, eq=False)
class LiveAnswer:
    """A frame with its people; None when no frame came."""

    frame: Frame | None
    result: FrameResult | None = None


class LivePeople:
    """Keeps who was seen between the frames of one session."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._people: Any = None

    def step(self, engine: Any, request: LiveRequest, cancel: threading.Event) -> LiveAnswer:
        """Take the next frame and reconstruct its people."""
        frame = request.stream.take(TAKE_SECONDS)
        if frame is None:
            return LiveAnswer(None)
        steady = (request.smoothing, request.lock_feet, request.ground)
        key = (request.session, request.choice, *steady)
        if key != self._key or self._people is None or self._people.engine is not engine:
            self._people, self._key = _people_of(engine, request), key
        return LiveAnswer(frame, self._people.run(frame, quality="live", cancel=cancel))


def _people_of(engine: Any, request: LiveRequest) -> Any:
    from core.pipeline.video_people import VideoPeople
    from core.temporal import TemporalSettings

    steady = request.smoothing != "off"
    settings = TemporalSettings(request.smoothing, steady, request.lock_feet, request.ground)
    return VideoPeople(engine, settings)
