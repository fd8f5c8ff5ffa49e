"""A person of a picture as a GLB with skeleton and skin, posed as the person stands.

The skin's vertices are the person's own, carried back into the bind pose by the inverse of the
skinning, so that the posed body is the mesh exactly (pose blend shapes, a refined body), and turning a
bone moves it.
"""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.body import BodyModel
from core.errors import OutputError
from core.export.glb_skin import (
    INDEX_DATA,
    MAX_SETS,
    VERTEX_DATA,
    accessor_of,
    padded,
    scene_of,
    still_arrays,
)
from core.export.mesh_files import vertex_normals, write_mesh
from core.export.motion import motion_of
from core.export.placement import ORIGIN_TEXT, Origin, PlacedMesh, mesh_of, shift_of
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.geometry.rotations import rotmat_to_quaternion
from core.types import Reconstruction

ALLOWED_DEVIATION_M = 1e-5
# A blend of bones that flattens space cannot be undone: the determinant of a rigid one is 1.
SMALLEST_DETERMINANT = 1e-3

Arrays = dict[str, NDArray[Any]]


def write_person_glb(
    path: str | Path,
    person: Reconstruction,
    body: BodyModel | None,
    *,
    origin: Origin = "pelvis",
    faces: NDArray[np.integer] | None = None,
) -> ExportReport:
    """Write a person with skeleton and skin, or the mesh alone where the method gives no rotations.

    Metres, y up, facing +z when facing the camera. The file is read back and posed before it counts.

    Args:
        body: that the rotations are of; None for the mesh alone.
        faces: (F, 3) triangles of the body; None for the embedded bodies.

    Raises:
        OutputError: unwritable folder, full disk, or the file does not read back.
    """
    path = Path(path)
    skin = None if body is None else _skin_of(person, body, origin)
    if skin is None:
        return write_mesh(path, person, origin=origin, faces=faces)
    mesh, arrays, document = skin
    with write_atomically(path) as temporary:
        temporary.write_bytes(_packed(document, arrays))
        deviation = _deviation(temporary, mesh)
        if not deviation <= ALLOWED_DEVIATION_M:
            raise OutputError(
                "the written body does not read back equal; nothing was kept",
                path=path,
                cure="check the disk, or report this as a defect",
            )
    return ExportReport(
        path=path,
        format="glb",
        size_bytes=path.stat().st_size,
        vertices=len(mesh.vertices),
        faces=len(mesh.faces),
        deviation=deviation,
        reader="trimesh",
        origin=ORIGIN_TEXT[origin],
        licence=mesh.licence,
    )


def _skin_of(
    person: Reconstruction, body: BodyModel, origin: Origin
) -> tuple[PlacedMesh, Arrays, dict[str, Any]] | None:
    """The mesh, the arrays and the nodes of a skinned file; None where there cannot be one."""
    if person.rotmat is None or person.betas is None:
        return None
    if len(person.rotmat) != body.joint_count or len(person.vertices) != body.vertex_count:
        return None
    mesh = mesh_of(person, origin, body.faces())
    betas = np.zeros(body.shape_count)
    betas[: len(person.betas)] = person.betas
    clip = motion_of([person], body, 1.0, "camera")
    # A mesh lies with the middle of its hips on zero, which is not the skeleton's root.
    clip = replace(clip, root=clip.root - shift_of(person, "camera") + shift_of(person, origin))
    arrays: Arrays = dict(still_arrays(body, betas))
    carried = _carried(clip.rotmat[0], clip.joints()[0], clip.parents, arrays["bind"])
    blend = _blend(carried, arrays)
    if np.abs(np.linalg.det(blend[:, :3, :3])).min() < SMALLEST_DETERMINANT:
        return None
    away = mesh.vertices.astype(np.float64) - blend[:, :3, 3]
    still = np.linalg.solve(blend[:, :3, :3], away[..., None])[..., 0]
    arrays["POSITION"] = still.astype("<f4")
    arrays["NORMAL"] = vertex_normals(still, mesh.faces).astype("<f4")
    document = scene_of(body, betas, list(arrays), mesh.licence)
    document["asset"]["extras"] = {"comments": list(mesh.comments)}
    turns = rotmat_to_quaternion(torch.from_numpy(clip.rotmat[0])).numpy()
    for node, turn in zip(document["nodes"], np.roll(turns, -1, axis=-1).tolist(), strict=False):
        node["rotation"] = turn
    document["nodes"][0]["translation"] = clip.root[0].tolist()
    return mesh, arrays, document


