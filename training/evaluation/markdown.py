"""The tables of an evaluation as Markdown, each number under the label that it was measured by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.metrics import Measure
from core.metrics.result_file import EvaluationResult, GroupRow

_GROUP_TITLES = {"sequence": "By sequence", "action": "By action", "subject": "By subject"}


def markdown(result: EvaluationResult) -> str:
    """The whole report."""
    parts = [_head(result), _numbers(result), _beside(result)]
    for kind, rows in result.groups.items():
        parts.append(f"## {_GROUP_TITLES.get(kind, kind)}\n\n{_groups(rows, kind, result)}")
    if result.joints:
        lines = [
            "| joint | mm | people |",
            "| --- | ---: | ---: |",
            *(f"| {row.name} | {row.mean_mm:.1f} | {row.people} |" for row in result.joints),
        ]
        text = "\n".join(lines)
        parts.append(f"## By joint\n\nDistance after centring, `{result.label}`.\n\n{text}\n")
    return "\n".join(parts)


def _head(result: EvaluationResult) -> str:
    data, method, protocol = result.data, result.method, result.protocol
    weights = method.weights_sha256[:16] or "none"
    where = f"{data.id} {data.split}".strip() + (f" (holds {data.holds})" if data.holds else "")
    lines = [
        f"# {result.title}",
        "",
        f"Protocol `{result.label}`: {protocol['title']}.",
        "",
        f"- data: {where}, {data.wanted} of {data.people} people",
        f"- method: {method.id} {method.preset} {method.variant}, body {method.body}",
        f"- weights: {method.weights}, sha256 {weights}",
        f"- crop: {data.crop}",
        f"- joints: {protocol['joint_set']}, {protocol['regressor']}; centring: {protocol['centring']}",
    ]
    lines += [
        f"- departs from `{protocol['id']}` in **{d.id}**: {d.text}" for d in result.deviations
    ]
    if result.failures:
        lines.append(f"- {result.failures} people failed and are in no number")
    if result.untrue:
        lines.append(f"- {result.untrue} people have no truth and are in no number")
    return "\n".join(lines) + "\n"


def _numbers(result: EvaluationResult) -> str:
    lines = [
        "## Numbers",
        "",
        "| number | value | unit | protocol | n |",
        "| --- | ---: | --- | --- | ---: |",
    ]
    for m in result.measures:
        left = f" ({m.undefined} undefined)" if m.undefined else ""
        lines.append(
            f"| {m.name} | {number(m.value, m.unit)} | {m.unit} | `{m.protocol}` | {m.n}{left} |"
        )
    return "\n".join(lines) + "\n"


def _beside(result: EvaluationResult) -> str:
    """Ours and the papers' rows, only when both follow the same protocol."""
    title = "## Beside the papers\n"
    if not result.printed:
        return f"{title}\nNo published number stands here: {result.refused or 'none is known'}.\n"
    names = [m for m in result.measures if any(m.name in row.values for row in result.printed)]
    head = " | ".join(m.name for m in names)
    lines = [title, f"| `{result.label}` | {head} |", f"| --- |{' ---: |' * len(names)}"]
    ours = " | ".join(number(m.value, m.unit) for m in names)
    lines.append(f"| measured here | {ours} |")
    for row in result.printed:
        theirs = " | ".join(_printed(row.values, m) for m in names)
        lines.append(f"| {row.source} | {theirs} |")
    notes = [f"{row.source}: {row.note}." for row in result.printed if row.note]
    return "\n".join([*lines, "", *notes]) + "\n"


def _printed(values: Mapping[str, float], measure: Measure) -> str:
    return number(values[measure.name], measure.unit) if measure.name in values else "-"


def _groups(rows: Sequence[GroupRow], kind: str, result: EvaluationResult) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row.means))
    units = {m.name: m.unit for m in result.measures}
    lines = [
        f"`{result.label}`",
        "",
        f"| {kind} | people | {' | '.join(names)} |",
        f"| --- | ---: |{' ---: |' * len(names)}",
    ]
    for row in rows:
        values = (number(row.means.get(name, math.nan), units.get(name, "")) for name in names)
        lines.append(f"| {row.name} | {row.people} | {' | '.join(values)} |")
    return "\n".join(lines) + "\n"


def number(value: float, unit: str) -> str:
    """One digit for millimetres and percent, three for ratios; a dash for what is undefined."""
    if math.isnan(value):
        return "-"
    return f"{value:.1f}" if unit else f"{value:.3f}"
