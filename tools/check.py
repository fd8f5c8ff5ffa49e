"""Everything that must hold before a change lands: style, arrows, types, tests. Run by ``make test``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Check:
    """One command with the name under which it is reported."""

    name: str
    command: tuple[str, ...]


def checks() -> tuple[Check, ...]:
    """All checks, the quick ones first."""
    folder = Path(sys.executable).parent
    workers = str(min(4, os.cpu_count() or 1))
    return (
        Check("style", (str(folder / "ruff"), "check", ".")),
        Check("format", (str(folder / "ruff"), "format", "--check", "--quiet", ".")),
        Check("arrows", (str(folder / "lint-imports"),)),
        Check("types", (str(folder / "pyrefly"), "check")),
        Check("tests", (sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-n", workers)),
    )


def main() -> int:
    """Run all checks, report each, return 1 when any failed."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    # One arithmetic thread per test worker: two workers on two cores must not fight.
    environment.setdefault("OMP_NUM_THREADS", "1")
    failed: list[str] = []
    for check in checks():
        began = time.monotonic()
        done = subprocess.run(check.command, cwd=ROOT, env=environment, check=False)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        sys.stdout.write(f"[check] {check.name}: {verdict} ({time.monotonic() - began:.0f} s)\n")
        sys.stdout.flush()
        if done.returncode:
            failed.append(check.name)
    if failed:
        sys.stdout.write(f"[check] failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
