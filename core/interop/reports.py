"""The answer to "what is this file?"."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Report:
    """One file.

    Attributes:
        path: the file.
        kind: short id, ``spin_npz``, ``coco_keypoints``, ``mesh``...
        title: what it is, for people.
        facts: (name, value) pairs in the order they matter: people, frames, joints, units, axes.
        warnings: values that look wrong, one line each.
        uses: commands that do something with it.
    """

    path: Path
    kind: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    uses: tuple[str, ...] = field(default=())
