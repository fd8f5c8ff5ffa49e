"""The activities of sampled people, their shares in two mixtures, and how they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.synthesis.draws import Draws
from core.synthesis.leg_draw import LegDraw
from core.synthesis.low_modes import bend, crawl, free, kneel, lie, sit, sit_floor, squat
from core.synthesis.upright_modes import (
    dance,
    kick,
    lunge,
    side_lunge,
    stance,
    stand,
    throw,
    walk,
)


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
