"""One measured number that says what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

UNIT_FACTOR = {"mm": 1000.0, "%": 100.0, "mm/s^2": 1000.0, "m": 1.0, "": 1.0}


@dataclass(frozen=True)
class Measure:
    """A mean over samples.

    Attributes:
        value: in ``unit``; NaN when a sample is undefined or none was counted.
        unit: ``mm``, ``%``, ``mm/s^2`` or empty for a ratio.
        protocol: id of the protocol (`core.metrics.protocols`).
        n: samples that were counted (people, or frames for motion).
        name: ``MPJPE``, ``PA-MPVPE``, ``F@5mm``, ...
        undefined: how many of the ``n`` have no error (a prediction collapsed to one point); any
            makes ``value`` NaN, since leaving them out would flatter the method.
    """

    value: float
    unit: str
    protocol: str
    n: int
    name: str = ""
    undefined: int = 0

    def __str__(self) -> str:
        """``MPJPE 54.2 mm (metro-lsp14, n = 100)``."""
        unit = f" {self.unit}" if self.unit else ""
        left = f", {self.undefined} undefined" if self.undefined else ""
        return f"{self.name} {self.value:.4g}{unit} ({self.protocol}, n = {self.n}{left})".strip()


def summarise(
    per_sample: ArrayLike, *, unit: str, protocol: str, name: str, counted: ArrayLike | None = None
) -> Measure:
    """Mean of per-sample errors, turned from metres (or ratios) into ``unit``.

    Args:
        per_sample: (B,) in metres, metres per second squared or as a ratio.
        counted: (B,) true where the sample has ground truth; None counts all.
    """
    values = np.asarray(per_sample, dtype=np.float64).reshape(-1)
    if counted is not None:
        values = values[np.asarray(counted).reshape(-1).astype(bool)]
    value = float(values.mean()) * UNIT_FACTOR[unit] if len(values) else float("nan")
    undefined = int(np.isnan(values).sum())
    return Measure(value, unit, protocol, len(values), name, undefined)
