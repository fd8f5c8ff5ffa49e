"""How large networks are, without the time that their random numbers take."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from core.assets import asset_path
from core.detection import default_pose
from core.errors import MeshLoupeError
from core.methods import create_method
from core.methods.base import Method
from core.pipeline.batching import make_batch
from core.types import Frame

MULTIPLY_ADDS = "multiply_adds.json"

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


def count_multiply_adds(method: Method) -> int:
    """Multiplications with their additions of one forward pass for one person, everything included.

    Matrix products, convolutions and attention are counted, as is usual; cheap element-wise work is
    not. A method that refines its answer counts with all its steps.
    """
    frame = Frame(np.full((320, 240, 3), 128, np.uint8), "grey.png")
    person = default_pose(np.array([40.0, 20.0, 200.0, 300.0]))
    batch = make_batch(frame, [person], method.input_spec)
    method.eval().requires_grad_(False)  # the counter would look for gradients
    method.live = False
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        method(batch)
    return counter.get_total_flops() // 2  # the counter takes a multiply-add for two operations


@cache
def _known_multiply_adds() -> dict[str, int]:
    return json.loads(asset_path(MULTIPLY_ADDS).read_text("utf-8"))["multiply_adds"]


def multiply_adds(method_id: str, preset: str, variant: str) -> int | None:
    """Multiply-adds of a network for one person, from the shipped table; None for a new one."""
    return _known_multiply_adds().get(f"{method_id}/{preset}/{variant}")
