"""``meshloupe``: opens the workbench, or runs one of the commands that need no display."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from app.cli import doctor, infer, inspect, methods, verify, weights, workbench
from app.cli.console import EXIT_CANCELLED, EXIT_DONE, EXIT_FAILED, say_error
from core.openmp import bound_spinning

EPILOG = "Files without a command open in the workbench: meshloupe photo.jpg"


class _CommandOrFiles(TyperGroup):
    """A group in which anything that is no command is a file for the workbench."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the hidden command ``open`` before files, and before nothing at all."""
        is_file = args and args[0] not in self.commands and not args[0].startswith("-")
        if not args or is_file or args[0] == "--":
            args = [workbench.NAME, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_CommandOrFiles,
    name="meshloupe",
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(version("meshloupe"))
        except PackageNotFoundError:
            print("from a checkout, not installed")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """MeshLoupe: from pictures of people to body meshes, and a look into the networks that make them."""


app.command(workbench.NAME, hidden=True)(workbench.open_workbench)
app.command("infer")(infer.infer)
app.command("methods")(methods.methods)
app.command("inspect")(inspect.inspect)
app.add_typer(weights.app, name="weights")
app.command("verify")(verify.verify)
app.command("doctor")(doctor.doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; those of the process if None.

    Returns:
        0 done, 1 failed, 2 wrong use, 130 stopped by Ctrl-C.
    """
    bound_spinning()
    logging.basicConfig(format="meshloupe: %(message)s", level=logging.WARNING)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        say_error("what is printed goes to a full disk; free some space there, or print elsewhere")
        # What is left in the buffer would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    return code


def _run(arguments: Sequence[str] | None) -> int:
    from core.errors import Cancelled, MeshLoupeError

    try:
        app(args=None if arguments is None else list(arguments), prog_name="meshloupe")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_DONE
    except Cancelled:
        say_error("stopped; nothing half-written remains")
        return EXIT_CANCELLED
    except MeshLoupeError as error:
        say_error(str(error))
        return EXIT_FAILED
    return EXIT_DONE
