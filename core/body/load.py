"""Bodies by name or file."""

from __future__ import annotations

from pathlib import Path

from core.body.asset import EMBEDDED, read_embedded
from core.body.model import BodyModel


def load_body(name_or_path: str | Path = "embedded") -> BodyModel:
    """A body: ``embedded``, ``embedded_hand``, or a user's SMPL or MANO file (.pkl, .npz).

    Nothing in a user's file is executed.

    Raises:
        BodyError: no such body, or the file holds no SMPL or MANO model.
        InputError, UnsafeFileError: the file cannot be read.
    """
    if str(name_or_path) in EMBEDDED:
        return BodyModel(read_embedded(str(name_or_path)))
    from core.body.smpl_files import read_smpl_file

    return BodyModel(read_smpl_file(Path(name_or_path)))
