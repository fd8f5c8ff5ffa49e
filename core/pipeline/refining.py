"""Refinement within the engine: what is seen of the people, and the record of what it gained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from core.detection import Detector
from core.detection.choose import embedded_is_installed
from core.errors import WeightsError
from core.geometry.boxes import box_center_size, square_box
from core.methods.base import InputSpec, Method
from core.methods.lift_network import LIMBS
from core.nn.batch import Batch, MethodOutput
from core.pipeline.batching import make_batch, slice_batch
from core.pipeline.joint_finding import with_joints
from core.pipeline.results import camera_full_of
from core.refine.refiner import BodyRefiner
from core.refine.silhouette import PersonMaps
from core.types import Detection, Frame, Reconstruction, Refinement

Level = Literal["quick", "thorough"]
SEEN = InputSpec(kind="joints", joint_set="lift25", limbs=LIMBS)
# While something is streamed, a refinement may take this long a frame; else it is left out from then on.
LIVE_BUDGET_S, LIVE_TRIALS = 0.045, 4
CROP_SCALE = 1.2


@dataclass(frozen=True, eq=False)
class Seen:
    """What the refinement of N people goes by.

    Attributes:
        joints: joint set ``lift25``.
        areas: (N, 4) square areas of the picture around them.
        level: how thorough.
    """

    joints: Batch
    areas: np.ndarray
    level: Level


class Refining:
    """Refines what one method gives; made by the engine that runs the method.

    Args:
        method: on its device.
        level: how thorough; streamed frames get ``quick``, as long as that is quick enough.
        detector: asked for joints first, if it is the embedded one.

    Raises:
        BodyError: the method's body has no skeleton to refine.
        WeightsError: the embedded joint finder is not part of this installation.
    """

    def __init__(self, method: Method, level: Level, detector: Detector) -> None:
        if not embedded_is_installed():
            raise WeightsError(
                "the embedded joint finder that a refinement needs is not installed",
                cure="install MeshLoupe again, or leave the refinement off",
            )
        self.method, self.level, self.detector = method, level, detector
        self._device = method.body.v_bind.device
        self._refiner = BodyRefiner(method.body)
        self._live_seconds: list[float] = []

    def find(
        self, frame: Frame, detections: Sequence[Detection], *, live: bool, focal_px: float | None
    ) -> Seen | None:
        """Joints and areas of people; None while streaming where there is no time for it."""
        if live and self._is_too_slow():
            return None
        known = with_joints(
            frame, detections, self.detector, str(self._device), quick=live, over_defaults=True
        )
        joints = make_batch(frame, known, SEEN, focal_px=focal_px, lenient=True)
        boxes = np.stack([person.box_xyxy for person in known]).astype(np.float64)
        return Seen(joints, square_box(boxes, CROP_SCALE), "quick" if live else self.level)

    def refine(
        self, frame: Frame, batch: Batch, output: MethodOutput, seen: Seen, rows: slice
    ) -> tuple[MethodOutput, tuple[Refinement, ...]]:
        """The people of a part of a frame (``rows`` of ``seen``), refined, with what it gained."""
        joints = slice_batch(seen.joints, rows.start, rows.stop).to(self._device)
        camera_full = camera_full_of(output, batch).float()
        maps = self._maps(frame, seen.areas[rows]) if seen.level == "thorough" else None
        if self.method.input_spec.kind == "joints" and maps is None:
            # The method has already done just that.
            error = self._refiner.error_percent(output.vertices, camera_full, joints)
            return output, tuple(Refinement(seen.level, e, e, False) for e in error.tolist())
        done = self._refiner.refine(output, camera_full, joints, maps)
        columns = (done.before.tolist(), done.after.tolist(), done.accepted.tolist())
        records = [Refinement(seen.level, *row) for row in zip(*columns, strict=True)]
        return done.output, tuple(records)

    def took(self, seconds: float) -> None:
        """Tell how long a streamed frame's refinement took, joints included."""
        self._live_seconds = [*self._live_seconds[-(LIVE_TRIALS - 1) :], seconds]

    def _is_too_slow(self) -> bool:
        times = self._live_seconds
        return len(times) == LIVE_TRIALS and min(times) > LIVE_BUDGET_S

    def _maps(self, frame: Frame, areas: np.ndarray) -> PersonMaps:
        from core.detection.embedded import EmbeddedDetector, embedded_detector

        own = isinstance(self.detector, EmbeddedDetector)
        found = self.detector if own else embedded_detector(str(self._device))
        assert isinstance(found, EmbeddedDetector)
        center, size = box_center_size(areas)
        dense = found.finder.dense(frame.image, areas)
        return PersonMaps.of(dense, self._tensor(center), self._tensor(size[:, 0]))

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(values.astype(np.float32)).to(self._device)


def with_records(
    people: tuple[Reconstruction, ...], records: Sequence[Refinement]
) -> tuple[Reconstruction, ...]:
    """The people with what their refinement gained, also as words."""
    pairs = zip(people, records, strict=True)
    return tuple(
        replace(p, refinement=r, note="; ".join(t for t in (p.note, r.text) if t)) for p, r in pairs
    )
