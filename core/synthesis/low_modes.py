"""Sitting, squatting, bending, kneeling, lying, crawling, and anything at all (see `leg_draw`)."""

from __future__ import annotations

import torch
from torch import Tensor

from core.synthesis.draws import Draws
from core.synthesis.leg_draw import LegDraw, columns, either_side, plain, within_limits


def sit(draws: Draws, n: int) -> LegDraw:
    """On a chair, a bench or a stool; some with a leg stretched out or crossed over."""
    lean = draws.normal(-2, 13, n)
    thigh, knee, spread = draws.normal(86, 9, n), draws.normal(86, 16, n), draws.normal(9, 9, n)

    def leg() -> Tensor:
        own_knee = torch.where(
            draws.coin(0.15, n), draws.normal(35, 18, n), knee + draws.normal(0, 13, n)
        )
        return columns(
            (thigh + lean + draws.normal(0, 6, n)).clamp(30, 128),
            spread + draws.normal(0, 5, n),
            draws.normal(4, 11, n),
            own_knee.clamp(0, 138),
            draws.normal(0, 8, n),
        )

    crossed = draws.angles(n, (98, 7), (-9, 5), (8, 9), (78, 14), (18, 9))
    left = torch.where(draws.coin(0.15, n, 1), crossed, leg())
    left, right = either_side(draws, left, leg())
    return plain(draws, left, right, lean, 3)


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
    return plain(draws, within_limits(left), within_limits(right), lean, 4)


def squat(draws: Draws, n: int) -> LegDraw:
    """Flat-foot squats of any depth, balanced over the feet."""
    lean, ankle, knee = draws.uniform(0, 55, n), draws.uniform(0, 32, n), draws.uniform(25, 140, n)
    spread, turn = draws.normal(18, 10, n), draws.normal(15, 10, n)
    flexion = (lean + knee - ankle).clamp(0, 128)

    def leg() -> Tensor:
        return columns(
            flexion + draws.normal(0, 5, n),
            spread + draws.normal(0, 4, n),
            turn + draws.normal(0, 4, n),
            (knee + draws.normal(0, 5, n)).clamp(0, 145),
            -ankle,
        )

    return plain(draws, leg(), leg(), lean)


def bend(draws: Draws, n: int) -> LegDraw:
    """Bending down to something, with straight or bent knees."""
    lean, knee, ankle = draws.uniform(15, 95, n), draws.uniform(0, 70, n), draws.uniform(0, 20, n)
    flexion = lean + knee - ankle
    first = columns(
        (flexion + draws.normal(0, 12, n)).clamp(-10, 128),
        draws.normal(8, 8, n),
        draws.normal(5, 10, n),
        knee,
        -ankle,
    )
    second = columns(
        (flexion + draws.normal(0, 25, n)).clamp(-20, 128),
        draws.normal(8, 8, n),
        draws.normal(5, 10, n),
        (knee + draws.normal(0, 20, n)).clamp(0, 140),
        -ankle,
    )
    left, right = either_side(draws, first, second)
    return plain(draws, left, right, lean, 4)


def kneel(draws: Draws, n: int) -> LegDraw:
    """On one knee or on both, upright or sitting on the heels."""
    lean = draws.normal(5, 12, n)

    def down() -> Tensor:
        return columns(
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
    left, right = either_side(draws, within_limits(first), within_limits(second))
    return plain(draws, left, right, lean)


def lie(draws: Draws, n: int) -> LegDraw:
    """On the back, the belly or a side; the sampler lays the body down afterwards."""
    tucked = draws.coin(0.4, n, 1)

    def leg() -> Tensor:
        relaxed = draws.angles(n, (6, 8), (8, 7), (10, 14), (8, 9), (15, 12))
        bent = columns(
            draws.uniform(10, 100, n),
            draws.normal(8, 12, n),
            draws.normal(5, 15, n),
            draws.uniform(10, 130, n),
            draws.normal(5, 12, n),
        )
        return within_limits(torch.where(tucked, bent, relaxed))

    return plain(draws, leg(), leg(), torch.zeros(n, device=draws.device), 3)


def crawl(draws: Draws, n: int) -> LegDraw:
    """On hands and knees, or in a plank."""
    lean = draws.normal(80, 10, n)
    plank = draws.coin(0.3, n)

    def leg() -> Tensor:
        hip = torch.where(plank, draws.normal(4, 8, n), draws.normal(82, 16, n))
        knee = torch.where(plank, draws.normal(5, 6, n).abs(), draws.normal(88, 15, n))
        return columns(
            hip, draws.normal(6, 6, n), draws.normal(0, 8, n), knee, draws.normal(15, 25, n)
        )

    return plain(draws, within_limits(leg()), within_limits(leg()), lean, 4)


def free(draws: Draws, n: int) -> LegDraw:
    """Anything that the joints allow: the tail that keeps the network honest."""

    def leg() -> Tensor:
        return columns(
            draws.uniform(-25, 115, n),
            draws.uniform(-12, 45, n),
            draws.uniform(-25, 40, n),
            draws.uniform(0, 140, n),
            draws.uniform(-35, 30, n),
        )

    return plain(draws, leg(), leg(), draws.normal(10, 25, n), 8)
