"""What a bake yields, and the file that ``core.body.asset`` reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.bake.posing import Rig
from training.bake.surfaces import Rows

SCHEMA = 1


@dataclass(frozen=True)
class Landmarks:
    """Named points that are sums of vertices: sparse rows, each summing to one."""

    names: tuple[str, ...]
    rows: tuple[tuple[NDArray[np.integer], NDArray[np.floating]], ...]


@dataclass(frozen=True)
class BakedBody:
    """One body, ready to be stored.

    Attributes:
        rig: skinning of the full level.
        faces: (F, 3) of every level, full level first.
        down: for every level but the first, the vertex of the level above that it keeps.
        up: for every level but the first, the rows that give the level above from it.
        landmarks: named points of the full level.
        mirror: rows that give each vertex of the person seen in a mirror, before x is negated.
        source: one line on what it was made from.
    """

    rig: Rig
    faces: tuple[NDArray[np.integer], ...]
    down: tuple[NDArray[np.integer], ...]
    up: tuple[Rows, ...]
    landmarks: Landmarks
    mirror: Rows | None
    source: str


def write_baked(body: BakedBody, path: Path) -> str:
    """Store a body; numbers that may be coarse are half precision. Returns the file's SHA-256."""
    rig = body.rig
    arrays: dict[str, NDArray[np.generic]] = {
        "schema": np.array(SCHEMA, np.int16),
        "source": np.array(body.source),
        "v_template": rig.v_template.astype(np.float32),
        # One component after the other compresses best.
        "shapedirs": rig.shapedirs.transpose(2, 0, 1).astype(np.float16),
        "j_template": rig.j_template.astype(np.float32),
        "j_shapedirs": rig.j_shapedirs.transpose(2, 0, 1).astype(np.float32),
        "weights": rig.weights.astype(np.float16),
        "parents": np.array(rig.parents, np.int16),
        "rest_rotmat": rig.rest_rotmat.astype(np.float32),
        "joint_names": np.array(rig.joint_names),
        "landmark_names": np.array(body.landmarks.names),
        "landmark_starts": np.cumsum([0, *(len(i) for i, _ in body.landmarks.rows)]).astype(
            np.int32
        ),
        "landmark_index": np.concatenate([i for i, _ in body.landmarks.rows]).astype(np.uint16),
        "landmark_weight": np.concatenate([w for _, w in body.landmarks.rows]).astype(np.float32),
    }
    for level, faces in enumerate(body.faces):
        arrays[f"faces_{level}"] = faces.astype(np.uint16)
    for level, (down, up) in enumerate(zip(body.down, body.up, strict=True), 1):
        arrays[f"down_{level}"] = down.astype(np.uint16)
        arrays[f"up_{level}_index"] = up.index.astype(np.uint16)
        arrays[f"up_{level}_weight"] = up.weight.astype(np.float16)
    if body.mirror is not None:
        arrays["mirror_index"] = body.mirror.index.astype(np.uint16)
        arrays["mirror_weight"] = body.mirror.weight.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def landmark_rows(
    entries: dict[str, tuple[NDArray[np.integer], NDArray[np.floating]]],
) -> Landmarks:
    """Landmarks from (index, weight) by name; entries below 1e-5 are dropped, rows made to sum to one."""
    rows = []
    for index, weight in entries.values():
        keep = np.abs(weight) > 1e-5
        rows.append((np.asarray(index)[keep], weight[keep] / weight[keep].sum()))
    return Landmarks(tuple(entries), tuple(rows))
