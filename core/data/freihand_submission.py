"""The file that FreiHAND's evaluation server takes: ``pred.json`` in a zip archive.

``pred.json`` is a list of two lists: N x (21, 3) joints and N x (778, 3) vertices, metres, camera
frame, in the order of the evaluation pictures.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data.checks import AGAIN, as_list, numbers
from core.data.freihand import VERTICES
from core.errors import InputError, OutputError
from core.files import write_atomically
from core.files.archives import CheckedZip

EVALUATION_COUNT = 3960
MEMBER = "pred.json"
_DIGITS = 6  # micrometres; the server's own precision is no finer


@dataclass(frozen=True, eq=False)
class HandPredictions:
    """Predictions in the order of the evaluation pictures.

    Attributes:
        joints: (N, 21, 3) float64 metres, camera frame.
        vertices: (N, 778, 3) float64 metres, camera frame.
    """

    joints: NDArray[np.float64]
    vertices: NDArray[np.float64]


def write_submission(
    path: str | Path,
    people: Iterable[tuple[ArrayLike, ArrayLike]],
    expected: int = EVALUATION_COUNT,
) -> Path:
    """Write the archive, one hand after the other, and read it back.

    Args:
        path: the zip file to make.
        people: (joints (21, 3), vertices (778, 3)) metres of each evaluation picture, in order.
        expected: how many there must be.

    Raises:
        InputError: another number of hands, a wrong shape, or numbers that are not finite.
        OutputError: it cannot be written or did not read back equal.
    """
    target = Path(path)
    joints, vertices = [], []
    for row, (hand_joints, hand_vertices) in enumerate(people):
        joints.append(_rounded(hand_joints, 21, f"joints of hand {row}", target))
        vertices.append(_rounded(hand_vertices, VERTICES, f"vertices of hand {row}", target))
    if len(joints) != expected:
        raise InputError(
            f"{len(joints)} hands where the server wants {expected}",
            path=target,
            cure="predict every picture of the evaluation split, in order",
        )
    with write_atomically(target) as temporary:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MEMBER, json.dumps([joints, vertices], separators=(",", ":")))
        if len(read_submission(temporary).joints) != expected:
            raise OutputError("did not read back equal", path=target, cure="write it again")
    return target


def read_submission(path: str | Path) -> HandPredictions:
    """The predictions of an archive for the server.

    Raises:
        InputError: no archive, no ``pred.json`` in it, or not the layout above.
        UnsafeFileError: the archive claims more than it holds.
    """
    path = Path(path)
    with CheckedZip(path) as archive:
        if MEMBER not in archive.members:
            raise InputError(f"holds no {MEMBER}", path=path, cure="give an archive for the server")
        data = archive.read(MEMBER)
    try:
        value = as_list(json.loads(data), path, MEMBER)
    except json.JSONDecodeError as error:
        raise InputError(f"its {MEMBER} is no JSON", path=path, cure=AGAIN) from error
    if len(value) != 2:
        raise InputError(f"its {MEMBER} is no pair of lists", path=path, cure=AGAIN)
    joints = numbers(value[0], (None, 21, 3), "joints", path)
    vertices = numbers(value[1], (len(joints), VERTICES, 3), "vertices", path)
    return HandPredictions(joints, vertices)


def _rounded(points: ArrayLike, count: int, name: str, path: Path) -> list[list[float]]:
    array = numbers(points, (count, 3), name, path)
    return np.round(array, _DIGITS).tolist()
