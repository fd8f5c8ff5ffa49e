"""Shape guards and read-only arrays, used by every value type of this package."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def frozen_array(
    name: str, value: Any, dtype: DTypeLike, shape: tuple[int | None, ...]
) -> NDArray[Any]:
    """``value`` as a read-only array of ``dtype``; ``None`` in ``shape`` matches any size.

    A read-only array of the right type passes through uncopied; any other is copied, so that the
    caller's own array stays writable and cannot change the value afterwards.

    Raises:
        ValueError: the shape does not match (a programming error, hence no MeshLoupeError).
    """
    array = np.asarray(value, dtype=dtype)
    fits = array.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} must have shape {shape}, not {array.shape}")
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


def freeze(instance: object, name: str, dtype: DTypeLike, shape: tuple[int | None, ...]) -> None:
    """Replace field ``name`` of a frozen dataclass by its guarded read-only array; ``None`` stays."""
    value = getattr(instance, name)
    if value is not None:
        object.__setattr__(instance, name, frozen_array(name, value, dtype, shape))
