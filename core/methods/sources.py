"""Where the files of the papers are to be found today; many addresses in their instructions are dead.

Looked up in the issue threads of the code hosts in 2026: pages, not files, so that terms are read first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A page, and what to know before going there.

    Attributes:
        page: address of the authors' page.
        dead: host of the old links that no longer answer; empty where none is known.
        thread: address where people say where the files are now.
    """

    page: str
    dead: str = ""
    thread: str = ""


# Refuses everybody since the spring of 2025: "Public access is not permitted on this storage account".
_CLOSED_STORE = "datarelease.blob.core.windows.net"
_METRO = "https://github.com/microsoft/MeshTransformer"

OF_METHODS: dict[str, Source] = {
    "metro": Source(_METRO, _CLOSED_STORE, f"{_METRO}/issues/95"),
    "graphormer": Source(
        "https://github.com/microsoft/MeshGraphormer", _CLOSED_STORE, f"{_METRO}/issues/95"
    ),
    "fastmetro": Source("https://github.com/kaist-ami/FastMETRO"),
    "pointhmr": Source("https://github.com/DCVL-3D/PointHMR_release"),
    "multi_roi": Source("https://github.com/CptDiaos/Multi-RoI"),
    "cliff": Source("https://github.com/CptDiaos/Multi-RoI"),  # the baseline of that paper
}
BODIES: dict[str, str] = {
    "SMPL": "https://smpl.is.tue.mpg.de",
    "MANO": "https://mano.is.tue.mpg.de",
}
