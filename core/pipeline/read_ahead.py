"""A video read by a thread of its own, a few frames ahead, so that decoding costs nobody time."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

from core.errors import MeshLoupeError
from core.pipeline.videos import VideoFile
from core.types import Frame

AHEAD = 4
JOIN_S = 10.0


class ReadAhead:
    """Frames of a video from ``start`` to ``stop`` (exclusive), in order; none is left out.

    Args:
        path: the file.
        start, stop: frame numbers.
        ahead: decoded frames that may wait; more would only take memory.

    Attributes:
        error: why reading ended early; None if it did not.
    """

    def __init__(
        self, path: str | Path, start: int = 0, stop: int | None = None, *, ahead: int = AHEAD
    ) -> None:
        self.error: MeshLoupeError | None = None
        self._path, self._start, self._stop_at, self._ahead = Path(path), start, stop, ahead
        self._waiting: deque[Frame] = deque()
        self._changed = threading.Condition()
        self._ended = self._closed = False
        self._thread = threading.Thread(
            target=self._run, name=f"read {self._path.name}", daemon=True
        )
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether no further frame will come."""
        with self._changed:
            return self._ended and not self._waiting

    def take(self, timeout_s: float | None = None) -> Frame | None:
        """The next frame; None at the end, after closing, or if none came in time."""
        with self._changed:
            self._changed.wait_for(
                lambda: bool(self._waiting) or self._ended or self._closed, timeout_s
            )
            if not self._waiting or self._closed:
                return None
            frame = self._waiting.popleft()
            self._changed.notify_all()
            return frame

    def close(self) -> None:
        """End the thread; closing twice is harmless."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        try:
            with VideoFile(self._path) as video:
                for frame in video.frames(self._start, self._stop_at):
                    if not self._put(frame):
                        return
        except MeshLoupeError as error:
            self.error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, frame: Frame) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < self._ahead or self._closed)
            if self._closed:
                return False
            self._waiting.append(frame)
            self._changed.notify_all()
            return True
