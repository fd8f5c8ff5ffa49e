"""OBJ, PLY and GLB, written whole or not at all and read back with trimesh before they count."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import OutputError
from core.export.placement import ORIGIN_TEXT, Origin, PlacedMesh, mesh_of
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.types import Reconstruction

# Every format stores float32 exactly; OBJ writes nine digits, which is enough for that.
ALLOWED_DEVIATION_M = 1e-6


def write_mesh(
    path: str | Path,
    person: Reconstruction,
    *,
    origin: Origin = "pelvis",
    faces: NDArray[np.integer] | None = None,
) -> ExportReport:
    """Write one person in the format of the suffix (.obj, .ply, .glb).

    Metres, y up, facing +z when facing the camera. The file is read back by another library and
    compared before it takes the place of an older one.

    Args:
        faces: (F, 3) triangles of the body; None for the embedded bodies.

    Raises:
        OutputError: unknown suffix, unwritable folder, full disk, or the file does not read back.
    """
    path = Path(path)
    mesh = mesh_of(person, origin, faces)
    write = _writer_of(path)
    with write_atomically(path) as temporary:
        temporary.write_bytes(write(mesh))
        deviation = _compare(temporary, mesh, path)
    return ExportReport(
        path=path,
        format=path.suffix[1:].lower(),
        size_bytes=path.stat().st_size,
        vertices=len(mesh.vertices),
        faces=len(mesh.faces),
        deviation=deviation,
        reader="trimesh",
        origin=ORIGIN_TEXT[origin],
        licence=mesh.licence,
    )


def obj_bytes(mesh: PlacedMesh) -> bytes:
    """Wavefront OBJ text."""
    lines = [f"# {line}" for line in mesh.comments]
    lines.append(f"o {mesh.name or 'person'}")
    lines += [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in mesh.vertices.tolist()]
    lines += [f"f {a} {b} {c}" for a, b, c in (mesh.faces + 1).tolist()]
    return ("\n".join(lines) + "\n").encode()


def ply_bytes(mesh: PlacedMesh) -> bytes:
    """Binary little-endian PLY with float vertices and triangle lists."""
    header = ["ply", "format binary_little_endian 1.0"]
    header += [f"comment {line}" for line in mesh.comments]
    header += [f"element vertex {len(mesh.vertices)}"]
    header += [f"property float {axis}" for axis in "xyz"]
    header += [f"element face {len(mesh.faces)}", "property list uchar int vertex_indices"]
    header += ["end_header", ""]
    rows = np.empty(len(mesh.faces), dtype=[("count", "u1"), ("index", "<i4", (3,))])
    rows["count"], rows["index"] = 3, mesh.faces
    return "\n".join(header).encode() + mesh.vertices.astype("<f4").tobytes() + rows.tobytes()


def glb_bytes(mesh: PlacedMesh) -> bytes:
    """Binary glTF 2.0 with normals for smooth shading; its y-up, +z-front metres are ours."""
    index = mesh.faces.astype("<u4").tobytes()
    place = mesh.vertices.astype("<f4").tobytes()
    normal = vertex_normals(mesh.vertices, mesh.faces).astype("<f4").tobytes()
    starts = np.cumsum([0, len(index), len(place), len(normal)]).tolist()
    views = [
        {"buffer": 0, "byteOffset": starts[i], "byteLength": starts[i + 1] - starts[i], "target": t}
        for i, t in enumerate((34963, 34962, 34962))
    ]
    triples = {"componentType": 5126, "type": "VEC3", "count": len(mesh.vertices)}
    document = {
        "asset": {
            "version": "2.0",
            "generator": "MeshLoupe",
            "copyright": mesh.licence,
            "extras": {"comments": list(mesh.comments)},
        },
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": mesh.name or "person"}],
        "meshes": [
            {
                "name": mesh.name or "person",
                "primitives": [
                    {"attributes": {"POSITION": 1, "NORMAL": 2}, "indices": 0, "material": 0}
                ],
            }
        ],
        "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.8}}],
        "buffers": [{"byteLength": starts[-1]}],
        "bufferViews": views,
        "accessors": [
            {"bufferView": 0, "componentType": 5125, "type": "SCALAR", "count": mesh.faces.size},
            {
                **triples,
                "bufferView": 1,
                "min": mesh.vertices.min(0).tolist(),
                "max": mesh.vertices.max(0).tolist(),
            },
            {**triples, "bufferView": 2},
        ],
    }
    return _glb_container(json.dumps(document).encode(), index + place + normal)


MESH_FORMATS: dict[str, Callable[[PlacedMesh], bytes]] = {
    "obj": obj_bytes,
    "ply": ply_bytes,
    "glb": glb_bytes,
}


def _glb_container(document: bytes, binary: bytes) -> bytes:
    document += b" " * (-len(document) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<I4s", len(document), b"JSON") + document
    chunks += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def vertex_normals(
    vertices: NDArray[np.floating], faces: NDArray[np.integer]
) -> NDArray[np.float64]:
    """(V, 3) area-weighted unit normals, pointing outwards; +y for vertices of no triangle."""
    corners = np.asarray(vertices, np.float64)[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros((len(vertices), 3))
    for corner in range(3):
        np.add.at(total, faces[:, corner], normal)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 1e-20, total / np.maximum(length, 1e-20), [0.0, 1.0, 0.0])


def _writer_of(path: Path) -> Callable[[PlacedMesh], bytes]:
    try:
        return MESH_FORMATS[path.suffix[1:].lower()]
    except KeyError:
        known = ", ".join(f".{name}" for name in MESH_FORMATS)
        raise OutputError("is no known mesh format", path=path, cure=f"use {known}") from None


def _compare(written: Path, mesh: PlacedMesh, path: Path) -> float:
    """Largest vertex deviation of the file as trimesh reads it, metres."""
    import trimesh

    read = trimesh.load(written, process=False, maintain_order=True, force="mesh")
    same_shape = read.vertices.shape == mesh.vertices.shape and read.faces.shape == mesh.faces.shape
    if same_shape and np.array_equal(read.faces, mesh.faces):
        deviation = float(np.abs(read.vertices - mesh.vertices).max(initial=0.0))
        if deviation <= ALLOWED_DEVIATION_M:
            return deviation
    raise OutputError(
        "the written mesh does not read back equal; nothing was kept",
        path=path,
        cure="check the disk, or report this as a defect",
    )
