"""What people do with legs and trunk: one small function per activity, angles in degrees.

Leg angles are columns (hip flexion, abduction, outward rotation, knee flexion, ankle plantar flexion).
The trunk lean is the pitch of the pelvis, positive forwards; hip flexion is relative to the trunk, so
that a leg hanging straight down under a trunk leaning by 20 degrees has 20 degrees of flexion.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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


def _columns(*values: Tensor) -> Tensor:
    return torch.stack(values, dim=1)


def _either_side(draws: Draws, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """(left, right), swapped for half of the people."""
    swap = draws.coin(0.5, len(first), 1)
    return torch.where(swap, second, first), torch.where(swap, first, second)


def _plain(
    draws: Draws, left: Tensor, right: Tensor, lean: Tensor, roll_sd: float = 2.0
) -> LegDraw:
    n = len(lean)
    nan = torch.full((n,), math.nan, device=lean.device)
    return LegDraw(left, right, lean, draws.normal(0, roll_sd, n), nan, torch.zeros_like(nan))


def stand(draws: Draws, n: int) -> LegDraw:
    """Both feet down; for a third the weight on one leg, for some the feet well apart."""
    lean = draws.normal(2, 5, n)
    apart = draws.uniform(0, 14, n) * draws.coin(0.4, n)

    def leg() -> Tensor:
        knee = draws.normal(5, 6, n).clamp_min(0)
        return _columns(
            lean + knee * 0.5 + draws.normal(0, 5, n),
            4 + apart + draws.normal(0, 3, n),
            draws.normal(7, 9, n),
            knee,
            draws.normal(0, 4, n),
        )

    left, right = leg(), leg()
    relaxed = draws.angles(n, (14, 9), (7, 6), (12, 10), (24, 12), (4, 8))
    relaxed[:, 3].clamp_(0, 70)
    relaxed[:, 0] += lean
    left = torch.where(draws.coin(0.3, n, 1), relaxed, left)
    left, right = _either_side(draws, left, right)
    return _plain(draws, left, right, lean)


def walk(draws: Draws, n: int) -> LegDraw:
    """Walking and running at any phase of the stride."""
    phase = draws.uniform(0, 2 * math.pi, n)
    amplitude = draws.uniform(10, 48, n)
    effort = draws.uniform(0, 1, n) * (amplitude > 22)
    lean = draws.normal(2, 3.5, n) + 8 * effort

    def leg(p: Tensor) -> Tensor:
        swing = 8 + amplitude * (0.6 + effort * 0.9) * (1 + torch.cos(p - 0.1)) * 0.5
        knee = (swing + effort * amplitude * 0.3 * (1 - torch.sin(p))).clamp(0, 130)
        return _columns(
            lean + amplitude * 0.15 + amplitude * torch.sin(p) + draws.normal(0, 4, n),
            draws.normal(2, 3, n),
            draws.normal(3, 6, n),
            knee + draws.normal(0, 4, n).abs(),
            draws.normal(0, 10, n),
        )

    left, right = leg(phase), leg(phase + math.pi)
    plain = _plain(draws, left, right, lean)
    return LegDraw(left, right, lean, plain.roll, phase, effort)


def sit(draws: Draws, n: int) -> LegDraw:
    """On a chair, a bench or a stool; some with a leg stretched out or crossed over."""
    lean = draws.normal(-2, 13, n)
    thigh, knee, spread = draws.normal(86, 9, n), draws.normal(86, 16, n), draws.normal(9, 9, n)

    def leg() -> Tensor:
        own_knee = torch.where(
            draws.coin(0.15, n), draws.normal(35, 18, n), knee + draws.normal(0, 13, n)
        )
        return _columns(
            (thigh + lean + draws.normal(0, 6, n)).clamp(30, 128),
            spread + draws.normal(0, 5, n),
            draws.normal(4, 11, n),
            own_knee.clamp(0, 138),
            draws.normal(0, 8, n),
        )

    crossed = draws.angles(n, (98, 7), (-9, 5), (8, 9), (78, 14), (18, 9))
    left = torch.where(draws.coin(0.15, n, 1), crossed, leg())
    left, right = _either_side(draws, left, leg())
    return _plain(draws, left, right, lean, 3)


def sit_floor(draws: Draws, n: int) -> LegDraw:
    """On the floor: cross-legged, knees up, or legs stretched out."""
    lean = draws.normal(-4, 14, n)
    kind = draws.pick((0.4, 0.35, 0.25), n)[:, None]
    cross = draws.angles(n, (92, 8), (32, 8), (42, 10), (125, 10), (5, 10))
    knees_up = draws.angles(n, (112, 9), (10, 10), (8, 10), (118, 14), (10, 10))
    stretched = draws.angles(n, (88, 8), (14, 10), (5, 12), (10, 10), (12, 10))
    base = torch.where(kind == 0, cross, torch.where(kind == 1, knees_up, stretched))
    left = base + draws.normal(0, 5, n, 5)
    right = base + draws.normal(0, 5, n, 5)
    return _plain(draws, _limits(left), _limits(right), lean, 4)


def squat(draws: Draws, n: int) -> LegDraw:
    """Flat-foot squats of any depth, balanced over the feet."""
    lean, ankle, knee = draws.uniform(0, 55, n), draws.uniform(0, 32, n), draws.uniform(25, 140, n)
    spread, turn = draws.normal(18, 10, n), draws.normal(15, 10, n)
    flexion = (lean + knee - ankle).clamp(0, 128)

    def leg() -> Tensor:
        return _columns(
            flexion + draws.normal(0, 5, n),
            spread + draws.normal(0, 4, n),
            turn + draws.normal(0, 4, n),
            (knee + draws.normal(0, 5, n)).clamp(0, 145),
            -ankle,
        )

    return _plain(draws, leg(), leg(), lean)


def lunge(draws: Draws, n: int) -> LegDraw:
    """Deep stances and lunges, one leg in front; bow stances of martial arts."""
    lean, knee = draws.normal(5, 11, n), draws.uniform(15, 105, n)
    front = _columns(
        knee * 0.72 + lean + draws.normal(0, 10, n),
        draws.uniform(-5, 35, n),
        draws.normal(10, 15, n),
        knee,
        draws.normal(-8, 10, n),
    )
    back = _columns(
        lean - draws.uniform(0, 38, n),
        draws.uniform(0, 38, n),
        draws.normal(15, 20, n),
        draws.uniform(0, 50, n) + draws.uniform(0, 55, n) * draws.coin(0.3, n),
        draws.normal(-8, 14, n),
    )
    left, right = _either_side(draws, front, back)
    return _plain(draws, left, right, lean)


def stance(draws: Draws, n: int) -> LegDraw:
    """Ready stances: trunk upright over bent knees, feet side by side or apart."""
    lean, knee = draws.normal(6, 8, n), draws.uniform(10, 85, n)
    ankle = knee * draws.uniform(0.3, 0.55, n)
    spread, turn = draws.uniform(0, 34, n), draws.normal(14, 12, n)

    def leg() -> Tensor:
        own = (knee + draws.normal(0, 8, n)).clamp(0, 110)
        return _columns(
            lean + own - ankle + draws.normal(0, 5, n),
            spread + draws.normal(0, 5, n),
            turn + draws.normal(0, 6, n),
            own,
            -ankle,
        )

    return _plain(draws, leg(), leg(), lean)


def side_lunge(draws: Draws, n: int) -> LegDraw:
    """Wide stances with the weight on one leg, as in ball games."""
    lean, knee = draws.uniform(-5, 55, n), draws.uniform(15, 125, n)
    bent = _columns(
        (lean + knee * 0.8 + draws.normal(0, 10, n)).clamp(0, 125),
        draws.uniform(5, 50, n),
        draws.normal(20, 15, n),
        knee,
        draws.normal(-8, 12, n),
    )
    straight = _columns(
        lean + draws.normal(0, 15, n),
        draws.uniform(8, 55, n),
        draws.normal(5, 15, n),
        draws.normal(10, 12, n).abs(),
        draws.normal(0, 12, n),
    )
    left, right = _either_side(draws, bent, straight)
    return _plain(draws, left, right, lean, 8)


def bend(draws: Draws, n: int) -> LegDraw:
    """Bending down to something, with straight or bent knees."""
    lean, knee, ankle = draws.uniform(15, 95, n), draws.uniform(0, 70, n), draws.uniform(0, 20, n)
    flexion = lean + knee - ankle
    first = _columns(
        (flexion + draws.normal(0, 12, n)).clamp(-10, 128),
        draws.normal(8, 8, n),
        draws.normal(5, 10, n),
        knee,
        -ankle,
    )
    second = _columns(
        (flexion + draws.normal(0, 25, n)).clamp(-20, 128),
        draws.normal(8, 8, n),
        draws.normal(5, 10, n),
        (knee + draws.normal(0, 20, n)).clamp(0, 140),
        -ankle,
    )
    left, right = _either_side(draws, first, second)
    return _plain(draws, left, right, lean, 4)


def throw(draws: Draws, n: int) -> LegDraw:
    """Throwing, striking, bowling: a striding or raised front leg, the weight behind."""
    lean = draws.normal(6, 15, n)
    front = _columns(
        draws.uniform(10, 80, n) + lean,
        draws.normal(8, 10, n),
        draws.normal(5, 15, n),
        draws.uniform(5, 80, n),
        draws.normal(0, 10, n),
    )
    back = _columns(
        lean - draws.uniform(0, 45, n),
        draws.uniform(0, 30, n),
        draws.normal(10, 20, n),
        draws.uniform(0, 80, n),
        draws.normal(5, 15, n),
    )
    left, right = _either_side(draws, front, back)
    return _plain(draws, left, right, lean, 9)


def kneel(draws: Draws, n: int) -> LegDraw:
    """On one knee or on both, upright or sitting on the heels."""
    lean = draws.normal(5, 12, n)

    def down() -> Tensor:
        return _columns(
            lean + draws.normal(0, 8, n),
            draws.normal(6, 6, n),
            draws.normal(0, 10, n),
            draws.normal(100, 18, n).clamp(60, 150),
            draws.uniform(-40, 40, n),
        )

    up = draws.angles(n, (88, 12), (8, 8), (5, 10), (88, 15), (-5, 8))
    up[:, 0] += lean
    on_heels = draws.angles(n, (65, 15), (8, 7), (0, 8), (142, 6), (35, 12))
    kind = draws.pick((0.5, 0.3, 0.2), n)[:, None]
    first = torch.where(kind == 0, up, torch.where(kind == 1, down(), on_heels))
    second = torch.where(kind == 2, on_heels + draws.normal(0, 4, n, 5), down())
    left, right = _either_side(draws, _limits(first), _limits(second))
    return _plain(draws, left, right, lean)


def kick(draws: Draws, n: int) -> LegDraw:
    """On one leg: kicking, stepping up, balancing."""
    lean = draws.normal(-2, 12, n)
    raised = _columns(
        draws.uniform(15, 110, n),
        draws.normal(8, 14, n),
        draws.normal(5, 15, n),
        draws.uniform(0, 120, n),
        draws.normal(10, 15, n),
    )
    behind = _columns(
        draws.uniform(-35, 10, n),
        draws.normal(6, 10, n),
        draws.normal(5, 12, n),
        draws.uniform(0, 130, n),
        draws.normal(10, 15, n),
    )
    raised = torch.where(draws.coin(0.25, n, 1), behind, raised)
    support = draws.angles(n, (2, 5), (4, 4), (4, 7), (9, 8), (0, 5))
    support[:, 0] += lean
    support[:, 3].clamp_min_(0)
    left, right = _either_side(draws, raised, support)
    return _plain(draws, left, right, lean, 5)


def dance(draws: Draws, n: int) -> LegDraw:
    """Dance, jumps, skating, exercises: large legs in every plane."""
    lean = draws.normal(3, 14, n)
    support = _columns(
        lean + draws.normal(10, 14, n),
        draws.uniform(-4, 25, n),
        draws.normal(22, 18, n),
        draws.uniform(0, 60, n),
        draws.uniform(-20, 30, n),
    )
    free_leg = _columns(
        draws.uniform(-35, 115, n),
        draws.uniform(-10, 60, n),
        draws.normal(20, 22, n),
        draws.uniform(0, 125, n),
        draws.uniform(-15, 35, n),
    )
    both = draws.coin(0.35, n, 1)
    second = torch.where(both, support + draws.normal(0, 8, n, 5), free_leg)
    left, right = _either_side(draws, _limits(support), _limits(second))
    return _plain(draws, left, right, lean, 8)


def lie(draws: Draws, n: int) -> LegDraw:
    """On the back, the belly or a side; the sampler lays the body down afterwards."""
    tucked = draws.coin(0.4, n, 1)

    def leg() -> Tensor:
        relaxed = draws.angles(n, (6, 8), (8, 7), (10, 14), (8, 9), (15, 12))
        bent = _columns(
            draws.uniform(10, 100, n),
            draws.normal(8, 12, n),
            draws.normal(5, 15, n),
            draws.uniform(10, 130, n),
            draws.normal(5, 12, n),
        )
        return _limits(torch.where(tucked, bent, relaxed))

    return _plain(draws, leg(), leg(), torch.zeros(n, device=draws.device), 3)


def crawl(draws: Draws, n: int) -> LegDraw:
    """On hands and knees, or in a plank."""
    lean = draws.normal(80, 10, n)
    plank = draws.coin(0.3, n)

    def leg() -> Tensor:
        hip = torch.where(plank, draws.normal(4, 8, n), draws.normal(82, 16, n))
        knee = torch.where(plank, draws.normal(5, 6, n).abs(), draws.normal(88, 15, n))
        return _columns(
            hip, draws.normal(6, 6, n), draws.normal(0, 8, n), knee, draws.normal(15, 25, n)
        )

    return _plain(draws, _limits(leg()), _limits(leg()), lean, 4)


def free(draws: Draws, n: int) -> LegDraw:
    """Anything that the joints allow: the tail that keeps the network honest."""

    def leg() -> Tensor:
        return _columns(
            draws.uniform(-25, 115, n),
            draws.uniform(-12, 45, n),
            draws.uniform(-25, 40, n),
            draws.uniform(0, 140, n),
            draws.uniform(-35, 30, n),
        )

    return _plain(draws, leg(), leg(), draws.normal(10, 25, n), 8)


def _limits(leg: Tensor) -> Tensor:
    low = torch.tensor([-45.0, -15.0, -40.0, 0.0, -45.0], device=leg.device)
    high = torch.tensor([130.0, 65.0, 60.0, 150.0, 50.0], device=leg.device)
    return torch.minimum(torch.maximum(leg, low), high)


@dataclass(frozen=True)
class LegMode:
    """An activity with its share of daily life, its share in the broad mixture, and how it stands.

    Attributes:
        daily, broad: relative weights in the two mixtures.
        balanced: share of the people whose centre of mass is brought over the feet.
        both_feet: both feet are on the ground, at one height.
    """

    name: str
    draw: Callable[[Draws, int], LegDraw]
    daily: float
    broad: float
    balanced: float = 0.0
    both_feet: bool = False


LEG_MODES: tuple[LegMode, ...] = (
    LegMode("stand", stand, 0.30, 0.215, 0.9, True),
    LegMode("walk", walk, 0.19, 0.15),
    LegMode("sit", sit, 0.11, 0.09),
    LegMode("sit_floor", sit_floor, 0.025, 0.01),
    LegMode("squat", squat, 0.05, 0.075, 0.9, True),
    LegMode("lunge", lunge, 0.065, 0.095, 0.8, True),
    LegMode("side_lunge", side_lunge, 0.04, 0.07, 0.75, True),
    LegMode("bend", bend, 0.045, 0.065, 0.85, True),
    LegMode("throw", throw, 0.045, 0.065, 0.5),
    LegMode("kneel", kneel, 0.025, 0.03),
    LegMode("kick", kick, 0.035, 0.04, 0.8),
    LegMode("dance", dance, 0.03, 0.03, 0.6),
    LegMode("lie", lie, 0.02, 0.01),
    LegMode("crawl", crawl, 0.01, 0.01),
    LegMode("free", free, 0.01, 0.06),
    LegMode("stance", stance, 0.07, 0.03, 0.9, True),
)
MODE_ID = {mode.name: index for index, mode in enumerate(LEG_MODES)}
