"""TSV files with a line index, and the small YAML that names them, as METRO's code keeps data sets.

``x.tsv`` has one row a line; ``x.lineidx`` beside it holds the byte where each row starts. A missing
line index is made and kept in the cache.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.checks import AGAIN, need_file
from core.data.index import Progress, cached_index, no_progress
from core.errors import InputError

YamlValue = str | list[str]
_ENTRY = re.compile(r"([A-Za-z_]\w*)\s*:\s*(.*)")


class TsvFile:
    """Rows of a TSV file by number.

    Args:
        path: the file; its line index is looked for beside it.
        progress: told while a missing line index is made.

    Attributes:
        path: as given.
        offsets: (N,) int64, where each row starts.
    """

    def __init__(self, path: Path, progress: Progress = no_progress) -> None:
        self.path = need_file(path, "put the TSV files beside their YAML file")
        self.offsets: NDArray[np.int64] = np.asarray(self._read_offsets(progress), np.int64)

    def _read_offsets(self, progress: Progress) -> NDArray[np.int64]:
        beside = self.path.with_suffix(".lineidx")
        if beside.is_file():
            offsets = np.array(read_numbers(beside, 1), np.int64).reshape(-1)
            size = self.path.stat().st_size
            if len(offsets) and not (
                offsets[0] == 0 and (np.diff(offsets) > 0).all() and offsets[-1] < size
            ):
                raise InputError(
                    f"does not fit {self.path.name}, which may be cut off",
                    path=beside,
                    cure=f"{AGAIN}, or delete this index: it will be made again",
                )
            return offsets
        made = cached_index(
            "tsv-1", [self.path], lambda tell: {"offsets": self._scan(tell)}, progress=progress
        )
        return made["offsets"]

    def _scan(self, tell: Progress) -> NDArray[np.int64]:
        offsets, place, size = [], 0, self.path.stat().st_size
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream):
                if number % 1000 == 0:
                    tell(place / max(size, 1), self.path.name)
                offsets.append(place)
                place += len(line)
        tell(1.0, "done")
        return np.array(offsets, np.int64)

    def __len__(self) -> int:
        return len(self.offsets)

    def row(self, number: int) -> list[str]:
        """The columns of a row.

        Raises:
            InputError: there is no such row, or it is no text.
        """
        if not 0 <= number < len(self):
            raise InputError(
                f"has {len(self)} rows, no number {number}", path=self.path, cure=AGAIN
            )
        try:
            with self.path.open("rb") as stream:
                stream.seek(int(self.offsets[number]))
                return stream.readline().decode("utf-8").rstrip("\r\n").split("\t")
        except UnicodeDecodeError as error:
            raise InputError(f"row {number} is no text", path=self.path, cure=AGAIN) from error


class TsvStack:
    """Rows of one TSV file, chosen by a line list, or of several, chosen by a composite list.

    Args:
        files: the TSV files.
        rows: (N, 2) int, file and row number of each item.
    """

    def __init__(self, files: Sequence[TsvFile], rows: NDArray[np.int64]) -> None:
        self.files, self.rows = files, rows

    def __len__(self) -> int:
        return len(self.rows)

    def place(self, item: int) -> tuple[Path, int]:
        """File and byte where the item's row starts."""
        source, number = self._source(item)
        if not 0 <= number < len(source):
            raise InputError(
                f"has {len(source)} rows, no number {number}", path=source.path, cure=AGAIN
            )
        return source.path, int(source.offsets[number])

    def row(self, item: int) -> list[str]:
        """The columns of the item's row."""
        source, number = self._source(item)
        return source.row(number)

    def _source(self, item: int) -> tuple[TsvFile, int]:
        source, number = (int(value) for value in self.rows[item])
        if not 0 <= source < len(self.files):
            raise InputError(
                f"a composite list names file {source} of {len(self.files)}",
                path=self.files[0].path.parent,
                cure=AGAIN,
            )
        return self.files[source], number


def read_numbers(path: Path, columns: int) -> list[list[int]]:
    """Whole numbers, ``columns`` a line, separated by tabs.

    Raises:
        InputError: missing, or something else in it.
    """
    need_file(path, "put the list beside the TSV files")
    try:
        found = [[int(word) for word in line.split()] for line in path.open(encoding="utf-8")]
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError("is no list of whole numbers", path=path, cure=AGAIN) from error
    if any(len(line) != columns for line in found):
        raise InputError(f"must have {columns} numbers a line", path=path, cure=AGAIN)
    return found


def read_flat_yaml(path: Path) -> dict[str, YamlValue]:
    """``key: value`` lines and lists of texts: all that METRO's data sets use of YAML.

    Raises:
        InputError: missing, or anything else in it.
    """
    need_file(path, "name the YAML file of a data set")
    found: dict[str, YamlValue] = {}
    key = ""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError("is no text", path=path, cure=AGAIN) from error
    for number, line in enumerate(lines, 1):
        bare = line.split("#")[0].strip()
        if not bare or bare == "---":
            continue
        entry = _ENTRY.fullmatch(bare)
        if entry and not bare.startswith("-"):
            key, text = entry[1], entry[2].strip()
            found[key] = _listed(text) if text.startswith("[") else _plain(text)
            continue
        items = found.get(key)
        if not bare.startswith("-") or items is None or (isinstance(items, str) and items):
            raise InputError(f"line {number} is not understood", path=path, cure=AGAIN)
        found[key] = [*(items if isinstance(items, list) else []), _plain(bare[1:])]
    return found


def _plain(text: str) -> str:
    return text.strip().strip("'\"")


def _listed(text: str) -> list[str]:
    return [_plain(word) for word in text.strip("[]").split(",") if word.strip()]
