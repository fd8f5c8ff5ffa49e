"""Opening a file of a stranger: memory-mapped bytes, and errors that name the file."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import InputError, MeshLoupeError


def require_no_device(path: str | Path) -> None:
    """Refuse pipes, sockets and devices: opening one can wait for ever.

    Raises:
        InputError: it is one.
    """
    place = Path(path)
    if place.exists() and not place.is_file() and not place.is_dir():
        raise InputError(
            "is a pipe or a device, not a file", path=path, cure="copy what it gives into a file"
        )


def map_file(path: str | Path) -> mmap.mmap:
    """The file's bytes as a private copy-on-write map: pages load on use, writes never reach the disk.

    Raises:
        InputError: there is no such file, it is a folder, empty or not readable.
    """
    require_no_device(path)
    try:
        with Path(path).open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
    except FileNotFoundError as error:
        raise InputError("there is no such file", path=path, cure="check the name") from error
    except IsADirectoryError as error:
        raise InputError("this is a folder", path=path, cure="name a file in it") from error
    except ValueError as error:
        raise InputError("the file is empty", path=path, cure="get it again") from error
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from error


@contextmanager
def naming(path: str | Path) -> Iterator[None]:
    """Put the file's name in front of errors that do not carry one yet."""
    try:
        yield
    except MeshLoupeError as error:
        if error.path is not None:
            raise
        raise type(error)(error.what, path=path, cure=error.cure) from error


def file_sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    try:
        with Path(path).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from error
