"""Where the time of a training goes: into making samples or into the network."""

from __future__ import annotations

import time
from types import TracebackType


class SampleClock:
    """Adds up the seconds that a recipe spends on making samples: ``with self.clock: ...``.

    Attributes:
        seconds: since it was made. On CUDA the work still queued when the block ends is not in it.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = 0.0

    def __enter__(self) -> SampleClock:
        self._began = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds += time.perf_counter() - self._began


def named_limit(share: float) -> str:
    """What holds a training back, in words, when ``share`` of its time goes into making samples."""
    limit = "making samples" if share > 0.5 else "the network"
    return f"limited by {limit} ({100 * share:.0f} % of the time goes into samples)"
