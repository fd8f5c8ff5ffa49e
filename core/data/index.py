"""Indices of data sets: made once, kept as plain arrays in the user's cache folder, mapped on use.

An index belongs to the files that it was made from: it is found by their names, sizes and times and
by the version of its reader, so that a changed file makes a new one. A damaged index is made again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from core.errors import InputError, OutputError

Progress = Callable[[float, str], None]
"""Called with the share done in [0, 1] and what is being read."""
Index = Mapping[str, np.ndarray]


def no_progress(_done: float, _what: str) -> None:
    """For callers that show no progress."""


def cache_dir() -> Path:
    """The folder of what can be made again: under ``MESHLOUPE_HOME``, else the system's cache."""
    chosen = os.environ.get("MESHLOUPE_HOME", "")
    if chosen:
        return Path(chosen) / "cache"
    import platformdirs  # on use: a machine that trains may have MESHLOUPE_HOME instead

    return Path(platformdirs.user_cache_dir("meshloupe", False))


def cached_index(
    reader: str,
    sources: Sequence[Path],
    build: Callable[[Progress], Index],
    *,
    options: str = "",
    progress: Progress = no_progress,
) -> Index:
    """The index of ``sources``, from the cache if it is there, else built and kept.

    Args:
        reader: name and version of the reader, e.g. ``freihand-1``.
        sources: every file or folder that the index depends on.
        build: makes the arrays (numbers and text, first axis people or pictures).
        options: what else the result depends on.

    Returns:
        Read-only arrays, mapped from disk.

    Raises:
        InputError: a source is missing; whatever ``build`` raises.
    """
    folder = cache_dir() / "datasets" / _name(reader, sources, options)
    found = _load(folder)
    if found is not None:
        return found
    arrays = build(progress)
    try:
        _store(folder, arrays)
    except OSError as error:
        raise OutputError(
            f"the index cannot be kept ({error.strerror})",
            path=folder,
            cure="free some space, or set MESHLOUPE_HOME to another folder",
        ) from error
    return _load(folder) or arrays


def _name(reader: str, sources: Sequence[Path], options: str) -> str:
    digest = hashlib.sha256(f"{reader}\n{options}".encode())
    for source in sources:
        try:
            state = source.stat()
        except OSError as error:
            raise InputError("there is no such file", path=source, cure="check the name") from error
        digest.update(f"\n{source.resolve()} {state.st_size} {state.st_mtime_ns}".encode())
    return f"{reader}-{digest.hexdigest()[:20]}"


def _load(folder: Path) -> Index | None:
    try:
        names = (folder / "complete").read_text("utf-8").split()
        return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in names}
    except (OSError, ValueError, EOFError):
        return None


def _store(folder: Path, arrays: Index) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".making-"))
    try:
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", np.asarray(array), allow_pickle=False)
        (temporary / "complete").write_text("\n".join(arrays), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)
    except OSError:
        # Another process may have kept the same index meanwhile; its folder is as good.
        if _load(folder) is None:
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
