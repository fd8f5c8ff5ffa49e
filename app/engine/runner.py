"""The handler that owns the network and the device. Lives in the engine's thread only."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from app.engine.averaging import AttentionReader
from app.engine.explaining import explain
from app.engine.live import LivePeople, LiveRequest
from app.engine.requests import DevicesRequest, MeanRequest, RunRequest, WhyRequest
from app.state.values import LIVE_ITEM, Choice, MeshInfo, Quality, RunResult
from core.errors import Cancelled
from core.types import Detection, Frame, FrameResult


class EngineLike(Protocol):
    """What the runner needs of `core.pipeline.Engine`."""

    @property
    def device(self) -> Any:
        """Where it computes."""

    @property
    def weights_state(self) -> str:
        """``embedded``, ``user`` or ``none``."""

    def run(
        self,
        frame: Frame,
        detections: Sequence[Detection] | None = None,
        *,
        inspect: bool = False,
        quality: Quality = "full",
        cancel: threading.Event | None = None,
    ) -> FrameResult:
        """People of a frame."""

    def close(self) -> None:
        """Let go of memory."""


OpenEngine = Callable[[Choice], EngineLike]


def open_engine_of(choice: Choice) -> EngineLike:
    """The pipeline's engine for a choice; imports torch."""
    import torch

    from core.methods.pose_lift import PoseLift
    from core.pipeline.acceleration import half_is_faster
    from core.pipeline.config import EngineConfig
    from core.pipeline.devices import choose_device
    from core.pipeline.engine import open_engine

    fast = choice.half and half_is_faster(choose_device(choice.device))
    config = EngineConfig(
        method=choice.method,
        preset=choice.preset or None,
        variant=choice.variant or None,
        weights=choice.weights,
        body=choice.body,
        device=choice.device,
        refine=choice.refine,
        precision="half" if fast else "full",
    )
    engine = open_engine(config)
    if isinstance(engine.method, PoseLift) and engine.device.type == "cpu":
        engine.method.record()
    if engine.method.input_spec.kind == "joints":
        # Its matrices are tiny: handing them to a second thread costs more than it wins, and on a
        # busy machine stretches an update of 15 ms to a second. Picture methods open anew.
        torch.set_num_threads(1)
    elif (wanted := os.environ.get("OMP_NUM_THREADS", "")).isdigit():
        torch.set_num_threads(max(1, int(wanted)))  # the engine leaves it alone when this is set
    return engine


# Methods that are compared stay open, as long as they are not larger than this together.
KEPT_ENGINES = 4
KEPT_BYTES = 3_000_000_000
PATCH_GREY = 118


@dataclass(eq=False)
class _Open:
    """An open engine, what is known of its body, and the memory its network takes."""

    engine: EngineLike
    size: int
    mesh: MeshInfo | None = None


