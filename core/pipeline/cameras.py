"""Live sources behind one interface: the newest picture wins, and a lost camera may come back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from core.errors import InputError
from core.pipeline.camera_feeds import (
    CameraFeed,
    Feed,
    FeedLost,
    FileFeed,
    StreamFeed,
    camera_index,
    is_stream_url,
)
from core.pipeline.sources import is_video
from core.types import Frame

CameraState = Literal["starting", "running", "lost", "closed"]
RETRY_S = 1.0
JOIN_S = 10.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CameraCounts:
    """What a camera has done so far.

    Attributes:
        captured: pictures that came.
        taken: pictures that somebody took.
        dropped: pictures overwritten by a newer one before anybody took them.
        losses: how often it was lost.
        rate: pictures a second at the camera, over the last second or so; 0 before the second one.
    """

    captured: int
    taken: int
    dropped: int
    losses: int
    rate: float


class CameraSource(Protocol):
    """Live frames. Iterating ends only when the camera is closed."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def state(self) -> CameraState:
        """Whether pictures come."""

    @property
    def counts(self) -> CameraCounts:
        """Rates and losses, for an honest read-out."""

    @property
    def len_hint(self) -> int:
        """0: nobody knows when it ends."""

    def take(self, timeout_s: float | None = None) -> Frame | None:
        """The newest frame that nobody took yet; None if none came in time or it is closed."""

    def __iter__(self) -> Iterator[Frame]: ...

    def close(self) -> None:
        """Stop the camera and wait until its thread has ended."""


class LiveCamera:
    """A `CameraSource` over any feed: one thread reads, one slot holds the newest picture.

    A feed that is lost is opened again every `RETRY_S` seconds until it answers or the camera is
    closed. Frames carry a running number and their time of capture, seconds since the start, so
    that both the pace and gaps stay visible. Pictures may change size at any time.

    Args:
        name: what people call it; frames are named after it.
        open_feed: opens the device; raises `FeedLost` while it is not there.
        retry_s: pause between two tries to open it.
    """

    def __init__(
        self, name: str, open_feed: Callable[[], Feed], *, retry_s: float = RETRY_S
    ) -> None:
        self._name, self._open_feed, self._retry_s = name, open_feed, retry_s
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._state: CameraState = "starting"
        self._newest: Frame | None = None
        self._captured = self._taken = self._dropped = self._losses = 0
        self._rate = 0.0
        self._last_s: float | None = None
        self._began = time.monotonic()
        self._feed: Feed | None = None
        self._thread = threading.Thread(target=self._run, name=f"camera {name}", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        return self._name

    @property
    def state(self) -> CameraState:
        return self._state

    @property
    def len_hint(self) -> int:
        return 0

    @property
    def counts(self) -> CameraCounts:
        with self._changed:
            return CameraCounts(
                self._captured, self._taken, self._dropped, self._losses, self._rate
            )

    @property
    def clock_s(self) -> float:
        """Seconds since the start, on the clock of the frames' ``time_s``."""
        return time.monotonic() - self._began

    def take(self, timeout_s: float | None = None) -> Frame | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._newest is not None or self._stop.is_set(), timeout_s
            )
            frame, self._newest = self._newest, None
            if self._stop.is_set():
                return None
            self._taken += frame is not None
            return frame

    def __iter__(self) -> Iterator[Frame]:
        while not self._stop.is_set():
            frame = self.take()
            if frame is not None:
                yield frame

    def wait_for(self, state: CameraState, timeout_s: float) -> bool:
        """Wait until the camera is in ``state``; False if it is not in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._state == state, timeout_s)

    def close(self) -> None:
        self._stop.set()
        with self._changed:
            feed = self._feed
            self._newest = None
            self._changed.notify_all()
        if feed is not None:
            feed.interrupt()  # it is closed by the thread that reads it
        if threading.current_thread() is not self._thread:
            self._thread.join(JOIN_S)
            if self._thread.is_alive():
                log.warning("%s: the device does not let go", self._name)
        self._set("closed")

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._feed = self._open_feed()
                self._read_all(self._feed)
            except (FeedLost, InputError) as reason:
                self._lost(str(reason))
            finally:
                if self._feed is not None:
                    self._feed.close()
                    self._feed = None
            self._stop.wait(self._retry_s)

    def _read_all(self, feed: Feed) -> None:
        while not self._stop.is_set():
            image = feed.read()
            now = time.monotonic() - self._began
            with self._changed:
                self._dropped += self._newest is not None
                self._newest = Frame(image, self._name, index=self._captured, time_s=now)
                self._captured += 1
                self._measure(now)
                self._state = "running"
                self._changed.notify_all()

    def _measure(self, now: float) -> None:
        if self._last_s is not None and now > self._last_s:
            rate = 1.0 / (now - self._last_s)
            self._rate = rate if self._rate == 0 else 0.9 * self._rate + 0.1 * rate
        self._last_s = now

    def _lost(self, reason: str) -> None:
        if self._stop.is_set():
            return
        if self._state != "lost":
            log.warning("%s: lost (%s); waiting for it to come back", self._name, reason)
            self._losses += 1
        self._last_s, self._rate = None, 0.0
        with self._changed:
            self._newest = None  # an old picture must not pass for a live one
        self._set("lost")

    def _set(self, state: CameraState) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()


def open_camera(what: str | int | Path, *, retry_s: float = RETRY_S) -> LiveCamera:
    """A camera by number or name, a stream by URL, or a video file played as a camera.

    Opening never blocks: whether pictures come is told by the camera's state.

    Raises:
        InputError: no camera is called so, or the file is no video.
    """
    text = str(what)
    if is_stream_url(text):
        return LiveCamera(text, lambda: StreamFeed(text), retry_s=retry_s)
    if isinstance(what, Path) or (is_video(text) and Path(text).exists()):
        path = Path(text)
        FileFeed(path).close()  # a file that cannot be played is said now
        return LiveCamera(path.name, lambda: FileFeed(path), retry_s=retry_s)
    index = camera_index(text)
    name = text if not text.isdecimal() else f"camera {index}"
    return LiveCamera(name, lambda: CameraFeed(index), retry_s=retry_s)
