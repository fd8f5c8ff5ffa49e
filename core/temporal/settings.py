"""How people are treated over time, as one plain value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from core.temporal.one_euro import OneEuroSettings

Smoothing = Literal["off", "light", "strong"]
SMOOTHINGS: tuple[Smoothing, ...] = get_args(Smoothing)


@dataclass(frozen=True)
class SmoothingStrength:
    """Filters of one strength.

    Attributes:
        points: joints and vertices about their centre, metres.
        rotations: joint rotations, radians.
        direction: where the person stands in the picture, tangent of the viewing angle.
        depth: natural logarithm of the distance; it is by far the least certain number.
    """

    points: OneEuroSettings
    rotations: OneEuroSettings
    direction: OneEuroSettings
    depth: OneEuroSettings


STRENGTHS: dict[Smoothing, SmoothingStrength] = {
    # Steady motion lags by at most 20 mm and 3 degrees.
    "light": SmoothingStrength(
        points=OneEuroSettings(min_cutoff_hz=1.6, beta=8.0, speed_cutoff_hz=0.7),
        rotations=OneEuroSettings(min_cutoff_hz=1.6, beta=3.0, speed_cutoff_hz=0.7),
        direction=OneEuroSettings(min_cutoff_hz=2.5, beta=30.0, speed_cutoff_hz=0.7),
        depth=OneEuroSettings(min_cutoff_hz=0.8, beta=3.0, speed_cutoff_hz=0.7),
    ),
    # 40 mm and 6 degrees.
    "strong": SmoothingStrength(
        points=OneEuroSettings(min_cutoff_hz=0.6, beta=4.0, speed_cutoff_hz=0.7),
        rotations=OneEuroSettings(min_cutoff_hz=0.6, beta=1.5, speed_cutoff_hz=0.7),
        direction=OneEuroSettings(min_cutoff_hz=1.0, beta=18.0, speed_cutoff_hz=0.7),
        depth=OneEuroSettings(min_cutoff_hz=0.3, beta=1.2, speed_cutoff_hz=0.7),
    ),
}


@dataclass(frozen=True)
class TemporalSettings:
    """What is done to people along a video.

    Attributes:
        smoothing: of pose, shape and place.
        hold_shape: one shape per person, a running robust mean, where the method gives shapes.
        lock_feet: standing feet do not slide.
        ground: one plane under all standing feet is found and told with the results.
    """

    smoothing: Smoothing = "light"
    hold_shape: bool = True
    lock_feet: bool = False
    ground: bool = False
