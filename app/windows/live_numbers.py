"""Rates, delays and the recording of both while frames are played."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.state.playback import ReadOut
from app.state.values import RunResult
from core.files.atomic import write_atomically

if TYPE_CHECKING:
    from core.pipeline.cameras import LiveCamera

LOG_FRAMES = 20_000


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


class LiveNumbers:
    """What is measured while one camera or video is played.

    Attributes:
        log: one row per shown frame, the newest ones.
        network, display: reconstructed and shown pictures.
        delay_s: from capture to the screen, of the last picture; None for files.
    """

    def __init__(self) -> None:
        self.log: deque[FrameLog] = deque(maxlen=LOG_FRAMES)
        self.network, self.display = Rate(), Rate()
        self.delay_s: float | None = None

    def begin(self) -> None:
        """Something else is played."""
        self.log.clear()
        self.delay_s = None

    def note(self, result: RunResult, delay_s: float | None) -> None:
        """A frame is about to be shown, ``delay_s`` after its capture."""
        self.log.append(
            FrameLog(
                frame=result.result.frame.index or 0,
                shown_s=time.monotonic(),
                delay_s=delay_s,
                stages={s.stage: s.seconds for s in result.result.timing},
                people=len(result.result.people),
                device_bytes=result.device_bytes,
            )
        )

    def read_out(self, camera: LiveCamera | None) -> ReadOut:
        """The numbers now."""
        counts = None if camera is None else camera.counts
        return ReadOut(
            camera=0.0 if counts is None else counts.rate,
            network=self.network.now,
            display=self.display.now,
            delay_ms=None if self.delay_s is None else 1e3 * self.delay_s,
            dropped=0 if counts is None else counts.dropped,
            state="" if camera is None else camera.state,
        )


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