class EngineRunner:
    """Keeps the engines of the last choices open and answers `RunRequest` with `RunResult`."""

    def __init__(self, open_engine: OpenEngine = open_engine_of) -> None:
        self._open_engine = open_engine
        self._open: OrderedDict[Choice, _Open] = OrderedDict()
        self._live = LivePeople()
        self._attention = AttentionReader()

    def __call__(
        self,
        request: RunRequest | LiveRequest | WhyRequest | MeanRequest | DevicesRequest,
        cancel: threading.Event,
    ) -> Any:
        """Open the engine if the choice changed, run, and measure."""
        from app.engine.measure import measure, measure_readings

        if isinstance(request, DevicesRequest):
            return device_names()
        if isinstance(request, LiveRequest):
            return self._next_frame(request, cancel)
        if isinstance(request, WhyRequest):
            return explain(self._opened(request.choice).engine, request, cancel)
        opened = self._opened(request.choice)
        if isinstance(request, MeanRequest):
            return self._attention.read(opened.engine, request, cancel)
        engine = opened.engine
        if cancel.is_set():
            raise Cancelled("stopped")
        frame = request.frame if request.patch is None else covered(request.frame, request.patch)
        result = engine.run(
            frame,
            request.detections,
            inspect=request.inspect,
            quality=request.quality,
            cancel=cancel,
        )
        if opened.mesh is None:
            opened.mesh = mesh_info(engine)
        return RunResult(
            request_id=request.id,
            item_id=request.item_id,
            choice=request.choice,
            quality=request.quality,
            result=result,
            scores=measure(result.people, request.detections, request.truths, request.quality),
            mesh=opened.mesh,
            reading_scores=measure_readings(
                result.people, request.detections, request.truths, request.quality
            ),
            detections=request.detections or (),
            device=str(engine.device),
            weights_state=engine.weights_state,
            covered=request.patch is not None,
            asked_inside=request.inspect,
        )

    def _next_frame(self, request: LiveRequest, cancel: threading.Event) -> Any:
        opened = self._opened(replace(request.choice, half=request.half))
        if opened.mesh is None:
            opened.mesh = mesh_info(opened.engine)
        answer = self._live.step(opened.engine, request, cancel)
        if answer.frame is None or answer.result is None:
            return None
        return RunResult(
            request_id=request.id,
            item_id=LIVE_ITEM,
            choice=request.choice,
            quality="live",
            result=answer.result,
            scores=(),
            mesh=opened.mesh,
            device=str(opened.engine.device),
            weights_state=opened.engine.weights_state,
            streamed=True,
            device_bytes=device_bytes(str(opened.engine.device)),
        )

    def _opened(self, choice: Choice) -> _Open:
        """The engine of a choice; those not used for longest make room for a new one."""
        if choice not in self._open:
            while len(self._open) >= KEPT_ENGINES:
                self._close_oldest()
            engine = self._open_engine(choice)
            self._open[choice] = _Open(engine, network_bytes(engine))
            while len(self._open) > 1 and sum(o.size for o in self._open.values()) > KEPT_BYTES:
                self._close_oldest()
        self._open.move_to_end(choice)
        return self._open[choice]

    def _close_oldest(self) -> None:
        _, oldest = self._open.popitem(last=False)
        oldest.engine.close()

    def close(self) -> None:
        """Let go of all networks and files."""
        self._attention.close()
        while self._open:
            self._close_oldest()


def network_bytes(engine: Any) -> int:
    """Memory of the weights of an engine's method."""
    parameters = getattr(engine.method, "parameters", None)
    return 0 if parameters is None else sum(p.numel() * p.element_size() for p in parameters())


def covered(frame: Frame, patch: tuple[float, float, float, float]) -> Frame:
    """The picture with a grey patch (x0, y0, x1, y1), pixels."""
    height, width = frame.size_hw
    x0, y0, x1, y1 = (round(value) for value in patch)
    image = frame.image.copy()
    image[max(0, y0) : max(0, min(height, y1)), max(0, x0) : max(0, min(width, x1))] = PATCH_GREY
    return replace(frame, image=image)


def mesh_info(engine: Any) -> MeshInfo | None:
    """Topology of the body that an engine's method predicts."""
    body = getattr(getattr(engine, "method", None), "body", None)
    if body is None:
        return None
    labels = getattr(body, "part_labels", None)
    return MeshInfo(
        name=str(getattr(body, "name", "body")),
        faces=np.ascontiguousarray(_numpy(body.faces()), np.int32),
        template=np.ascontiguousarray(_numpy(body.v_template), np.float32),
        part_labels=None if labels is None else np.ascontiguousarray(_numpy(labels), np.int32),
        part_names=tuple(getattr(body, "part_names", None) or getattr(body, "joint_names", ())),
    )


def _numpy(value: Any) -> np.ndarray:
    detach = getattr(value, "detach", None)
    return np.asarray(value if detach is None else detach().cpu().numpy())


def device_bytes(device: str) -> int:
    """Memory that torch holds on a CUDA device; 0 for the processor."""
    if not device.startswith("cuda"):
        return 0
    import torch

    return int(torch.cuda.memory_allocated(device))


def device_names() -> tuple[str, ...]:
    """``cpu`` and the CUDA devices of this machine; imports torch."""
    import torch

    return ("cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count())))
