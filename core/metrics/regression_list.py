"""A list of people of a data set, to be measured again and again: failures that shall stay mended.

JSON: ``kind``, ``schema``, ``data``, ``split``, ``people`` (``row`` and ``key`` each). A text file with
one key a line is read as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.files.atomic import write_atomically

KIND = "MeshLoupe regression list"
SCHEMA = 1


@dataclass(frozen=True)
class ListedPerson:
    """A person: its key in the split, and where it was found (-1 unknown)."""

    key: str
    row: int = -1


@dataclass(frozen=True)
class RegressionList:
    """People of one split.

    Attributes:
        data, split: reader and split; empty when the list does not say.
        people: in the order of the list.
        note: what they have in common, for people.
    """

    data: str
    split: str
    people: tuple[ListedPerson, ...]
    note: str = ""


def write_regression_list(path: str | Path, listed: RegressionList) -> Path:
    """Write a list.

    Raises:
        OutputError: it cannot be written.
    """
    content = {
        "kind": KIND,
        "schema": SCHEMA,
        "data": listed.data,
        "split": listed.split,
        "note": listed.note,
        "people": [{"key": person.key, "row": person.row} for person in listed.people],
    }
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return Path(path)


def read_regression_list(path: str | Path) -> RegressionList:
    """Read a list.

    Raises:
        InputError: missing, empty, or not of this kind.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot be read as text", path=path, cure="check the name") from error
    if text.lstrip().startswith("{"):
        listed = _from_json(text, path)
    else:
        keys = [line.strip() for line in text.splitlines()]
        people = tuple(ListedPerson(key) for key in keys if key and not key.startswith("# "))
        listed = RegressionList("", "", people)
    if not listed.people:
        raise InputError("names nobody", path=path, cure="save a selection of people as a list")
    return listed


def _from_json(text: str, path: Path) -> RegressionList:
    try:
        content = json.loads(text)
        if content["kind"] != KIND or content["schema"] != SCHEMA:
            raise ValueError(content["kind"])
        people = tuple(
            ListedPerson(str(person["key"]), int(person.get("row", -1)))
            for person in content["people"]
        )
        note = str(content.get("note", ""))
        return RegressionList(str(content["data"]), str(content["split"]), people, note)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(
            "is no regression list", path=path, cure="save one in the window, or one key a line"
        ) from error
