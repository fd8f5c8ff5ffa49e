"""``meshloupe inspect FILE...``: what files are, what looks wrong, what can be done with them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.console import EXIT_FAILED, console, print_json, say_error

if TYPE_CHECKING:
    from core.interop import Report


def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Any files of the field.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what files are: labels, results, motion, keypoints, meshes, weights, bodies, videos."""
    from core.errors import MeshLoupeError
    from core.interop import inspect_any

    rows: list[dict[str, Any]] = []
    failed = False
    for file in files:
        try:
            report = inspect_any(file)
        except MeshLoupeError as error:
            failed = True
            say_error(str(error))
            rows.append({"path": str(file), "error": str(error)})
            continue
        rows.append({**asdict(report), "path": str(file), "facts": dict(report.facts)})
        if not as_json:
            _print(report, file)
    if as_json:
        print_json(rows)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _print(report: Report, file: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    out = console()
    out.print(f"[bold]{escape(str(file))}[/bold]: {escape(report.title)}", highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in report.facts:
        table.add_row(escape(name), escape(value))
    for line in report.warnings:
        table.add_row("[yellow]doubtful[/yellow]", f"[yellow]{escape(line)}[/yellow]")
    for line in report.uses:
        table.add_row("use", escape(line))
    out.print(table, highlight=False)
