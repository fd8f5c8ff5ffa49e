"""``meshloupe verify``: our networks against stored outputs of the authors' code."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.console import EXIT_FAILED, print_json, say, say_error

if TYPE_CHECKING:
    from core.verify import FixtureReport, OutputCheck

MARKS = {"passed": "ok", "failed": "FAILED", "not supported yet": "--"}


def verify(
    fixtures: Annotated[
        Path, typer.Option("--fixtures", metavar="DIR", help="Folder of parity fixtures.")
    ],
    only: Annotated[str | None, typer.Option(metavar="NAME", help="One fixture.")] = None,
    salt: Annotated[
        str | None, typer.Option(metavar="S", help="Must agree with the fixture's own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check networks against stored official outputs."""
    from core.verify import verify_each

    reports: list[FixtureReport] = []
    for report in verify_each(fixtures, only, salt):
        reports.append(report)
        if not as_json:
            _print_report(report)
    if as_json:
        print_json([_as_dict(report) for report in reports])
    failed = [report.name for report in reports if report.status == "failed"]
    passed = sum(report.status == "passed" for report in reports)
    say(f"{passed} passed, {len(failed)} failed, {len(reports) - passed - len(failed)} not checked")
    if failed:
        say_error(f"failed: {', '.join(failed)}; the lines above say why")
        raise typer.Exit(EXIT_FAILED)
    if not passed:
        say_error(f"{fixtures}: nothing could be checked; no method here has these networks")
        raise typer.Exit(EXIT_FAILED)


def _worst_of_each_output(report: FixtureReport) -> dict[str, OutputCheck]:
    """Over all cases, the check of each output that takes the most of its tolerance."""
    worst: dict[str, OutputCheck] = {}
    for check in report.checks:
        held = worst.get(check.name)
        if held is None or _share(check) > _share(held):
            worst[check.name] = check
    return worst


def _share(check: OutputCheck) -> float:
    return math.inf if math.isnan(check.used) else check.used


def _print_report(report: FixtureReport) -> None:
    network = " ".join(part for part in (report.method, report.preset, report.variant) if part)
    print(f"{MARKS[report.status]:7}{report.name}  {network}  {report.seconds:.1f} s")
    if report.message:
        print(f"       {report.message}")
    for name, check in _worst_of_each_output(report).items():
        print(f"       {name:28} worst error {check.error:.3g}, {check.used:.1%} of its tolerance")


def _as_dict(report: FixtureReport) -> dict[str, Any]:
    return {
        "fixture": report.name,
        "status": report.status,
        "method": report.method,
        "preset": report.preset,
        "variant": report.variant,
        "message": report.message,
        "seconds": round(report.seconds, 3),
        "outputs": {
            name: {
                # JSON knows neither NaN nor infinity.
                "worst_error": check.error if math.isfinite(check.error) else None,
                "share_of_tolerance": check.used if math.isfinite(check.used) else None,
                "passed": check.passed,
            }
            for name, check in _worst_of_each_output(report).items()
        },
    }
