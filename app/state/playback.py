"""Where a video or camera stands: position, range, what was computed, and how fast it goes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.settings.language import tr
from app.state.results import without_picture
from app.state.values import Choice, RunResult
from core.metrics import disagreement

# Bodies of so many frames are kept over all methods: about 100 KB each.
KEPT_FRAMES = 3000
Smoothing = Literal["off", "light", "strong"]


@dataclass(frozen=True)
class Playback:
    """What is played.

    Attributes:
        name: for people; '' when nothing is played.
        path: of a video; None for a camera or stream.
        count: frames of a video; 0 for a camera.
        frames_per_second: of a video.
        position: the frame shown; -1 before the first.
        playing, looping: as they say.
        first, last: the range that is played, both inclusive.
        smoothing, lock_feet, ground: what is done over time.
    """

    name: str = ""
    path: Path | None = None
    count: int = 0
    frames_per_second: float = 25.0
    position: int = -1
    playing: bool = False
    looping: bool = False
    first: int = 0
    last: int = 0
    smoothing: Smoothing = "light"
    lock_feet: bool = False
    ground: bool = False

    @property
    def is_open(self) -> bool:
        """Whether anything is played at all."""
        return bool(self.name)

    @property
    def is_clip(self) -> bool:
        """Whether it has a beginning and an end."""
        return self.path is not None


@dataclass(frozen=True)
class ReadOut:
    """Honest numbers of what runs now.

    Attributes:
        camera, network, display: pictures a second.
        delay_ms: from a picture's capture to its body on the screen; None for files.
        dropped: pictures that the camera gave and nobody looked at.
        state: of the camera.
    """

    camera: float = 0.0
    network: float = 0.0
    display: float = 0.0
    delay_ms: float | None = None
    dropped: int = 0
    state: str = ""


class PlaybackModel(QObject):
    """The playback now, and results per method and frame.

    Signals:
        changed: (playback, frozenset of changed names).
        computed: (frame number) that has a result of some method now.
        read_out_changed: a `ReadOut`.
    """

    changed = Signal(object, object)
    computed = Signal(int)
    read_out_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.now = Playback()
        self._results: OrderedDict[tuple[Choice, int], RunResult] = OrderedDict()

    def set(self, **changes: Any) -> None:
        """Change by name; nothing is announced when nothing changes."""
        new = replace(self.now, **changes)
        names = frozenset(name for name in changes if getattr(new, name) != getattr(self.now, name))
        if names:
            self.now = new
            self.changed.emit(new, names)

    def open(self, playback: Playback) -> None:
        """Play something else; all results are forgotten."""
        self._results.clear()
        now = self.now
        self.now = replace(
            playback, smoothing=now.smoothing, lock_feet=now.lock_feet, ground=now.ground
        )
        self.changed.emit(self.now, frozenset(Playback.__dataclass_fields__))

    def close(self) -> None:
        """Play nothing."""
        self.open(Playback())

    def keep(self, frame: int, result: RunResult) -> None:
        """Keep the result of a frame of a video."""
        key = (result.choice, frame)
        self._results[key] = replace(result, result=without_picture(result.result))
        self._results.move_to_end(key)
        while len(self._results) > KEPT_FRAMES:
            self._results.popitem(last=False)
        self.computed.emit(frame)

    def get(self, choice: Choice, frame: int) -> RunResult | None:
        """The kept result of a frame, its picture black."""
        return self._results.get((choice, frame))

    def forget(self, choice: Choice) -> None:
        """Results of a choice no longer hold (smoothing changed)."""
        for key in [key for key in self._results if key[0] == choice]:
            del self._results[key]

    def known(self, choice: Choice) -> NDArray[np.bool_]:
        """(count,) which frames have a result of a choice."""
        found = np.zeros(self.now.count, bool)
        for kept, frame in self._results:
            if kept == choice and frame < len(found):
                found[frame] = True
        return found

    def curve(self, choice: Choice) -> tuple[str, NDArray[np.float32]]:
        """A number per frame, NaN where unknown, larger is worse, and what it is.

        With results of two methods it is their disagreement in millimetres, else the doubt of the
        method: 100 % minus the least confidence among the people of a frame.
        """
        values = np.full(self.now.count, np.nan, np.float32)
        by_frame: dict[int, list[RunResult]] = {}
        for (_, frame), result in self._results.items():
            by_frame.setdefault(frame, []).append(result)
        several = any(len(results) > 1 for results in by_frame.values())
        for frame, results in by_frame.items():
            if frame >= len(values):
                continue
            value = _disagreement(results) if several else _doubt(results, choice)
            values[frame] = np.nan if value is None else value
        return (tr("Disagreement of methods, mm") if several else tr("Doubt, %")), values


def _disagreement(results: list[RunResult]) -> float | None:
    people = zip(*(result.result.people for result in results), strict=False)
    found = [value for same in people if (value := disagreement(same)) is not None]
    return max(found) if found else None


def _doubt(results: list[RunResult], choice: Choice) -> float | None:
    for result in results:
        if result.choice == choice and result.result.people:
            return 100.0 * (1.0 - min(person.score for person in result.result.people))
    return None
