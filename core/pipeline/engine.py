"""The engine: one method on one device, turning frames into reconstructed people.

The app, the command line, evaluation and the benchmark all run this one. Not thread-safe: whoever
opened it runs it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

import torch

from core.detection import Detector, create_detector
from core.errors import Cancelled, DeviceError, InputError
from core.methods import method_entry
from core.methods.base import Method
from core.methods.metro_family import is_hand
from core.nn.batch import Batch
from core.pipeline.acceleration import accelerate, in_precision, require_precision
from core.pipeline.batching import make_batch, slice_batch
from core.pipeline.config import EngineConfig
from core.pipeline.devices import choose_device, use_threads, wanted_threads
from core.pipeline.joint_finding import with_joints
from core.pipeline.loading import WeightsState, load_method
from core.pipeline.refining import Refining, Seen, with_records
from core.pipeline.results import to_reconstructions
from core.refine.averaging import VIEWS, averaged
from core.types import Detection, Frame, FrameResult, Reconstruction, Refinement, StageTime, Subject

Quality = Literal["full", "live"]
# People in one forward pass before the first halving.
MAX_PEOPLE = 32
log = logging.getLogger(__name__)


class Engine:
    """A built method with its weights on its device; made by `open_engine`.

    Attributes:
        config: what it was opened with.
        method: the network, in evaluation mode.
        device: where it computes.
        weights_state: ``embedded`` (shipped), ``user`` or ``none`` (untrained).
        threads: CPU threads that a run takes.
        parameters: numbers of the network as it was built; folding norms leaves fewer.
    """

    def __init__(
        self,
        config: EngineConfig,
        method: Method,
        weights_state: WeightsState,
        device: torch.device,
        detector: Detector,
        refining: Refining | None = None,
    ) -> None:
        self.config = config
        self.method = method.eval().to(device)
        self.weights_state: WeightsState = weights_state
        self.device = device
        self.detector = detector
        self._refining = refining
        self.threads = wanted_threads(tiny=method.input_spec.kind == "joints")
        self.parameters = sum(p.numel() for p in method.parameters())
        self._people_at_once = MAX_PEOPLE

    @property
    def title(self) -> str:
        """``METRO paper body_h64``, for people."""
        title = method_entry(self.method.method_id).title
        return f"{title} {self.method.preset} {self.method.variant}"

    def run(
        self,
        frame: Frame,
        detections: Sequence[Detection] | None = None,
        *,
        inspect: bool = False,
        quality: Quality = "full",
        cancel: threading.Event | None = None,
    ) -> FrameResult:
        """Reconstruct the people of a frame.

        Args:
            frame: the picture.
            detections: people given by hand or file; None lets the detector find them.
            inspect: also make the method's inspection records (slower).
            quality: ``live`` takes the method's quick way while something is dragged or streamed.
            cancel: set from another thread to stop between two stages.

        Raises:
            Cancelled: ``cancel`` was set.
            InputError: the method needs joints and there are none.
            DeviceError: the device's memory does not hold even one person.
        """
        clock = _StageClock(cancel)
        use_threads(self.threads)
        if detections is None:
            detections = self.detector.detect(frame)
            clock.lap("detect")
        if not detections:
            return self._result(frame, (), clock)
        if self.method.input_spec.kind == "joints":
            detections = with_joints(frame, detections, self.detector, str(self.device))
            clock.lap("joints")
        batch = make_batch(frame, detections, self.method.input_spec, focal_px=self.config.focal_px)
        clock.lap("crop")
        seen = self._seen(frame, detections, quality, clock)
        asked = _Asked(clock, inspect, quality, frame, seen)
        people = self._in_parts(batch, detections, asked)
        if seen is not None and quality == "live" and self._refining is not None:
            self._refining.took(clock.seconds("refine"))
        return self._result(frame, people, clock)

    def reconstruct(
        self,
        batch: Batch,
        detections: Sequence[Detection],
        *,
        cancel: threading.Event | None = None,
    ) -> tuple[Reconstruction, ...]:
        """Reconstruct the people of a batch, which may come from several pictures; never refined.

        Args:
            batch: made by `make_batch` for this engine's method.
            detections: the person of each row.
            cancel: set from another thread to stop between two stages.

        Raises:
            Cancelled, DeviceError: as `run`.
        """
        use_threads(self.threads)
        return self._in_parts(batch, detections, _Asked(_StageClock(cancel)))

    def _in_parts(
        self, batch: Batch, detections: Sequence[Detection], asked: _Asked
    ) -> tuple[Reconstruction, ...]:
        """All people, as many at once as the device's memory holds."""
        people: list[Reconstruction] = []
        start = 0
        while start < len(batch):
            rows = slice(start, start + self._people_at_once)
            persons = detections[rows]
            try:
                people.extend(self._people(batch, rows, persons, asked))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(len(persons))
                continue
            start += len(persons)
        return tuple(people)

    def _seen(
        self, frame: Frame, detections: Sequence[Detection], quality: Quality, clock: _StageClock
    ) -> Seen | None:
        """What a refinement goes by, if there is to be one."""
        if self._refining is None:
            return None
        live = quality == "live"
        seen = self._refining.find(frame, detections, live=live, focal_px=self.config.focal_px)
        clock.lap("refine")
        return seen

    def _people(
        self, batch: Batch, rows: slice, detections: Sequence[Detection], asked: _Asked
    ) -> tuple[Reconstruction, ...]:
        """The people of some rows of a batch."""
        part, clock = slice_batch(batch, rows.start, rows.stop).to(self.device), asked.clock
        with torch.inference_mode():
            self.method.live = asked.quality == "live"
            views = self.config.average if asked.quality == "full" else 1
            with in_precision(self.config.precision, self.device):
                output = averaged(self.method, part, views, inspect=asked.inspect)
            if self.device.type == "cuda":
                torch.cuda.synchronize(self.device)
            clock.lap("network")
            records = self.method.inspect(part, output) if asked.inspect else None
            if asked.inspect:
                clock.lap("inspect")
            gained: tuple[Refinement, ...] = ()
            if asked.seen is not None and asked.frame is not None and self._refining is not None:
                output, gained = self._refining.refine(asked.frame, part, output, asked.seen, rows)
                clock.lap("refine")
            people = to_reconstructions(self.method, part, output, detections, records)
            people = with_records(people, gained) if gained else people
        clock.lap("result")
        return people

    def _halve(self, people: int) -> None:
        """Fewer people at once from now on, after the device ran out of memory."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if people <= 1:
            raise _too_small(self.device, self.title)
        self._people_at_once = max(1, people // 2)
        log.warning(
            "%s is out of memory; going on with %d people at once",
            self.device,
            self._people_at_once,
        )

    def _result(
        self, frame: Frame, people: tuple[Reconstruction, ...], clock: _StageClock
    ) -> FrameResult:
        return FrameResult(
            frame=frame,
            method=self.method.method_id,
            people=people,
            status="done" if people else "nobody",
            timing=clock.stages(),
        )

    def close(self) -> None:
        """Give the device's memory back; closing twice is harmless."""
        self.method.cpu()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _StageClock:
    """Seconds per stage, and the place where a cancel is noticed."""

    def __init__(self, cancel: threading.Event | None) -> None:
        self._cancel = cancel
        self._seconds: dict[str, float] = {}
        self._last = time.perf_counter()
        self._check()

    def lap(self, stage: str) -> None:
        """End ``stage`` now; several laps of one stage add up."""
        now = time.perf_counter()
        self._seconds[stage] = self._seconds.get(stage, 0.0) + now - self._last
        self._last = now
        self._check()

    def seconds(self, stage: str) -> float:
        """Spent on a stage so far."""
        return self._seconds.get(stage, 0.0)

    def _check(self) -> None:
        if self._cancel is not None and self._cancel.is_set():
            raise Cancelled("stopped")

    def stages(self) -> tuple[StageTime, ...]:
        """All stages so far, in order of their first end."""
        return tuple(StageTime(stage, seconds) for stage, seconds in self._seconds.items())


