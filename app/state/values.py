"""Frozen values that travel between workers, models and panels. Numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.state.data_people import DataRow
from core.types import REFINE_LEVELS, Detection, Frame, FrameResult, RefineLevel, Truth

Quality = Literal["full", "live"]
Alignment = Literal["none", "pelvis", "procrustes"]
Tone = Literal["info", "warning", "error"]
# Item number of results that belong to no row of the list: frames that are played.
LIVE_ITEM = -2


@dataclass(frozen=True)
class Item:
    """One row of the list: a picture, one frame of a video, or one person of a data set."""

    id: int
    path: Path
    frame_index: int | None = None
    sample: bool = False
    data: DataRow | None = None

    @property
    def title(self) -> str:
        """``photo.jpg``, ``clip.mp4 #65``, or how the data set calls the person."""
        if self.data is not None:
            return self.data.key
        frame = "" if self.frame_index is None else f" #{self.frame_index}"
        return f"{self.path.name}{frame}"


@dataclass(frozen=True)
class Choice:
    """What to run, and on what. The window's side of the pipeline's configuration.

    ``half`` asks for half precision where the device has it: while something is played.
    """

    method: str
    preset: str = ""
    variant: str = ""
    weights: Path | None = None
    body: str = "embedded"
    device: str = "auto"
    refine: RefineLevel = "off"
    half: bool = False

    @property
    def key(self) -> str:
        """``metro/paper/body_h64``: what a weights file belongs to."""
        return f"{self.method}/{self.preset}/{self.variant}"


def refine_level_of(text: object) -> RefineLevel:
    """A level of refinement; ``off`` for words that are none."""
    return next((level for level in REFINE_LEVELS if level == text), "off")


@dataclass(frozen=True, eq=False)
class Loaded:
    """An item read from disk: its picture, the truth of its people if known, and who is in it.

    ``image`` is the picture ready to be drawn, at most a few thousand pixels wide.
    """

    item: Item
    frame: Frame
    image: QImage
    truths: tuple[Truth, ...] = ()
    suggested: tuple[Detection, ...] = ()
    origin: str = ""


@dataclass(frozen=True, eq=False)
class MeshInfo:
    """What a body's topology says: needed to draw and to colour, never changes for a body.

    Attributes:
        name: of the body.
        faces: (F, 3) int32.
        template: (V, 3) float32, metres, rest pose, body frame.
        part_labels: (V,) int32, one of ``part_names``.
        part_names: names of the parts.
    """

    name: str
    faces: NDArray[np.int32]
    template: NDArray[np.float32]
    part_labels: NDArray[np.int32] | None = None
    part_names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Scores:
    """What can be measured of one person.

    Attributes:
        marks_percent: mean distance of the reconstructed joints to the marks, in % of the box's
            longer side; None without marks.
        worst_mark: joint with the largest such distance, and that distance.
        mpjpe_mm, pa_mpjpe_mm, mpvpe_mm: against the truth, millimetres; None without truth.
        protocol, protocol_title: id and one line of what exactly those numbers mean.
        vertex_error_mm: (V,) float32 per alignment, in the order of ``ALIGNMENTS``; None without.
    """

    marks_percent: float | None = None
    worst_mark: tuple[str, float] | None = None
    mpjpe_mm: float | None = None
    pa_mpjpe_mm: float | None = None
    mpvpe_mm: float | None = None
    protocol: str = ""
    protocol_title: str = ""
    vertex_error_mm: tuple[NDArray[np.float32], ...] | None = None

    def error_on(self, alignment: Alignment) -> NDArray[np.float32] | None:
        """(V,) float32 millimetres under an alignment, or None without truth."""
        if self.vertex_error_mm is None:
            return None
        return self.vertex_error_mm[ALIGNMENTS.index(alignment)]


ALIGNMENTS: tuple[Alignment, ...] = ("none", "pelvis", "procrustes")


@dataclass(frozen=True, eq=False)
class RunResult:
    """Answer to one run request; ``scores`` per person, ``reading_scores`` per person and other reading.

    ``covered`` results saw only a part of the picture: shown, never kept. ``asked_inside`` says
    whether the method was asked for its records and these are still here. ``streamed`` results are
    frames of a video or camera that is played: each stands for itself, nothing glides between them.
    ``device_bytes`` is the memory held on a CUDA device after such a frame.
    """

    request_id: int
    item_id: int
    choice: Choice
    quality: Quality
    result: FrameResult
    scores: tuple[Scores, ...]
    mesh: MeshInfo | None
    reading_scores: tuple[tuple[Scores, ...], ...] = ()
    detections: tuple[Detection, ...] = ()
    device: str = ""
    weights_state: str = ""
    covered: bool = False
    asked_inside: bool = False
    streamed: bool = False
    device_bytes: int = 0

    def scores_of(self, person: int, reading: int = 0) -> Scores:
        """Scores of a person's answer (reading 0) or of another reading."""
        if reading == 0:
            return self.scores[person] if person < len(self.scores) else Scores()
        others = self.reading_scores[person] if person < len(self.reading_scores) else ()
        return others[reading - 1] if reading <= len(others) else Scores()

    @property
    def inspected(self) -> bool:
        """Whether the method was asked to show its inside."""
        return any(person.records for person in self.result.people)


@dataclass(frozen=True)
class Notice:
    """A message over the picture: what happened, the cure, and an action that offers it."""

    tone: Tone
    text: str
    cure: str = ""
    action: str = ""
    action_text: str = ""
