"""Rendered pictures as PNG and MP4. Rendering itself is `core.render`'s."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import OutputError
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.opencv import cv2

TICKS_PER_SECOND = 90_000
CRF = "18"
# NUT keeps every time stamp exactly, so parts in it can be joined; MP4 is what people open.
FORMATS = {".mp4": "mp4", ".nut": "nut"}
# Without pictures that refer to later ones, a part ends where its last frame does. The quick preset takes
# a quarter of the processor (5.6 ms instead of 21 a frame of 640 x 360), for files 7 % larger.
ENCODER = {"crf": CRF, "bf": "0", "preset": "veryfast"}


def write_png(path: str | Path, rgb: NDArray[np.uint8]) -> ExportReport:
    """Write an RGB picture (H, W, 3) uint8, already rendered, and read it back.

    Raises:
        OutputError: unwritable folder, full disk, or it does not read back equal.
        ValueError: not an (H, W, 3) uint8 array.
    """
    path = Path(path)
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"a picture must be (H, W, 3) uint8, not {rgb.shape} {rgb.dtype}")
    encoded, data = cv2.imencode(".png", np.ascontiguousarray(rgb[..., ::-1]))
    with write_atomically(path) as temporary:
        temporary.write_bytes(data.tobytes() if encoded else b"")
        stored = np.frombuffer(temporary.read_bytes(), np.uint8)
        read = cv2.imdecode(stored, cv2.IMREAD_COLOR) if stored.size else None
        if read is None or not np.array_equal(read[..., ::-1], rgb):
            raise OutputError("the written picture does not read back equal", path=path)
    return ExportReport(path, "png", path.stat().st_size, reader="opencv")


class VideoWriter:
    """H.264 video of rendered frames, with the frames' own times (variable rate stays true).

    The suffix chooses the container: ``.mp4``, or ``.nut`` for parts to be joined by `join_videos`.

    Use as a context manager; the file appears only when the block ends without an error. Odd sizes
    lose their last row or column, as the codec wants even ones.
    """

    def __init__(self, path: str | Path, fps: float = 30.0) -> None:
        self.path = Path(path)
        self.fps = fps
        self.report: ExportReport | None = None
        self._frames = 0
        self._last_tick = -1
        self._container: Any = None
        self._stream: Any = None

    def __enter__(self) -> VideoWriter:
        import av

        self._target = write_atomically(self.path)
        self._temporary = self._target.__enter__()
        try:
            form = FORMATS.get(self.path.suffix.lower(), "mp4")
            self._container = av.open(str(self._temporary), "w", format=form)
        except OSError as error:
            self._target.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def add(self, rgb: NDArray[np.uint8], time_s: float | None = None) -> None:
        """Append a frame (H, W, 3) uint8; ``time_s`` None means the next tick of ``fps``."""
        import av

        height, width = (side - side % 2 for side in rgb.shape[:2])
        stream = self._stream or self._open_stream(height, width)
        if (height, width) != (stream.height, stream.width):
            raise OutputError("the picture size changes within the video", path=self.path)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), "rgb24")
        time = self._frames / self.fps if time_s is None else time_s
        self._last_tick = max(self._last_tick + 1, round(time * TICKS_PER_SECOND))
        frame.pts, frame.time_base = self._last_tick, Fraction(1, TICKS_PER_SECOND)
        self._container.mux(stream.encode(frame))
        self._frames += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._abandon()
            self._target.__exit__(kind, error, trace)
            return
        try:
            self._finish()
        except (OutputError, OSError) as failure:
            self._abandon()
            self._target.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._target.__exit__(None, None, None)
        self.report = ExportReport(
            self.path,
            self.path.suffix[1:],
            self.path.stat().st_size,
            people=self._frames,
            reader="pyav",
        )

    def _open_stream(self, height: int, width: int) -> Any:
        rate = Fraction(self.fps).limit_denominator(1001)
        self._stream = self._container.add_stream("libx264", rate=rate, options=ENCODER)
        self._stream.height, self._stream.width = height, width
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, TICKS_PER_SECOND)
        return self._stream

    def _finish(self) -> None:
        import av

        if self._stream is None:
            raise OutputError("a video needs at least one frame", path=self.path)
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._container = None
        with av.open(str(self._temporary)) as read:
            count = sum(1 for packet in read.demux(video=0) if packet.size)
        if count != self._frames:
            raise OutputError(
                f"the written video has {count} frames instead of {self._frames}", path=self.path
            )

    def _abandon(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None
