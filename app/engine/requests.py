"""Frozen requests to the workers and their answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.state.values import Choice, Item, Quality, RunResult
from core.render.layers import MeshLayer
from core.types import Detection, Frame, Truth


@dataclass(frozen=True, eq=False)
class RunRequest:
    """Reconstruct the people of a picture, or of the picture with a grey ``patch`` (xyxy, pixels)."""

    id: int
    item_id: int
    choice: Choice
    frame: Frame
    detections: tuple[Detection, ...] | None
    truths: tuple[Truth, ...] = ()
    quality: Quality = "full"
    inspect: bool = False
    patch: tuple[float, float, float, float] | None = None


How = Literal["occlusion", "gradient", "joints"]


@dataclass(frozen=True, eq=False)
class WhyRequest:
    """What moves a point of the body.

    Attributes:
        item_id, choice: the result that is asked about.
        frame, person: as the method saw them.
        kind, number, name: the vertex or joint.
        how: cover parts of the picture, take the network's derivative, or move joints.
        progress: told the share done, from the engine's thread.
    """

    item_id: int
    choice: Choice
    frame: Frame
    person: Detection
    kind: Literal["vertex", "joint"]
    number: int
    name: str
    how: How
    progress: Callable[[float], None]


@dataclass(frozen=True, eq=False)
class MeanRequest:
    """The attention of the people of one item, to be averaged over many.

    Attributes:
        item, choice, detections: what is run; None lets the method look for people itself.
        record: name of the attention record.
        layer, head: which one; None for the mean over all.
    """

    item: Item
    choice: Choice
    detections: tuple[Detection, ...] | None
    record: str
    layer: int | None = None
    head: int | None = None


@dataclass(frozen=True)
class LoadRequest:
    """Read an item: picture, truth, and marks that lie beside it."""

    item: Item


@dataclass(frozen=True)
class ExpandRequest:
    """Turn dropped or chosen paths into (path, frame) rows."""

    paths: tuple[Path, ...]
    select: bool = True


@dataclass(frozen=True)
class ThumbnailRequest:
    """A small picture of an item."""

    item: Item
    size: int


@dataclass(frozen=True, eq=False)
class PeopleRequest:
    """Look for people in a picture that has no marks yet."""

    item: Item
    frame: Frame


@dataclass(frozen=True, eq=False)
class PoseRequest:
    """The joints of somebody in a box drawn by hand.

    Attributes:
        item_id: of the picture.
        box_xyxy: picture pixels.
        person: whose joints are set; -1 adds a person.
        frame: where they are looked for; None asks for the standing pose.
    """

    item_id: int
    box_xyxy: tuple[float, float, float, float]
    person: int = -1
    frame: Frame | None = None


@dataclass(frozen=True)
class MarksRequest:
    """Marks of an item from a joint file."""

    item: Item
    frame_key: str
    path: Path


@dataclass(frozen=True)
class ClipFrameRequest:
    """One frame of a video, by number; frames in rising order cost one pass together."""

    path: Path
    index: int


@dataclass(frozen=True)
class DevicesRequest:
    """Names of the devices that this machine has; also warms up the engine's thread."""


@dataclass(frozen=True, eq=False)
class OverlayRequest:
    """Project bodies onto their picture.

    Attributes:
        layers: what to draw, in the picture's camera frame.
        focal_px: of the picture, pixels.
        size_hw: of the picture; the overlay is at most ``longest`` pixels on its longer side.
        quality: of the renderer.
        readings: bodies whose side views are wanted as thumbnails.
        thumbnail_ground: RGB behind them.
        request_id: of the run that made the bodies.
    """

    layers: tuple[MeshLayer, ...]
    focal_px: float
    size_hw: tuple[int, int]
    longest: int = 900
    quality: Literal["draft", "live", "final"] = "live"
    readings: tuple[MeshLayer, ...] = ()
    thumbnail_ground: tuple[int, int, int] = (38, 42, 50)
    request_id: int = 0


ExportKind = Literal["obj", "ply", "glb", "npz", "overlay", "turntable", "panels"]


@dataclass(frozen=True)
class ExportLine:
    """One file written and what reading it back said, or why there is none."""

    path: Path
    report: str
    ok: bool = True


@dataclass(frozen=True, eq=False)
class ExportItem:
    """What is written of one picture.

    Attributes:
        item: row of the list; None for a frame that is played.
        result: what the method found; None runs it now.
        people: marks that the method starts from where it is run; None where nobody looked yet.
        edited: whether a hand changed the marks.
    """

    item: Item | None
    result: RunResult | None = None
    people: tuple[Detection, ...] | None = None
    edited: bool = False


@dataclass(frozen=True, eq=False)
class ExportRequest:
    """Write files of one or many pictures and read each back.

    Attributes:
        items: pictures, in order.
        choice: what is run where a result is missing.
        folder: where to.
        kinds: which files.
        origin: ``pelvis``, ``ground`` or ``camera``, for mesh files.
        person: row of the only person to write; None for all.
        panels: (name, (H, W, 3) uint8) panels of the window as they look, for ``panels``.
        progress: told (files done, all), from the exporter's thread.
        wrote: told each `ExportLine` as soon as it is true, from the exporter's thread.
    """

    items: tuple[ExportItem, ...]
    choice: Choice
    folder: Path
    kinds: tuple[ExportKind, ...]
    origin: str = "pelvis"
    person: int | None = None
    panels: tuple[tuple[str, NDArray[np.uint8]], ...] = ()
    progress: Callable[[int, int], None] = lambda _done, _total: None
    wrote: Callable[[ExportLine], None] = lambda _line: None
