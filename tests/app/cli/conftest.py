"""The command line as a child process, as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def meshloupe(tmp_path: Path) -> Callable[..., Ran]:
    """``meshloupe("infer", ...)`` in an empty folder, without a display."""

    def run(*arguments: object, code: str | None = None, **environment: str) -> Ran:
        kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        kept.pop("QT_QPA_PLATFORM", None)
        command = ["-c", code] if code else ["-m", "app", *map(str, arguments)]
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
