"""Which joints are joined by a line, and which side of the person a joint is on. Names only."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from app.settings.language import mark, tr

Side = Literal["left", "right", "middle"]

# Lines between the names of the 14 body joints and the extra marks; missing names are skipped.
BONES: tuple[tuple[str, str], ...] = (
    ("R_Ankle", "R_Knee"),
    ("R_Knee", "R_Hip"),
    ("L_Ankle", "L_Knee"),
    ("L_Knee", "L_Hip"),
    ("R_Hip", "L_Hip"),
    ("R_Hip", "R_Shoulder"),
    ("L_Hip", "L_Shoulder"),
    ("R_Shoulder", "L_Shoulder"),
    ("R_Wrist", "R_Elbow"),
    ("R_Elbow", "R_Shoulder"),
    ("L_Wrist", "L_Elbow"),
    ("L_Elbow", "L_Shoulder"),
    ("R_Shoulder", "Neck"),
    ("L_Shoulder", "Neck"),
    ("Neck", "Head_top"),
    ("Nose", "L_Eye"),
    ("Nose", "R_Eye"),
    ("L_Eye", "L_Ear"),
    ("R_Eye", "R_Ear"),
    ("L_Ankle", "L_Heel"),
    ("R_Ankle", "R_Heel"),
    ("L_Heel", "L_Big_Toe"),
    ("R_Heel", "R_Big_Toe"),
    ("L_Ankle", "L_Big_Toe"),
    ("R_Ankle", "R_Big_Toe"),
)

# Limbs whose depth a person can set: (title, parent, child).
LIMBS: tuple[tuple[str, str, str], ...] = (
    (mark("Right upper arm"), "R_Shoulder", "R_Elbow"),
    (mark("Right forearm"), "R_Elbow", "R_Wrist"),
    (mark("Left upper arm"), "L_Shoulder", "L_Elbow"),
    (mark("Left forearm"), "L_Elbow", "L_Wrist"),
    (mark("Right thigh"), "R_Hip", "R_Knee"),
    (mark("Right shin"), "R_Knee", "R_Ankle"),
    (mark("Left thigh"), "L_Hip", "L_Knee"),
    (mark("Left shin"), "L_Knee", "L_Ankle"),
)

# The hand: each finger runs from the wrist; 21 joints in the order of the hand methods.
_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Pinky")

# Names of joints as `plain_name` says them in other languages.
SPOKEN = (
    mark("left ankle"),
    mark("right ankle"),
    mark("left knee"),
    mark("right knee"),
    mark("left hip"),
    mark("right hip"),
    mark("left wrist"),
    mark("right wrist"),
    mark("left elbow"),
    mark("right elbow"),
    mark("left shoulder"),
    mark("right shoulder"),
    mark("left eye"),
    mark("right eye"),
    mark("left ear"),
    mark("right ear"),
    mark("left heel"),
    mark("right heel"),
    mark("left big toe"),
    mark("right big toe"),
    mark("neck"),
    mark("head top"),
    mark("nose"),
    mark("pelvis"),
)


@cache
def side_of(name: str) -> Side:
    """Side of the person by the name's first letters (``L_``, ``left_``, ``R_``, ``right_``)."""
    short = canonical_name(name)
    if short.startswith("l_"):
        return "left"
    return "right" if short.startswith("r_") else "middle"


@cache
def canonical_name(name: str) -> str:
    """``left_knee`` and ``L_Knee`` both as ``l_knee``."""
    lowered = name.lower()
    return re.sub(r"^(left|right)_", lambda match: match[1][0] + "_", lowered)


@cache
def bones_of(names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Index pairs of the lines that can be drawn between ``names``."""
    place = {canonical_name(name): number for number, name in enumerate(names)}
    pairs = [
        (place[canonical_name(a)], place[canonical_name(b)])
        for a, b in BONES
        if canonical_name(a) in place and canonical_name(b) in place
    ]
    return tuple(pairs) if pairs else _hand_bones(names)


def _hand_bones(names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Chains wrist - finger for 21 hand joints named after their fingers."""
    if len(names) != 21:
        return ()
    pairs: list[tuple[int, int]] = []
    for finger in _FINGERS:
        chain = [number for number, name in enumerate(names) if finger.lower() in name.lower()]
        pairs += list(zip([0, *chain], chain, strict=False))
    return tuple(pairs)


def plain_name(name: str) -> str:
    """``R_Knee`` as a person says it: ``right knee``."""
    short = canonical_name(name)
    words = {"l_": "left ", "r_": "right "}
    prefix = words.get(short[:2], "")
    return tr(prefix + (short[2:] if prefix else short).replace("_", " "))
