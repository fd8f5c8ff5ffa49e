"""Ground truth that lies beside a picture."""

from __future__ import annotations

from pathlib import Path

from core.export import read_truth, truth_path
from core.types import Truth


def truth_for(path: str | Path | None, frame: int | None = None) -> Truth | None:
    """Truth of the first person in ``<picture>.truth.npz``; None if there is no such file.

    Args:
        path: the picture (``Frame.path``).
        frame: frame number in a video.

    Raises:
        InputError, UnsafeFileError: the file is there but cannot be used.
    """
    people = truths_for(path, frame)
    return people[0] if people else None


def truths_for(path: str | Path | None, frame: int | None = None) -> tuple[Truth, ...]:
    """Truth of all people; empty if there is no file."""
    if path is None or not truth_path(path).is_file():
        return ()
    return read_truth(truth_path(path), frame)
