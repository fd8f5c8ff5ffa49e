"""How large networks are, without the time that their random numbers take."""

from __future__ import annotations

from typing import Any

from torch.overrides import TorchFunctionMode

from core.errors import MeshLoupeError
from core.methods import create_method

_RANDOM = frozenset(
    (
        *("uniform_", "normal_", "trunc_normal_", "random_", "erfinv_"),
        *("kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "xavier_normal_"),
    )
)


class _NoRandomNumbers(TorchFunctionMode):
    """Leaves tensors as they are where a network would be initialised: ten times quicker to build."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__name__", "") in _RANDOM:
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)


def parameter_count(method_id: str, preset: str, variant: str) -> int | None:
    """Numbers in a network, buffers not counted; None if it cannot be built here."""
    try:
        with _NoRandomNumbers():
            method = create_method(method_id, preset=preset, variant=variant)
    except MeshLoupeError:
        return None
    return sum(parameter.numel() for parameter in method.parameters())
