"""What the options of ``meshloupe infer`` mean; what they cannot mean is wrong use (exit code 2)."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from app.cli.console import say, wrong_use

if TYPE_CHECKING:
    from core.pipeline.outputs import SaveKind
    from core.pipeline.shards import Shard
    from core.temporal import Smoothing
    from core.types import Precision, RefineLevel

# Beyond these, pictures of a million pixels a side would need a lens that nobody has.
LEAST_FOCAL_PX, MOST_FOCAL_PX = 1.0, 1e6


def box_of(text: str) -> tuple[float, float, float, float]:
    """``x0,y0,x1,y1``."""
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
    except ValueError:
        raise wrong_use(f"{text!r} is not x0,y0,x1,y1", "--box") from None
    if not all(map(math.isfinite, (x0, y0, x1, y1))) or x1 - x0 < 1 or y1 - y0 < 1:
        raise wrong_use(f"{text!r} is empty: x1 > x0 and y1 > y0 by a pixel at least", "--box")
    return x0, y0, x1, y1


def check_focal(focal_px: float | None) -> None:
    """A focal length that a lens can have."""
    if focal_px is not None and not LEAST_FOCAL_PX <= focal_px <= MOST_FOCAL_PX:
        raise wrong_use(
            f"the focal length must be from {LEAST_FOCAL_PX:g} to {MOST_FOCAL_PX:g} pixels",
            "--focal",
        )


def check_device(name: str) -> None:
    """``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``all``; whether it is there is found out later."""
    if re.fullmatch(r"auto|all|cpu|cuda(:\d+)?", name) is None:
        raise wrong_use(f"{name!r} is none of auto, cpu, cuda, cuda:N, all", "--device")


def check_detector(name: str) -> None:
    """One of the names, or a file of YOLO."""
    from core.detection import DETECTOR_NAMES

    if name not in DETECTOR_NAMES and not name.lower().endswith(".pt"):
        names = ", ".join(DETECTOR_NAMES)
        raise wrong_use(f"{name!r} is none of {names}, nor a YOLO weights file (.pt)", "--detector")


def shard_of(text: str | None) -> Shard:
    """``I/N``; None: as the environment says."""
    from core.pipeline.shards import Shard, shard_of_environment

    if text is None:
        told = shard_of_environment()
        if told is not None:
            say(f"shard {told}, as the environment says")
        return told or Shard()
    first, slash, second = text.partition("/")
    if not (slash and first.isdecimal() and second.isdecimal()):
        raise wrong_use(f"{text!r} is not I/N, such as 1/4", "--shard")
    index, count = int(first), int(second)
    if not 1 <= index <= count:
        raise wrong_use(f"{text!r}: I counts from 1 to N", "--shard")
    return Shard(index - 1, count)


def smoothing_of(text: str) -> Smoothing:
    """``off``, ``light`` or ``strong``."""
    from core.temporal import SMOOTHINGS

    for smoothing in SMOOTHINGS:
        if smoothing == text:
            return smoothing
    raise wrong_use(f"{text!r} is none of {', '.join(SMOOTHINGS)}", "--smooth")


def refinement_of(text: str) -> RefineLevel:
    """``off``, ``quick`` or ``thorough``."""
    from core.types import REFINE_LEVELS

    for level in REFINE_LEVELS:
        if level == text:
            return level
    raise wrong_use(f"{text!r} is none of {', '.join(REFINE_LEVELS)}", "--refine")


def precision_of(text: str) -> Precision:
    """``full`` or ``half``."""
    from core.types import PRECISIONS

    for precision in PRECISIONS:
        if precision == text:
            return precision
    raise wrong_use(f"{text!r} is none of {', '.join(PRECISIONS)}", "--precision")


def kinds_of(text: str) -> tuple[SaveKind, ...]:
    """``npz,overlay`` in the order in which they are known."""
    from core.pipeline.outputs import SAVE_KINDS

    if text == "none":
        return ()
    kinds = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [kind for kind in kinds if kind not in SAVE_KINDS]
    if unknown or not kinds:
        shown = unknown[0] if unknown else text
        raise wrong_use(f"{shown!r} is none of {', '.join(SAVE_KINDS)}", "--save")
    return tuple(kind for kind in SAVE_KINDS if kind in kinds)


def methods_of(text: str, preset: str | None, variant: str | None) -> tuple[str, ...]:
    """``ID,ID``, each with the preset and variant asked for."""
    from core.errors import InputError
    from core.methods import method_entry

    ids = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not ids:
        raise wrong_use("name a method; see meshloupe methods", "--method")
    try:
        for method_id in ids:
            method_entry(method_id).variant(preset, variant)
    except InputError as error:
        raise wrong_use(str(error), "--method") from None
    return ids
