"""Playing a camera or a video: frames in, bodies out, on the screen at their own pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine.live import LiveRequest, Stream
from app.engine.media import display_image
from app.engine.sequences import RecordRequest
from app.engine.work_thread import Failure, WorkThread
from app.panels.picture_panel import PicturePanel
from app.panels.timeline import Timeline
from app.settings.language import tr
from app.state.activity import ActivityModel, error_notice
from app.state.choice import ChoiceModel
from app.state.playback import Playback, PlaybackModel, ReadOut
from app.state.results import ResultsModel, with_picture
from app.state.values import Choice, Notice, RunResult
from app.windows.clip_pictures import ClipPictures
from app.windows.display_control import DisplayControl
from app.windows.live_numbers import FrameLog, LiveNumbers, write_read_out
from core.errors import InputError, MeshLoupeError
from core.types import Frame

# Frames of a video computed before they are shown; more would only take memory.
AHEAD = 12
WAIT_MS = 8
READ_OUT_MS = 400
CURVE_EVERY = 8


class LiveControl(QObject):
    """One frame in hand and one waiting in the engine's thread; the picture comes with its body.

    Signals:
        opened_changed: whether anything is played. computed: the `RunResult` of each frame.
    """

    opened_changed = Signal(bool)
    computed = Signal(object)

    def __init__(
        self,
        playback: PlaybackModel,
        choice: ChoiceModel,
        results: ResultsModel,
        activity: ActivityModel,
        display: DisplayControl,
        picture: PicturePanel,
        timeline: Timeline,
        engine: WorkThread,
        reader: WorkThread,
        exporter: WorkThread,
        half: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._exporter, self._half = exporter, half
        self.recording: Path | None = None
        self._playback, self._choice, self._results = playback, choice, results
        self._activity, self._picture, self._timeline = activity, picture, timeline
        self._engine, self._reader = engine, reader
        self._camera: Any = None
        self._stream: Any = None
        self._stream_next = 0
        self._session = self._number = self._in_flight = 0
        self._pictures = ClipPictures(reader)
        self._waiting: dict[int, tuple[Frame, float | None]] = {}
        self._due = 0.0
        self._size = (0, 0)
        self._numbers = LiveNumbers()
        self._tick = self._timer(WAIT_MS, self._turn)
        self._told = self._timer(READ_OUT_MS, self._tell, single=False)
        engine.answered.connect(self._answered)
        engine.failed.connect(self._failed)
        engine.dropped.connect(self._dropped)
        self._pictures.arrived.connect(self._picture_arrived)
        self._pictures.failed.connect(self._picture_failed)
        display.overlay_ready.connect(self._overlay_ready)
        choice.changed.connect(self._choice_changed)
        playback.changed.connect(self._playback_changed)
        playback.computed.connect(self._computed)
        timeline.play_wanted.connect(self.toggle)
        timeline.stopped.connect(self.close)
        timeline.stepped.connect(self.step)
        timeline.sought.connect(self.seek)
        timeline.looping_chosen.connect(lambda on: playback.set(looping=on))
        timeline.smoothing_chosen.connect(lambda name: self._steady(smoothing=name))
        timeline.lock_chosen.connect(lambda on: self._steady(lock_feet=on))
        timeline.ground_chosen.connect(lambda on: self._steady(ground=on))
        timeline.range_chosen.connect(self._set_range)

    def _timer(self, milliseconds: int, slot: Any, *, single: bool = True) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(single)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    # ---- open and close

    def open_camera(self, what: str | int | Path) -> None:
        """Play a camera (number or name), a stream (URL), or a file as if it were a camera."""
        from core.pipeline.cameras import open_camera

        self.close()
        try:
            self._camera = open_camera(what)
        except MeshLoupeError as error:
            self._say(error)
            return
        self._begin(Playback(name=self._camera.name, playing=True))
        self._stream = self._camera
        self._feed()

    def open_clip(self, path: Path) -> None:
        """Play a video file, every frame of it."""
        from core.pipeline.videos import VideoFile

        self.close()
        try:
            with VideoFile(path) as video:
                count = len(video.times) or video.len_hint
                rate = video.frames_per_second
        except MeshLoupeError as error:
            self._say(error)
            return
        if count < 1:
            self._say(InputError(tr("has no frames"), path=path, cure=tr("choose another video")))
            return
        self._begin(Playback(path.name, path, count, rate, playing=True, first=0, last=count - 1))
        self._compute_from(0)
        self._tick.start()

    def _begin(self, playback: Playback) -> None:
        self._session += 1
        self._in_flight = 0
        self._size = (0, 0)
        self._numbers.begin()
        self._say_opening()
        self._results.show(None)
        self._playback.open(playback)
        self.opened_changed.emit(True)
        self._picture.set_title(playback.name, str(playback.path or playback.name))
        self._told.start()

    @Slot()
    def close(self) -> None:
        """Stop playing; still pictures are looked at again."""
        if not self._playback.now.is_open:
            return
        self.stop_recording()
        self._session += 1
        self._tick.stop()
        self._told.stop()
        self._engine.cancel()
        self._close_stream()
        if self._camera is not None:
            self._camera.close()
            self._camera = None
        self._pictures.clear()
        self._waiting.clear()
        self._activity.set_busy("live", "")
        self._playback.close()
        self._results.show(None)
        self.opened_changed.emit(False)

    def _say_opening(self) -> None:
        """Until the first frame has its bodies: a network is loaded, which takes seconds."""
        title = self._choice.entry_of(self._choice.choice.method).title
        self._activity.set_busy("live", tr("Opening {title}", title=title))

    def _close_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None and stream is not self._camera:
            stream.close()

    # ---- what a person wants

    @Slot()
    def toggle(self) -> None:
        """Play or pause."""
        now = self._playback.now
        if not now.is_open:
            return
        at_end = now.is_clip and now.position >= now.last
        if not now.playing and at_end:
            self._playback.set(position=now.first - 1)
        self._due = time.monotonic()
        self._playback.set(playing=not now.playing)
        if self._playback.now.playing:
            self._feed()
            self._tick.start()
        elif now.is_clip:
            self._show_frame(max(0, now.position))
        elif self._results.shown is not None:
            self._results.show(replace(self._results.shown, quality="full"))

    @Slot(int)
    def step(self, by: int) -> None:
        """Pause, and go frames on or back."""
        self.seek(self._playback.now.position + by)

    @Slot(int)
    def seek(self, frame: int) -> None:
        """Pause at a frame and show it, computing it if need be."""
        now = self._playback.now
        if not now.is_clip:
            return
        frame = max(0, min(now.count - 1, frame))
        self._playback.set(playing=False, position=frame)
        if self._playback.get(self._choice.choice, frame) is None:
            self._compute_from(frame)
        else:
            self._show_frame(frame)

    @Slot(str)
    def _set_range(self, which: str) -> None:
        now = self._playback.now
        place = max(0, now.position)
        if which == "first":
            self._playback.set(first=place, last=max(place, now.last))
        else:
            self._playback.set(last=place, first=min(place, now.first))

    def _steady(self, **changes: Any) -> None:
        """Another smoothing: what was computed no longer holds."""
        now = self._playback.now
        self._playback.set(**changes)
        if now.is_open:
            self._playback.forget(self._choice.choice)
            self._restart()

    @Slot(object)
    def _choice_changed(self, _choice: Choice) -> None:
        if self._playback.now.is_open:
            self._say_opening()
            self._restart()

    def _restart(self) -> None:
        """Go on from here with another method or smoothing."""
        self._session += 1
        self._in_flight = 0
        self._waiting.clear()
        self._engine.cancel()
        now = self._playback.now
        if not now.is_clip:
            self._feed()
        elif self._playback.get(self._choice.choice, max(0, now.position)) is None:
            self._compute_from(max(0, now.position))
        else:
            self._show_frame(max(0, now.position))

    # ---- computing

    def _compute_from(self, frame: int) -> None:
        """Read and compute from a frame on; smoothing begins anew there."""
        from core.pipeline.read_ahead import ReadAhead

        now = self._playback.now
        assert now.path is not None
        self._session += 1
        self._in_flight = 0
        self._engine.cancel()
        self._close_stream()
        self._stream = ReadAhead(now.path, frame)
        self._stream_next = frame
        self._feed()

    def _feed(self) -> None:
        """Keep one frame in hand and one waiting, as far as frames are wanted."""
        while self._stream is not None and self._in_flight < 2 and self._is_wanted():
            self._number += 1
            now = self._playback.now
            stream: Stream = self._stream
            self._in_flight += 1
            choice, steady = self._choice.choice, (now.smoothing, now.lock_feet, now.ground)
            self._engine.submit(
                LiveRequest(self._number, self._session, stream, choice, *steady, self._half())
            )

    def _is_wanted(self) -> bool:
        now = self._playback.now
        if not now.is_clip:
            return now.playing
        upcoming = self._stream_next + self._in_flight
        if upcoming > now.last:
            return False
        if not now.playing:
            return upcoming <= now.position
        return upcoming <= max(0, now.position) + AHEAD

    @Slot(object, object)
    def _answered(self, request: Any, answer: Any) -> None:
        if not isinstance(request, LiveRequest) or request.session != self._session:
            return
        self._in_flight -= 1
        if answer is not None:
            self._activity.set_busy("live", "")
            self._numbers.network.tick()
            self._take(answer)
            self.computed.emit(answer)
        elif self._stream is not None and getattr(self._stream, "ended", False):
            error = getattr(self._stream, "error", None)
            if error is not None:
                self._say(error)
            self._close_stream()
            return
        self._feed()

    def _take(self, result: RunResult) -> None:
        """A computed frame: of a camera it is shown now, of a video when its time has come."""
        frame = result.result.frame
        now = self._playback.now
        if not now.is_clip:
            if now.playing:
                self._show(result, frame)
                if self.recording is not None:
                    self._exporter.submit(RecordRequest(self.recording, frame))
            return
        index = frame.index or 0
        self._stream_next = index + 1
        self._pictures.keep(index, frame)
        self._playback.keep(index, result)
        if not now.playing and index == now.position:
            self._show(result, frame)

    @Slot(object, object)
    def _failed(self, request: Any, failure: Failure) -> None:
        if not isinstance(request, LiveRequest) or request.session != self._session:
            return
        self._in_flight = 0
        self._activity.set_busy("live", "")
        self._playback.set(playing=False)
        self._activity.notify(Notice("error", failure.text, failure.cure))

    @Slot(object)
    def _dropped(self, request: Any) -> None:
        if isinstance(request, LiveRequest) and request.session == self._session:
            self._in_flight = max(0, self._in_flight - 1)

    # ---- showing

    @Slot()
    def _turn(self) -> None:
        """The next frame of a video, if its time has come and it is there."""
        now = self._playback.now
        if not (now.is_clip and now.playing):
            return
        self._tick.start()
        if time.monotonic() < self._due:
            return
        upcoming = now.position + 1
        if upcoming > now.last:
            if not now.looping:
                self._playback.set(playing=False)
                return
            upcoming = now.first
        known = self._playback.get(self._choice.choice, upcoming)
        if known is None:
            behind = self._stream is None or not (
                self._stream_next <= upcoming <= self._stream_next + AHEAD
            )
            if behind:
                self._compute_from(upcoming)
            else:
                self._feed()
            return
        if self._show_frame(upcoming):
            step = 1.0 / max(1.0, now.frames_per_second)
            # A player that fell behind goes on from now instead of racing to catch up.
            self._due = max(self._due + step, time.monotonic() - step)
            self._playback.set(position=upcoming)
            self._feed()

    def _show_frame(self, index: int) -> bool:
        """Show a kept result over its picture; False while the picture is still being read."""
        known = self._playback.get(self._choice.choice, index)
        frame = self._pictures.get(index)
        if known is None:
            return False
        if frame is None:
            path = self._playback.now.path
            if path is not None:
                self._pictures.ask(path, index)
            return False
        self._number += 1
        self._show(with_picture(known, frame), frame)
        return True

    @Slot(object, int)
    def _picture_arrived(self, path: Path, index: int) -> None:
        now = self._playback.now
        if path == now.path and not now.playing and now.position == index:
            self._show_frame(index)

    @Slot(str)
    def _picture_failed(self, text: str) -> None:
        self._playback.set(playing=False)
        self._activity.log(text, "error")

    def _show(self, result: RunResult, frame: Frame) -> None:
        """Hand a body to the views; the picture waits for the overlay that belongs to it."""
        captured = None if self._camera is None else frame.time_s
        self._waiting = {k: v for k, v in self._waiting.items() if k >= result.request_id - 4}
        self._waiting[result.request_id] = (frame, captured)
        if self._size != frame.size_hw:
            self._size = frame.size_hw
            self._picture.view.set_picture(display_image(frame), frame.size_hw)
        # A frame that stays on the screen is drawn as carefully as a picture.
        still = not self._playback.now.playing
        self._results.show(replace(result, quality="full") if still else result)
        if not result.result.people:
            self._overlay_ready(result.request_id)
        self._numbers.note(result, self._delay_of(captured))

    @Slot(int)
    def _overlay_ready(self, number: int) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is None:
            return
        frame, captured = waiting
        self._picture.view.replace_picture(display_image(frame))
        self._numbers.display.tick()
        if (delay := self._delay_of(captured)) is not None:
            self._numbers.delay_s = delay

    def _delay_of(self, captured_s: float | None) -> float | None:
        """Seconds since a camera's picture was captured; None for files."""
        if captured_s is None or self._camera is None:
            return None
        return self._camera.clock_s - captured_s

    # ---- recording a camera

    def start_recording(self, path: Path) -> None:
        """Write every frame that is reconstructed from now on to a video."""
        self.recording = path
        self._activity.set_busy("export", tr("Recording {name}", name=path.name))
        self._timeline.show_recording(True)

    def stop_recording(self) -> None:
        """Finish the video; it is written whole or not at all."""
        path, self.recording = self.recording, None
        if path is not None:
            self._exporter.submit(RecordRequest(path))
            self._timeline.show_recording(False)

    # ---- numbers

    @Slot()
    def _tell(self) -> None:
        self._playback.read_out_changed.emit(self.read_out)
        self._timeline.show_read_out(self.read_out)

    @property
    def read_out(self) -> ReadOut:
        """The numbers now."""
        return self._numbers.read_out(self._camera)

    @property
    def log(self) -> Sequence[FrameLog]:
        """One row per shown frame."""
        return self._numbers.log

    def save_numbers(self, path: Path) -> None:
        """Write the read-out: summary and one row per shown frame."""
        now, key = self._playback.now, self._choice.choice.key
        try:
            write_read_out(path, now.name, key, now.smoothing, self.read_out, self.log)
        except MeshLoupeError as error:
            self._say(error)
            return
        self._activity.log(tr("wrote {path}", path=path))

    # ---- models

    @Slot(object, object)
    def _playback_changed(self, now: Playback, names: frozenset[str]) -> None:
        self._timeline.show_playback(now)
        if names & {"name", "path", "count"}:
            self._show_curve()

    @Slot(int)
    def _computed(self, frame: int) -> None:
        if frame % CURVE_EVERY == 0 or not self._playback.now.playing:
            self._show_curve()

    def _show_curve(self) -> None:
        choice = self._choice.choice
        name, curve = self._playback.curve(choice)
        self._timeline.track.show_frames(self._playback.known(choice), curve, name)

    def _say(self, error: MeshLoupeError) -> None:
        self._activity.notify(error_notice(error))
