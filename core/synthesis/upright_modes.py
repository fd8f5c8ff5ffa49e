"""Activities on the feet: one small function each, angles in degrees (see `leg_draw`)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.synthesis.draws import Draws
from core.synthesis.leg_draw import LegDraw, columns, either_side, plain, within_limits


def stand(draws: Draws, n: int) -> LegDraw:
    """Both feet down; for a third the weight on one leg, for some the feet well apart."""
    lean = draws.normal(2, 5, n)
    apart = draws.uniform(0, 14, n) * draws.coin(0.4, n)

    def leg() -> Tensor:
        knee = draws.normal(5, 6, n).clamp_min(0)
        return columns(
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
    left, right = either_side(draws, left, right)
    return plain(draws, left, right, lean)


def walk(draws: Draws, n: int) -> LegDraw:
    """Walking and running at any phase of the stride."""
    phase = draws.uniform(0, 2 * math.pi, n)
    amplitude = draws.uniform(10, 48, n)
    effort = draws.uniform(0, 1, n) * (amplitude > 22)
    lean = draws.normal(2, 3.5, n) + 8 * effort

    def leg(p: Tensor) -> Tensor:
        swing = 8 + amplitude * (0.6 + effort * 0.9) * (1 + torch.cos(p - 0.1)) * 0.5
        knee = (swing + effort * amplitude * 0.3 * (1 - torch.sin(p))).clamp(0, 130)
        return columns(
            lean + amplitude * 0.15 + amplitude * torch.sin(p) + draws.normal(0, 4, n),
            draws.normal(2, 3, n),
            draws.normal(3, 6, n),
            knee + draws.normal(0, 4, n).abs(),
            draws.normal(0, 10, n),
        )

    left, right = leg(phase), leg(phase + math.pi)
    still = plain(draws, left, right, lean)
    return LegDraw(left, right, lean, still.roll, phase, effort)


def stance(draws: Draws, n: int) -> LegDraw:
    """Ready stances: trunk upright over bent knees, feet side by side or apart."""
    lean, knee = draws.normal(6, 8, n), draws.uniform(10, 85, n)
    ankle = knee * draws.uniform(0.3, 0.55, n)
    spread, turn = draws.uniform(0, 34, n), draws.normal(14, 12, n)

    def leg() -> Tensor:
        own = (knee + draws.normal(0, 8, n)).clamp(0, 110)
        return columns(
            lean + own - ankle + draws.normal(0, 5, n),
            spread + draws.normal(0, 5, n),
            turn + draws.normal(0, 6, n),
            own,
            -ankle,
        )

    return plain(draws, leg(), leg(), lean)


def lunge(draws: Draws, n: int) -> LegDraw:
    """Deep stances and lunges, one leg in front; bow stances of martial arts."""
    lean, knee = draws.normal(5, 11, n), draws.uniform(15, 105, n)
    front = columns(
        knee * 0.72 + lean + draws.normal(0, 10, n),
        draws.uniform(-5, 35, n),
        draws.normal(10, 15, n),
        knee,
        draws.normal(-8, 10, n),
    )
    back = columns(
        lean - draws.uniform(0, 38, n),
        draws.uniform(0, 38, n),
        draws.normal(15, 20, n),
        draws.uniform(0, 50, n) + draws.uniform(0, 55, n) * draws.coin(0.3, n),
        draws.normal(-8, 14, n),
    )
    left, right = either_side(draws, front, back)
    return plain(draws, left, right, lean)


def side_lunge(draws: Draws, n: int) -> LegDraw:
    """Wide stances with the weight on one leg, as in ball games."""
    lean, knee = draws.uniform(-5, 55, n), draws.uniform(15, 125, n)
    bent = columns(
        (lean + knee * 0.8 + draws.normal(0, 10, n)).clamp(0, 125),
        draws.uniform(5, 50, n),
        draws.normal(20, 15, n),
        knee,
        draws.normal(-8, 12, n),
    )
    straight = columns(
        lean + draws.normal(0, 15, n),
        draws.uniform(8, 55, n),
        draws.normal(5, 15, n),
        draws.normal(10, 12, n).abs(),
        draws.normal(0, 12, n),
    )
    left, right = either_side(draws, bent, straight)
    return plain(draws, left, right, lean, 8)


def throw(draws: Draws, n: int) -> LegDraw:
    """Throwing, striking, bowling: a striding or raised front leg, the weight behind."""
    lean = draws.normal(6, 15, n)
    front = columns(
        draws.uniform(10, 80, n) + lean,
        draws.normal(8, 10, n),
        draws.normal(5, 15, n),
        draws.uniform(5, 80, n),
        draws.normal(0, 10, n),
    )
    back = columns(
        lean - draws.uniform(0, 45, n),
        draws.uniform(0, 30, n),
        draws.normal(10, 20, n),
        draws.uniform(0, 80, n),
        draws.normal(5, 15, n),
    )
    left, right = either_side(draws, front, back)
    return plain(draws, left, right, lean, 9)


def kick(draws: Draws, n: int) -> LegDraw:
    """On one leg: kicking, stepping up, balancing."""
    lean = draws.normal(-2, 12, n)
    raised = columns(
        draws.uniform(15, 110, n),
        draws.normal(8, 14, n),
        draws.normal(5, 15, n),
        draws.uniform(0, 120, n),
        draws.normal(10, 15, n),
    )
    behind = columns(
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
    left, right = either_side(draws, raised, support)
    return plain(draws, left, right, lean, 5)


def dance(draws: Draws, n: int) -> LegDraw:
    """Dance, jumps, skating, exercises: large legs in every plane."""
    lean = draws.normal(3, 14, n)
    support = columns(
        lean + draws.normal(10, 14, n),
        draws.uniform(-4, 25, n),
        draws.normal(22, 18, n),
        draws.uniform(0, 60, n),
        draws.uniform(-20, 30, n),
    )
    free_leg = columns(
        draws.uniform(-35, 115, n),
        draws.uniform(-10, 60, n),
        draws.normal(20, 22, n),
        draws.uniform(0, 125, n),
        draws.uniform(-15, 35, n),
    )
    both = draws.coin(0.35, n, 1)
    second = torch.where(both, support + draws.normal(0, 8, n, 5), free_leg)
    left, right = either_side(draws, within_limits(support), within_limits(second))
    return plain(draws, left, right, lean, 8)
