"""A file played as a camera: how many bodies a second, and how old the picture is by then.

The same stages as in the window, without the window: the camera's thread decodes, one thread follows
people and runs the network, one draws; everywhere the newest picture wins.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.opencv import cv2
from core.pipeline import EngineConfig, open_engine
from core.pipeline.cameras import LiveCamera, open_camera
from core.pipeline.outputs import person_layers
from core.pipeline.video_people import VideoPeople
from core.render import Renderer, overlay
from core.types import FrameResult
from training.benchmark import memory_mb

TAKE_SECONDS = 0.5
# Libraries load and the detector looks for the first time before anything is counted.
WARM_UP_S, WARM_UP_FRAMES = 1.0, 5
# The first picture taken may have come before the time began.
LEAST_FRAMES = 2
# What is drawn while something plays: the window's longer side is about so many pixels.
DRAWN_SIDE = 640


@dataclass(frozen=True)
class LiveCase:
    """One clip through one method.

    Attributes:
        method, preset: the network.
        people, size_hw: of the clip.
        untrained: there are no weights here: the whole picture is one person, nobody is followed.
    """

    method: str
    preset: str
    people: int
    size_hw: tuple[int, int]
    untrained: bool = False


@dataclass(frozen=True)
class LiveRow:
    """What was measured; rates a second, milliseconds from capture on.

    Attributes:
        camera, network, drawn: pictures that came, were reconstructed, were drawn.
        dropped_percent: pictures that nobody took.
        found: people in a picture, in the mean; looks: detector's looks at whole pictures a second.
        delay_ms, delay_p95_ms: age of the picture when its bodies are there; drawn_ms: when drawn.
        stages_ms: medians.
        memory_mb: most memory of the process, on CUDA of the device.
    """

    case: LiveCase
    camera: float
    network: float
    drawn: float
    dropped_percent: float
    found: float
    looks: float
    delay_ms: float
    delay_p95_ms: float
    drawn_ms: float | None
    stages_ms: dict[str, float]
    memory_mb: float

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self)


def play(case: LiveCase, clip: Path, device: str, seconds: float) -> LiveRow:
    """Play a clip for some seconds; meant for a process of its own."""
    detector = "none" if case.untrained else "auto"
    config = EngineConfig(
        case.method, case.preset, device=device, detector=detector, untrained=case.untrained
    )
    with open_engine(config) as engine, closing(open_camera(clip)) as camera:
        people = VideoPeople(engine)
        faces = np.asarray(engine.method.body.faces(), np.int32)
        with closing(_Drawing(camera, faces)) as drawing:
            _frames(camera, people, drawing, WARM_UP_S, WARM_UP_FRAMES)
            before, looks = camera.counts, people.detections_asked
            began, since = time.perf_counter(), camera.clock_s
            seen = _frames(camera, people, drawing, seconds, LEAST_FRAMES)
            lasted, after = time.perf_counter() - began, camera.counts
            drawing.close()
            drawn = [delay for captured, delay in drawing.delays if captured >= since]
        delays = [1e3 * delay for _, delay in seen]
        captured = after.captured - before.captured
        return LiveRow(
            case=case,
            camera=round(captured / lasted, 1),
            network=round(len(seen) / lasted, 1),
            drawn=round(len(drawn) / lasted, 1),
            dropped_percent=round(100 * (after.dropped - before.dropped) / max(captured, 1), 1),
            found=round(float(np.mean([len(result.people) for result, _ in seen])), 2),
            looks=round((people.detections_asked - looks) / lasted, 2),
            delay_ms=_rounded(np.median(delays)),
            delay_p95_ms=_rounded(np.percentile(delays, 95)),
            drawn_ms=_rounded(1e3 * float(np.median(drawn))) if drawn else None,
            stages_ms=_stages([result for result, _ in seen]),
            memory_mb=memory_mb(str(engine.device)),
        )


def _frames(
    camera: LiveCamera,
    people: VideoPeople,
    drawing: _Drawing,
    seconds: float,
    at_least: int,
) -> list[tuple[FrameResult, float]]:
    """Results until the time is over, each with the age of its picture, seconds."""
    end = time.perf_counter() + seconds
    seen: list[tuple[FrameResult, float]] = []
    while time.perf_counter() < end or len(seen) < at_least:
        frame = camera.take(TAKE_SECONDS)
        if frame is None:
            continue
        result = people.run(frame, quality="live")
        assert frame.time_s is not None
        seen.append((result, camera.clock_s - frame.time_s))
        drawing.put(result)
    return seen


def _stages(results: list[FrameResult]) -> dict[str, float]:
    """Median milliseconds of each stage over the frames that had it."""
    stages: dict[str, list[float]] = {}
    for result in results:
        for stage in result.timing:
            stages.setdefault(stage.stage, []).append(1e3 * stage.seconds)
    return {name: _rounded(np.median(times)) for name, times in stages.items()}


def _rounded(milliseconds: Any) -> float:
    return round(float(milliseconds), 1)


class _Drawing:
    """Draws the newest result in a thread of its own.

    Attributes:
        delays: of each drawn picture: when it was captured, and its age once drawn; seconds.
    """

    def __init__(self, camera: LiveCamera, faces: NDArray[np.int32]) -> None:
        self._camera, self._faces, self._renderer = camera, faces, Renderer()
        self.delays: list[tuple[float, float]] = []
        self._changed = threading.Condition()
        self._newest: FrameResult | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="draw", daemon=True)
        self._thread.start()

    def put(self, result: FrameResult) -> None:
        with self._changed:
            self._newest = result
            self._changed.notify_all()

    def close(self) -> None:
        """Draw what waits, then end; closing twice is harmless."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._newest is not None or self._closed)
                result, self._newest = self._newest, None
            if result is None:
                return
            self._draw(result)
            assert result.frame.time_s is not None
            captured = result.frame.time_s
            self.delays.append((captured, self._camera.clock_s - captured))

    def _draw(self, result: FrameResult) -> None:
        image = np.asarray(result.frame.image)
        scale = min(1.0, DRAWN_SIDE / max(image.shape[:2]))
        if scale < 1:
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        if result.people:
            layers = person_layers(result.people, self._faces)
            focal = scale * result.people[0].focal_px
            overlay(image, layers, focal, 1.0, self._renderer, quality="draft")
            self._renderer.clear()
