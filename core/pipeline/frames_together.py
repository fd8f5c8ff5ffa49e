"""People of several frames of a file in one network call, with boxes foretold a few frames ahead.

The box of a frame comes from the joints of the frame before it, so that frames of a video depend on
each other. Where people walk on as they did, their boxes can be foretold well enough; an answer counts
only where the box that then turns out lies on the foretold one, else the frame is done alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.geometry.boxes import iou
from core.pipeline.batching import join_batches, make_batch
from core.pipeline.engine import Engine
from core.types import Detection, Frame, FrameResult, Reconstruction, StageTime

# Intersection over union of a foretold box and the right one: 0.92 is 4 % of a side, or 4 % of size,
# which is what two looks at one person differ by anyway.
SAME_BOX = 0.92
# Milliseconds of METRO lite per person by frames in one call, one thread of an AMD EPYC: 40 alone, 25
# by four, 22 by eight (CLIFF lite: 28, 13, 10). Farther ahead more boxes turn out wrong.
TOGETHER_ON_CPU, TOGETHER_ON_CUDA = 4, 8


@dataclass(frozen=True, eq=False)
class Foretold:
    """What the method gave for a frame in the boxes that were expected there.

    Attributes:
        boxes: (B, 4) pixels.
        ids: track numbers, None where people were given.
        people: answers, in the order of the boxes.
        timing: this frame's share of the common call.
    """

    boxes: NDArray[np.float32]
    ids: tuple[int | None, ...]
    people: tuple[Reconstruction, ...]
    timing: tuple[StageTime, ...]

    def answers(self, frame: Frame, wanted: Sequence[Detection], method: str) -> FrameResult | None:
        """The result for the people that are wanted; None if they are not those foretold."""
        if not wanted or len(wanted) != len(self.people):
            return None
        boxes = np.stack([person.box_xyxy for person in wanted])
        known = [a is None or a == b.track_id for a, b in zip(self.ids, wanted, strict=True)]
        if not all(known) or (iou(self.boxes, boxes) < SAME_BOX).any():
            return None
        people = tuple(
            replace(answer, track_id=person.track_id, score=person.score)
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
    """Reconstruct the people expected in some frames in one call.

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
        foretold.append(Foretold(boxes, tuple(p.track_id for p in people), mine, timing))
    return foretold
