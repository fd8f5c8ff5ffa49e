"""Reading pickles and numpy archives without executing anything in them.

``read_pickle`` takes body models of any vintage (Python 2, chumpy, scipy inside), ``read_npz`` and
``read_npy`` numpy's files including object arrays. Files of torch: `core.files.torch_files`.
"""

from __future__ import annotations

import io
import tokenize
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError, UnsafeFileError
from core.files.archives import CheckedZip
from core.files.claims import DAMAGE
from core.files.instructions import run
from core.files.joblib_arrays import unpacked
from core.files.limits import DEFAULT_LIMITS, InertObject, Limits
from core.files.machine import PickleMachine
from core.files.opening import map_file, naming
from core.files.recipes import RECIPES, settle

__all__ = ["InertObject", "read_npy", "read_npz", "read_pickle"]

_NOTHING = np.empty(0)
# What numpy's reader of headers runs into when one is damaged.
_HEADER_DAMAGE = (
    *DAMAGE,
    SyntaxError,
    EOFError,
    RecursionError,
    MemoryError,
    tokenize.TokenError,
)


def read_pickle(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value in a pickle file, protocols 0 to 5, of Python 2 or 3, or of joblib.

    Numbers, text, containers, numpy arrays, scipy sparse matrices (as ``csc_matrix``,
    ``csr_matrix``, ``coo_matrix``) and chumpy arrays (as plain arrays) come out real; an object of
    any other class is an `InertObject` that says what the file said. Text of Python 2 is read as
    latin-1.

    Raises:
        UnsafeFileError: the file asks to run code, or claims sizes that it cannot have.
        InputError: it cannot be read, is damaged, or is no pickle.
    """
    with naming(path):
        data = unpacked(map_file(path), limits)
        machine = PickleMachine(data, recipes=RECIPES, limits=limits)
        return settle(run(machine), limits, machine.budget)


def read_npz(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> dict[str, np.ndarray]:
    """Arrays of a ``.npz`` file by name; object arrays go through the inert pickle reader.

    Raises:
        UnsafeFileError, InputError: as `read_pickle`.
    """
    with naming(path), CheckedZip(path, limits) as archive:
        arrays = {
            name.removesuffix(".npy"): _array_of(archive.read(name), name, limits)
            for name in archive.members
            if name.endswith(".npy")
        }
        if not arrays:
            raise InputError("no arrays in this archive", cure="give a .npz file of numpy")
        return arrays


def read_npy(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> np.ndarray:
    """The array of a ``.npy`` file.

    Raises:
        UnsafeFileError, InputError: as `read_pickle`.
    """
    with naming(path):
        return _array_of(bytes(map_file(path)), Path(path).name, limits)


def _array_of(data: bytes, name: str, limits: Limits) -> np.ndarray:
    stream = io.BytesIO(data)
    header = np.lib.format
    try:
        version = header.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise UnsafeFileError(f"array {name} has a layout that is not read")
        read = header.read_array_header_1_0 if version == (1, 0) else header.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # numpy's advice on files of Python 2
            shape, fortran, dtype = read(stream)
    except _HEADER_DAMAGE as error:
        raise InputError(
            f"array {name} is damaged or no array", cure="get the file from its source again"
        ) from error
    start = stream.tell()
    if dtype.hasobject:
        return _object_array(data, start, shape, limits)
    count = int(np.prod([int(side) for side in shape], dtype=object))
    if count < 0 or count * dtype.itemsize != len(data) - start:
        raise UnsafeFileError(
            f"array {name} claims the shape {shape} but the file holds another amount of data",
            cure="get the file from its source again",
        )
    flat = np.frombuffer(data, dtype, count=count, offset=start).copy() if count else _NOTHING
    return flat.astype(dtype, copy=False).reshape(shape, order="F" if fortran else "C")


def _object_array(data: bytes, start: int, shape: tuple[int, ...], limits: Limits) -> np.ndarray:
    """The pickled object array of a ``.npy``; numpy pickles the array itself."""
    machine = PickleMachine(data, start=start, recipes=RECIPES, limits=limits)
    value = settle(run(machine), limits, machine.budget)
    if not isinstance(value, np.ndarray) or value.shape != tuple(shape):
        raise InputError("an object array is damaged", cure="get the file from its source again")
    return value
