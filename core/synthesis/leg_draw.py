"""Angles of two legs, and small tools for the functions that draw them.

Leg angles are columns (hip flexion, abduction, outward rotation, knee flexion, ankle plantar flexion),
degrees. The trunk lean is the pitch of the pelvis, positive forwards; hip flexion is relative to the
trunk, so that a leg hanging straight down under a trunk leaning by 20 degrees has 20 degrees of flexion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.synthesis.draws import Draws


@dataclass(frozen=True, eq=False)
class LegDraw:
    """Legs and pelvis of n people.

    Attributes:
        left, right: (n, 5) degrees.
        lean: (n,) degrees, pelvis pitch, forwards positive.
        roll: (n,) degrees, pelvis roll.
        stride: (n,) phase in radians that arms may follow; NaN when there is none.
        effort: (n,) in [0, 1], running against walking.
    """

    left: Tensor
    right: Tensor
    lean: Tensor
    roll: Tensor
    stride: Tensor = field(default_factory=lambda: torch.zeros(0))
    effort: Tensor = field(default_factory=lambda: torch.zeros(0))


def columns(*values: Tensor) -> Tensor:
    """(n, k) from k columns."""
    return torch.stack(values, dim=1)


def either_side(draws: Draws, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """(left, right), swapped for half of the people."""
    swap = draws.coin(0.5, len(first), 1)
    return torch.where(swap, second, first), torch.where(swap, first, second)


def plain(draws: Draws, left: Tensor, right: Tensor, lean: Tensor, roll_sd: float = 2.0) -> LegDraw:
    """Legs without a stride; the pelvis rolls a little."""
    n = len(lean)
    nan = torch.full((n,), math.nan, device=lean.device)
    return LegDraw(left, right, lean, draws.normal(0, roll_sd, n), nan, torch.zeros_like(nan))


def within_limits(leg: Tensor) -> Tensor:
    """(n, 5) degrees within what hip, knee and ankle allow."""
    low = torch.tensor([-45.0, -15.0, -40.0, 0.0, -45.0], device=leg.device)
    high = torch.tensor([130.0, 65.0, 60.0, 150.0, 50.0], device=leg.device)
    return torch.minimum(torch.maximum(leg, low), high)
