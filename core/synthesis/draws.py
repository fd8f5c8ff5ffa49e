"""Random numbers: of one stream of its own, or one value for each of a batch of people."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Draws:
    """A seedable source of random tensors on one device.

    Args:
        seed: None follows torch's global generator.
        device: where the tensors are made.
    """

    def __init__(self, seed: int | None = None, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        self.generator: torch.Generator | None = None
        if seed is not None:
            self.generator = torch.Generator(device=self.device).manual_seed(seed)

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """float32 in [low, high)."""
        unit = torch.rand(shape, generator=self.generator, device=self.device)
        return unit * (high - low) + low

    def normal(self, mean: float, sd: float, *shape: int) -> Tensor:
        """float32 from a normal distribution."""
        return torch.randn(shape, generator=self.generator, device=self.device) * sd + mean

    def coin(self, probability: float, *shape: int) -> Tensor:
        """bool, True with ``probability``."""
        return torch.rand(shape, generator=self.generator, device=self.device) < probability

    def pick(self, weights: Sequence[float] | Tensor, count: int) -> Tensor:
        """(count,) int64 row numbers with the given relative weights."""
        table = torch.as_tensor(weights, dtype=torch.float32, device=self.device)
        drawn = torch.multinomial(table, max(count, 1), True, generator=self.generator)
        return drawn[:count]

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """int64 in [low, high)."""
        return torch.randint(low, high, shape, generator=self.generator, device=self.device)

    def angles(self, count: int, *columns: tuple[float, float]) -> Tensor:
        """(count, columns) normal draws, one ``(mean, sd)`` per column."""
        mean_sd = torch.tensor(columns, device=self.device)
        unit = torch.randn((count, len(columns)), generator=self.generator, device=self.device)
        return unit * mean_sd[:, 1] + mean_sd[:, 0]


class Draw:
    """Random numbers of one batch on one device; keeps the sampling code readable."""

    def __init__(self, people: int, device: torch.device) -> None:
        self.people, self.device = people, device

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Uniform in [low, high), shape (B,) or (B, *shape)."""
        return torch.rand(self.people, *shape, device=self.device) * (high - low) + low

    def normal(self, mean: float, sd: float, *shape: int) -> Tensor:
        """Normal, shape (B,) or (B, *shape)."""
        return torch.randn(self.people, *shape, device=self.device) * sd + mean

    def chance(self, probability: float, *shape: int) -> Tensor:
        """True with the given probability."""
        return torch.rand(self.people, *shape, device=self.device) < probability

    def choice(self, options: tuple[tuple[float, float], ...]) -> Tensor:
        """(B,) values drawn from (value, weight) pairs."""
        values = torch.tensor([v for v, _ in options], device=self.device)
        return values[self.index([w for _, w in options])]

    def index(self, weights: list[float]) -> Tensor:
        """(B,) int64 drawn with the given weights."""
        table = torch.tensor(weights, device=self.device)
        return torch.multinomial(table, self.people, replacement=True)
