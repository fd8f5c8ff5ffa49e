"""Comparing an output with the stored one, and what the comparison says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from core.verify.fixtures import RTOL, Expected

FixtureStatus = Literal["passed", "failed", "not supported yet"]


@dataclass(frozen=True)
class OutputCheck:
    """One output of one case.

    Attributes:
        case, name: which.
        error: largest absolute difference over the stored entries; NaN if nothing could be compared.
        used: largest share of the tolerance that an entry takes; beyond 1 it has failed.
        passed: within tolerance.
        note: why it failed, or which exception it was held to.
    """

    case: str
    name: str
    error: float
    used: float
    passed: bool
    note: str = ""


@dataclass(frozen=True)
class FixtureReport:
    """What verifying one fixture gave.

    Attributes:
        name: the folder.
        status: ``passed``, ``failed`` or ``not supported yet``.
        method, preset, variant: the network built; empty for folders without one.
        checks: every compared output.
        message: why it failed or was not run.
        seconds: wall time.
    """

    name: str
    status: FixtureStatus
    method: str = ""
    preset: str = ""
    variant: str = ""
    checks: tuple[OutputCheck, ...] = ()
    message: str = ""
    seconds: float = 0.0

    @property
    def worst(self) -> OutputCheck | None:
        """The output that takes the largest share of its tolerance."""
        return max(
            self.checks, key=lambda check: np.nan_to_num(check.used, nan=np.inf), default=None
        )


def compare(
    case: str,
    name: str,
    expected: Expected,
    got: ArrayLike,
    *,
    floor: float = 0.0,
    wide: float | None = None,
) -> OutputCheck:
    """Hold an output to ``1e-4 * std(expected) + 1e-3 * |expected|`` per entry.

    Args:
        floor: least absolute tolerance, for outputs that are nothing but rounding.
        wide: absolute tolerance that the output is held to if it misses the usual one, for outputs
            that depend on the order of rounding.
    """
    value = np.asarray(got)
    if value.shape != expected.shape:
        note = f"shape {value.shape}, official {expected.shape}"
        return OutputCheck(case, name, float("nan"), float("inf"), False, note)
    have = value if expected.index is None else value.reshape(-1)[expected.index]
    tolerance = max(expected.tolerance, floor)
    error, used = _differences(have, expected.values, tolerance)
    if expected.stats is not None:
        stats = np.array([value.mean(dtype=np.float64), value.std(dtype=np.float64)])
        used = max(used, _differences(stats, expected.stats, tolerance)[1])
    note = ""
    if used > 1 and wide is not None:
        used = _differences(have, expected.values, wide)[1]
        note = f"held to {wide:g}: it depends on the order of rounding"
    if used > 1 and not note:
        note = f"error {error:.3g} is {used:.3g} times the tolerance"
    return OutputCheck(case, name, error, used, used <= 1, note)


def missing(case: str, name: str) -> OutputCheck:
    """The check of an output that the method did not give."""
    return OutputCheck(
        case, name, float("nan"), float("inf"), False, "the method gives no such output"
    )


def _differences(have: Any, want: Any, tolerance: float) -> tuple[float, float]:
    """(largest absolute difference, largest share of the tolerance); NaN equals NaN alone."""
    have, want = np.asarray(have, np.float64), np.asarray(want, np.float64)
    if not have.size:
        return 0.0, 0.0
    if not np.array_equal(np.isfinite(have), np.isfinite(want)):
        return float("nan"), float("inf")
    finite = np.isfinite(want)
    difference = np.abs(have[finite] - want[finite])
    share = difference / (tolerance + RTOL * np.abs(want[finite]))
    return float(difference.max(initial=0.0)), float(share.max(initial=0.0))
