"""The overlay video of a job in parts, so that a job that was killed keeps what it had drawn."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import Cancelled
from core.export import ExportReport, VideoWriter, join_videos


class VideoParts:
    """Writes frames to numbered parts in a folder and joins them in the end.

    Args:
        folder: for the parts.
        kept: how many parts of an earlier run count; later ones are removed.
        fps: for frames without times.

    Attributes:
        pending: frames of the part in hand.
    """

    def __init__(self, folder: Path, kept: int, fps: float) -> None:
        self._folder, self._fps, self._count = folder, fps, kept
        self._open: ExitStack | None = None
        self._writer: VideoWriter | None = None
        self.pending = 0
        for part in folder.glob("*.nut") if folder.is_dir() else ():
            if not part.stem.isdecimal() or int(part.stem) >= kept:
                part.unlink()

    def add(self, rgb: NDArray[np.uint8], time_s: float | None) -> None:
        """Append a frame (H, W, 3) uint8."""
        if self._writer is None:
            self._open = ExitStack()
            writer = VideoWriter(self._path(self._count), self._fps)
            self._writer = self._open.enter_context(writer)
        self._writer.add(rgb, time_s)
        self.pending += 1

    def commit(self) -> None:
        """End the part in hand."""
        if self._open is not None:
            self._open.close()
            self._count += 1
        self._open = self._writer = None
        self.pending = 0

    def close(self) -> None:
        """Drop the part in hand."""
        if self._open is not None:
            self._open.__exit__(Cancelled, Cancelled("not finished"), None)
        self._open = self._writer = None
        self.pending = 0

    def join(self, path: Path, sound_from: Path) -> ExportReport:
        """The whole video, with the sound of ``sound_from``."""
        return join_videos(
            path, [self._path(number) for number in range(self._count)], sound_from=sound_from
        )

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.nut"
