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
        parameters: trainable numbers of the network; None if it cannot be built here.
        multiply_adds: of a forward pass for one person; None if nobody counted them.
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
    multiply_adds: int | None
    weights: str
    licence: str


def methods(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List methods: presets, variants, parameters, weights, licences."""
    rows = _rows()
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    _print_table(rows)


def _rows() -> list[Row]:
    from core.methods import list_methods
    from core.pipeline.loading import find_weights
    from core.pipeline.sizes import multiply_adds, parameter_count

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
                        parameters=parameter_count(entry.id, preset.id, variant.id),
                        multiply_adds=multiply_adds(entry.id, preset.id, variant.id),
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


def _print_table(rows: list[Row]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in (
        "method",
        "preset",
        "variant",
        "parameters",
        "mult-adds",
        "reads",
        "released",
        "proof",
    ):
        table.add_column(heading)
    table.add_column("weights", overflow="fold")
    table.add_column("licence", overflow="fold")
    previous = ""
    for row in rows:
        table.add_row(
            row.method if row.method != previous else "",
            row.preset,
            row.variant,
            "?" if row.parameters is None else f"{row.parameters / 1e6:.1f} M",
            "?" if row.multiply_adds is None else f"{row.multiply_adds / 1e9:.2f} G",
            row.reads,
            "yes" if row.released else "no",
            row.proof,
            row.weights or "none: meshloupe weights add FILE",
            row.licence,
        )
        previous = row.method
    console().print(table)
