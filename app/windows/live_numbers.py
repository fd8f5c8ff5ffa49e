"""Rates, delays and the recording of both while frames are played."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from app.state.playback import ReadOut
from core.files.atomic import write_atomically


@dataclass(frozen=True)
class FrameLog:
    """One shown frame, for the recording of the read-out. Times in seconds."""

    frame: int
    shown_s: float
    delay_s: float | None
    stages: dict[str, float]
    people: int
    device_bytes: int


class Rate:
    """Events a second over the last few of them."""

    def __init__(self, count: int = 20) -> None:
        self._times: deque[float] = deque(maxlen=count)

    def tick(self) -> None:
        """One more."""
        self._times.append(time.monotonic())

    @property
    def now(self) -> float:
        """Events a second; 0 when they stopped."""
        if len(self._times) < 2 or time.monotonic() - self._times[-1] > 2.0:
            return 0.0
        span = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / span if span > 0 else 0.0


def write_read_out(
    path: Path,
    source: str,
    method: str,
    smoothing: str,
    summary: ReadOut,
    frames: Iterable[FrameLog],
) -> None:
    """Write the read-out as JSON: a summary and one row per shown frame.

    Raises:
        OutputError: the file cannot be written.
    """
    written = {
        "source": source,
        "method": method,
        "smoothing": smoothing,
        "summary": asdict(summary),
        "frames": [asdict(row) for row in frames],
    }
    with write_atomically(path) as part:
        part.write_text(json.dumps(written, indent=1), encoding="utf-8")
