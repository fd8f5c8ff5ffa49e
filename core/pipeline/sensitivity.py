"""Why did it do that? What of the picture, or which 2D joint, moves a chosen vertex or joint.

One question for every method, whatever it is made of: cover a part of the picture and see how far the
point moves (occlusion), or ask the network's own derivative (gradient). Methods that read joints have
each joint moved instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.errors import Cancelled, InputError
from core.geometry.crops import crop_box
from core.nn.batch import Batch, MethodOutput
from core.pipeline.batching import make_batch
from core.pipeline.devices import use_threads
from core.pipeline.engine import Engine
from core.pipeline.joint_finding import with_joints
from core.types import Detection, Frame, FusionRecord, HeatmapRecord, TokenSet

CELLS = 12
# A patch covers this many cells a side, so that neighbours share what they hide.
PATCH_CELLS = 2.5
GREY = 118
# Patches in one forward pass: a cancel is heard between two.
AT_ONCE = 4
# How far a joint is moved, as a share of the box, to see what follows it.
NUDGE = 0.02

Progress = Callable[[float], None]


@dataclass(frozen=True)
class BodyPoint:
    """A point of the reconstructed body.

    Attributes:
        kind: ``vertex`` of the full mesh, or ``joint`` of the method's joints.
        number: which one.
        name: for people.
    """

    kind: Literal["vertex", "joint"]
    number: int
    name: str = ""

    @property
    def title(self) -> str:
        """``vertex 12`` or ``L_Wrist``."""
        return self.name or f"{self.kind} {self.number}"

    def of(self, output: MethodOutput) -> Tensor:
        """(B, 3) metres, where the method puts it."""
        points = output.vertices if self.kind == "vertex" else output.joints_3d
        if not 0 <= self.number < points.shape[1]:
            raise InputError(
                f"there is no {self.kind} {self.number}", cure="choose one of the body's"
            )
        return points[:, self.number]


def occlusion(
    engine: Engine,
    frame: Frame,
    person: Detection,
    point: BodyPoint,
    *,
    cells: int = CELLS,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
) -> HeatmapRecord:
    """How far the point moves when a grey patch covers each part of the crop, metres.

    Args:
        engine: a method that reads pictures.
        frame: the picture.
        person: whose box is taken; joints are not looked at.
        point: what is watched.
        cells: patches along each side of the crop.
        cancel: set from another thread to give up.
        progress: told the share done, in [0, 1].

    Returns:
        One map (cells, cells), metres moved.

    Raises:
        Cancelled: ``cancel`` was set.
        InputError: the method reads joints; no such point.
    """
    region = _region(engine, person)
    side = (region[2:] - region[:2]) / cells
    row, column = np.mgrid[0:cells, 0:cells]
    centres = region[:2] + (np.stack([column, row], -1).reshape(-1, 2) + 0.5) * side
    half = side * PATCH_CELLS / 2
    start = _points(engine, [frame], person, point, cancel)[0]
    moved = np.zeros(cells * cells, np.float32)
    for first in range(0, len(centres), AT_ONCE):
        part = centres[first : first + AT_ONCE]
        covered = [_covered(frame, np.concatenate([c - half, c + half])) for c in part]
        found = _points(engine, covered, person, point, cancel)
        moved[first : first + len(part)] = np.linalg.norm(found - start, axis=1)
        if progress is not None:
            progress((first + len(part)) / len(centres))
    return _record("occlusion", point, moved.reshape(cells, cells), region)


def gradient(
    engine: Engine,
    frame: Frame,
    person: Detection,
    point: BodyPoint,
    *,
    cells: int = CELLS,
    cancel: threading.Event | None = None,
) -> HeatmapRecord:
    """How strongly the point depends on the pixels of each cell: the derivative's norm, largest 1.

    Of several crops (Multi-RoI) the first one's pixels count.

    Raises:
        Cancelled: ``cancel`` was set; heard between the network and each of three derivatives.
        InputError: the method reads joints; no such point.
    """
    region = _region(engine, person)
    batch = make_batch(frame, [person], engine.method.input_spec, focal_px=engine.config.focal_px)
    batch = _ready(engine, batch)
    assert batch.image is not None
    _check(cancel)
    with torch.inference_mode(False), torch.enable_grad():
        image = batch.image.clone().requires_grad_(True)
        place = point.of(engine.method(replace(batch, image=image)))[0]
        slopes = []
        for axis in range(3):
            _check(cancel)
            slopes.append(torch.autograd.grad(place[axis], image, retain_graph=axis < 2)[0])
    strength = torch.stack(slopes).square().sum(0)[0]  # (C, H, W)
    first = strength.unflatten(0, (-1, 3)).sum(1)[0]
    pooled = F.adaptive_avg_pool2d(first[None, None], cells)[0, 0].sqrt()
    values = (pooled / pooled.max().clamp_min(1e-12)).cpu().numpy()
    return _record("gradient", point, values.astype(np.float32), region)


def joint_influence(
    engine: Engine, frame: Frame, person: Detection, point: BodyPoint
) -> FusionRecord:
    """For methods that read joints: how far the point moves with each joint, metres.

    Every known joint is moved by 2 % of the box, right and then down; the larger answer counts.

    Raises:
        InputError: no joints are known; no such point.
    """
    (marked,) = with_joints(frame, [person], engine.detector, str(engine.device))
    if marked.joints_2d is None:
        raise InputError("no joints are known of this person", path=frame.path or frame.name)
    start, size = _joint_point(engine, frame, marked, point), _box_side(marked)
    known = np.flatnonzero(np.isfinite(marked.joints_2d).all(1))
    shares = []
    for joint in known:
        moves = []
        for axis in range(2):
            joints = marked.joints_2d.copy()
            joints[joint, axis] += NUDGE * size
            nudged = replace(marked, joints_2d=joints)
            moves.append(np.linalg.norm(_joint_point(engine, frame, nudged, point) - start))
        shares.append(max(moves))
    weights = np.asarray(shares, np.float32)[None]
    names = tuple(marked.joint_names[joint] for joint in known)
    return FusionRecord(f"what moves {point.title}", (point.title,), names, weights, "m")


def _region(engine: Engine, person: Detection) -> NDArray[np.float64]:
    """(4,) the picture area of the person's first crop."""
    spec = engine.method.input_spec
    if spec.kind != "crop":
        raise InputError(
            f"{engine.title} reads joints, not pixels", cure="ask which joint moves the point"
        )
    return crop_box(person.box_xyxy, spec.size_hw, box_scale=spec.box_scale * spec.rois[0].scale)


