"""People of several frames of a file in one network call, where they are known before it runs.

That is so for people given by hand or file and for whole pictures. The box of a person who is followed
comes from the joints of the frame before: foretelling it four frames ahead held for 18 of 72 frames of
a clip of tai chi, cost 120 ms of processor a frame instead of 94 ms (METRO lite, one thread of an AMD
EPYC), and gave other bodies. Such frames are done one by one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.pipeline.batching import join_batches, make_batch
from core.pipeline.engine import Engine
from core.types import Detection, Frame, FrameResult, Reconstruction, StageTime

# Milliseconds of METRO lite per person by frames in one call, one thread of an AMD EPYC: 40 alone, 25
# by four, 22 by eight (CLIFF lite: 28, 13, 10). More would make a cancel wait, and hold more pictures.
TOGETHER_ON_CPU, TOGETHER_ON_CUDA = 4, 8


@dataclass(frozen=True, eq=False)
class Foretold:
    """What the method gave for the people of a frame before its turn came.

    Attributes:
        boxes: (B, 4) pixels.
        people: answers, in the order of the boxes.
        timing: this frame's share of the common call.
    """

    boxes: NDArray[np.float32]
    people: tuple[Reconstruction, ...]
    timing: tuple[StageTime, ...]

    def answers(self, frame: Frame, wanted: Sequence[Detection], method: str) -> FrameResult | None:
        """The result for the people that are wanted now; None if they are others."""
        if not wanted or len(wanted) != len(self.people):
            return None
        boxes = np.stack([person.box_xyxy for person in wanted])
        if not np.array_equal(self.boxes, boxes):
            return None
        people = tuple(
            replace(answer, track_id=person.track_id)
            for answer, person in zip(self.people, wanted, strict=True)
        )
        return FrameResult(frame, method, people, "done", self.timing)


def frames_at_once(engine: Engine) -> int:
    """How many frames of a file an engine gains by; 1 where they cannot be done together.

    Methods that read joints need those of the very frame, and refinement needs its picture.
    """
    if engine.method.input_spec.kind == "joints" or engine.config.refine != "off":
        return 1
    return TOGETHER_ON_CUDA if engine.device.type == "cuda" else TOGETHER_ON_CPU


def foretell(
    engine: Engine,
    frames: Sequence[Frame],
    expected: Sequence[Sequence[Detection]],
    cancel: threading.Event | None = None,
) -> list[Foretold | None]:
    """Reconstruct the people of some frames in one call.

    Args:
        engine: for which `frames_at_once` is more than 1.
        expected: people of each frame; None comes back for frames without any.

    Raises:
        Cancelled, DeviceError: as `Engine.run`.
    """
    began = time.perf_counter()
    spec, focal = engine.method.input_spec, engine.config.focal_px
    batches = [
        make_batch(frame, people, spec, focal_px=focal)
        for frame, people in zip(frames, expected, strict=True)
        if people
    ]
    if not batches:
        return [None for _ in frames]
    cropped = time.perf_counter()
    everybody = [person for people in expected for person in people]
    answers = list(engine.reconstruct(join_batches(batches), everybody, cancel=cancel))
    ended = time.perf_counter()
    timing = (
        StageTime("crop", (cropped - began) / len(batches)),
        StageTime("network", (ended - cropped) / len(batches)),
    )
    foretold: list[Foretold | None] = []
    for people in expected:
        if not people:
            foretold.append(None)
            continue
        mine, answers = tuple(answers[: len(people)]), answers[len(people) :]
        boxes = np.stack([person.box_xyxy for person in people])
        foretold.append(Foretold(boxes, mine, timing))
    return foretold
