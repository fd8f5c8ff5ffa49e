"""What a file claims about keys, arrays and data types, checked before anything is made of it."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from core.errors import UnsafeFileError
from core.files.limits import Budget, GlobalName

# What damaged instructions run into; every one becomes a clear error with the file's name.
DAMAGE = (
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
    AttributeError,
    struct.error,
)


def checked_key(key: Any) -> Any:
    """``key`` if it is a harmless dictionary key.

    Deep or widely shared tuples would take endless time to hash, and so would chosen big integers.
    """
    pending, seen = [key], 0
    while pending:
        item = pending.pop()
        seen += 1
        if isinstance(item, (tuple, frozenset)) and not isinstance(item, GlobalName):
            if seen > 64 or len(item) > 64:
                raise UnsafeFileError("a dictionary key is too large", cure="do not use this file")
            pending.extend(item)
        elif isinstance(item, int) and item.bit_length() > 64:
            raise UnsafeFileError("a dictionary key is too large", cure="do not use this file")
    return key


def set_array_state(budget: Budget, array: np.ndarray, state: Any) -> None:
    """Fill a rebuilt array, after every claim about it has been checked."""
    shape, dtype, fortran, raw = state[-4:]
    if isinstance(raw, str):
        raw = raw.encode("latin-1")
    if not isinstance(dtype, np.dtype) or dtype.fields is not None or dtype.subdtype is not None:
        raise UnsafeFileError("arrays of records are not read", cure="save plain arrays instead")
    checked_count(shape, dtype, raw)
    budget.spend(8 * len(raw) if dtype.hasobject else len(raw))
    array.__setstate__((1, shape, dtype, bool(fortran), raw))  # type: ignore[arg-type]


def checked_count(shape: Any, dtype: np.dtype, raw: Any) -> int:
    """Number of entries of ``shape``, if ``raw`` (bytes, or a list of objects) holds just as many."""
    if not isinstance(shape, tuple) or len(shape) > 32:
        raise ValueError("bad shape")
    count = 1
    for side in shape:
        if not isinstance(side, int) or not 0 <= side < 2**40:
            raise ValueError("bad shape")
        count *= side
    if dtype.hasobject:
        fits = dtype == np.dtype(object) and isinstance(raw, list) and len(raw) == count
    else:
        fits = isinstance(raw, (bytes, bytearray)) and len(raw) == count * dtype.itemsize
    if not fits:
        raise UnsafeFileError(
            f"an array claims the shape {shape} but the file holds another amount of data",
            cure="get the file from its source again",
        )
    return count


def set_dtype_state(dtype: np.dtype, state: Any) -> None:
    """Set the byte order of a rebuilt plain dtype; record layouts are refused."""
    order, subdtype, names, fields = state[1:5]
    plain = subdtype is None and not names and not fields
    if not plain or order not in ("<", ">", "|", "="):
        raise UnsafeFileError("arrays of records are not read", cure="save plain arrays instead")
    if dtype.kind in "biufc":
        dtype.__setstate__((3, order, None, None, None, -1, -1, 0))  # type: ignore[attr-defined]
    elif order == ">":
        raise UnsafeFileError("big-endian text is not read", cure="save it on a usual machine")
