"""What the commands share: exit codes, messages on stderr, JSON on stdout."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_WRONG_USE = 2
EXIT_CANCELLED = 130


def say(message: str) -> None:
    """One line for the person, on stderr; stdout is for results."""
    print(message, file=sys.stderr, flush=True)


def say_error(message: str) -> None:
    """What went wrong and the cure, on one line."""
    say("meshloupe: " + " ".join(message.split()))


def print_json(value: Any) -> None:
    """Results for programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def console(*, stderr: bool = False) -> Console:
    """A rich console; as wide as its table needs when its output goes to a file or a pipe."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else 200, highlight=False)


def wrong_use(message: str, option: str = "") -> typer.BadParameter:
    """An error in the arguments: exit code 2, with a pointer to ``--help``."""
    return typer.BadParameter(message, param_hint=option or None)
