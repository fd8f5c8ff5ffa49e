"""``meshloupe weights inspect|add|convert|list``: weights and other files, recognised by content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.console import EXIT_FAILED, console, print_json, say_error, wrong_use

if TYPE_CHECKING:
    from core.weights import FileReport

app = typer.Typer(
    help="Inspect, add, convert or list weights and bodies.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Weights, body models, ...")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("inspect")
def inspect(
    files: Files,
    tensors: Annotated[bool, typer.Option("--tensors", help="List every tensor.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what files are, by the names and shapes of their tensors."""
    from core.weights import inspect_file

    def show(file: Path) -> dict[str, Any]:
        report = inspect_file(file)
        if not as_json:
            _print_report(report, tensors)
        return _as_dict(report, tensors)

    _each(files, show, as_json)


@app.command("add")
def add(files: Files, as_json: AsJson = False) -> None:
    """Keep files in the user folder, where every command finds them (MESHLOUPE_HOME moves it)."""
    from core.weights import add_file

    def keep(file: Path) -> dict[str, Any]:
        stored = add_file(file)
        if not as_json:
            print(f"{file}: {stored.title}, kept as {stored.path}")
        return {
            "file": str(file),
            "kind": stored.kind,
            "title": stored.title,
            "method": stored.method,
            "preset": stored.preset,
            "variant": stored.variant,
            "stored": str(stored.path),
        }

    _each(files, keep, as_json)


@app.command("convert")
def convert(
    files: Files,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The new file, for a single input.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write weights as safetensors, read back and compared."""
    from core.weights import convert as convert_file

    if out is not None and len(files) > 1:
        raise wrong_use("one output file takes one input file", "--out")

    def write(file: Path) -> dict[str, Any]:
        report = convert_file(file, out)
        if not as_json:
            print(f"{file}: {report.parameters} numbers written to {report.path}")
        return {"file": str(file), "written": str(report.path), "sha256": report.sha256}

    _each(files, write, as_json)


@app.command("list")
def list_kept(as_json: AsJson = False) -> None:
    """List the files in the user folder and the weights that come with MeshLoupe."""
    from core.weights import list_cards, list_files

    rows = [
        {
            "origin": "yours",
            "kind": file.kind,
            "title": file.title,
            "network": " ".join(part for part in (file.method, file.preset, file.variant) if part),
            "path": str(file.path),
        }
        for file in list_files()
    ]
    rows += [
        {
            "origin": "shipped",
            "kind": "weights",
            "title": card.title,
            "network": " ".join(part for part in (card.method, card.preset, card.variant) if part),
            "path": ", ".join(str(part.path) for part in card.parts),
        }
        for card in list_cards()
    ]
    if as_json:
        print_json(rows)
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("origin", "kind", "title", "network", "path"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    console().print(table)


def _each(files: Iterable[Path], act: Callable[[Path], dict[str, Any]], as_json: bool) -> None:
    """Do all files; one that fails is told and does not keep the others from their turn."""
    from core.errors import MeshLoupeError

    results: list[dict[str, Any]] = []
    failed = False
    for file in files:
        try:
            results.append(act(file))
        except MeshLoupeError as error:
            failed = True
            say_error(str(error))
            results.append({"file": str(file), "error": str(error)})
    if as_json:
        print_json(results)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _as_dict(report: FileReport, tensors: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "file": str(report.path),
        "kind": report.kind,
        "title": report.title,
        "method": report.method,
        "preset": report.preset,
        "variant": report.variant,
        "network": report.network,
        "layout": report.layout,
        "container": report.container,
        "parameters": report.parameters,
        "tensor_count": len(report.tensors),
        "dtype": report.dtype,
        "size_bytes": report.size_bytes,
        "sha256": report.sha256,
        "foreign": list(report.foreign),
    }
    if tensors:
        entry["tensors"] = [
            {"name": t.name, "shape": list(t.shape), "dtype": t.dtype} for t in report.tensors
        ]
    return entry


def _print_report(report: FileReport, tensors: bool) -> None:
    print(f"{report.path}: {report.title}")
    if report.method:
        print(f"  network     {report.method} {report.preset} {report.variant}")
    print(f"  kind        {report.kind}, {report.size_bytes / 1e6:.1f} MB, {report.layout or '-'}")
    print(f"  tensors     {len(report.tensors)}, {report.parameters} numbers, {report.dtype}")
    if report.container:
        print(f"  inside      {report.container}")
    print(f"  sha256      {report.sha256}")
    if report.foreign:
        print(f"  not executed: {', '.join(report.foreign[:6])}")
    for tensor in report.tensors if tensors else ():
        print(f"  {tensor.name}  {tuple(tensor.shape)}  {tensor.dtype}")
