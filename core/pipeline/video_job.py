"""One video through one method, resumable: the part of a job that concerns both.

Every minute or so of frames becomes a part on disk (`core.pipeline.finished_frames` for the numbers,
`core.pipeline.video_parts` for the picture). Whoever takes the item up again reads the parts, feeds
them through tracking and smoothing, and goes on with the next frame.

Frames whose people are known beforehand come in groups (`core.pipeline.frames_together`). Files
are written behind, by a thread of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import Cancelled
from core.pipeline.engine import Engine
from core.pipeline.finished_frames import FinishedFrames
from core.pipeline.job_records import ItemRecords
from core.pipeline.job_spec import InferJob, JobStep
from core.pipeline.outputs import OutputWriter, video_fps
from core.pipeline.overlapping import WritesBehind
from core.pipeline.video_parts import VideoParts
from core.pipeline.video_people import Seen, VideoPeople
from core.pipeline.videos import VideoFile
from core.temporal import Steadiness
from core.types import Detection, Frame, FrameResult, StageTime

SAME_TIME_S = 1e-4
# Frames that wait to be drawn and written: enough to even out, little memory.
BEHIND = 6


class VideoItem:
    """One video and one method of a job.

    Attributes:
        done: frames that are finished, from the start.
    """

    def __init__(self, job: InferJob, file: Path, engine: Engine, records: ItemRecords) -> None:
        self.file, self._records = file, records
        fps = video_fps(file)
        self._people = VideoPeople(engine, job.temporal, frames_per_second=fps)
        self._kept = FinishedFrames(records.frames_folder, records.wanted)
        self._parts = VideoParts(records.frames_folder, self._kept.parts, fps)
        self._writer = OutputWriter(
            job.out, file, engine.method, job.save, self._parts, on_ground=job.temporal.ground
        )
        self._draws = "video" in job.save
        self._behind = WritesBehind(self._writer.add, BEHIND)
        given = bool(job.boxes) or job.joints is not None
        self.at_once = job.frames_at_once or self._people.frames_at_once(given=given)
        self.done = 0
        self._last_time_s: float | None = None

    def take_up(self, cancel: threading.Event) -> int:
        """Feed the frames of earlier runs through tracking and smoothing; how many there were."""
        for finished in self._kept.read():
            if cancel.is_set():
                raise Cancelled("stopped")
            result = self._people.settle(Seen(finished.result, finished.detected))
            self._writer.collect(result)
            self.done += 1
            self._last_time_s = result.frame.time_s
        return self.done

    def goes_on_in(self, video: VideoFile) -> bool:
        """Whether the video numbers its frames as it did when the last one was finished."""
        if self.done == 0 or self._last_time_s is None or len(video.times) < self.done:
            return False
        return abs(float(video.times[self.done - 1]) - self._last_time_s) < SAME_TIME_S

    def steps(
        self,
        frames: Sequence[Frame],
        decoding: Sequence[StageTime],
        given: Sequence[Sequence[Detection] | None],
        cancel: threading.Event,
    ) -> list[JobStep]:
        """Do the next frames, all of one group; gives those whose files are written.

        A group is done as a whole or not at all: a run that is cancelled stops between two groups.
        """
        foretold = self._people.look_ahead(frames, given, cancel)
        steps: list[JobStep] = []
        stops = cancel if len(frames) == 1 else None
        for row, frame in enumerate(frames):
            seen = self._people.look(frame, given[row], cancel=stops, foretold=foretold[row])
            result = self._people.settle(seen)
            self._kept.add(seen.result, seen.detected)
            self.done += 1
            steps += self._written(self._behind.add(_timed(result, decoding[row])))
        if self._kept.due:
            self.commit()
        self._records.sign()
        return steps

    def rest(self) -> Iterator[JobStep]:
        """The frames whose files were still being written."""
        yield from self._written(self._behind.rest())

    def _written(self, pairs: Iterator[tuple[FrameResult, tuple[Path, ...]]]) -> Iterator[JobStep]:
        for result, written in pairs:
            yield JobStep(self.file, 0, 0, result=result, written=written)

    def commit(self) -> None:
        """Put on disk what is finished, pictures first: a part counts when its numbers are there."""
        self._behind.wait()
        if self._draws and self._parts.pending != self._kept.pending:
            return  # stopped in the middle of a frame: the part is done again
        self._parts.commit()
        self._kept.commit()

    def finish(self) -> JobStep:
        """Write the files of the whole video."""
        self.commit()
        ground = self._people.ground
        written = self._writer.finish(ground)
        self._records.finish(written, self.done)
        return JobStep(self.file, 0, 0, written=written, steadiness=self.steadiness, ground=ground)

    @property
    def steadiness(self) -> Steadiness:
        """Jitter and sliding, before and after."""
        return self._people.steadiness

    def close(self) -> None:
        """Drop what is not on disk; harmless after `finish`."""
        self._behind.close()
        self._writer.close()


def _timed(result: FrameResult, decoding: StageTime) -> FrameResult:
    return replace(result, timing=(decoding, *result.timing))


def frames_from(video: VideoFile, items: Sequence[VideoItem]) -> Iterator[Frame]:
    """Frames of the video from the first one that some item still needs."""
    first = min((item.done for item in items), default=0)
    exact = all(item.goes_on_in(video) for item in items if item.done == first)
    # Where times and numbers disagree (damage), counting from the start is always right.
    yield from video.frames(first if exact else 0)
