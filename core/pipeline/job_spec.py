"""What a job is asked to do and what it reports, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from core.errors import MeshLoupeError
from core.pipeline.config import EngineConfig
from core.pipeline.outputs import SaveKind
from core.pipeline.shards import Shard
from core.temporal import Steadiness, TemporalSettings
from core.types import FrameResult, GroundPlane


@dataclass(frozen=True)
class InferJob:
    """What to reconstruct, with what, and what to write.

    Attributes:
        inputs: pictures, videos and folders.
        engines: one per method.
        out: folder for results; made if missing.
        save: kinds of files to write; may be empty.
        boxes: (x0, y0, x1, y1) of people, the same in every frame; empty lets a detector look.
        joints: file with 2D joints; frames it does not name have nobody in them.
        shard: which part of the inputs to do.
        temporal: what is done to people along a video.
        redo: do again what an earlier run has finished.
        frames_at_once: frames of a video in one network call, as far as people are known
            beforehand; 0: as many as pay.
    """

    inputs: tuple[Path, ...]
    engines: tuple[EngineConfig, ...]
    out: Path
    save: tuple[SaveKind, ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    joints: Path | None = None
    shard: Shard = field(default_factory=Shard)
    temporal: TemporalSettings = field(default_factory=TemporalSettings)
    redo: bool = False
    frames_at_once: int = 0


@dataclass(frozen=True)
class JobStep:
    """One report of progress.

    Attributes:
        source: the input file.
        done, total: frames finished and expected (0 if unknown), over all inputs and methods.
        result: what one method found in one frame; None for a failure or the closing of a video.
        written: files that were completed in this step.
        error: why this input failed, if it did.
        earlier: frames that an earlier run had finished and that are not done again.
        note: what a person should know, such as work that another process does.
        steadiness: of a finished video: jitter and foot sliding before and after.
        ground: of a finished video: what people stand on, where it was asked for and found.
    """

    source: Path
    done: int
    total: int
    result: FrameResult | None = None
    written: tuple[Path, ...] = ()
    error: MeshLoupeError | None = None
    earlier: int = 0
    note: str = ""
    steadiness: Steadiness | None = None
    ground: GroundPlane | None = None
