"""Storages and tensors as the pickles of torch describe them, rebuilt after checking every claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from core.errors import InputError, UnsafeFileError
from core.files.limits import GlobalName
from core.files.machine import PickleMachine, Recipe
from core.files.recipes import RECIPES

_STORAGE_DTYPES = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
    "UntypedStorage": torch.uint8,
}
_DTYPES = {str(dtype).removeprefix("torch."): dtype for dtype in _STORAGE_DTYPES.values()}


@dataclass(frozen=True, eq=False)
class Storage:
    """A flat run of numbers of a file."""

    flat: Tensor


class StorageClaim(NamedTuple):
    """What a persistent id says.

    Attributes:
        key: name of the storage in the file; empty for a class of the old layout.
        dtype: of its numbers (for a class of the old layout, the class).
        count: how many numbers.
        view: (offset, count) of the part that is meant, in the old layout; None for the whole.
    """

    key: str
    dtype: Any
    count: int = 0
    view: tuple[int, int] | None = None


def storage_claim(identity: Any) -> StorageClaim:
    """A persistent id of ``torch.save``, checked.

    Raises:
        InputError: the kind of storage is not read.
        ValueError: it is damaged.
    """
    if not isinstance(identity, tuple) or not identity:
        raise ValueError("bad persistent id")
    if identity[0] == "module":  # the old layout saved the source code of classes beside their name
        return StorageClaim("", identity[1])
    kind, storage_type, key, _, count = identity[:5]
    if kind != "storage" or not isinstance(storage_type, GlobalName) or not isinstance(key, str):
        raise ValueError("bad persistent id")
    dtype = _STORAGE_DTYPES.get(storage_type.name)
    if dtype is None:
        raise InputError(f"tensors of {storage_type} are not read", cure="save them as float")
    if not key or not isinstance(count, int) or not 0 <= count < 2**40:
        raise ValueError("bad storage")
    if len(identity) <= 5 or identity[5] is None:
        return StorageClaim(key, dtype, count)
    _, offset, size = identity[5]
    if not 0 <= offset <= offset + size <= count:
        raise ValueError("bad view")
    return StorageClaim(key, dtype, count, (offset, size))


def map_storage(data: Any, start: int, size: int, claim: StorageClaim) -> Storage:
    """The storage that lies at ``start`` in the file's bytes; nothing is copied unless it must be."""
    dtype, count = claim.dtype, claim.count
    if size != count * dtype.itemsize or start + size > len(data):
        raise UnsafeFileError(
            "a tensor claims another amount of data than the file holds",
            cure="get the file from its source again",
        )
    if count == 0:
        return Storage(torch.empty(0, dtype=dtype))
    if start % dtype.itemsize:
        data, start = bytearray(data[start : start + size]), 0
    return Storage(torch.frombuffer(data, dtype=dtype, count=count, offset=start))


def _rebuild_tensor(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """``(storage, offset, size, stride, ...)``: a view of the storage, after checking every claim."""
    storage, offset, size, stride = args[:4]
    if not isinstance(storage, Storage) or len(size) != len(stride) or len(size) > 32:
        raise ValueError("bad tensor")
    sides = (offset, *size, *stride)
    if not all(isinstance(side, int) and 0 <= side < 2**40 for side in sides):
        raise ValueError("bad tensor")
    count = 1
    for side in size:
        count *= side
    last = offset + sum((side - 1) * step for side, step in zip(size, stride, strict=True))
    if count and last >= storage.flat.numel():
        raise UnsafeFileError(
            f"a tensor claims the shape {tuple(size)} but the file holds less data",
            cure="get the file from its source again",
        )
    machine.budget.spend(count * storage.flat.element_size())
    if not count:
        return torch.empty(size, dtype=storage.flat.dtype)
    return storage.flat.as_strided(tuple(size), tuple(stride), offset)


def _rebuild_typed_tensor(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """As `_rebuild_tensor` for raw storages, with the dtype as the seventh argument."""
    storage, dtype = args[0], args[6]
    if not isinstance(storage, Storage) or not isinstance(dtype, GlobalName):
        raise ValueError("bad tensor")
    if storage.flat.numel() * storage.flat.element_size() % _DTYPES[dtype.name].itemsize:
        raise ValueError("bad tensor")
    typed = storage.flat.view(torch.uint8).view(_DTYPES[dtype.name])
    return _rebuild_tensor(machine, (Storage(typed), *args[1:4]))


def _first(_machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """Parameters are their data."""
    return args[0]


def _rebuild_subclass(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """``(function, type, arguments, state)`` of tensors with attributes: the tensor alone."""
    return machine.call(args[0], args[2])


def _size(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    return RECIPES[GlobalName("builtins", "tuple")](machine, args)


def _text_of(_machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    if not all(isinstance(part, (str, int)) for part in args):
        raise TypeError("bad device")
    return ":".join(str(part) for part in args)


TENSOR_RECIPES: dict[GlobalName, Recipe] = {
    GlobalName("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    GlobalName("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    GlobalName("torch._utils", "_rebuild_tensor_v3"): _rebuild_typed_tensor,
    GlobalName("torch._utils", "_rebuild_parameter"): _first,
    GlobalName("torch._utils", "_rebuild_parameter_with_state"): _first,
    GlobalName("torch._tensor", "_rebuild_from_type_v2"): _rebuild_subclass,
    GlobalName("torch.nn.parameter", "Parameter"): _first,
    GlobalName("torch", "Size"): _size,
    GlobalName("torch", "device"): _text_of,
}
