"""Taking a user's file in: recognised first, kept by content, refused when of no use."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError
from core.weights.recognise import inspect_file
from core.weights.user_folder import StoredFile, store_file


def add_file(path: str | Path) -> StoredFile:
    """Recognise a file and keep a copy in the user's folder.

    Raises:
        InputError: MeshLoupe has no use for it, or it is damaged.
        UnsafeFileError: it asks to run code.
        OutputError: the folder cannot be written to.
    """
    report = inspect_file(path)
    if report.kind == "unknown":
        raise InputError(
            report.title,
            path=path,
            cure="see what it holds with `meshloupe weights inspect FILE`; "
            "a file of your own network can be given to --weights",
        )
    return store_file(
        path,
        kind=report.kind,
        title=report.title,
        method=report.method,
        preset=report.preset,
        variant=report.variant,
    )
