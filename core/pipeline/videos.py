"""Video files through PyAV: upright frames with their own presentation times."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.types import Frame

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

VIDEO_SUFFIXES = frozenset(
    (
        *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg"),
        *(".mts", ".m2ts", ".ts", ".wmv", ".flv", ".ogv", ".3gp", ".mjpeg"),
    )
)
log = logging.getLogger(__name__)


class VideoFile:
    """One opened video; iterate once for its frames.

    Frames keep their own time stamps, so that a variable frame rate stays true, and are turned
    upright as the file's rotation says.
    """

    def __init__(self, path: str | Path) -> None:
        import av

        self.path = Path(path)
        try:
            self._container: InputContainer = av.open(str(self.path))
        except FileNotFoundError:
            raise InputError("does not exist", path=path, cure="check the name") from None
        except PermissionError:
            raise InputError(
                "may not be read", path=path, cure="give yourself permission to read it"
            ) from None
        except (OSError, ValueError):  # PyAV's errors are these two
            raise self._unreadable() from None
        if not self._container.streams.video:
            self._container.close()
            raise InputError("holds no video", path=path, cure="choose a file with pictures in it")
        self._stream: VideoStream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"

    @property
    def len_hint(self) -> int:
        """Frames as the file states or its length suggests; 0 if it says neither."""
        if self._stream.frames:
            return int(self._stream.frames)
        if self._stream.duration and self._stream.time_base and self._stream.average_rate:
            seconds = self._stream.duration * self._stream.time_base
            return int(seconds * self._stream.average_rate)
        return 0

    @property
    def frames_per_second(self) -> float:
        """Average rate; 25 if the file does not say."""
        return float(self._stream.average_rate or 25.0)

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        for decoded in self._decoded():
            yield Frame(
                image=_upright_rgb(decoded),
                name=self.path.name,
                path=self.path,
                index=index,
                time_s=None if decoded.time is None else float(decoded.time),
            )
            index += 1
        if index == 0:
            raise self._unreadable()

    def _decoded(self) -> Iterator[VideoFrame]:
        """Frames until the end or the first damage; what was whole before the damage counts."""
        try:
            yield from self._container.decode(self._stream)
        except (OSError, ValueError) as error:
            log.warning("%s: stops early, the rest is damaged (%s)", self.path, error)

    def _unreadable(self) -> InputError:
        return InputError(
            "is not a video that can be read",
            path=self.path,
            cure="copy it again, or convert it to MP4 (H.264)",
        )

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        self._container.close()


def _upright_rgb(decoded: VideoFrame) -> np.ndarray:
    """(H, W, 3) uint8; PyAV's rotation is counter-clockwise degrees, as is ``np.rot90``."""
    image = decoded.to_ndarray(format="rgb24")
    quarter_turns = round(decoded.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, quarter_turns)) if quarter_turns else image
