"""Benchmark reports: read back from their file, and shown as the README's table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.pipeline.sizes import multiply_adds

SCHEMA = 1


def markdown_table(report: dict[str, Any]) -> str:
    """The README's table, from a report as `run_benchmark` gives it or its file holds it."""
    where = report["machine"]
    compared = any(row.get("speed") for row in report["results"])  # older reports have none
    heads = ["method", "preset", "variant", "parameters", "multiply-adds", "network ms"]
    heads += ["plain module", "half precision"] if compared else []
    heads += ["all stages ms", "p95", "live ms", "threads", "peak memory"]
    rules = ["---"] * 3 + ["---:"] * (len(heads) - 3)
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join(rules)} |"]
    for row in report["results"]:
        if "error" in row:
            continue
        stages = {stage["stage"]: stage for stage in row["stages"]}
        network = row["network"]
        cells = [
            f"`{network['method']}`",
            network["preset"],
            network["variant"],
            f"{row['parameters'] / 1e6:.1f} M",
            _cost(network),
            f"{stages['network']['median_ms']:.1f}",
            *(_speed_cells(row.get("speed")) if compared else ()),
            f"{stages['total']['median_ms']:.1f}",
            f"{stages['total']['p95_ms']:.1f}",
            f"{stages['live']['median_ms']:.1f}",
            str(row["threads"]),
            f"{row['peak_memory_mb']:.0f} MB",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    if compared:
        lines += [
            "",
            "Plain module: the network as built, beside what the engine runs, by turns. Half precision: "
            "time, and in brackets how far vertices move in the mean (of trained networks).",
        ]
    lines += [
        "",
        f"One person, median of up to {max(_repeats(report))} runs, float32, on {where['device_name']} "
        f"({where['cores']} cores), torch {where['versions']['torch']}, "
        f"commit `{where['commit']}`, {where['date'][:10]}"
        f"{_load_note(where)}.",
    ]
    return "\n".join(lines)


def _cost(network: dict[str, str]) -> str:
    """Multiply-adds of one person, as far as they were counted."""
    cost = multiply_adds(network["method"], network["preset"], network["variant"])
    return "" if cost is None else f"{cost / 1e9:.2f} G"


def _speed_cells(speed: dict[str, Any] | None) -> tuple[str, str]:
    """How many times as long the plain module takes, and what half precision does."""
    if speed is None:
        return "", ""
    plain = f"{speed['plain_ms'] / speed['full_ms']:.2f} x"
    if speed["half_ms"] is None:
        return plain, ""
    half = f"{speed['full_ms'] / speed['half_ms']:.2f} x faster"
    off = speed["half_off_mm"]
    return plain, half if off is None else f"{half} ({off:.1f} mm)"


def _load_note(where: dict[str, Any]) -> str:
    """Says so when other programs kept the machine busy."""
    load = (where.get("load_average") or [0.0])[0]
    if load <= where["cores"] + 0.5:
        return ""
    return f"; the machine was busy (load {load:.0f}), a quiet one is quicker"


def _repeats(report: dict[str, Any]) -> list[int]:
    return [row["repeats"] for row in report["results"] if "repeats" in row] or [0]


def read_report(path: Path, made_by: str = "training.benchmark") -> dict[str, Any]:
    """The report in a file.

    Args:
        made_by: the module whose report it is to be.

    Raises:
        InputError: no such file, or not a report of this version.
    """
    cure = f"make it with: python -m {made_by}"
    try:
        report = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path, cure=cure) from None
    except ValueError:
        raise InputError("is not JSON", path=path, cure=cure) from None
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise InputError(f"is no report of {made_by} of this version", path=path, cure=cure)
    return report
