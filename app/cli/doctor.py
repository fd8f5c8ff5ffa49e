"""``meshloupe doctor``: what this machine has, what is missing, and the command that cures it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import EXIT_FAILED, console, print_json

if TYPE_CHECKING:
    from app.cli.machine import Finding

MARKS = {
    "ok": "[green]ok[/]",
    "missing": "[red]MISSING[/]",
    "optional": "[yellow]--[/]",
    "info": "",
}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check this machine; name the cure of what is missing."""
    from app.cli.machine import examine

    findings = examine()
    cures = tuple(dict.fromkeys(f.cure for f in findings if f.state == "missing" and f.cure))
    if as_json:
        print_json({"findings": [asdict(f) for f in findings], "cures": list(cures)})
    else:
        _print_report(findings, cures)
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(EXIT_FAILED)


def _print_report(findings: tuple[Finding, ...], cures: tuple[str, ...]) -> None:
    from rich.markup import escape
    from rich.table import Table

    out = console()
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "state", "found"):
        table.add_column(heading, overflow="fold")
    group = ""
    for finding in findings:
        shown = finding.group if finding.group != group else ""
        group = finding.group
        table.add_row(f"[bold]{shown}[/]", finding.name, MARKS[finding.state], escape(finding.text))
    out.print(table)
    optional = [f for f in findings if f.state == "optional" and f.cure]
    for finding in optional:
        out.print(f"Optional: {escape(finding.name)}: {escape(finding.cure)}")
    for cure in cures:
        out.print(f"[bold]To mend it:[/] {escape(cure)}")
    if not cures:
        out.print("Nothing is missing.")
