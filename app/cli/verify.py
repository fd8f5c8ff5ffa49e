"""``meshloupe verify``: our networks against stored outputs of the authors' code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import EXIT_FAILED, say_error


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
    """Run every fixture through the ordinary loader; fail beyond the stated tolerances."""
    say_error("this build has no parity checks")
    raise typer.Exit(EXIT_FAILED)
