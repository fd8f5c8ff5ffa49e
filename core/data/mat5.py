"""MATLAB files of version 5 to 7, read with every size checked.

The common reader of such files crashes the process on damaged ones, so this is our own, of what data
sets hold: numbers, text, cells and structures, compressed or not. Numbers come out as arrays in
MATLAB's shape, text as ``str``, a cell as an object array, a structure of one element as a ``dict``, of
several as an object array of dicts. Anything else (objects, functions, sparse) is None.

Format: "MAT-File Format" of the MathWorks, chapter on level 5.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError, UnsafeFileError
from core.files.opening import map_file, naming

_HEADER = 128
_TYPES = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
_TEXTS = {1: "utf-8", 2: "utf-8", 4: "utf-16", 16: "utf-8", 17: "utf-16"}
_MATRIX, _COMPRESSED = 14, 15
_CELL, _STRUCT, _CHAR = 1, 2, 4
_NUMBERS = range(6, 16)
_MAX_DEPTH = 32
_MAX_UNPACKED = 2 * 2**30
_AGAIN = "download or copy the file again"


def read_mat(path: str | Path, names: Collection[str] = ()) -> dict[str, Any]:
    """The variables of a file by name.

    Args:
        path: the file.
        names: which variables are wanted; empty for all.

    Raises:
        InputError: missing, damaged, of another version, or no MATLAB file.
        UnsafeFileError: it claims sizes that it cannot have.
    """
    with naming(path):
        data = bytes(map_file(path))
        if data[:20].startswith(b"MATLAB 7.3"):
            raise InputError("is of MATLAB version 7.3, not 5 to 7", cure=_AGAIN)
        order = {b"IM": "<", b"MI": ">"}.get(data[126:_HEADER])
        if order is None:
            raise InputError("is no MATLAB file of version 5 to 7", cure=_AGAIN)
        found: dict[str, Any] = {}
        place = _HEADER
        reader = _Reader(data, order)
        while place < len(data):
            kind, start, stop, place = reader.element(place, len(data))
            inner, span = reader, (kind, start, stop)
            if kind == _COMPRESSED:
                inner = _Reader(_unpacked(data[start:stop]), order)
                span = inner.element(0, len(inner.data))[:3]
            if span[0] == _MATRIX:
                name, value = inner.matrix(span[1], span[2], names)
                if name and (not names or name in names):
                    found[name] = value
        return found


def _unpacked(data: bytes) -> bytes:
    machine = zlib.decompressobj()
    try:
        unpacked = machine.decompress(data, _MAX_UNPACKED)
    except zlib.error as error:
        raise InputError("has a damaged part", cure=_AGAIN) from error
    if machine.unconsumed_tail:
        raise UnsafeFileError("unpacks to far more than it holds", cure="do not use this file")
    if not machine.eof:
        raise InputError("is cut off", cure=_AGAIN)
    return unpacked


class _Reader:
    """Elements of a run of bytes; no place or size is believed."""

    def __init__(self, data: bytes, order: str) -> None:
        self.data, self._order = data, order
        self._endian = "little" if order == "<" else "big"

    def _number(self, place: int) -> int:
        return int.from_bytes(self.data[place : place + 4], self._endian)  # type: ignore[arg-type]

    def element(self, place: int, end: int) -> tuple[int, int, int, int]:
        """(type, start, stop, place of the next) of the element at ``place``, which ends by ``end``."""
        if place + 8 > end:
            raise InputError("is cut off", cure=_AGAIN)
        first = self._number(place)
        if first >> 16:
            size, start = first >> 16, place + 4
            if size > 4:
                raise InputError("has a damaged part", cure=_AGAIN)
            return first & 0xFFFF, start, start + size, place + 8
        size, start = self._number(place + 4), place + 8
        stop = start + size
        if stop > end:
            raise InputError("is cut off", cure=_AGAIN)
        following = stop if first == _COMPRESSED else stop + -size % 8
        return first, start, stop, min(following, end)

    def _array(self, place: int, end: int) -> tuple[np.ndarray, int]:
        """Numbers of an element, and the place of the next one."""
        kind, start, stop, following = self.element(place, end)
        if kind not in _TYPES:
            raise InputError("has a damaged part", cure=_AGAIN)
        dtype = np.dtype(self._order + _TYPES[kind])
        if (stop - start) % dtype.itemsize:
            raise InputError("has a damaged part", cure=_AGAIN)
        return np.frombuffer(self.data[start:stop], dtype), following

    def matrix(
        self, start: int, stop: int, names: Collection[str] = (), depth: int = 0
    ) -> tuple[str, Any]:
        """(name, value) of a matrix element; variables that are not wanted are not read."""
        if depth > _MAX_DEPTH:
            raise UnsafeFileError("is nested without end", cure="do not use this file")
        if start == stop:
            return "", np.zeros((0, 0))
        flags, place = self._array(start, stop)
        dims, place = self._array(place, stop)
        kind, name_start, name_stop, place = self.element(place, stop)
        name = self.data[name_start:name_stop].decode("latin-1")
        if len(flags) < 1 or kind != 1 or len(dims) < 2 or len(dims) > 8 or (dims < 0).any():
            raise InputError("has a damaged part", cure=_AGAIN)
        shape = tuple(int(side) for side in dims)
        if math.prod(shape) > max(stop - place, 0):
            raise UnsafeFileError("claims more values than it holds", cure=_AGAIN)
        if depth == 0 and names and name not in names:
            return name, None
        return name, self._value(int(flags[0]) & 0xFF, shape, place, stop, depth)

    def _value(self, kind: int, shape: tuple[int, ...], place: int, stop: int, depth: int) -> Any:
        if kind in _NUMBERS:
            values, _ = self._array(place, stop)
            if len(values) != math.prod(shape):
                raise InputError("has a damaged part", cure=_AGAIN)
            return values.reshape(shape, order="F")
        if kind == _CHAR:
            return self._text(shape, place, stop)
        if kind == _CELL:
            cells, _ = self._items(math.prod(shape), place, stop, depth)
            return _objects(cells).reshape(shape, order="F")
        if kind == _STRUCT:
            return self._structure(shape, place, stop, depth)
        return None

    def _text(self, shape: tuple[int, ...], place: int, stop: int) -> str:
        if not math.prod(shape):
            return ""
        kind, start, end, _ = self.element(place, stop)
        if kind not in _TEXTS:
            raise InputError("has a damaged part", cure=_AGAIN)
        code = _TEXTS[kind]
        if code == "utf-16":
            code = "utf-16-le" if self._order == "<" else "utf-16-be"
        return self.data[start:end].decode(code, "replace")

    def _items(self, count: int, place: int, stop: int, depth: int) -> tuple[list[Any], int]:
        items = []
        for _ in range(count):
            kind, start, end, place = self.element(place, stop)
            if kind != _MATRIX:
                raise InputError("has a damaged part", cure=_AGAIN)
            items.append(self.matrix(start, end, depth=depth + 1)[1])
        return items, place

    def _structure(self, shape: tuple[int, ...], place: int, stop: int, depth: int) -> Any:
        length, place = self._array(place, stop)
        _, start, end, place = self.element(place, stop)
        width = int(length[0]) if len(length) == 1 else 0
        if not 0 < width <= 64 or (end - start) % width:
            raise InputError("has a damaged part", cure=_AGAIN)
        keys = [
            self.data[at : at + width].split(b"\0")[0].decode("latin-1")
            for at in range(start, end, width)
        ]
        rows: list[dict[str, Any]] = []
        for _ in range(math.prod(shape)):
            items, place = self._items(len(keys), place, stop, depth)
            rows.append(dict(zip(keys, items, strict=True)))
        return rows[0] if len(rows) == 1 else _objects(rows)


def _objects(items: list[Any]) -> np.ndarray:
    """(N,) object array, also of items that are arrays themselves."""
    array = np.empty(len(items), object)
    for row, item in enumerate(items):
        array[row] = item
    return array
