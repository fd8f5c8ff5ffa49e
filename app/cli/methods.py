"""``meshloupe methods``: methods, presets, variants, parameters, weights present, licences."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import console, print_json

if TYPE_CHECKING:
    from core.pipeline.loading import FoundWeights


@dataclass(frozen=True)
class Row:
    """One variant of one preset of one method.

    Attributes:
        parameters: trainable numbers of the network; None unless they were counted.
        weights: file that `infer` would take; empty if there is none.
        licence: of our code and weights, or of the authors' released ones.
    """

    method: str
    title: str
    family: str
    reads: str
    preset: str
    variant: str
    subject: str
    released: bool
    proof: str
    parameters: int | None
    weights: str
    licence: str


def methods(
    count: Annotated[
        bool, typer.Option("--count", help="Build each network to count its parameters (slow).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List methods with presets, variants, parameters, weights present and licences."""
    rows = _rows(count)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    _print_table(rows, count)


def _rows(count: bool) -> list[Row]:
    from core.methods import list_methods
    from core.pipeline.loading import find_weights

    rows = []
    for entry in list_methods():
        for preset in entry.presets:
            for variant in preset.variants:
                found = find_weights(entry.id, preset.id, variant.id)
                rows.append(
                    Row(
                        method=entry.id,
                        title=entry.title,
                        family=entry.family,
                        reads=entry.reads,
                        preset=preset.id,
                        variant=variant.id,
                        subject=variant.subject,
                        released=variant.released,
                        proof=variant.proof,
                        parameters=_parameters(entry.id, preset.id, variant.id) if count else None,
                        weights=_whose(found),
                        licence=found.licence or _licence(preset.id),
                    )
                )
    return rows


def _whose(found: FoundWeights) -> str:
    if found.state == "none":
        return ""
    return str(found.path) if found.path else "shipped"


def _licence(preset: str) -> str:
    """Our own weights carry our licence; those of the authors are the user's to obtain."""
    return "Apache-2.0" if preset == "lite" else "code Apache-2.0, weights by their authors' terms"


def _parameters(method_id: str, preset: str, variant: str) -> int:
    from core.methods import create_method

    method = create_method(method_id, preset=preset, variant=variant)
    return sum(parameter.numel() for parameter in method.parameters())


def _print_table(rows: list[Row], count: bool) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    headings = ["method", "preset", "variant", "reads", "released", "proof", "weights", "licence"]
    if count:
        headings.insert(3, "parameters")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    previous = ""
    for row in rows:
        cells = [
            row.method if row.method != previous else "",
            row.preset,
            row.variant,
            row.reads,
            "yes" if row.released else "no",
            row.proof,
            row.weights or "none: meshloupe weights add FILE",
            row.licence,
        ]
        if count:
            cells.insert(3, f"{(row.parameters or 0) / 1e6:.1f} M")
        table.add_row(*cells)
        previous = row.method
    console().print(table)
