"""Colours with a meaning: colour maps that colour-blind people can read, legends, palettes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Colormap:
    """A row of colours from low to high.

    Attributes:
        name: ``viridis``...
        stops: evenly spaced sRGB colours, ``rrggbb`` each.
        diverging: the middle colour means zero.
    """

    name: str
    stops: tuple[str, ...]
    diverging: bool = False

    @cached_property
    def table(self) -> NDArray[np.float32]:
        """(256, 3) float32 sRGB in 0..1."""
        rgb = np.array([list(bytes.fromhex(stop)) for stop in self.stops], np.float32) / 255
        at = np.linspace(0, len(rgb) - 1, 256)
        columns = [np.interp(at, np.arange(len(rgb)), rgb[:, channel]) for channel in range(3)]
        return np.stack(columns, axis=1).astype(np.float32)

    def __call__(self, shares: ArrayLike) -> NDArray[np.float32]:
        """Colours (..., 3) of shares in 0..1; NaN becomes grey."""
        value = np.asarray(shares, dtype=np.float32)
        steps = np.clip(np.nan_to_num(value) * 255 + 0.5, 0, 255).astype(np.int32)
        colors = self.table[steps]
        return np.where(np.isnan(value)[..., None], np.float32(0.5), colors)


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


VIRIDIS = Colormap(
    "viridis",
    _split(
        "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962"
        " 84d44b addc30 d8e219 fde725"
    ),
)
CIVIDIS = Colormap(
    "cividis",
    _split(
        "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c"
        " cdbb63 dec958 f0d846 fee838"
    ),
)
INFERNO = Colormap(
    "inferno",
    _split(
        "000004 0b0724 210c4a 3d0965 57106e 71196e 8a226a a32c61 bc3754 d24644 e45a31 f1731d f98e09"
        " fcac11 f9cb35 f2ea69 fcffa4"
    ),
)
MAGMA = Colormap(
    "magma",
    _split(
        "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 d0416f e75263 f56b5c fc8961"
        " fea772 fec488 fde2a3 fcfdbf"
    ),
)
BLUE_ORANGE = Colormap(
    "blue-orange",
    _split("1d4f91 2f74b5 5b9bd1 95c1e4 d3e3ef f2efe9 f7dcc0 f2b77c e58a3c c4621a 8f3f0b"),
    diverging=True,
)

COLORMAPS: dict[str, Colormap] = {
    cmap.name: cmap for cmap in (VIRIDIS, CIVIDIS, INFERNO, MAGMA, BLUE_ORANGE)
}


@dataclass(frozen=True)
class Legend:
    """What the colours of a surface mean; printed beside it.

    Attributes:
        title: of the quantity, e.g. ``Error to truth``.
        unit: ``mm``, ``%``; empty for a pure number.
        low, high: values of the first and last colour, in ``unit``; outside is clamped.
        cmap: the colours.
    """

    title: str
    unit: str
    low: float
    high: float
    cmap: Colormap = VIRIDIS

    def colors(self, values: ArrayLike) -> NDArray[np.float32]:
        """sRGB (..., 3) of values in ``unit``; NaN becomes grey."""
        span = (self.high - self.low) or 1.0
        return self.cmap((np.asarray(values, dtype=np.float32) - self.low) / span)

    def ticks(self, about: int = 4) -> tuple[float, ...]:
        """Round values within the range, about one more than ``about`` at most."""
        span = self.high - self.low
        if not np.isfinite(span) or span <= 0:
            return (self.low,)
        rough = span / max(about, 1)
        power = 10.0 ** np.floor(np.log10(rough))
        step = next(unit for unit in (1, 2, 2.5, 5, 10) if unit * power >= rough * 0.999) * power
        first = np.ceil(self.low / step - 1e-6)
        count = int(np.floor(self.high / step + 1e-6) - first) + 1
        return tuple(float(round((first + k) * step, 10)) for k in range(count))

    def text(self, value: float) -> str:
        """A value as printed, without its unit: ``12.5``."""
        return f"{value:.6g}"

    @property
    def heading(self) -> str:
        """Title and unit: ``Error to truth (mm)``."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


def legend_for(
    values: ArrayLike, title: str, unit: str, cmap: Colormap = VIRIDIS, low: float | None = 0.0
) -> Legend:
    """A legend that covers 99 % of the values and ends at a round number.

    Args:
        values: in ``unit``, any shape; NaN is ignored.
        title, unit, cmap: see `Legend`.
        low: value of the first colour; None takes the smallest value. A diverging map is symmetric.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return Legend(title, unit, 0.0, 1.0, cmap)
    if cmap.diverging:
        reach = _round_up(float(np.quantile(np.abs(known), 0.99)))
        return Legend(title, unit, -reach, reach, cmap)
    start = float(known.min()) if low is None else low
    return Legend(
        title, unit, start, start + _round_up(float(np.quantile(known, 0.99)) - start), cmap
    )


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten."""
    if not np.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    fits = [unit for unit in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if unit * power >= value * 0.999]
    return float(round(fits[0] * power, 10))


PEOPLE = (
    (0.845, 0.790, 0.735),
    (0.620, 0.725, 0.840),
    (0.700, 0.790, 0.640),
    (0.860, 0.680, 0.590),
    (0.745, 0.670, 0.800),
    (0.870, 0.780, 0.560),
    (0.560, 0.760, 0.750),
    (0.830, 0.640, 0.690),
)
"""Muted body colours (sRGB) that keep several people apart; the first is the clay of one person."""

LEFT_SIDE = (1.000, 0.616, 0.361)
RIGHT_SIDE = (0.341, 0.722, 1.000)
MIDDLE = (0.945, 0.953, 0.969)
TRUTH = (0.494, 0.878, 0.659)
"""sRGB of the person's left and right, of the middle, and of ground truth."""

_PARTS = _split(
    "e6a176 7fb2e5 93c47d d98880 b39ddb f2cf66 6fc2b4 e59ac0 a1887f 9fb8ad c5b358 8aa6c1 cf8b5b"
    " 5f9ea0 d4a5a5 87a96b b08fc7 e0b589 6c8ebf 99b898 d67d8e a3c1ad c9a66b 7d8cc4"
)


def person_color(number: int) -> tuple[float, float, float]:
    """Body colour of the ``number``-th person, repeating."""
    return PEOPLE[number % len(PEOPLE)]


def part_colors(labels: ArrayLike) -> NDArray[np.float32]:
    """sRGB (N, 3) of part numbers (N,); neighbours in number differ clearly, negative is grey."""
    table = np.array([list(bytes.fromhex(part)) for part in _PARTS], np.float32) / 255
    number = np.asarray(labels, dtype=np.int64)
    return np.where((number < 0)[:, None], np.float32(0.6), table[number % len(table)])