def open_engine(config: EngineConfig) -> Engine:
    """Build the method, load its weights, place it on its device and choose the detector.

    Raises:
        InputError: unknown method, preset, variant or detector.
        WeightsError: no weights for it, or weights of another network.
        BodyError: the body file is missing or of the wrong kind, or cannot be refined as asked.
        DeviceError: the device is not there, or no faster in the precision asked for.
    """
    _check_average(config.average)
    device = choose_device(config.device)
    method, weights_state = load_method(config)
    try:
        subject: Subject = "hand" if is_hand(method.body) else "body"
        detector = create_detector(config.detector, device=str(device), subject=subject)
        require_precision(config.precision, device)
        method = method.eval().to(device)
        parameters = sum(p.numel() for p in method.parameters())
        method = accelerate(method, device, config.precision)
        refining = None
        if config.refine != "off":
            refining = Refining(method, config.refine, detector)
        engine = Engine(config, method, weights_state, device, detector, refining)
        engine.parameters = parameters
        return engine
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise _too_small(device, config.method) from None


def _check_average(views: int) -> None:
    if not 1 <= views <= len(VIEWS):
        raise InputError(
            f"{views} views cannot be averaged", cure=f"ask for 1 (off) to {len(VIEWS)} views"
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device or the machine had no memory left; on the CPU torch has no type for it."""
    kinds = (torch.cuda.OutOfMemoryError, MemoryError)
    return isinstance(error, kinds) or "can't allocate memory" in str(error)


def _too_small(device: torch.device, what: str) -> DeviceError:
    return DeviceError(
        f"{device} has not enough memory for {what}",
        cure="close other programs that use it, or choose another device or a smaller variant",
    )


@dataclass(frozen=True, eq=False)
class _Asked:
    """How people are to be reconstructed.

    Attributes:
        clock: of the request.
        inspect, quality: as `Engine.run` was asked.
        frame, seen: what a refinement goes by; None for none.
    """

    clock: _StageClock
    inspect: bool = False
    quality: Quality = "full"
    frame: Frame | None = None
    seen: Seen | None = None
