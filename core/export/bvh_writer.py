"""BVH motion written frame by frame, so that a video of any length needs no memory of its own."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import OutputError
from core.export.bvh_text import BvhTree, format_bvh, parse_bvh
from core.export.motion import (
    ALLOWED_DEVIATION_RAD,
    EULER_ORDER,
    MotionClip,
    bvh_channels,
    write_bvh_note,
)
from core.export.on_ground import ON_GROUND_TEXT, OntoGround
from core.export.placement import ORIGIN_TEXT
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.geometry.euler import euler_to_rotmat, rotmat_to_euler

_IN_MEMORY = 2 * 2**20
_BLOCK_ROWS = 256


class BvhWriter:
    """One person's motion: rows wait in a temporary file until the bone lengths are known.

    BVH has one skeleton and even steps: bones get the mean of their lengths, and frames in which the
    person was not seen repeat the last pose, so that the motion keeps the video's pace.
    """

    def __init__(self, path: str | Path, fps: float) -> None:
        self.path, self.fps = Path(path), fps
        self._stack = ExitStack()
        self._rows: IO[bytes] = self._stack.enter_context(
            tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        )
        self._first: MotionClip | None = None
        self._offsets: NDArray[np.float64] | None = None
        self._added = 0
        self._count = 0
        self._last_frame: int | None = None
        self._start_frame = 0
        self._last_row = np.zeros(0)
        self._move: OntoGround | None = None

    def add(self, clip: MotionClip, frame: int | None = None) -> None:
        """Append a clip of one frame; ``frame`` is its number in the video."""
        if self._first is None:
            self._first, self._offsets = clip, np.zeros_like(clip.offsets)
            self._start_frame = frame or 0
        assert self._offsets is not None
        if frame is not None and self._last_frame is not None:
            for _ in range(max(frame - self._last_frame - 1, 0)):
                self._write(self._last_row)
        self._last_frame = frame
        self._offsets = self._offsets + clip.offsets
        self._added += 1
        self._write(_row_of(clip))

    def finish(self, move: OntoGround | None = None) -> ExportReport:
        """Write the file and its note, read it back, and report.

        Args:
            move: from where the clips are (origin ``camera``) onto the ground of the video.

        Raises:
            OutputError: nothing was added, unwritable folder, full disk, or it does not read back.
        """
        if self._first is None or self._offsets is None:
            raise OutputError("there is no motion to write", path=self.path)
        self._move = move
        clip = replace(self._first, offsets=self._offsets / self._added)
        if move is not None:
            clip = replace(clip, note=clip.note.replace(ORIGIN_TEXT["camera"], ON_GROUND_TEXT))
        head = format_bvh(_tree(clip, np.zeros((0, len(self._last_row))), 1.0 / self.fps))
        head = head.replace("Frames: 0\n", f"Frames: {self._count}\n")
        order = _file_columns(clip)
        with write_atomically(self.path) as temporary:
            with temporary.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(head)
                for row in self._stored():
                    stream.write(" ".join(f"{value:.9g}" for value in row[order]) + "\n")
            deviation = self._read_back(temporary, head, order)
        note = f"{clip.note}\nfirst frame of the video: {self._start_frame}"
        write_bvh_note(self.path, note)
        return ExportReport(
            path=self.path,
            format="bvh",
            size_bytes=self.path.stat().st_size,
            people=self._count,
            deviation=deviation,
            reader="core.export.bvh_text",
            origin=clip.note,
        )

    def close(self) -> None:
        """Drop the waiting rows; harmless after `finish`."""
        self._stack.close()

    def _write(self, row: NDArray[np.float64]) -> None:
        self._last_row = row
        self._rows.write(row.tobytes())
        self._count += 1

    def _stored(self) -> Iterator[NDArray[np.float64]]:
        self._rows.seek(0)
        size = self._last_row.nbytes
        while block := self._rows.read(size * _BLOCK_ROWS):
            stored = np.frombuffer(block).reshape(-1, len(self._last_row))
            yield from stored if self._move is None else _moved(stored, self._move)

    def _read_back(self, written: Path, head: str, order: NDArray[np.int64]) -> float:
        """Largest difference in degrees or metres, block by block, as radians at most."""
        worst, lines = 0.0, head.count("\n")
        with written.open(encoding="utf-8") as stream:
            start = "".join(itertools.islice(stream, lines))
            # The hierarchy through the real reader, with no motion to hold in memory.
            parse_bvh(start.replace(f"Frames: {self._count}\n", "Frames: 0\n"), written)
            for row in self._stored():
                read = np.fromstring(stream.readline(), sep=" ")
                if read.shape != row.shape:
                    worst = float("inf")
                    break
                worst = max(worst, float(np.abs(read - row[order]).max()))
            worst = float("inf") if stream.readline() else worst
        # Nine digits of an angle in degrees: compared in radians, as `write_bvh` does.
        if not np.radians(worst) <= ALLOWED_DEVIATION_RAD:
            raise OutputError(
                "the written motion does not read back equal; nothing was kept",
                path=self.path,
                cure="check the disk",
            )
        return float(np.radians(worst))


def _row_of(clip: MotionClip) -> NDArray[np.float64]:
    """Root position and Euler angles in degrees of a clip's only frame, joints in our order."""
    euler = rotmat_to_euler(torch.from_numpy(np.array(clip.rotmat, np.float64)), EULER_ORDER)
    return np.concatenate([clip.root[0], np.degrees(euler.numpy()).reshape(-1)])


def _moved(stored: NDArray[np.float64], move: OntoGround) -> NDArray[np.float64]:
    """Rows (T, C) whose root is moved: its position, and its angles, which stand first."""
    moved = stored.copy()
    moved[:, :3] = move.points(stored[:, :3])
    turns = euler_to_rotmat(torch.from_numpy(np.radians(stored[:, 3:6])), EULER_ORDER)
    turned = torch.from_numpy(move.rotmat.copy()) @ turns
    moved[:, 3:6] = np.degrees(rotmat_to_euler(turned, EULER_ORDER).numpy())
    return moved


def _tree(clip: MotionClip, values: NDArray[np.float64], frame_time: float) -> BvhTree:
    channels = bvh_channels(len(clip.names))
    return BvhTree(clip.names, clip.parents, clip.offsets, channels, values, frame_time)


def _file_columns(clip: MotionClip) -> NDArray[np.int64]:
    """Order of the columns in the file: joints depth first, as the hierarchy lists them."""
    width = 3 + 3 * len(clip.names)
    numbers = np.arange(width, dtype=np.float64)[None]
    line = format_bvh(_tree(clip, numbers, 1.0)).splitlines()[-1]
    return np.fromstring(line, sep=" ").astype(np.int64)
