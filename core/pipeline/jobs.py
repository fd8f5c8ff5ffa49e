"""Many inputs through one or several methods: what ``meshloupe infer`` and a batch in the window do.

`run_job` is a generator: each step is one frame by one method with the files written for it, and a
point where it can be cancelled. A damaged input is a step with an error; the others go on.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.detection import FixedBoxes
from core.errors import Cancelled, MeshLoupeError, OutputError
from core.export import OutputNames
from core.pipeline.config import EngineConfig
from core.pipeline.engine import Engine, open_engine
from core.pipeline.joints_file import JointsFile, read_joints_file
from core.pipeline.outputs import OutputWriter, SaveKind
from core.pipeline.sources import FileSource, expand_inputs, is_video
from core.types import Detection, Frame, FrameResult, StageTime


@dataclass(frozen=True)
class Shard:
    """Part ``index`` of ``count`` (from 0): every count-th input file, for several machines."""

    index: int = 0
    count: int = 1

    def of(self, files: Sequence[Path]) -> tuple[Path, ...]:
        """This shard's files."""
        return tuple(files[self.index :: self.count])


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
    """

    inputs: tuple[Path, ...]
    engines: tuple[EngineConfig, ...]
    out: Path
    save: tuple[SaveKind, ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    joints: Path | None = None
    shard: Shard = field(default_factory=Shard)


@dataclass(frozen=True)
class JobStep:
    """One report of progress.

    Attributes:
        source: the input file.
        done, total: frames finished and expected (0 if unknown), over all inputs and methods.
        result: what one method found in one frame; None for a failure or the closing of a video.
        written: files that were completed in this step.
        error: why this input failed, if it did.
    """

    source: Path
    done: int
    total: int
    result: FrameResult | None = None
    written: tuple[Path, ...] = ()
    error: MeshLoupeError | None = None


def run_job(job: InferJob, cancel: threading.Event | None = None) -> Iterator[JobStep]:
    """Do the job, one step at a time.

    Everything that is wrong with the job as a whole is raised before the first frame: inputs,
    output folder, joint file, methods, weights, device.

    Raises:
        MeshLoupeError: the job cannot start.
        Cancelled: ``cancel`` was set; files written so far stay, none is half-written.
    """
    cancel = cancel or threading.Event()
    files = job.shard.of(checked_inputs(job.inputs, job.out))
    check_output_folder(job.out)
    joints = None if job.joints is None else read_joints_file(job.joints)
    fixed = FixedBoxes(job.boxes) if job.boxes else None
    with ExitStack() as stack:
        engines = [stack.enter_context(open_engine(config)) for config in job.engines]
        total = len(engines) * FileSource(files).len_hint_or_zero()
        done = 0
        for file in files:
            runner = _FileRunner(job, file, engines, joints, fixed, cancel)
            for step in runner.steps():
                done += step.result is not None
                yield replace(step, done=done, total=total)


@dataclass
class _FileRunner:
    """One input through all engines."""

    job: InferJob
    file: Path
    engines: list[Engine]
    joints: JointsFile | None
    fixed: FixedBoxes | None
    cancel: threading.Event

    def steps(self) -> Iterator[JobStep]:
        source = FileSource((self.file,))
        writers = {
            id(engine): OutputWriter(
                self.job.out, self.file, engine.method, self.job.save, is_video(self.file)
            )
            for engine in self.engines
        }
        try:
            yield from self._frames(source, writers)
            for engine in self.engines:
                if written := writers[id(engine)].finish():
                    yield JobStep(self.file, 0, 0, written=written)
        except Cancelled:
            raise
        except MeshLoupeError as error:
            yield JobStep(self.file, 0, 0, error=error)
        finally:
            source.close()
            for writer in writers.values():
                writer.close()

    def _frames(self, source: FileSource, writers: dict[int, OutputWriter]) -> Iterator[JobStep]:
        began = time.perf_counter()
        for frame in source:
            decode = StageTime("decode", time.perf_counter() - began)
            people = self._people(frame)
            for engine in self.engines:
                result = engine.run(frame, people, cancel=self.cancel)
                result = replace(result, timing=(decode, *result.timing))
                written = writers[id(engine)].add(result)
                yield JobStep(self.file, 0, 0, result=result, written=written)
            began = time.perf_counter()

    def _people(self, frame: Frame) -> tuple[Detection, ...] | None:
        """People that the user gave; None lets the detector look."""
        if self.joints is not None:
            return self.joints.detections(frame.key)
        if self.fixed is not None:
            return self.fixed.detect(frame)
        return None


def checked_inputs(inputs: Sequence[Path], out: Path) -> tuple[Path, ...]:
    """Input files, folders expanded, each once.

    Raises:
        InputError: nothing there.
        OutputError: two inputs of one file name would overwrite each other's results.
    """
    files = tuple(dict.fromkeys(expand_inputs(inputs)))
    names = OutputNames(out)
    for file in files:
        names.claim(file)
    return files


def check_output_folder(folder: Path) -> None:
    """Make the folder and prove that a file can be written there.

    Raises:
        OutputError: it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(
            f"results cannot be written there ({reason})",
            path=folder,
            cure="choose another folder with --out",
        ) from None
