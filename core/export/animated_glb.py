"""A person's motion as one animated GLB: the skinned body, its skeleton, and a key per frame.

glTF 2.0: metres, y up, +z front, quaternions (x, y, z, w), times in seconds, so that a variable frame
rate stays true. Keys wait in a temporary file; the file is written in constant memory. The body's
skinning is glTF's own: bone k carries a point of the bind pose by ``Q_k T_k (v - J_k) + p_k``, so the
node turns by Q_k and the inverse bind matrix is ``[T_k | -T_k J_k]``. Pose blend shapes of SMPL bodies
have no counterpart there and are left out (the note in the file says so).
"""

from __future__ import annotations

import json
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from core.body import BodyModel
from core.errors import OutputError
from core.export.mesh_files import vertex_normals
from core.export.motion import MotionClip
from core.export.on_ground import ON_GROUND_TEXT, OntoGround
from core.export.placement import ORIGIN_TEXT
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.geometry.rotations import rotmat_to_quaternion

_IN_MEMORY = 2 * 2**20
_BLOCK_ROWS = 512
FLOAT, USHORT, UINT = 5126, 5123, 5125
VERTEX_DATA, INDEX_DATA = 34962, 34963
SET_SIZE, MAX_SETS = 4, 2


class AnimatedGlbWriter:
    """Writes one person's animated GLB.

    Args:
        path: the file.
        body: the body that the rotations are of.
    """

    def __init__(self, path: str | Path, body: BodyModel) -> None:
        self.path, self._body = Path(path), body
        self._stack = ExitStack()
        self._keys: IO[bytes] = self._stack.enter_context(
            tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        )
        self._betas = np.zeros(body.shape_count)
        self._before: NDArray[np.float32] | None = None
        self._times: tuple[float, float] | None = None
        self._count = 0
        self._note = ""
        self._move: OntoGround | None = None

    def add(self, clip: MotionClip, betas: NDArray[np.floating], time_s: float) -> None:
        """Append a clip of one frame (y up), its shape (S,) and its time; times must grow."""
        if self._times is not None and not np.float32(time_s) > np.float32(self._times[1]):
            return  # two keys at one time are not allowed
        turns = rotmat_to_quaternion(torch.from_numpy(np.array(clip.rotmat[0], np.float64)))
        keys = np.roll(turns.numpy().astype(np.float32), -1, axis=-1)
        if self._before is not None:
            # q and -q are one rotation; players take the long way between unlike signs.
            keys = np.where((keys * self._before).sum(-1, keepdims=True) < 0, -keys, keys)
        self._before = keys
        row = np.concatenate([[time_s], clip.root[0], keys.reshape(-1)]).astype("<f4")
        self._keys.write(row.tobytes())
        self._betas[: len(betas)] += np.asarray(betas, np.float64)
        self._count += 1
        self._note = clip.note
        self._times = (time_s if self._times is None else self._times[0], time_s)

    def finish(self, move: OntoGround | None = None) -> ExportReport:
        """Write the file and read its structure back.

        Args:
            move: from where the clips are (origin ``camera``) onto the ground of the video.

        Raises:
            OutputError: nothing was added, unwritable folder, full disk, or it does not read back.
        """
        if self._times is None:
            raise OutputError("there is no motion to write", path=self.path)
        self._move = move
        if move is not None:
            self._note = self._note.replace(ORIGIN_TEXT["camera"], ON_GROUND_TEXT)
        still = _still_arrays(self._body, self._betas / self._count)
        document, lengths = self._document(still)
        head = json.dumps(document).encode()
        head += b" " * (-len(head) % 4)
        with write_atomically(self.path) as temporary:
            with temporary.open("wb") as stream:
                total = 12 + 8 + len(head) + 8 + sum(lengths)
                stream.write(struct.pack("<4sII", b"glTF", 2, total))
                stream.write(struct.pack("<I4s", len(head), b"JSON") + head)
                stream.write(struct.pack("<I4s", sum(lengths), b"BIN\0"))
                for array in still.values():
                    stream.write(_padded(array.tobytes()))
                self._write_keys(stream)
            if temporary.stat().st_size != total:
                raise OutputError("the written file is not whole", path=self.path)
        return ExportReport(
            path=self.path,
            format="glb",
            size_bytes=self.path.stat().st_size,
            people=self._count,
            vertices=self._body.vertex_count,
            faces=len(self._body.faces()),
            reader="size",
            origin=self._note,
        )

    def _write_keys(self, stream: IO[bytes]) -> None:
        """One stretch after another, each for all frames."""
        for first, width in self._columns():
            for block in self._stored():
                stream.write(np.ascontiguousarray(block[:, first : first + width]).tobytes())

    def close(self) -> None:
        """Drop the waiting keys; harmless after `finish`."""
        self._stack.close()

    def _columns(self) -> list[tuple[int, int]]:
        """(first column, width) of times, root places and each joint's rotations."""
        joints = self._body.joint_count
        return [(0, 1), (1, 3), *((4 + 4 * joint, 4) for joint in range(joints))]

    def _stored(self) -> Iterator[NDArray[np.float32]]:
        width = 4 + 4 * self._body.joint_count
        self._keys.seek(0)
        while block := self._keys.read(4 * width * _BLOCK_ROWS):
            stored = np.frombuffer(block, "<f4").reshape(-1, width)
            yield stored if self._move is None else _moved(stored, self._move)

    def _document(self, still: dict[str, NDArray[np.generic]]) -> tuple[dict[str, Any], list[int]]:
        """The JSON part, and the lengths of all stretches of the binary part."""
        lengths = [len(_padded(array.tobytes())) for array in still.values()]
        lengths += [4 * width * self._count for _, width in self._columns()]
        starts = np.cumsum([0, *lengths]).tolist()
        views: list[dict[str, Any]] = []
        accessors: list[dict[str, Any]] = []
        for place, (name, array) in enumerate(still.items()):
            views.append({"buffer": 0, "byteOffset": starts[place], "byteLength": array.nbytes})
            if name != "bind":
                views[-1]["target"] = INDEX_DATA if name == "faces" else VERTEX_DATA
            accessors.append(_accessor(name, array, place))
        for place, (_, width) in enumerate(self._columns(), start=len(still)):
            views.append({"buffer": 0, "byteOffset": starts[place], "byteLength": lengths[place]})
            kind = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}[width]
            accessor = {"bufferView": place, "componentType": FLOAT, "count": self._count}
            accessors.append({**accessor, "type": kind})
        assert self._times is not None
        accessors[len(still)] |= {
            "min": [float(np.float32(self._times[0]))],
            "max": [float(np.float32(self._times[1]))],
        }
        document = _scene(self._body, self._betas / self._count, list(still), self._note)
        document |= {
            "buffers": [{"byteLength": starts[-1]}],
            "bufferViews": views,
            "accessors": accessors,
        }
        return document, lengths


