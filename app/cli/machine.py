"""What `doctor` looks at: facts about this machine, each with the cure where something is missing."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from app.cli.workbench import DISPLAY_VARIABLES, has_display

State = Literal["ok", "missing", "optional", "info"]


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        group: heading it stands under.
        name: what was looked at.
        state: ``missing`` makes the doctor fail; ``optional`` is absent and may stay so.
        text: what was found.
        cure: the exact command that mends it; empty if nothing is to be done.
    """

    group: str
    name: str
    state: State
    text: str
    cure: str = ""


@dataclass(frozen=True)
class Library:
    """A Python package MeshLoupe uses: its name on the index, its import name, its licence."""

    package: str
    licence: str
    purpose: str
    needed: bool = True


LIBRARIES = (
    Library("torch", "BSD-3-Clause", "networks"),
    Library("torchvision", "BSD-3-Clause", "backbones"),
    Library("numpy", "BSD-3-Clause", "arrays"),
    Library("scipy", "BSD-3-Clause", "sparse matrices"),
    Library("opencv-python", "Apache-2.0", "crops and drawing"),
    Library("pillow", "MIT-CMU", "picture files"),
    Library("av", "BSD-3-Clause", "video files"),
    Library("open3d", "MIT", "rendering"),
    Library("trimesh", "MIT", "mesh files"),
    Library("safetensors", "Apache-2.0", "weights files"),
    Library("platformdirs", "MIT", "user folders"),
    Library("rich", "MIT", "tables and progress"),
    Library("typer", "MIT", "command line"),
    Library("PySide6", "LGPL-3.0", "the window"),
    Library("pyqtgraph", "MIT", "the window's plots"),
    Library("vispy", "BSD-3-Clause", "attention links"),
    Library("smplx", "non-commercial research only", "reference body layer", needed=False),
    Library("ultralytics", "AGPL-3.0", "YOLO person and pose detector", needed=False),
)

# A library to probe for, and the Debian package that brings it (the same table as tools/setup.py).
SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libusb-1.0.so.0": "libusb-1.0-0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libX11.so.6": "libx11-6",
    "libgomp.so.1": "libgomp1",
}


def examine() -> tuple[Finding, ...]:
    """Everything the doctor knows, the machine first."""
    return (
        *machine_findings(),
        *library_findings(),
        *system_findings(),
        *device_findings(),
        display_finding(),
        *asset_findings(),
    )


def machine_findings() -> tuple[Finding, ...]:
    """System, Python, cores, memory, free disk."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = [
        Finding("machine", "system", "info", platform.platform()),
        Finding("machine", "python", "info", f"{platform.python_version()} at {sys.executable}"),
        Finding("machine", "cores", "info", str(cores)),
    ]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        found.append(Finding("machine", "memory", "info", f"{memory / 2**30:.1f} GB"))
    found.append(
        Finding("machine", "free disk", "info", f"{shutil.disk_usage('.').free / 2**30:.1f} GB")
    )
    return tuple(found)


def library_findings() -> tuple[Finding, ...]:
    """Version and licence of each Python library; the optional ones name their terms."""
    found = []
    for library in LIBRARIES:
        about = f"{library.purpose}; licence {library.licence}"
        cure = f"{sys.executable} -m pip install {library.package}"
        try:
            text = f"{version(library.package)} ({about})"
            found.append(Finding("libraries", library.package, "ok", text))
        except PackageNotFoundError:
            state: State = "missing" if library.needed else "optional"
            found.append(
                Finding("libraries", library.package, state, f"not installed ({about})", cure)
            )
    return tuple(found)


def system_findings() -> tuple[Finding, ...]:
    """System libraries of the window and of Open3D; nothing to check off Linux."""
    if not sys.platform.startswith("linux"):
        return ()
    absent = {name: package for name, package in SYSTEM_LIBRARIES.items() if not _loads(name)}
    if not absent:
        names = f"all {len(SYSTEM_LIBRARIES)} there (GL and EGL among them)"
        return (Finding("system", "shared libraries", "ok", names),)
    command = "sudo apt-get install -y --no-install-recommends " + " ".join(absent.values())
    return tuple(
        Finding("system", name, "missing", f"not found (Debian: {package})", command)
        for name, package in absent.items()
    )


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def device_findings() -> tuple[Finding, ...]:
    """Where networks can run."""
    try:
        import torch
    except (ImportError, OSError) as error:
        reason = " ".join(str(error).split())[:160]
        cure = f"{sys.executable} -m pip install --force-reinstall torch torchvision"
        return (Finding("devices", "torch", "missing", f"does not load: {reason}", cure),)
    threads = f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}"
    found = [Finding("devices", "cpu", "ok", threads)]
    if not torch.cuda.is_available():
        why = "no CUDA device answers" if torch.version.cuda else "this PyTorch knows no CUDA"
        found.append(Finding("devices", "cuda", "optional", why))
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        card = torch.cuda.get_device_properties(number)
        memory = f"{card.name}, {card.total_memory / 2**30:.0f} GB"
        found.append(Finding("devices", f"cuda:{number}", "ok", memory))
    return tuple(found)


def display_finding() -> Finding:
    """Whether a window can be shown; none is fine for the commands."""
    if not sys.platform.startswith("linux"):
        return Finding("display", "display", "ok", "of the system")
    values = {name: os.environ[name] for name in DISPLAY_VARIABLES if os.environ.get(name)}
    text = ", ".join(f"{name}={value}" for name, value in values.items())
    if has_display():
        return Finding("display", "display", "ok", text)
    hint = "none; `meshloupe infer` works without one"
    return Finding("display", "display", "optional", hint)


def asset_findings() -> tuple[Finding, ...]:
    """What the installation brought along."""
    from core.assets import asset_files

    found = []
    for folder, pattern, need in (("bodies", "*.npz", True), ("weights", "*.safetensors", False)):
        names = ", ".join(path.name for path in asset_files(folder, pattern))
        state: State = "ok" if names else "missing" if need else "optional"
        cure = "" if names or not need else f"{sys.executable} -m pip install --force-reinstall ."
        found.append(Finding("shipped files", folder, state, names or "none", cure))
    return tuple(found)
