"""Computing devices by name, with a cure where one is missing."""

from __future__ import annotations

import os
import re

import torch

from core.errors import DeviceError

# Small networks lose more to hand-over than they win beyond this.
MAX_CPU_THREADS = 8


def choose_device(name: str = "auto") -> torch.device:
    """The device called ``auto``, ``cpu``, ``cuda`` or ``cuda:N``; auto takes CUDA where it works.

    Raises:
        DeviceError: an unknown name, or a device that this machine does not have.
    """
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    match = re.fullmatch(r"(cpu)|cuda(?::(\d+))?", name)
    if match is None:
        raise DeviceError(f"unknown device {name}", cure="use auto, cpu, cuda or cuda:N")
    if match[1]:
        return torch.device("cpu")
    number = int(match[2] or 0)
    if torch.version.cuda is None:
        raise DeviceError(
            f"{name} asked for, but this PyTorch is built without CUDA",
            cure="use --device cpu, or install the ordinary torch wheel for Linux or Windows",
        )
    if not torch.cuda.is_available():
        raise DeviceError(
            f"{name} asked for, but no CUDA device answers",
            cure="use --device cpu, or install the NVIDIA driver (nvidia-smi must list the card)",
        )
    if number >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise DeviceError(
            f"{name} asked for, but this machine has {count} CUDA device(s), counted from 0",
            cure=f"use --device cuda:{count - 1} or lower",
        )
    return torch.device(f"cuda:{number}")


def all_devices() -> tuple[str, ...]:
    """Every CUDA device of this machine; the processor where there is none."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return tuple(f"cuda:{number}" for number in range(count)) or ("cpu",)


def wanted_threads(*, tiny: bool) -> int:
    """CPU threads for a network: OMP_NUM_THREADS, else the usable cores up to `MAX_CPU_THREADS`.

    A tiny network takes one: its layers last microseconds, and waiting for a second thread on a busy
    machine costs many times that (measured on two loaded cores: 9 ms alone, 200 ms with two).
    """
    if tiny:
        return 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return int(told) if told.isdecimal() and int(told) else min(usable_cores(), MAX_CPU_THREADS)


def use_threads(count: int) -> None:
    """Let torch compute with ``count`` threads; counts for the thread that calls this."""
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)


def usable_cores() -> int:
    """Cores this process is allowed to run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
