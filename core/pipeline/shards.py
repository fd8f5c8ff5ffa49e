"""Which part of the inputs this process does: asked for, or told by a scheduler's environment.

A Slurm job array tells each task its number; `torchrun` tells each process its rank. Both together
multiply: four array tasks of two processes each are eight shards.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError


@dataclass(frozen=True)
class Shard:
    """Part ``index`` of ``count`` (from 0): every count-th input file, for several machines."""

    index: int = 0
    count: int = 1

    def of(self, files: Sequence[Path]) -> tuple[Path, ...]:
        """This shard's files."""
        return tuple(files[self.index :: self.count])

    def __str__(self) -> str:
        """As people and ``--shard`` count, from 1."""
        return f"{self.index + 1}/{self.count}"


def shard_of_environment(environment: Mapping[str, str] | None = None) -> Shard | None:
    """The shard that Slurm's array variables and torchrun's ``RANK`` and ``WORLD_SIZE`` mean.

    Returns:
        None where neither is set.

    Raises:
        InputError: the variables contradict each other.
    """
    environment = os.environ if environment is None else environment
    array, rank = _slurm_array(environment), _torchrun(environment)
    if array is None or rank is None:
        return array or rank
    return Shard(array.index * rank.count + rank.index, array.count * rank.count)


def local_device(device: str, environment: Mapping[str, str] | None = None) -> str:
    """``auto`` becomes this process's own CUDA device where torchrun started one per device."""
    environment = os.environ if environment is None else environment
    local = _number(environment, "LOCAL_RANK")
    if device != "auto" or local is None:
        return device
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return f"cuda:{local % count}" if count else device


def _slurm_array(environment: Mapping[str, str]) -> Shard | None:
    task = _number(environment, "SLURM_ARRAY_TASK_ID")
    count = _number(environment, "SLURM_ARRAY_TASK_COUNT")
    if task is None or count is None:
        return None
    first = _number(environment, "SLURM_ARRAY_TASK_MIN") or 0
    last = _number(environment, "SLURM_ARRAY_TASK_MAX")
    step = _number(environment, "SLURM_ARRAY_TASK_STEP") or 1
    if last is not None and (last - first) // step + 1 != count:
        raise InputError(
            "the Slurm array has gaps (SLURM_ARRAY_TASK_MIN, _MAX, _STEP and _COUNT disagree)",
            cure="submit it as --array=0-N, or give --shard I/N",
        )
    return _checked((task - first) // step, count, "SLURM_ARRAY_TASK_ID")


def _torchrun(environment: Mapping[str, str]) -> Shard | None:
    rank, world = _number(environment, "RANK"), _number(environment, "WORLD_SIZE")
    if rank is None or world is None:
        return None
    return _checked(rank, world, "RANK")


def _checked(index: int, count: int, name: str) -> Shard:
    if not 0 <= index < count:
        raise InputError(
            f"the environment's {name} is not one of {count} parts", cure="give --shard I/N"
        )
    return Shard(index, count)


def _number(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(name, "").strip()
    return int(text) if text.isdecimal() else None
