"""Joints by name: from whatever a detector, file or hand gives to the set that a method reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.types import Detection

MIN_KNOWN_JOINTS = 4


def canonical_joint_name(name: str) -> str:
    """``left_shoulder``, ``LShoulder``, ``l.shoulder`` and ``L_Shoulder`` all as ``l_shoulder``."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name.replace("_", " "))
    lowered = [word.lower() for word in words]
    side = {"left": "l", "right": "r"}
    return "_".join(side.get(word, word) for word in lowered)


def match_joints(
    detection: Detection, wanted: Sequence[str], *, where: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Joints of ``detection`` in the order ``wanted``.

    Args:
        detection: a person with joints in any joint set.
        wanted: K joint names of the method.
        where: the frame, for the message.

    Returns:
        (K, 2) float32 picture pixels, 0 where unknown, and (K,) float32 scores, 0 where unknown.

    Raises:
        InputError: no joints, or fewer than four of them are known to the method.
    """
    if detection.joints_2d is None or detection.joint_scores is None:
        raise InputError(
            "this method needs 2D joints of the person, and there are none",
            path=where,
            cure="give --joints FILE, place them by hand in the window, or use a pose detector",
        )
    row_of = {canonical_joint_name(name): row for row, name in enumerate(detection.joint_names)}
    joints = np.zeros((len(wanted), 2), dtype=np.float32)
    scores = np.zeros(len(wanted), dtype=np.float32)
    for column, name in enumerate(wanted):
        row = row_of.get(canonical_joint_name(name))
        if row is None or not np.isfinite(detection.joints_2d[row]).all():
            continue
        joints[column] = detection.joints_2d[row]
        scores[column] = detection.joint_scores[row]
    known = int((scores > 0).sum())
    if known < MIN_KNOWN_JOINTS:
        raise InputError(
            f"only {known} of the joints given are known to the method"
            f" ({', '.join(detection.joint_names[:3])}, ... given)",
            path=where,
            cure=f"name joints as in: {', '.join(wanted[:14])}",
        )
    return joints, scores
