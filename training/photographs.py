"""2D error from bare photographs: people found, reconstructed, and compared with joints marked by hand.

A smoke test of the gap between rendered and real pictures; nothing is ever chosen by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.assets import asset_path
from core.body.joint_sets import LSP14_NAMES
from core.pipeline.joint_matching import match_joints
from core.pipeline.joints_file import read_joints_file
from core.types import Detection, Frame, RefineLevel
from core.weights.cards import CardNumber, read_card, write_card
from training.lift.marked_pictures import frames_of

DETECTOR = "embedded"
PCK_SHARE = 0.1
PROTOCOL = (
    "bare photograph, people found by the embedded detector; mean distance of the joints marked by "
    "hand, per cent of the longer side of their box"
)
Joints = NDArray[np.float64]


@dataclass(frozen=True)
class PhotographRow:
    """One marked person.

    Attributes:
        key: ``photo.jpg`` or ``clip.mp4#65``.
        percent: mean error of the marked joints, per cent of their box; NaN if nobody was found.
        pck: share of the marked joints within 10 % of the box.
        people: how many people were found in the picture.
    """

    key: str
    percent: float
    pck: float
    people: int


def photograph_rows(
    joints_json: Path,
    media_dir: Path,
    name: str,
    *,
    refine: RefineLevel = "off",
    average: int = 1,
) -> tuple[PhotographRow, ...]:
    """Every marked person, by the embedded detector itself or by a method with shipped weights.

    Args:
        joints_json: joints of pictures and video frames (``clip.mp4#65``).
        media_dir: folder of the pictures.
        name: ``embedded``, or a method id.
        refine, average: as `EngineConfig` has them.
    """
    look = _detected if name == DETECTOR else _reconstructed(name, refine, average)
    people = read_joints_file(joints_json).people
    rows = []
    for key, frame in frames_of(media_dir, list(people)):
        found = look(frame)
        for marked in people[key]:
            rows.append(_row(key, marked, found))
    return tuple(rows)


def photograph_table(name: str, rows: Sequence[PhotographRow]) -> str:
    """One line per marked person, and the mean."""
    lines = [f"{name + ': picture':32s} {'error %':>8s} {'PCK@0.1':>8s} {'people':>7s}"]
    lines += [f"{r.key:32s} {r.percent:8.1f} {r.pck:8.2f} {r.people:7d}" for r in rows]
    mean, pck = (float(np.mean([getattr(r, a) for r in rows])) for a in ("percent", "pck"))
    lines.append(f"{'mean':32s} {mean:8.1f} {pck:8.2f}")
    return "\n".join(lines) + "\n"


def update_card(card_id: str, rows: Sequence[PhotographRow]) -> None:
    """Put the errors into a shipped model card, in place of earlier ones of the same protocol."""
    path = asset_path("weights", f"{card_id}.json")
    card = read_card(path)
    data = f"{len(rows)} people in photographs, joints marked by hand"
    fresh = [
        CardNumber(f"2D error, {r.key}", round(r.percent, 2), "%", PROTOCOL, data) for r in rows
    ]
    mean = float(np.mean([r.percent for r in rows]))
    pck = float(np.mean([r.pck for r in rows]))
    fresh.append(CardNumber("2D error, mean", round(mean, 2), "%", PROTOCOL, data))
    fresh.append(CardNumber("PCK@0.1, photographs", round(pck, 3), "share", PROTOCOL, data))
    kept = tuple(number for number in card.numbers if number.protocol != PROTOCOL)
    write_card(replace(card, numbers=(*kept, *fresh)), path)


def _detected(frame: Frame) -> list[Joints]:
    from core.detection.embedded import embedded_detector

    return [_lsp14(person, frame) for person in embedded_detector().detect(frame)]


def _reconstructed(
    method_id: str, refine: RefineLevel, average: int
) -> Callable[[Frame], list[Joints]]:
    from core.pipeline.config import EngineConfig
    from core.pipeline.engine import open_engine

    config = EngineConfig(method_id, "lite", detector=DETECTOR, refine=refine, average=average)
    engine = open_engine(config)

    def look(frame: Frame) -> list[Joints]:
        people = engine.run(frame).people
        return [np.asarray(person.joints_2d, np.float64)[: len(LSP14_NAMES)] for person in people]

    return look


def _lsp14(person: Detection, frame: Frame) -> Joints:
    """(14, 2) joints, NaN where none was found."""
    joints, scores = match_joints(person, LSP14_NAMES, where=frame.key)
    return np.where(scores[:, None] > 0, joints.astype(np.float64), np.nan)


def _row(key: str, marked: Detection, found: Sequence[Joints]) -> PhotographRow:
    """The marked person against whoever lies nearest."""
    marks, scores = match_joints(marked, LSP14_NAMES, where=key)
    known = scores > 0
    box = float(np.ptp(marks[known], axis=0).max())
    best: NDArray[np.float64] | None = None
    for joints in found:
        # A joint that was not found counts as a whole box.
        apart = np.linalg.norm(joints[known] - marks[known], axis=1) / box
        apart = np.where(np.isfinite(apart), np.minimum(apart, 1.0), 1.0)
        if best is None or apart.mean() < best.mean():
            best = apart
    if best is None:
        return PhotographRow(key, float("nan"), 0.0, 0)
    return PhotographRow(
        key, float(best.mean() * 100), float((best < PCK_SHARE).mean()), len(found)
    )
