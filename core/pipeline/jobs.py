"""Many inputs through one or several methods: what ``meshloupe infer`` and a batch in the window do.

`run_job` is a generator: each step is one frame by one method with the files written for it, and a
point where it can be cancelled. A damaged input is a step with an error; the others go on. Videos,
and jobs of several inputs, keep records in the output folder: a second run of the same job skips
what is done, goes on in the middle of a video, and leaves alone what another process works on.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path

from core.detection import FixedBoxes
from core.errors import Cancelled, InputError, MeshLoupeError, OutputError
from core.export import OutputNames
from core.pipeline.engine import Engine, open_engine
from core.pipeline.job_records import ItemRecords, file_state, fingerprint
from core.pipeline.job_spec import InferJob, JobStep
from core.pipeline.joints_file import JointsFile, read_joints_file
from core.pipeline.outputs import OutputWriter
from core.pipeline.overlapping import read_ahead_of
from core.pipeline.shards import Shard
from core.pipeline.sources import FileSource, expand_inputs, is_video, read_picture
from core.pipeline.video_job import VideoItem, frames_from
from core.pipeline.videos import VideoFile
from core.types import Detection, Frame, StageTime

__all__ = ["InferJob", "JobStep", "Shard", "check_output_folder", "checked_inputs", "run_job"]


def run_job(job: InferJob, cancel: threading.Event | None = None) -> Iterator[JobStep]:
    """Do the job, one step at a time.

    Everything that is wrong with the job as a whole is raised before the first frame: inputs,
    output folder, joint file, methods, weights, device.

    Raises:
        MeshLoupeError: the job cannot start.
        Cancelled: ``cancel`` was set; what is finished stays and is not done again by a next run.
    """
    cancel = cancel or threading.Event()
    inputs = checked_inputs(job.inputs, job.out)
    files = job.shard.of(inputs)
    check_output_folder(job.out)
    joints = None if job.joints is None else read_joints_file(job.joints)
    fixed = FixedBoxes(job.boxes) if job.boxes else None
    with ExitStack() as stack:
        engines = [stack.enter_context(open_engine(config)) for config in job.engines]
        total = len(engines) * FileSource(files).len_hint_or_zero()
        done = 0
        for file in files:
            people = _GivenPeople(joints, fixed)
            runner = _FileRunner(job, file, engines, people, cancel, len(inputs) > 1)
            for step in runner.steps():
                done += step.earlier + (step.result is not None)
                yield replace(step, done=done, total=total)


@dataclass(frozen=True)
class _GivenPeople:
    """People that the user gave."""

    joints: JointsFile | None
    fixed: FixedBoxes | None

    def of(self, frame: Frame) -> tuple[Detection, ...] | None:
        """Those of a frame; None lets the detector look."""
        if self.joints is not None:
            return self.joints.detections(frame.key)
        return None if self.fixed is None else self.fixed.detect(frame)


@dataclass
class _FileRunner:
    """One input through all engines."""

    job: InferJob
    file: Path
    engines: list[Engine]
    people: _GivenPeople
    cancel: threading.Event
    many: bool

    def steps(self) -> Iterator[JobStep]:
        records: list[ItemRecords] = []
        try:
            wanted: list[tuple[Engine, ItemRecords | None]] = []
            for engine in self.engines:
                kept = self._records(engine)
                skipped = None if kept is None else self._skip(kept)
                if skipped is not None:
                    yield skipped
                    continue
                records += [] if kept is None else [kept]
                wanted.append((engine, kept))
            if wanted:
                yield from self._video(wanted) if is_video(self.file) else self._picture(wanted)
        except Cancelled:
            raise
        except MeshLoupeError as error:
            yield JobStep(self.file, 0, 0, error=error)
        finally:
            for kept in records:
                kept.release()

    def _records(self, engine: Engine) -> ItemRecords | None:
        """Records of this input and method; None for a single picture, which is always done."""
        if not (self.many or is_video(self.file)):
            return None
        try:
            state = file_state(self.file)
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", path=self.file) from None
        values = {
            "engine": asdict(engine.config),
            "weights": engine.method.weights_sha256,
            "variant": (engine.method.preset, engine.method.variant),
            "detector": engine.detector.name,
            "input": state,
            "save": self.job.save,
            "boxes": self.job.boxes,
            "joints": (self.job.joints, file_state(self.job.joints)),
            "temporal": asdict(self.job.temporal),
        }
        return ItemRecords(self.job.out, self.file, engine.method.method_id, fingerprint(values))

    def _skip(self, records: ItemRecords) -> JobStep | None:
        """A step that says why nothing is to do, or None after the item has been claimed."""
        found = None if self.job.redo else records.done()
        if found is not None:
            return JobStep(
                self.file, 0, 0, earlier=found.frames, note="was finished by an earlier run"
            )
        if not records.claim():
            return JobStep(self.file, 0, 0, note="another process works on it")
        found = None if self.job.redo else records.done()
        if found is not None:  # finished by the other one between our two looks
            records.release()
            return JobStep(
                self.file, 0, 0, earlier=found.frames, note="was finished by another process"
            )
        if self.job.redo:
            records.forget()
        return None

    def _picture(self, wanted: Sequence[tuple[Engine, ItemRecords | None]]) -> Iterator[JobStep]:
        began = time.perf_counter()
        frame = read_picture(self.file)
        decode = StageTime("decode", time.perf_counter() - began)
        for engine, records in wanted:
            writer = OutputWriter(self.job.out, self.file, engine.method, self.job.save)
            try:
                result = engine.run(frame, self.people.of(frame), cancel=self.cancel)
                result = replace(result, timing=(decode, *result.timing))
                written = writer.add(result)
                yield JobStep(self.file, 0, 0, result=result, written=written)
                rest = writer.finish()
            finally:
                writer.close()
            if records is not None:
                records.finish((*written, *rest), 1)
            if rest:
                yield JobStep(self.file, 0, 0, written=rest)

    def _video(self, wanted: Sequence[tuple[Engine, ItemRecords | None]]) -> Iterator[JobStep]:
        with ExitStack() as stack:
            video = stack.enter_context(VideoFile(self.file))
            items: list[VideoItem] = []
            for engine, records in wanted:
                assert records is not None
                items.append(VideoItem(self.job, self.file, engine, records))
                stack.callback(items[-1].close)
            try:
                yield from self._frames(video, items)
            except (Cancelled, KeyboardInterrupt, GeneratorExit):
                for item in items:
                    item.commit()
                raise
            for item in items:
                yield item.finish()
            if video.damaged:
                yield JobStep(
                    self.file, 0, 0, note="is damaged in part; what could be decoded is done"
                )

    def _frames(self, video: VideoFile, items: list[VideoItem]) -> Iterator[JobStep]:
        for item in items:
            if earlier := item.take_up(self.cancel):
                note = f"goes on after {earlier} frames of an earlier run"
                yield JobStep(self.file, 0, 0, earlier=earlier, note=note)
        size = max(item.at_once for item in items)
        frames = read_ahead_of(frames_from(video, items), 2 * size)
        with closing(frames):
            for _, group in groupby(frames, key=lambda read: (read[0].index or 0) // size):
                yield from self._group(items, [*group])
        for item in items:
            yield from item.rest()
        if self.cancel.is_set():
            raise Cancelled("stopped")

    def _group(
        self, items: Sequence[VideoItem], read: Sequence[tuple[Frame, float]]
    ) -> Iterator[JobStep]:
        """A few frames, and the seconds their decoding took, through all methods."""
        for item in items:
            mine = [row for row in read if (row[0].index or 0) >= item.done]
            for start in range(0, len(mine), item.at_once):
                part = mine[start : start + item.at_once]
                frames = [frame for frame, _ in part]
                decoding = [StageTime("decode", seconds) for _, seconds in part]
                given = [self.people.of(frame) for frame in frames]
                yield from item.steps(frames, decoding, given, self.cancel)


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
