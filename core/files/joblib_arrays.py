"""What joblib adds to a pickle: arrays whose bytes follow their description, and zlib around it all.

4D-Humans and PHALP keep their tracks that way (``joblib.dump(tracks, path, compress=3)``). Read from the
layout alone; joblib is not needed, and objects inside of arrays are refused.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from core.errors import InputError, UnsafeFileError
from core.files.claims import checked_count
from core.files.limits import InertObject, Limits
from core.files.machine import PickleMachine

WRAPPER = ("joblib.numpy_pickle", "NumpyArrayWrapper")
ZLIB_HEADS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
# Numbers of people shrink to a third; more than this is a file made to fill the memory.
MOST_EXPANSION = 64


def is_wrapper(value: Any) -> bool:
    """Whether the bytes of an array follow in the file."""
    return isinstance(value, InertObject) and (value.module, value.name) == WRAPPER


def array_after(machine: PickleMachine, wrapper: InertObject) -> np.ndarray:
    """The array whose bytes follow; the machine stands behind them afterwards.

    Raises:
        InputError: the file ends before.
        UnsafeFileError: it is no plain array.
    """
    told = wrapper.attributes
    dtype, shape = told["dtype"], told["shape"]
    if not isinstance(dtype, np.dtype) or dtype.hasobject or dtype.fields is not None:
        raise UnsafeFileError(
            "an array has a data type that is not read", cure="save plain number arrays instead"
        )
    if told.get("numpy_array_alignment_bytes") is not None:
        machine.take(machine.number("<B"))
    if not isinstance(shape, tuple) or not all(isinstance(side, int) for side in shape):
        raise ValueError("bad shape")
    size = dtype.itemsize
    for side in shape:
        size *= side
    raw = machine.take(size)
    checked_count(shape, dtype, raw)
    machine.budget.spend(size)
    order = "F" if told.get("order") == "F" else "C"
    return np.frombuffer(raw, dtype).copy().reshape(shape, order=order)


def unpacked(data: Any, limits: Limits) -> Any:
    """The bytes inside of a zlib stream; anything else as it is.

    Raises:
        InputError: the stream is damaged or cut off.
        UnsafeFileError: it would fill the memory.
    """
    if bytes(data[:2]) not in ZLIB_HEADS:
        return data
    most = min(limits.unpacked, MOST_EXPANSION * len(data) + limits.slack)
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(data, most)
    except zlib.error as error:
        raise InputError(
            "the compressed file is damaged", cure="get it from its source again"
        ) from error
    if stream.unconsumed_tail:
        raise UnsafeFileError(
            "the file claims far more data than it holds", cure="get it from its source again"
        )
    if not stream.eof:
        raise InputError(
            "the file ends in the middle of its data", cure="download or copy it again"
        )
    return found
