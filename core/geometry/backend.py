"""Which array library a value belongs to, for formulas that are the same in numpy and torch.

numpy and torch share the names used here (``stack``, ``where``, ``linalg.svd``, ...), so one text of
a formula serves the network (torch, with gradient) and the data side (numpy). torch is imported with
its first tensor, not before: the window opens without it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

# numpy array or torch tensor, out as it came in. Type checkers do not follow arithmetic through a
# type variable of two classes, hence Any; the name tells readers what is meant.
Array: TypeAlias = Any


def array_module(value: Any) -> Any:
    """``torch`` for a tensor, else ``numpy``."""
    if isinstance(value, np.ndarray | np.generic):
        return np
    import torch

    return torch if isinstance(value, torch.Tensor) else np


def as_like(value: Any, like: Array) -> Array:
    """``value`` (number, list or array) in the library, dtype and device of ``like``."""
    xp = array_module(like)
    if xp is np:
        return np.asarray(value, dtype=like.dtype)
    return xp.as_tensor(value, dtype=like.dtype, device=like.device)
