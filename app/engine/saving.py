"""The numbers behind the views of one person, as one NPZ file."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.files.atomic import write_atomically
from core.types import Reconstruction, TokenSet

Arrays = dict[str, NDArray]


def save_records(person: Reconstruction, path: Path) -> None:
    """Write every array of every record of a person.

    Names are ``<number>.<record name>.<field>``; names of tokens become arrays of text.

    Raises:
        OutputError: the file cannot be written.
    """
    arrays: Arrays = {"vertices": person.vertices_camera, "joints_2d": person.joints_2d}
    arrays["method"] = np.array(f"{person.method}/{person.preset}/{person.variant}")
    for number, record in enumerate(person.records):
        title = record.name.replace("/", " ")
        arrays.update(_arrays_of(record, f"{number}.{title}"))
    with write_atomically(path) as part:
        np.savez_compressed(part, allow_pickle=False, **arrays)


def save_matrix(
    path: Path, title: str, matrix: NDArray[np.float32], queries: TokenSet, keys: TokenSet
) -> None:
    """Write a token matrix (queries, keys) with what its rows and columns are.

    Raises:
        OutputError: the file cannot be written.
    """
    arrays: Arrays = {"title": np.array(title), "attention": matrix}
    arrays.update(_arrays_of(queries, "queries") | _arrays_of(keys, "keys"))
    with write_atomically(path) as part, part.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)


def _arrays_of(value: object, prefix: str) -> Arrays:
    found: Arrays = {}
    if not is_dataclass(value):
        return found
    for field in fields(value):
        part = getattr(value, field.name)
        name = f"{prefix}.{field.name}"
        if is_dataclass(part):
            found.update(_arrays_of(part, name))
        elif isinstance(part, np.ndarray):
            found[name] = part
        elif part is not None and field.name != "name":
            found[name] = np.array(part)
    return found
