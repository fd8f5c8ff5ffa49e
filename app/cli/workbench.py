"""``meshloupe [FILE...]``: open the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import EXIT_FAILED, say, say_error

NAME = "open"
DISPLAY_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def has_display() -> bool:
    """Whether a window can be shown; only on Linux may there be none."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in DISPLAY_VARIABLES)


def open_workbench(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Pictures, videos or folders to open.")
    ] = None,
) -> None:
    """Open the workbench, with files if any are named."""
    paths = [str(path) for path in files or []]
    if not has_display():
        named = " ".join(paths) or "PICTURE"
        say_error("no display: DISPLAY, WAYLAND_DISPLAY and QT_QPA_PLATFORM are all unset")
        say(
            "Without a window:  meshloupe infer "
            f"{named} --method pose_lift --joints JOINTS.json --save obj,overlay --out out"
        )
        raise typer.Exit(EXIT_FAILED)
    missing = [path for path in paths if not Path(path).exists()]
    if missing:
        say_error(f"{missing[0]}: does not exist and is no command; see meshloupe --help")
        raise typer.Exit(EXIT_FAILED)
    from app.main import run

    raise typer.Exit(run(paths))