def _points(
    engine: Engine,
    frames: list[Frame],
    person: Detection,
    point: BodyPoint,
    cancel: threading.Event | None = None,
) -> NDArray[np.float32]:
    """(N, 3) the point in each of the pictures, which go through the network together."""
    spec, focal_px = engine.method.input_spec, engine.config.focal_px
    single = [make_batch(frame, [person], spec, focal_px=focal_px) for frame in frames]
    together = {
        field.name: torch.cat([getattr(batch, field.name) for batch in single])
        for field in fields(Batch)
        if isinstance(getattr(single[0], field.name), Tensor)
    }
    batch = _ready(engine, Batch(**together))
    _check(cancel)
    with torch.inference_mode():
        return point.of(engine.method(batch)).float().cpu().numpy()


def _ready(engine: Engine, batch: Batch) -> Batch:
    """The batch on the engine's device, the engine set as for a full run."""
    use_threads(engine.threads)
    engine.method.live = False
    return batch.to(engine.device)


def _joint_point(
    engine: Engine, frame: Frame, person: Detection, point: BodyPoint
) -> NDArray[np.float32]:
    return _points(engine, [frame], person, point)[0]


def _box_side(person: Detection) -> float:
    low, high = person.box_xyxy[:2], person.box_xyxy[2:]
    return float((high - low).max())


def _covered(frame: Frame, area: NDArray[np.float64]) -> Frame:
    """The picture with a grey patch."""
    height, width = frame.size_hw
    x0, y0, x1, y1 = np.round(area).astype(int)
    image = frame.image.copy()
    image[max(0, y0) : max(0, min(height, y1)), max(0, x0) : max(0, min(width, x1))] = GREY
    return replace(frame, image=image)


def _check(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise Cancelled("stopped")


def _record(
    how: str, point: BodyPoint, values: NDArray[np.float32], region: NDArray[np.float64]
) -> HeatmapRecord:
    labels = TokenSet((point.title,), (point.kind,), np.array([point.number]))
    return HeatmapRecord(
        f"what moves {point.title} ({how})",
        labels,
        values[None].astype(np.float16),
        region.astype(np.float32),
    )
