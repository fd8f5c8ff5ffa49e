"""Exporting a whole video, and recording a camera. The exporter's thread only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.engine.requests import ExportLine
from app.settings.language import tr
from app.state.playback import Smoothing
from app.state.values import Choice
from core.types import Frame


@dataclass(frozen=True, eq=False)
class SequenceRequest:
    """Run a method along a video and write what comes out.

    Attributes:
        path: the video.
        choice: what is run.
        kinds: of ``npz``, ``glb``, ``bvh``, ``video``.
        folder: where to.
        smoothing, lock_feet, ground: what is done over time.
        progress: told (frames done, all), from the exporter's thread.
    """

    path: Path
    choice: Choice
    kinds: tuple[str, ...]
    folder: Path
    smoothing: Smoothing
    lock_feet: bool
    ground: bool
    progress: Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class RecordRequest:
    """One more frame of a recording, or its end (no frame)."""

    path: Path
    frame: Frame | None = None


def write_sequence(request: SequenceRequest, cancel: threading.Event) -> tuple[ExportLine, ...]:
    """Everything the command line's ``infer`` writes of a video; goes on where a killed run was."""
    from core.pipeline.config import EngineConfig
    from core.pipeline.job_spec import InferJob
    from core.pipeline.jobs import run_job
    from core.temporal import TemporalSettings

    choice = request.choice
    steady = request.smoothing != "off"
    job = InferJob(
        inputs=(request.path,),
        engines=(
            EngineConfig(
                method=choice.method,
                preset=choice.preset or None,
                variant=choice.variant or None,
                weights=choice.weights,
                body=choice.body,
                device=choice.device,
                refine=choice.refine,
            ),
        ),
        out=request.folder,
        save=request.kinds,  # type: ignore[arg-type]
        temporal=TemporalSettings(
            request.smoothing,
            hold_shape=steady,
            lock_feet=request.lock_feet,
            ground=request.ground,
        ),
        redo=True,
    )
    lines: list[ExportLine] = []
    for step in run_job(job, cancel):
        if step.error is not None:
            raise step.error
        request.progress(step.done, step.total)
        words = tr("read back, equal")
        if step.steadiness is not None and step.steadiness.frames:
            s = step.steadiness
            words += tr(
                "; jitter {jitter_before_mm:.0f} → {jitter_after_mm:.0f} mm per frame², "
                "standing feet slide {sliding_before_mm:.0f} → {sliding_after_mm:.0f} mm",
                jitter_before_mm=s.jitter_before_mm,
                jitter_after_mm=s.jitter_after_mm,
                sliding_before_mm=s.sliding_before_mm,
                sliding_after_mm=s.sliding_after_mm,
            )
        lines += [ExportLine(path, words) for path in step.written]
    return tuple(lines)


class Recorder:
    """Writes frames of a camera to a video with their own times; the file appears at the end."""

    def __init__(self) -> None:
        self._open: ExitStack | None = None
        self._writer: Any = None
        self._path: Path | None = None
        self._began = 0.0

    def __call__(self, request: RecordRequest) -> tuple[ExportLine, ...]:
        """Add a frame, or finish."""
        from core.export import VideoWriter

        if request.frame is None:
            return self._finish()
        time_s = request.frame.time_s or 0.0
        if self._writer is None:
            self._open = ExitStack()
            self._writer = self._open.enter_context(VideoWriter(request.path))
            self._path, self._began = request.path, time_s
        self._writer.add(request.frame.image, time_s - self._began)
        return ()

    def _finish(self) -> tuple[ExportLine, ...]:
        opened, writer, self._open, self._writer = self._open, self._writer, None, None
        if opened is None:
            return ()
        opened.close()
        report = writer.report
        return (
            ExportLine(
                report.path,
                tr(
                    "{people} frames, read back with {reader}",
                    people=report.people,
                    reader=report.reader,
                ),
            ),
        )

    def close(self) -> None:
        """Keep what was recorded when the window closes in the middle."""
        self._finish()
