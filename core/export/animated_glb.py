"""A person's motion as one animated GLB: the skinned body, its skeleton, and a key per frame.

glTF 2.0: metres, y up, +z front, quaternions (x, y, z, w), times in seconds, so that a variable frame
rate stays true. Keys wait in a temporary file; the file is written in constant memory. The skin is
`glb_skin`'s. Pose blend shapes of SMPL bodies have no counterpart in glTF and are left out (the note
in the file says so).
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
from core.export.glb_skin import (
    FLOAT,
    INDEX_DATA,
    VERTEX_DATA,
    accessor_of,
    padded,
    scene_of,
    still_arrays,
)
from core.export.motion import MotionClip
from core.export.on_ground import ON_GROUND_TEXT, OntoGround
from core.export.placement import ORIGIN_TEXT
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.geometry.rotations import rotmat_to_quaternion

_IN_MEMORY = 2 * 2**20
_BLOCK_ROWS = 512


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
        still = still_arrays(self._body, self._betas / self._count)
        document, lengths = self._document(still)
        head = json.dumps(document).encode()
        head += b" " * (-len(head) % 4)
        total = 12 + 8 + len(head) + 8 + sum(lengths)
        start = struct.pack("<4sII", b"glTF", 2, total)
        start += struct.pack("<I4s", len(head), b"JSON") + head
        start += struct.pack("<I4s", sum(lengths), b"BIN\0")
        with write_atomically(self.path) as temporary:
            with temporary.open("wb") as stream:
                stream.write(start)
                stream.writelines(self._binary(still))
            if not self._reads_back(temporary, start, still):
                raise OutputError("the written file does not read back equal", path=self.path)
        return ExportReport(
            path=self.path,
            format="glb",
            size_bytes=self.path.stat().st_size,
            people=self._count,
            vertices=self._body.vertex_count,
            faces=len(self._body.faces()),
            reader="a comparison of every number",
            origin=self._note,
        )

    def _binary(self, still: dict[str, NDArray[np.generic]]) -> Iterator[bytes]:
        """The binary part, stretch by stretch."""
        for array in still.values():
            yield padded(array.tobytes())
        for first, width in self._columns():
            for block in self._stored():
                yield np.ascontiguousarray(block[:, first : first + width]).tobytes()

    def _reads_back(self, path: Path, start: bytes, still: dict[str, NDArray[np.generic]]) -> bool:
        """Whether the file holds what was meant, and nothing else."""
        with path.open("rb") as stream:
            same = stream.read(len(start)) == start
            same = same and all(stream.read(len(part)) == part for part in self._binary(still))
            return same and not stream.read(1)

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
        lengths = [len(padded(array.tobytes())) for array in still.values()]
        lengths += [4 * width * self._count for _, width in self._columns()]
        starts = np.cumsum([0, *lengths]).tolist()
        views: list[dict[str, Any]] = []
        accessors: list[dict[str, Any]] = []
        for place, (name, array) in enumerate(still.items()):
            views.append({"buffer": 0, "byteOffset": starts[place], "byteLength": array.nbytes})
            if name != "bind":
                views[-1]["target"] = INDEX_DATA if name == "faces" else VERTEX_DATA
            accessors.append(accessor_of(name, array, place))
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
        blended = self._body.posedirs is not None
        note = self._note + ("; without the body's pose blend shapes" if blended else "")
        document = scene_of(self._body, self._betas / self._count, list(still), note)
        document |= {
            "animations": [self._animation(len(still))],
            "buffers": [{"byteLength": starts[-1]}],
            "bufferViews": views,
            "accessors": accessors,
        }
        return document, lengths

    def _animation(self, time: int) -> dict[str, Any]:
        """Samplers and channels; ``time`` is the accessor of the times, those of the keys follow."""
        joints = self._body.joint_count
        channels = [{"sampler": 0, "target": {"node": 0, "path": "translation"}}]
        channels += [
            {"sampler": joint + 1, "target": {"node": joint, "path": "rotation"}}
            for joint in range(joints)
        ]
        samplers = [{"input": time, "output": time + 1 + row} for row in range(joints + 1)]
        return {"name": "motion", "samplers": samplers, "channels": channels}


def _moved(stored: NDArray[np.float32], move: OntoGround) -> NDArray[np.float32]:
    """Rows (T, C) whose root is moved: columns are the time, its place, its quaternion, the others'."""
    moved = stored.copy()
    moved[:, 1:4] = move.points(stored[:, 1:4])
    # The plain product of quaternions keeps the signs of one key like those of the next.
    turned = Rotation.from_matrix(move.rotmat) * Rotation.from_quat(stored[:, 4:8])
    moved[:, 4:8] = turned.as_quat()
    return moved
