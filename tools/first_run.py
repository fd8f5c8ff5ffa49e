"""``make run``: open the window, or do the same job without one where there is no display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "out"


def has_display() -> bool:
    """Whether a window can be shown here."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def meshloupe(*arguments: str) -> int:
    """Run the command line in this environment."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments], cwd=ROOT, check=False
    ).returncode


def main() -> int:
    """Window or headless sample run; the exit code is the program's own."""
    if has_display():
        return meshloupe()
    samples = sorted((ROOT / "assets" / "samples").glob("*.jpg"))[:1]
    sys.stdout.write(
        "There is no display here, so MeshLoupe reconstructs a bundled sample without its window.\n"
    )
    sys.stdout.flush()
    joints = ROOT / "assets" / "samples" / "joints2d.json"
    code = meshloupe(
        "infer",
        *map(str, samples),
        *("--method", "pose_lift", "--joints", str(joints)),
        *("--save", "obj,npz,overlay", "--out", str(OUT)),
    )
    if code == 0:
        sys.stdout.write(
            f"The files above lie in {OUT}. With a display, `make run` opens the window.\n"
            "Your own pictures, with one method or all of them side by side:\n"
            "  .venv/bin/meshloupe infer PICTURE --method pose_lift --save obj,overlay\n"
            "  .venv/bin/meshloupe infer PICTURE --method metro,pointhmr,multi_roi --save overlay\n"
        )
    return code


if __name__ == "__main__":
    raise SystemExit(main())
