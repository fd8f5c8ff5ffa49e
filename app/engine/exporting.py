"""Writing files of a result; each is read back by ``core.export`` before it counts as written."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.engine.requests import ExportLine, ExportRequest
from core.errors import Cancelled

if TYPE_CHECKING:
    from core.export.report import ExportReport

MESH_KINDS = ("obj", "ply", "glb")
OVERLAY_ALPHA = 0.9


def write_export(request: ExportRequest, cancel: threading.Event) -> tuple[ExportLine, ...]:
    """All files of a request, one line of report each."""
    from core.export import output_path, write_mesh, write_npz

    result, frame = request.result.result, request.result.result.frame
    faces = None if request.result.mesh is None else request.result.mesh.faces
    lines: list[ExportLine] = []

    def path_of(ext: str, person: int | None = None) -> Path:
        return output_path(
            request.folder, frame.name, result.method, ext, frame=frame.index, person=person
        )

    for kind in request.kinds:
        if cancel.is_set():
            raise Cancelled("stopped")
        if kind in MESH_KINDS:
            for number, person in enumerate(result.people):
                report = write_mesh(
                    path_of(kind, number),
                    person,
                    origin=request.origin,  # type: ignore[arg-type]
                    faces=faces,
                )
                lines.append(_line(report))
        elif kind == "npz":
            lines.append(_line(write_npz(path_of("npz"), result, faces=faces)))
        else:
            lines.append(_write_overlay(request, path_of("png")))
    return tuple(lines)


def _write_overlay(request: ExportRequest, path: Path) -> ExportLine:
    from core.export import write_png
    from core.render.colors import person_color
    from core.render.compose import overlay
    from core.render.layers import MeshLayer

    result, mesh = request.result.result, request.result.mesh
    faces = np.zeros((0, 3), np.int32) if mesh is None else mesh.faces
    layers = [
        MeshLayer(person.vertices_camera, faces, person_color(number))
        for number, person in enumerate(result.people)
    ]
    drawn = overlay(result.frame.image, layers, result.people[0].focal_px, OVERLAY_ALPHA)
    return _line(write_png(path, drawn.rgb))


def _line(report: ExportReport) -> ExportLine:
    """One file with what reading it back said, for people."""
    parts = [f"{report.size_bytes / 1024:.0f} KiB"]
    if report.vertices:
        parts.append(f"{report.vertices} vertices, {report.faces} faces")
    if report.origin:
        parts.append(f"origin {report.origin}")
    parts.append(f"read back with {report.reader}, equal")
    return ExportLine(report.path, ", ".join(parts))
