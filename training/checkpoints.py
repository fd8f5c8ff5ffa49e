"""Checkpoints that a crash cannot spoil: tensors in safetensors, the rest in JSON, written atomically."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from core.errors import InputError
from core.files.atomic import write_atomically
from training.recipes import TrainingFacts

FILE_NAME = "checkpoint.safetensors"
BEST_NAME = "best.safetensors"
CURVE_NAME = "curve.json"


def save_checkpoint(
    folder: Path,
    network: nn.Module,
    average: dict[str, Tensor],
    optimiser: torch.optim.Optimizer,
    facts: TrainingFacts,
) -> None:
    """Network, its running average, optimiser moments and the facts, in one file."""
    tensors = {f"network.{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in average.items()}
    for index, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{k}": torch.as_tensor(v) for k, v in state.items()}
    tensors = {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}
    with write_atomically(folder / FILE_NAME) as path:
        save_file(tensors, path, metadata={"facts": json.dumps(asdict(facts))})


def save_best(folder: Path, average: dict[str, Tensor]) -> None:
    """The running average alone, as ``best.safetensors``."""
    tensors = {k: v.detach().cpu().contiguous().clone() for k, v in average.items()}
    with write_atomically(folder / BEST_NAME) as path:
        save_file(tensors, path)


def load_checkpoint(
    folder: Path,
    network: nn.Module,
    average: dict[str, Tensor],
    optimiser: torch.optim.Optimizer,
    device: torch.device,
) -> TrainingFacts:
    """Restore everything that `save_checkpoint` wrote, in place.

    Raises:
        InputError: there is no checkpoint, or it belongs to another network.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise InputError("no checkpoint here", path=folder, cure="start without --resume")
    groups: dict[str, dict[str, Tensor]] = {"network": {}, "average": {}, "optimiser": {}}
    with safe_open(path, framework="pt", device=str(device)) as file:
        facts = json.loads(file.metadata()["facts"])
        for key in file.keys():  # noqa: SIM118 (safe_open is no mapping)
            group, name = key.split(".", 1)
            groups[group][name] = file.get_tensor(key)
    try:
        network.load_state_dict(groups["network"])
    except RuntimeError as error:
        raise InputError(
            "this checkpoint belongs to another network",
            path=path,
            cure="train into an empty folder with --out DIR",
        ) from error
    average.update(groups["average"])
    state = optimiser.state_dict()
    for name, value in groups["optimiser"].items():
        index, key = name.split(".", 1)
        state["state"].setdefault(int(index), {})[key] = value
    optimiser.load_state_dict(state)
    return TrainingFacts(
        steps=int(facts["steps"]),
        samples=int(facts["samples"]),
        seconds=float(facts["seconds"]),
        curve=tuple(facts["curve"]),
    )


def load_network(path: Path, network: nn.Module, given: tuple[str, ...] = ()) -> None:
    """Copy shipped weights into a network; names may carry the method's prefix ``network.``.

    Args:
        path: the weights file.
        network: changed in place.
        given: prefixes of tensors that the network has already and the file need not hold.

    Raises:
        InputError: no such file, or it lacks tensors of the network.
    """
    if not path.is_file():
        raise InputError("no weights file here", path=path, cure="give the path of shipped weights")
    wanted = network.state_dict()
    with safe_open(path, framework="pt") as file:
        found = {
            key.removeprefix("network."): file.get_tensor(key)
            for key in file.keys()  # noqa: SIM118 (safe_open is no mapping)
        }
    fits = {k: v for k, v in found.items() if k in wanted and v.shape == wanted[k].shape}
    kept = {k: v for k, v in wanted.items() if k.startswith(given)}
    fits = kept | fits
    if len(fits) != len(wanted):
        raise InputError(
            "these weights belong to another network", path=path, cure="start without --start"
        )
    network.load_state_dict(fits)
