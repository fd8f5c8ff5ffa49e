"""What was written, as it was found when the file was read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ExportReport:
    """One file that was written and read back.

    Attributes:
        path: the file.
        format: ``obj``, ``ply``, ``glb``, ``npz``, ``bvh``, ``png`` or ``mp4``.
        size_bytes: of the file.
        people: rows, bodies or 1; frames for motion and video.
        vertices, faces: of the mesh read back; 0 where there is none.
        deviation: largest difference between what was meant and what was read, in metres (radians
            for motion, 0 for pictures).
        reader: the library that read it back.
        origin: where the origin lies; empty where the file has no placement of its own.
        licence: terms of the body in the file; empty when no body is in it.
    """

    path: Path
    format: str
    size_bytes: int
    people: int = 1
    vertices: int = 0
    faces: int = 0
    deviation: float = 0.0
    reader: str = ""
    origin: str = ""
    licence: str = ""

    def __str__(self) -> str:
        """One line for a log."""
        mesh = f", {self.vertices} vertices, {self.faces} faces" if self.vertices else ""
        return f"{self.path} ({self.size_bytes} bytes{mesh}, read back with {self.reader})"
