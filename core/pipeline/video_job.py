"""One video through one method, resumable: the part of a job that concerns both.

Every minute or so of frames becomes a part on disk (`core.pipeline.finished_frames` for the numbers,
`core.pipeline.video_parts` for the picture). Whoever takes the item up again reads the parts, feeds
them through tracking and smoothing, and goes on with the next frame.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import Cancelled
from core.pipeline.engine import Engine
from core.pipeline.finished_frames import FinishedFrames
from core.pipeline.job_records import ItemRecords
from core.pipeline.job_spec import InferJob, JobStep
from core.pipeline.outputs import OutputWriter, video_fps
from core.pipeline.video_parts import VideoParts
from core.pipeline.video_people import Seen, VideoPeople
from core.pipeline.videos import VideoFile
from core.temporal import Steadiness
from core.types import Detection, Frame

SAME_TIME_S = 1e-4


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
        self._writer = OutputWriter(job.out, file, engine.method, job.save, self._parts)
        self._draws = "video" in job.save
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

    def step(
        self, frame: Frame, given: Sequence[Detection] | None, cancel: threading.Event
    ) -> JobStep:
        """Do the next frame."""
        seen = self._people.look(frame, given, cancel=cancel)
        result = self._people.settle(seen)
        written = self._writer.add(result)
        due = self._kept.add(seen.result, seen.detected)
        self.done += 1
        if due:
            self.commit()
        self._records.sign()
        return JobStep(self.file, 0, 0, result=result, written=written)

    def commit(self) -> None:
        """Put on disk what is finished, pictures first: a part counts when its numbers are there."""
        if self._draws and self._parts.pending != self._kept.pending:
            return  # stopped in the middle of a frame: the part is done again
        self._parts.commit()
        self._kept.commit()

    def finish(self) -> JobStep:
        """Write the files of the whole video."""
        self.commit()
        written = self._writer.finish()
        self._records.finish(written, self.done)
        return JobStep(self.file, 0, 0, written=written, steadiness=self.steadiness)

    @property
    def steadiness(self) -> Steadiness:
        """Jitter and sliding, before and after."""
        return self._people.steadiness

    def close(self) -> None:
        """Drop what is not on disk; harmless after `finish`."""
        self._writer.close()


def frames_from(video: VideoFile, items: Sequence[VideoItem]) -> Iterator[Frame]:
    """Frames of the video from the first one that some item still needs."""
    first = min((item.done for item in items), default=0)
    exact = all(item.goes_on_in(video) for item in items if item.done == first)
    # Where times and numbers disagree (damage), counting from the start is always right.
    yield from video.frames(first if exact else 0)