def _moved(stored: NDArray[np.float32], move: OntoGround) -> NDArray[np.float32]:
    """Rows (T, C) whose root is moved: columns are the time, its place, its quaternion, the others'."""
    moved = stored.copy()
    moved[:, 1:4] = move.points(stored[:, 1:4])
    # The plain product of quaternions keeps the signs of one key like those of the next.
    turned = Rotation.from_matrix(move.rotmat) * Rotation.from_quat(stored[:, 4:8])
    moved[:, 4:8] = turned.as_quat()
    return moved


def _still_arrays(body: BodyModel, betas: NDArray[np.float64]) -> dict[str, NDArray[np.generic]]:
    """What does not move: faces, bind pose, normals, weights, inverse bind matrices."""
    shape = torch.from_numpy(betas).float()
    with torch.no_grad():
        cpu = {name: value.detach().cpu() for name, value in body.named_buffers()}
        vertices = cpu["v_bind"] + torch.einsum("vds,s->vd", cpu["shapedirs"], shape)
        rest = cpu["j_template"] + torch.einsum("jds,s->jd", cpu["j_shapedirs"], shape)
        turn = cpu["rest_rotmat"]
        bind = torch.eye(4).repeat(len(rest), 1, 1)
        bind[:, :3, :3], bind[:, :3, 3] = turn, -(turn @ rest[..., None])[..., 0]
    faces = np.asarray(body.faces(), "<u4")
    arrays: dict[str, NDArray[np.generic]] = {
        "faces": faces.reshape(-1),
        "POSITION": vertices.numpy().astype("<f4"),
        "NORMAL": vertex_normals(vertices.numpy(), faces).astype("<f4"),
    }
    weights = cpu["lbs_weights"].numpy()
    used = int((weights > 1e-6).sum(1).max())
    sets = min(-(-used // SET_SIZE), MAX_SETS)
    order = np.argsort(-weights, axis=1)[:, : SET_SIZE * sets]
    kept = np.take_along_axis(weights, order, 1)
    kept = kept / kept.sum(1, keepdims=True)
    order = np.where(kept > 0, order, 0)
    for number in range(sets):
        part = slice(SET_SIZE * number, SET_SIZE * (number + 1))
        arrays[f"JOINTS_{number}"] = order[:, part].astype("<u2")
        arrays[f"WEIGHTS_{number}"] = kept[:, part].astype("<f4")
    # glTF stores matrices column by column.
    arrays["bind"] = bind.numpy().transpose(0, 2, 1).reshape(-1, 16).astype("<f4")
    return arrays


def _accessor(name: str, array: NDArray[np.generic], view: int) -> dict[str, Any]:
    kinds = {
        "faces": (UINT, "SCALAR"),
        "POSITION": (FLOAT, "VEC3"),
        "NORMAL": (FLOAT, "VEC3"),
        "bind": (FLOAT, "MAT4"),
        "JOINTS": (USHORT, "VEC4"),
        "WEIGHTS": (FLOAT, "VEC4"),
    }
    component, kind = kinds[name.split("_")[0]]
    accessor: dict[str, Any] = {
        "bufferView": view,
        "componentType": component,
        "type": kind,
        "count": len(array),
    }
    if name == "POSITION":
        low, high = np.asarray(array, np.float64).min(0), np.asarray(array, np.float64).max(0)
        accessor |= {"min": low.tolist(), "max": high.tolist()}
    return accessor


def _scene(
    body: BodyModel, betas: NDArray[np.float64], names: list[str], note: str
) -> dict[str, Any]:
    """Nodes, skin, mesh and animation: the skeleton's nodes first, then the body's."""
    offsets = body.chain.offsets_of(torch.from_numpy(betas[None]).to(body.v_bind))[0]
    offsets_m = offsets.detach().cpu().double().numpy()
    joints = body.joint_count
    nodes: list[dict[str, Any]] = []
    for joint, name in enumerate(body.joint_names):
        node: dict[str, Any] = {"name": name, "translation": offsets_m[joint].tolist()}
        children = [child for child, parent in enumerate(body.parents) if parent == joint]
        nodes.append(node | ({"children": children} if children else {}))
    nodes.append({"name": body.name or "person", "mesh": 0, "skin": 0})
    place = {name: row for row, name in enumerate(names)}
    attributes = {name: place[name] for name in names if name not in ("faces", "bind")}
    time, root = len(names), len(names) + 1
    samplers = [{"input": time, "output": root + row} for row in range(joints + 1)]
    channels = [{"sampler": 0, "target": {"node": 0, "path": "translation"}}]
    channels += [
        {"sampler": joint + 1, "target": {"node": joint, "path": "rotation"}}
        for joint in range(joints)
    ]
    comment = note + ("" if body.posedirs is None else "; without the body's pose blend shapes")
    return {
        "asset": {"version": "2.0", "generator": "MeshLoupe", "copyright": comment},
        "scene": 0,
        "scenes": [{"nodes": [0, joints]}],
        "nodes": nodes,
        "skins": [
            {
                "joints": list(range(joints)),
                "skeleton": 0,
                "inverseBindMatrices": place["bind"],
            }
        ],
        "meshes": [
            {
                "name": body.name or "person",
                "primitives": [
                    {"attributes": attributes, "indices": place["faces"], "material": 0}
                ],
            }
        ],
        "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.8}}],
        "animations": [{"name": "motion", "samplers": samplers, "channels": channels}],
    }


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
