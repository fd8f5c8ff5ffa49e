"""Several processes that train one network together, as ``torchrun`` starts them.

Each process draws people of its own; gradients are averaged after each step's backward pass, which is
the same arithmetic as one process with all of their people wherever losses are means. Running norms
are each process's own until rank 0 saves.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn

from core.errors import InputError


@dataclass(frozen=True)
class Workers:
    """This process among all.

    Attributes:
        rank: its number; size: how many there are.
        device: where it trains.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process measures, saves and speaks for all."""
        return self.rank == 0

    def same_start(self, network: nn.Module) -> None:
        """Give every process the numbers of the first."""
        if self.size > 1:
            for value in network.state_dict().values():
                dist.broadcast(value, 0)

    def average(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace all gradients by their mean over the processes; a missing one counts as zero."""
        if self.size == 1:
            return
        trained = [p for p in parameters if p.requires_grad]
        flat = torch.cat(
            [(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in trained]
        )
        dist.all_reduce(flat)
        flat /= self.size
        start = 0
        for p in trained:
            p.grad = flat[start : start + p.numel()].view_as(p).clone()
            start += p.numel()

    def agreed(self, value: float) -> float:
        """The first process's number, in all of them."""
        if self.size == 1:
            return value
        told: Tensor = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.broadcast(told, 0)
        return float(told)

    def close(self) -> None:
        """Leave the group."""
        if self.size > 1 and dist.is_initialized():
            dist.destroy_process_group()


def join_workers(device: str = "auto") -> Workers:
    """This process alone, or what ``torchrun`` says in the environment.

    Args:
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``; with several processes each takes the CUDA
            device of its local number.

    Raises:
        InputError: the environment names processes but not how to find them.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Workers(0, 1, torch.device(device))
    if "MASTER_ADDR" not in os.environ or "RANK" not in os.environ:
        raise InputError(
            f"WORLD_SIZE is {size} but RANK or MASTER_ADDR is not set",
            cure="start with `torchrun --nproc-per-node N -m training.train ...`",
        )
    if device.startswith("cuda"):
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    return Workers(int(os.environ["RANK"]), size, torch.device(device))
