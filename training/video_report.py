"""The tables of ``docs/live.md``, from the reports of ``training.video_benchmark``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.benchmark_report import read_report


def read_video_report(path: Path) -> dict[str, Any]:
    """The report in a file; raises `InputError` as `read_report` does."""
    return read_report(path, "training.video_benchmark")


def markdown_tables(report: dict[str, Any]) -> str:
    """One table per part that was measured, and where that was."""
    lines: list[str] = []
    if "live" in report:
        lines += [*_live(report["live"]), ""]
    if "length" in report:
        lines += [*_length(report["length"]), ""]
    if "loop" in report:
        lines += [_loop(report["loop"]), ""]
    return "\n".join([*lines, _where(report["machine"])])


def _live(rows: Iterable[dict[str, Any]]) -> list[str]:
    heads = ["method", "people", "picture", "camera a second", "bodies a second", "drawn a second"]
    heads += ["delay ms", "p95", "drawn ms", "detect", "crop", "network", "found", "looks a second"]
    heads += ["memory"]
    lines = _table_head(heads, left=1)
    for row in rows:
        case, stages = row["case"], row["stages_ms"]
        height, width = case["size_hw"]
        cells = [
            f"`{case['method']}` {case['preset']}" + (" (no weights)" if case["untrained"] else ""),
            str(case["people"]),
            f"{width} x {height}",
            f"{row['camera']:.0f}",
            f"{row['network']:.1f}",
            f"{row['drawn']:.1f}",
            *(_ms(row[name]) for name in ("delay_ms", "delay_p95_ms", "drawn_ms")),
            *(_ms(stages.get(name)) for name in ("detect", "crop", "network")),
            f"{row['found']:.1f}",
            f"{row['looks']:.1f}",
            f"{row['memory_mb']:.0f} MB",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _length(rows: Iterable[dict[str, Any]]) -> list[str]:
    lines = _table_head(
        ["method", "frames", "seconds", "ms a frame", "memory settled", "last frame", "written"], 1
    )
    for row in rows:
        memory = [f"{row[name]:.0f} MB" for name in ("settled_mb", "last_mb", "written_mb")]
        each = 1e3 * row["wall_s"] / max(row["frames"], 1)
        cells = [f"`{row['method']}`", f"{row['frames']}", f"{row['wall_s']:.1f}", f"{each:.0f}"]
        lines.append(f"| {' | '.join([*cells, *memory])} |")
    return lines


def _loop(row: dict[str, Any]) -> str:
    plain, job, times = row["plain_loop"], row["job"], row["times_quicker"]
    return (
        f"`{row['method']}`, {job['frames']} frames of 1280 x 720 with overlay and numbers: "
        f"{plain['wall_s']:.1f} s frame by frame, {job['wall_s']:.1f} s as a job: "
        f"**{times['wall_s']:.1f} times as quick** "
        f"({times['processor_s']:.1f} times less of the processor)."
    )


def _where(where: dict[str, Any]) -> str:
    load = (where.get("load_average") or [0.0])[0]
    busy = f"; the machine was busy (load {load:.0f})" if load > where["cores"] + 0.5 else ""
    return (
        f"Medians, float32, on {where['device_name']} ({where['cores']} cores), "
        f"torch {where['versions']['torch']}, commit `{where['commit']}`, {where['date'][:10]}{busy}."
    )


def _table_head(heads: list[str], left: int) -> list[str]:
    rules = ["---"] * left + ["---:"] * (len(heads) - left)
    return [f"| {' | '.join(heads)} |", f"| {' | '.join(rules)} |"]


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
