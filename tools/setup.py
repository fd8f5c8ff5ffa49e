"""Create the virtual environment and install what MeshLoupe needs; standard library only.

Runs before anything is installed, so it imports nothing else. A stamp file with the hash of the
pinned requirements makes every later call return at once. System libraries that Qt and Open3D link
against are installed when this may be done (root with apt); otherwise the exact command is printed.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 13)

# A library to probe for, and the Debian packages that bring it and its company.
SYSTEM_LIBRARIES = {
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libglib-2.0.so.0": ("libglib2.0-0",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libusb-1.0.so.0": ("libusb-1.0-0",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libX11.so.6": ("libx11-6",),
    "libgomp.so.1": ("libgomp1",),
}


def say(text: str) -> None:
    """One line of progress for the person at the terminal."""
    sys.stdout.write(f"[setup] {text}\n")
    sys.stdout.flush()


def run(command: list[str], **options: object) -> None:
    """Run a command, ending the set-up with its own message when it fails."""
    done = subprocess.run(command, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        say(f"this command failed: {' '.join(command)}")
        raise SystemExit(1)


def missing_libraries() -> list[str]:
    """Debian packages whose libraries the loader cannot find; empty off Linux."""
    if not sys.platform.startswith("linux"):
        return []
    packages: list[str] = []
    for library, names in SYSTEM_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.extend(names)
    return packages


def install_system_packages(packages: list[str]) -> None:
    """Install Debian packages when allowed, else print the command that does it."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    may = shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0
    if not may:
        sudo = "sudo apt-get update && sudo " if shutil.which("apt-get") else ""
        say("the window needs system libraries that are missing; install them with:")
        say(f"  {sudo}{' '.join(command)}")
        return
    say(f"installing system libraries: {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=quiet)
    run([*command, "-qq"], env=quiet, stdout=subprocess.DEVNULL)


def create_environment(venv: Path) -> Path:
    """The environment's interpreter, created when it is not there."""
    folder = "Scripts" if os.name == "nt" else "bin"
    python = venv / folder / ("python.exe" if os.name == "nt" else "python")
    if python.exists():
        return python
    say(f"creating {venv} with Python {sys.version.split()[0]}")
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], check=False)
    if made.returncode and shutil.which("apt-get"):
        shutil.rmtree(venv, ignore_errors=True)
        install_system_packages(["python3-venv"])
        run([sys.executable, "-m", "venv", str(venv)])
    elif made.returncode:
        say("this Python cannot create virtual environments; install its venv module")
        raise SystemExit(1)
    return python


def fingerprint() -> str:
    """Hash of everything that decides what must be installed."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install(venv: Path) -> None:
    """Bring the environment up to date; returns at once when nothing changed."""
    python = create_environment(venv)
    stamp = venv / ".meshloupe-installed"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    began = time.monotonic()
    say("installing pinned packages: about 3.9 GB to download, 8 GB on disk, a few minutes")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install"]
    progress = "on" if sys.stdout.isatty() else "off"
    run([*pip, f"--progress-bar={progress}", "-q", "-r", str(ROOT / "requirements.lock")])
    run([*pip, "-q", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    stamp.write_text(wanted)
    say(f"ready after {time.monotonic() - began:.0f} s")


def main() -> None:
    """Entry point of ``make setup``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    arguments = parser.parse_args()
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        say(f"MeshLoupe needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}")
        say("name another one with: make PYTHON=python3.11 run")
        raise SystemExit(1)
    if packages := missing_libraries():
        install_system_packages(packages)
    install(arguments.venv)


if __name__ == "__main__":
    main()
