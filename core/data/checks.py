"""Reading annotation files with errors that name the file, what is wrong in it, and the cure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.files.inert import read_npy, read_npz, read_pickle

AGAIN = "download or copy the file again"
LAYOUT = "check that the files are the data set's own, of the version named in docs/protocols.md"


def need_folder(path: Path, cure: str) -> Path:
    """The folder, if it is one.

    Raises:
        InputError: there is no such folder.
    """
    if not path.is_dir():
        raise InputError("there is no such folder", path=path, cure=cure)
    return path


def need_file(path: Path, cure: str) -> Path:
    """The file, if it is there.

    Raises:
        InputError: there is no such file.
    """
    if not path.is_file():
        raise InputError("there is no such file", path=path, cure=cure)
    return path


def read_json(path: Path, cure: str = AGAIN) -> Any:
    """The value of a JSON file.

    Raises:
        InputError: missing, cut off, or no JSON.
    """
    need_file(path, cure)
    try:
        with path.open("rb") as stream:
            return json.load(stream)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("is cut off or is no JSON", path=path, cure=AGAIN) from error
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from error


@contextmanager
def reading(path: Path, what: str = "the expected layout") -> Iterator[None]:
    """Turn a missing key or a value of the wrong kind into an error that names the file."""
    try:
        yield
    except KeyError as error:
        raise InputError(f"lacks {error.args[0]!r}", path=path, cure=LAYOUT) from error
    except (TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"has not {what} ({reason})", path=path, cure=LAYOUT) from error


def numbers(
    value: Any, shape: Sequence[int | None], name: str, path: Path, *, finite: bool = True
) -> NDArray[np.float64]:
    """An array of numbers of the shape, None standing for any length.

    Args:
        finite: refuse NaN and infinity; marks may have them where unknown.

    Raises:
        InputError: not numbers, or of another shape.
    """
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} is no array of numbers", path=path, cure=LAYOUT) from error
    fits = array.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if side is None else str(side) for side in shape)
        raise InputError(
            f"{name} has shape {array.shape}, expected ({wanted})", path=path, cure=LAYOUT
        )
    if finite and not np.isfinite(array).all():
        raise InputError(f"{name} has numbers that are not finite", path=path, cure=LAYOUT)
    return array


def as_mapping(value: Any, path: Path, name: str = "the file") -> Mapping[Any, Any]:
    """The value, if it is a table of named values.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{name} is no table of named values", path=path, cure=LAYOUT)
    return value


def as_list(value: Any, path: Path, name: str = "the file") -> Sequence[Any]:
    """The value, if it is a list.

    Raises:
        InputError: it is something else.
    """
    if isinstance(value, np.ndarray):
        return list(value)
    if not isinstance(value, (list, tuple)):
        raise InputError(f"{name} is no list", path=path, cure=LAYOUT)
    return value


def read_pickle_table(path: Path) -> Mapping[Any, Any]:
    """A pickled table of named values; nothing in the file is executed."""
    need_file(path, AGAIN)
    return as_mapping(read_pickle(path), path)


def read_array(path: Path, shape: Sequence[int | None], name: str) -> NDArray[np.float64]:
    """A ``.npy`` array of numbers; nothing in the file is executed."""
    need_file(path, AGAIN)
    return numbers(read_npy(path), shape, name, path)


def read_arrays(path: Path, needed: Sequence[str]) -> dict[str, np.ndarray]:
    """The arrays of a ``.npz``; nothing in the file is executed.

    Raises:
        InputError: it cannot be read, or lacks one of ``needed``.
    """
    need_file(path, AGAIN)
    arrays = read_npz(path)
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise InputError(f"lacks the array {', '.join(missing)}", path=path, cure=LAYOUT)
    return arrays