def _carried(
    rotmat: NDArray[np.floating],
    places: NDArray[np.floating],
    parents: tuple[int, ...],
    bind: NDArray[Any],
) -> NDArray[np.float64]:
    """(J, 4, 4) where each bone carries a point of the bind pose; ``bind`` (J, 16) by columns."""
    world = np.tile(np.eye(4), (len(parents), 1, 1))
    world[:, :3, 3] = places
    for joint, parent in enumerate(parents):
        above = np.eye(3) if parent < 0 else world[parent, :3, :3]
        world[joint, :3, :3] = above @ rotmat[joint]
    return world @ bind.reshape(-1, 4, 4).swapaxes(1, 2).astype(np.float64)


def _blend(carried: NDArray[np.float64], arrays: Arrays) -> NDArray[np.float64]:
    """(V, 4, 4) what carries each vertex."""
    sets = [n for n in range(MAX_SETS) if f"JOINTS_{n}" in arrays]
    joints = np.concatenate([arrays[f"JOINTS_{n}"] for n in sets], axis=1)
    weights = np.concatenate([arrays[f"WEIGHTS_{n}"] for n in sets], axis=1).astype(np.float64)
    return np.einsum("vk,vkij->vij", weights, carried[joints])


def _packed(document: dict[str, Any], arrays: Arrays) -> bytes:
    """The whole file."""
    parts = [padded(array.tobytes()) for array in arrays.values()]
    starts = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    views: list[dict[str, Any]] = []
    for place, (name, array) in enumerate(arrays.items()):
        views.append({"buffer": 0, "byteOffset": starts[place], "byteLength": array.nbytes})
        if name != "bind":
            views[-1]["target"] = INDEX_DATA if name == "faces" else VERTEX_DATA
    document |= {
        "buffers": [{"byteLength": starts[-1]}],
        "bufferViews": views,
        "accessors": [accessor_of(*entry, i) for i, entry in enumerate(arrays.items())],
    }
    head = json.dumps(document).encode()
    head += b" " * (-len(head) % 4)
    chunks = struct.pack("<I4s", len(head), b"JSON") + head
    chunks += struct.pack("<I4s", starts[-1], b"BIN\0") + b"".join(parts)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _deviation(written: Path, mesh: PlacedMesh) -> float:
    """Largest vertex deviation of the posed skin as the file says it, metres.

    trimesh reads the nodes, the mesh and its attributes; it knows no skins, so they are posed here.
    """
    import trimesh

    scene = trimesh.load(written, process=False, maintain_order=True)
    data = written.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    document, binary = json.loads(data[20 : 20 + length]), data[28 + length :]
    (read,) = scene.geometry.values()
    if not np.array_equal(read.faces, mesh.faces) or len(read.vertices) != len(mesh.vertices):
        return float("inf")
    names = document["meshes"][0]["primitives"][0]["attributes"]
    kinds = {"JOINTS": ("<u2", 4), "WEIGHTS": ("<f4", 4)}
    arrays: Arrays = {
        name: _array(document, binary, number, *kinds[name.split("_")[0]])
        for name, number in names.items()
        if name.split("_")[0] in kinds
    }
    number = document["skins"][0]["inverseBindMatrices"]
    bind = _array(document, binary, number, "<f4", 16).reshape(-1, 4, 4).swapaxes(1, 2)
    world = np.stack(
        [
            scene.graph.get(document["nodes"][joint]["name"])[0]
            for joint in document["skins"][0]["joints"]
        ]
    )
    blend = _blend(world @ bind.astype(np.float64), arrays)
    posed = np.einsum("vij,vj->vi", blend[:, :3, :3], read.vertices) + blend[:, :3, 3]
    return float(np.abs(posed - mesh.vertices).max(initial=0.0))


def _array(
    document: dict[str, Any], binary: bytes, number: int, kind: str, width: int
) -> NDArray[Any]:
    view = document["bufferViews"][document["accessors"][number]["bufferView"]]
    count = view["byteLength"] // np.dtype(kind).itemsize
    return np.frombuffer(binary, kind, count, view["byteOffset"]).reshape(-1, width)
