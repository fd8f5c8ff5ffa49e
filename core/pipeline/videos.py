"""Video files through PyAV: upright frames with their own presentation times, from any frame on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

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
# Containers of this family keep the table of their frames at the end unless told otherwise.
TABLE_LAST_MARK = b"ftyp"
log = logging.getLogger(__name__)


class VideoFile:
    """One opened video; iterate for its frames, or take `frames` from any of them on.

    Frames keep their own time stamps, so that a variable frame rate stays true, and are turned
    upright as the file's rotation says. Damaged stretches are left out and counted; everything that
    can be decoded before and after them comes.

    Attributes:
        damaged: packets so far that could not be decoded.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.damaged = 0
        self._times: NDArray[np.float64] | None = None
        self._container, self._stream = self._open()
        self._fresh = True

    @property
    def len_hint(self) -> int:
        """Frames as the file states or its length suggests; 0 if it says neither."""
        if self._stream.frames:
            return int(self._stream.frames)
        rate = self._stream.average_rate
        if self._stream.duration and self._stream.time_base and rate:
            return int(self._stream.duration * self._stream.time_base * rate)
        if self._container.duration and rate:
            return int(self._container.duration / 1_000_000 * rate)
        return 0

    @property
    def frames_per_second(self) -> float:
        """Average rate; 25 if the file does not say."""
        return float(self._stream.average_rate or 25.0)

    @property
    def has_sound(self) -> bool:
        """Whether there is a sound track."""
        return bool(self._container.streams.audio)

    @property
    def times(self) -> NDArray[np.float64]:
        """(T,) seconds, growing: when each frame is shown.

        Read once from the packets, without decoding; eight bytes a frame are kept.
        """
        if self._times is None:
            container, stream = self._open()
            try:
                self._times = _packet_times(container, stream)
            finally:
                container.close()
        return self._times

    def frame_at(self, time_s: float) -> int:
        """Number of the frame that is shown at ``time_s``."""
        return max(int(np.searchsorted(self.times, time_s + 1e-6, side="right")) - 1, 0)

    def __iter__(self) -> Iterator[Frame]:
        return self.frames()

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Frames ``start`` to ``stop`` (exclusive), exactly, wherever the file's key frames lie.

        Raises:
            InputError: not one frame can be decoded.
        """
        numbered = self._from_key_frame(start) if start else enumerate(self._from_start())
        count = 0
        for index, decoded in numbered:
            count += 1
            if index < start:
                continue
            if stop is not None and index >= stop:
                return
            yield Frame(
                image=_upright_rgb(decoded),
                name=self.path.name,
                path=self.path,
                index=index,
                time_s=None if decoded.time is None else float(decoded.time),
            )
        if count == 0 and not start:
            raise self._unreadable()

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        self._container.close()

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> tuple[InputContainer, VideoStream]:
        import av

        try:
            container: InputContainer = av.open(str(self.path))
        except FileNotFoundError:
            raise InputError("does not exist", path=self.path, cure="check the name") from None
        except PermissionError:
            raise InputError(
                "may not be read", path=self.path, cure="give yourself permission to read it"
            ) from None
        except (OSError, ValueError):  # PyAV's errors are these two
            raise self._unreadable() from None
        if not container.streams.video:
            container.close()
            raise InputError(
                "holds no video", path=self.path, cure="choose a file with pictures in it"
            )
        stream: VideoStream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return container, stream

    def _from_start(self) -> Iterator[VideoFrame]:
        if not self._fresh:
            self._container.close()
            self._container, self._stream = self._open()
        self._fresh = False
        return self._decoded()

    def _from_key_frame(self, start: int) -> Iterator[tuple[int, VideoFrame]]:
        """Numbered frames from a key frame at or before ``start``; numbers come from the times."""
        times = self.times
        if start >= len(times) or not np.all(np.diff(times) > 0):
            yield from enumerate(self._from_start())
            return
        self._fresh = False
        decoded = self._sought(float(times[start]))
        first = next(decoded, None)
        if first is None or first.time is None or first.time > times[start] + 1e-6:
            # The container seeks badly; counting from the start is always right.
            yield from enumerate(self._from_start())
            return
        number = int(np.argmin(np.abs(times - first.time)))
        yield number, first
        for frame in decoded:
            if frame.time is not None:
                number = int(np.argmin(np.abs(times - frame.time)))
            else:
                number += 1
            yield number, frame

    def _sought(self, time_s: float) -> Iterator[VideoFrame]:
        try:
            self._container.seek(int(time_s / self._stream.time_base), stream=self._stream)
        except (OSError, ValueError) as error:
            log.debug("%s: does not seek (%s)", self.path, error)
            return iter(())
        return self._decoded()

    def _decoded(self) -> Iterator[VideoFrame]:
        """Every frame that can be decoded, past any damage."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (OSError, ValueError) as error:
                self._note_damage(error)
                packet = None
            try:
                # The last, empty packet flushes frames that wait in the decoder.
                yield from self._stream.decode(packet) if packet is None else packet.decode()
            except EOFError:
                return
            except (OSError, ValueError) as error:
                self._note_damage(error)
            if packet is None:
                return

    def _note_damage(self, error: Exception) -> None:
        if self.damaged == 0:
            log.warning(
                "%s: is damaged in part; what can be decoded is kept (%s)", self.path, error
            )
        self.damaged += 1

    def _unreadable(self) -> InputError:
        if _lacks_its_table(self.path):
            return InputError(
                "is cut off: the list of its frames, which stands at the end, is missing",
                path=self.path,
                cure="copy or download it again, to the end",
            )
        return InputError(
            "is not a video that can be read",
            path=self.path,
            cure="copy it again, or convert it to MP4 (H.264)",
        )


def _packet_times(container: InputContainer, stream: VideoStream) -> NDArray[np.float64]:
    """(T,) seconds, in the order of showing, of all packets that have a time."""
    times: list[float] = []
    try:
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                times.append(float(packet.pts * packet.time_base))
    except (OSError, ValueError) as error:
        log.debug("%s: the list of frames ends early (%s)", container.name, error)
    return np.sort(np.asarray(times, np.float64))


def _lacks_its_table(path: Path) -> bool:
    """Whether an MP4 or MOV file holds no ``moov`` box: it was not written or copied to its end."""
    try:
        with path.open("rb") as stream:
            if stream.read(8)[4:] != TABLE_LAST_MARK:
                return False
            stream.seek(0)
            return not _has_box(stream, b"moov", path.stat().st_size)
    except OSError:
        return False


def _has_box(stream: BinaryIO, name: bytes, size: int) -> bool:
    """Whether one of the top-level boxes of an MP4 file is called ``name``."""
    place = 0
    while place + 8 <= size:
        stream.seek(place)
        head = stream.read(16)
        if head[4:8] == name:
            return True
        length = int.from_bytes(head[:4], "big")
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:
            return False
        place += length
    return False


def _upright_rgb(decoded: VideoFrame) -> np.ndarray:
    """(H, W, 3) uint8; PyAV's rotation is counter-clockwise degrees, as is ``np.rot90``."""
    image = decoded.to_ndarray(format="rgb24")
    quarter_turns = round(decoded.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, quarter_turns)) if quarter_turns else image
