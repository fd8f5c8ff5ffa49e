"""What the trainer needs of a method, and the table of methods that can be trained."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal, Protocol

import torch
from torch import Tensor, nn

from core.errors import InputError
from core.nn.batch import LossTerms
from training.pace import SampleClock

# method id -> "module:class" of its recipe, imported on use
RECIPES: dict[str, str] = {
    "lite_backbone": "training.dense.recipe:DenseRecipe",
    "lite_hand_backbone": "training.dense.recipe:hand_backbone",
    "pose_lift": "training.lift.recipe:LiftRecipe",
    "metro": "training.heads.recipe:metro",
    "pointhmr": "training.heads.recipe:pointhmr",
    "multi_roi": "training.heads.recipe:multi_roi",
    "cliff": "training.heads.recipe:cliff",
    "coarsemetro": "training.heads.recipe:coarsemetro",
    "glnet": "training.heads.recipe:glnet",
    "fastmetro": "training.heads.recipe:fastmetro",
    "metro_hand": "training.heads.recipe:metro_hand",
    "pointhmr_hand": "training.heads.recipe:pointhmr_hand",
}


@dataclass(frozen=True)
class TrainingFacts:
    """What a checkpoint says about its training.

    Attributes:
        steps: optimiser steps; samples: people or pictures seen; seconds: time spent training.
        curve: one row per evaluation: samples, seconds and the recipe's numbers.
    """

    steps: int = 0
    samples: int = 0
    seconds: float = 0.0
    curve: tuple[Mapping[str, float], ...] = ()


@dataclass(frozen=True)
class OptimiserSettings:
    """AdamW (or Adam) with warm-up and a cosine over the budget, or with rates by epoch.

    Attributes:
        drops: (epoch, rate) from which a lower rate holds; with ``cosine`` off.
        clip_norm: largest norm of the gradient; 0 for no limit.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup_steps: int = 200
    final_share: float = 0.01
    clip_norm: float = 1.0
    algorithm: Literal["adam", "adamw"] = "adamw"
    cosine: bool = True
    drops: tuple[tuple[float, float], ...] = ()

    def rate(self, steps: int, progress: float, epoch: float) -> float:
        """Learning rate after ``steps`` steps, at a share ``progress`` of the budget."""
        warm = min(1.0, (steps + 1) / self.warmup_steps) if self.warmup_steps else 1.0
        if self.cosine:
            cosine = 0.5 + 0.5 * math.cos(math.pi * progress)
            return self.learning_rate * warm * (self.final_share + (1 - self.final_share) * cosine)
        lower = [rate for start, rate in self.drops if epoch >= start]
        return warm * (lower[-1] if lower else self.learning_rate)

    def make(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of a network's parameters."""
        kind = torch.optim.AdamW if self.algorithm == "adamw" else torch.optim.Adam
        return kind(parameters, lr=self.learning_rate, weight_decay=self.weight_decay, fused=True)


class Recipe(Protocol):
    """A method's way of learning.

    It is built with the device it works on, a seed, and the folder of rendered pictures, if any.
    ``picture_size`` is the side of the pictures that it reads, 0 if it reads none; ``given`` the
    prefixes of tensors that `build` fills and nothing trains; ``samples_per_epoch`` how many
    people the data sets hold, 0 where pictures or poses have no end; ``clock`` runs while samples are
    made.
    """

    given: tuple[str, ...]

    picture_size: int
    samples_per_epoch: int
    batch_size: int
    optimiser: OptimiserSettings
    headline: str
    clock: SampleClock

    def begin_at(self, step: int) -> None:
        """Told which step a resumed training carries on with."""

    def build(self) -> nn.Module:
        """The network, untrained, on the device."""

    def losses(self, network: nn.Module, progress: float) -> LossTerms:
        """Losses of one fresh batch; ``progress`` in [0, 1] is the share of the budget spent."""

    def evaluate(self, network: nn.Module) -> Mapping[str, float]:
        """Numbers on the fixed held-out set, quick enough for every few minutes."""

    def export(self, network: nn.Module, facts: TrainingFacts, folder: Path) -> Path:
        """Write the weights file and its model card as they are shipped; returns the weights file."""


def recipe_for(
    method_id: str, device: torch.device, seed: int, pictures: Path | None = None
) -> Recipe:
    """The recipe of a method.

    Args:
        method_id: a name of `RECIPES`.
        device: where it trains.
        seed: of everything that is drawn.
        pictures: folder of shards to learn from; without it pictures are rendered between steps.

    Raises:
        InputError: the method cannot be trained here.
    """
    if method_id not in RECIPES:
        known = ", ".join(RECIPES)
        raise InputError(f"there is no recipe for {method_id}", cure=f"choose one of: {known}")
    module_name, class_name = RECIPES[method_id].split(":")
    recipe: Recipe = getattr(import_module(module_name), class_name)(device, seed, pictures)
    return recipe


def autocast(device: torch.device) -> torch.autocast:
    """bfloat16 where it wins: on CUDA, and on processors with bfloat16 arithmetic."""
    if device.type == "cuda":
        return torch.autocast("cuda", dtype=torch.bfloat16)
    fast = bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)())
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast)


def finite(total: Tensor) -> bool:
    """Whether a loss can be stepped on."""
    return bool(torch.isfinite(total))
