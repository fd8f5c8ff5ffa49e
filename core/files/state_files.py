"""The named tensors of a weights file: a bare state dict, one in a container, or a whole module.

A whole pickled module is not rebuilt: its tensors are found by walking its inert records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.errors import UnsafeFileError, WeightsError
from core.files.limits import DEFAULT_LIMITS, InertObject, Limits
from core.files.opening import naming
from core.files.torch_files import Layout, TorchFile, read_torch

_CONTAINERS = ("state_dict", "model", "model_state_dict", "net", "network", "weights")
_PREFIXES = ("module.", "_orig_mod.")


@dataclass(frozen=True, eq=False)
class StateFile:
    """The named tensors of a file.

    Attributes:
        tensors: by name, without ``module.`` prefixes; mapped to the file, so copy before writing.
        container: key that they lay under, ``module`` for a whole pickled module, else empty.
        layout: how the file is built.
        foreign: names of classes and functions that stayed inert.
    """

    tensors: Mapping[str, Tensor]
    container: str
    layout: Layout
    foreign: tuple[str, ...] = ()


def read_state(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> StateFile:
    """The named tensors of a checkpoint, a whole pickled module or a safetensors file.

    Raises:
        UnsafeFileError, InputError: as `read_torch`.
        WeightsError: there are no named tensors in it.
    """
    with naming(path):
        return named_tensors(read_torch(path, limits), limits)


def named_tensors(file: TorchFile, limits: Limits = DEFAULT_LIMITS) -> StateFile:
    """The named tensors of what a file held; raises `WeightsError` when there are none."""
    container, tensors = _find_tensors(file.value, limits)
    if not tensors:
        strange = ", ".join(file.foreign[:3])
        told = f" (it holds objects of {strange})" if strange else ""
        raise WeightsError(f"no named tensors in this file{told}", cure="give a weights file")
    return StateFile(_without_prefix(tensors), container, file.layout, file.foreign)


def _find_tensors(value: Any, limits: Limits, depth: int = 4) -> tuple[str, dict[str, Tensor]]:
    """(container, tensors by name) of a saved value; containers may lie in containers."""
    if isinstance(value, dict):
        for key in _CONTAINERS if depth else ():
            if key in value and (tensors := _find_tensors(value[key], limits, depth - 1)[1]):
                return key, tensors
        return "", _direct_tensors(value)
    if isinstance(value, InertObject) and "_modules" in value.attributes:
        return "module", _module_tensors(value, limits)
    return "", {}


def _direct_tensors(entries: Mapping[Any, Any]) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for name, item in entries.items():
        if isinstance(name, str) and isinstance(item, Tensor):
            found[name] = item
        elif isinstance(name, str) and isinstance(item, np.ndarray) and item.dtype.kind in "biufc":
            found[name] = torch.from_numpy(np.array(item, dtype=item.dtype.newbyteorder("=")))
    return found


def _module_tensors(root: InertObject, limits: Limits) -> dict[str, Tensor]:
    """What ``state_dict()`` of a pickled module would have given."""
    found: dict[str, Tensor] = {}
    pending, visits = [("", root)], 0
    while pending:
        prefix, module = pending.pop()
        visits += 1
        if visits > limits.entries or len(prefix) > 2_000:
            raise UnsafeFileError("its modules are nested without end", cure="do not use this file")
        parts = module.attributes
        named = parts.get("_non_persistent_buffers_set")
        hidden = named if isinstance(named, (set, frozenset)) else frozenset()
        for group, skipped in (("_parameters", frozenset()), ("_buffers", hidden)):
            own = parts.get(group)
            for name, tensor in _direct_tensors(own if isinstance(own, dict) else {}).items():
                if name not in skipped:
                    found[prefix + name] = tensor
        children = parts.get("_modules")
        for name, child in (children if isinstance(children, dict) else {}).items():
            if isinstance(child, InertObject):
                pending.append((f"{prefix}{name}.", child))
    return found


def _without_prefix(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same without the prefix that wrappers of a module put before every name."""
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return tensors
