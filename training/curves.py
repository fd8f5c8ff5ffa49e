"""Learning curves: written with each checkpoint, with a power-law look ahead."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.files.atomic import write_atomically

LOOK_AHEAD = (2, 4, 10)


@dataclass(frozen=True)
class PowerLaw:
    """``error = factor * samples ** -exponent``."""

    factor: float
    exponent: float

    def at(self, samples: float) -> float:
        """Error expected after that many samples."""
        return self.factor * samples**-self.exponent


def fit_power_law(samples: Sequence[float], errors: Sequence[float]) -> PowerLaw | None:
    """Least squares in log-log over the later half of a curve; None with fewer than three points.

    The early part is left out: it falls faster and would promise too much.
    """
    pairs = [(math.log(s), math.log(e)) for s, e in zip(samples, errors, strict=True) if e > 0 < s]
    pairs = pairs[len(pairs) // 2 :] if len(pairs) >= 6 else pairs
    if len(pairs) < 3:
        return None
    mean_x = sum(x for x, _ in pairs) / len(pairs)
    mean_y = sum(y for _, y in pairs) / len(pairs)
    spread = sum((x - mean_x) ** 2 for x, _ in pairs)
    if spread == 0:
        return None
    slope = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread
    return PowerLaw(math.exp(mean_y - slope * mean_x), -slope)


def write_curve(path: Path, curve: Sequence[Mapping[str, float]], headline: str) -> None:
    """The curve as JSON with the extrapolation of its headline number."""
    law = fit_power_law([row["samples"] for row in curve], [row[headline] for row in curve])
    ahead = {}
    if law is not None and curve:
        now = curve[-1]["samples"]
        ahead = {f"{n}x_samples": round(law.at(now * n), 3) for n in LOOK_AHEAD}
    content = {
        "headline": headline,
        "power_law": None if law is None else vars(law),
        "expected_at": ahead,
        "curve": list(curve),
    }
    with write_atomically(path) as part:
        Path(part).write_text(json.dumps(content, indent=1) + "\n")
