"""Which array library a value belongs to, for formulas that are the same in numpy and torch.

numpy and torch share the names used here (``stack``, ``where``, ``linalg.svd``, ...), so one text of
a formula serves the network (torch, with gradient) and the data side (numpy).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import torch

# numpy array or torch tensor, out as it came in. Type checkers do not follow arithmetic through a
# type variable of two classes, hence Any; the name tells readers what is meant.
Array: TypeAlias = Any


def array_module(value: Any) -> Any:
    """``torch`` for a tensor, else ``numpy``."""
    return torch if isinstance(value, torch.Tensor) else np


def as_like(value: Any, like: Array) -> Array:
    """``value`` (number, list or array) in the library, dtype and device of ``like``."""
    if isinstance(like, torch.Tensor):
        return torch.as_tensor(value, dtype=like.dtype, device=like.device)
    return np.asarray(value, dtype=like.dtype)
