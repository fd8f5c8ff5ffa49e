"""NPZ schema 1: one file per input and method, P people in rows.

Keys: ``schema, method, preset, variant, weights_sha256, body, image_size (2) (height, width) px,
box_xyxy (P, 4) px, score (P), joint_names (K), joints_2d (P, K, 2) px of the whole input picture,
joints_3d (P, K, 3) m, vertices (P, V, 3) m, faces (F, 3), camera_full (P, 3) m, focal_px``; optional
``rotmat (P, 24, 3, 3), betas (P, 10), frame (P), time_s (P), track_id (P)``, and of refined
people ``refine_level (P)`` (1 quick, 2 thorough), ``refine_accepted (P)`` and ``refine_2d_percent
(P, 2)`` (mean distance of the joints seen, before and after, per cent of their box; NaN unknown).
``vertices +
camera_full`` is in the camera frame (x right, y down, z forward) of the whole picture, principal
point at its centre. ``<picture>.truth.npz`` holds ground truth under the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.export.arrays_writer import SCHEMA, NpzWriter
from core.export.report import ExportReport
from core.files.inert import read_npz as read_arrays
from core.geometry.cameras import default_focal_px
from core.types import REFINE_LEVELS, FrameResult, Reconstruction, Refinement, Truth

# A truth may not know every joint in the picture, and a refinement not what it goes by: NaN.
_MAY_BE_UNKNOWN = ("joints_2d", "refine_2d_percent")
_CURE = "give a file that `meshloupe infer --save npz` wrote"


@dataclass(frozen=True, eq=False)
class StoredPeople:
    """A schema 1 file.

    Attributes:
        path: where it was read.
        method, preset, variant, body: as stored.
        image_size: (height, width) pixels.
        people: one per row.
        faces: (F, 3) int32.
        frame, time_s: (P,) frame number and seconds of each row, or None.
    """

    path: Path
    method: str
    preset: str
    variant: str
    body: str
    image_size: tuple[int, int]
    people: tuple[Reconstruction, ...]
    faces: NDArray[np.int32]
    frame: NDArray[np.int64] | None = None
    time_s: NDArray[np.float64] | None = None

    def of_frame(self, index: int) -> tuple[Reconstruction, ...]:
        """The people of one frame of a video."""
        if self.frame is None:
            return self.people
        return tuple(self.people[row] for row in np.flatnonzero(self.frame == index))


def write_npz(
    path: str | Path, *results: FrameResult, faces: NDArray[np.integer] | None = None
) -> ExportReport:
    """Write the results of one input and method (several for the frames of a video).

    Args:
        faces: (F, 3) triangles of the body; None for the embedded bodies.

    Raises:
        OutputError: unwritable folder, full disk, people that do not fit in one file.
    """
    with NpzWriter(path, faces=faces) as writer:
        for result in results:
            writer.add(result)
        return writer.finish()


def read_npz(path: str | Path) -> StoredPeople:
    """Read a schema 1 file; executes nothing in it.

    Raises:
        InputError: unreadable, damaged, another schema, or arrays of wrong shape.
        UnsafeFileError: it asks to run code.
    """
    path = Path(path)
    arrays = _Arrays(path, read_arrays(path))
    if int(arrays.number("schema")) != SCHEMA:
        raise InputError("is of another schema than 1", path=path, cure=_CURE)
    people = _people_of(arrays)
    rows = len(people)
    vertex_count = arrays.get("vertices", (rows, None, 3)).shape[1]
    height, width = arrays.get("image_size", (2,))
    return StoredPeople(
        path=path,
        **_network_of(arrays),
        image_size=(int(height), int(width)),
        people=people,
        faces=_checked_faces(arrays, vertex_count),
        frame=arrays.optional("frame", (rows,)),
        time_s=arrays.optional("time_s", (rows,)),
    )


def _network_of(arrays: _Arrays) -> dict[str, Any]:
    return {name: arrays.text(name) for name in ("method", "preset", "variant", "body")}


def _people_of(arrays: _Arrays) -> tuple[Reconstruction, ...]:
    """The people of a schema 1 file, row by row."""
    names = arrays.texts("joint_names")
    rows, count = arrays.rows(), len(names)
    vertices = arrays.get("vertices", (rows, None, 3))
    columns: dict[str, Any] = {
        "box_xyxy": arrays.get("box_xyxy", (rows, 4)),
        "joints_2d": arrays.get("joints_2d", (rows, count, 2)),
        "joints_3d": arrays.get("joints_3d", (rows, count, 3)),
        "camera_full": arrays.get("camera_full", (rows, 3)),
    }
    optional: dict[str, Any] = {
        "rotmat": arrays.optional("rotmat", (rows, 24, 3, 3)),
        "betas": arrays.optional("betas", (rows, 10)),
    }
    refinements = _refinements(arrays, rows)
    score, track = arrays.get("score", (rows,)), arrays.optional("track_id", (rows,))
    network = _network_of(arrays)
    return tuple(
        Reconstruction(
            **network,
            vertices=vertices[row],
            joint_names=names,
            focal_px=arrays.focal(),
            score=float(score[row]),
            track_id=None if track is None else int(track[row]),
            weights_sha256=arrays.text("weights_sha256"),
            refinement=refinements[row],
            **_row_of(columns, row),
            **_row_of(optional, row),
        )
        for row in range(rows)
    )


def truth_path(picture: str | Path) -> Path:
    """``photo.jpg`` -> ``photo.jpg.truth.npz`` beside it; the file need not exist."""
    picture = Path(picture)
    return picture.with_name(f"{picture.name}.truth.npz")


def read_truth(path: str | Path, frame: int | None = None) -> tuple[Truth, ...]:
    """Ground truth of the people of a picture, or of one frame of a video.

    Needs ``joint_names, joints_2d, joints_3d, camera_full`` and either ``focal_px`` or
    ``image_size``; mesh, box, rotations and shape are read where they are. A missing box is the
    tight box of the joints.

    Args:
        frame: frame number; None takes all rows.

    Raises:
        InputError, UnsafeFileError: as `read_npz`.
    """
    path = Path(path)
    arrays = _Arrays(path, read_arrays(path))
    names = arrays.texts("joint_names")
    rows, count = arrays.rows(), len(names)
    joints_2d = arrays.get("joints_2d", (rows, count, 2))
    joints_3d = arrays.get("joints_3d", (rows, count, 3))
    camera_full = arrays.get("camera_full", (rows, 3))
    box = arrays.optional("box_xyxy", (rows, 4))
    if box is None:
        box = np.concatenate([np.nanmin(joints_2d, axis=1), np.nanmax(joints_2d, axis=1)], axis=1)
    parts: dict[str, Any] = {
        "vertices": arrays.optional("vertices", (rows, None, 3)),
        "rotmat": arrays.optional("rotmat", (rows, 24, 3, 3)),
        "betas": arrays.optional("betas", (rows, 10)),
    }
    focal = (
        arrays.focal()
        if arrays.has("focal_px")
        else float(default_focal_px(*map(float, arrays.get("image_size", (2,)))))
    )
    body = arrays.text("body") if arrays.has("body") else ""
    frames = arrays.optional("frame", (rows,))
    wanted = range(rows) if frame is None or frames is None else np.flatnonzero(frames == frame)
    return tuple(
        Truth(
            body=body,
            joint_names=names,
            joints_2d=joints_2d[row],
            joints_3d=joints_3d[row],
            camera_full=camera_full[row],
            focal_px=focal,
            box_xyxy=box[row],
            **_row_of(parts, int(row)),
        )
        for row in wanted
    )


def _refinements(arrays: _Arrays, rows: int) -> list[Refinement | None]:
    level = arrays.optional("refine_level", (rows,))
    percent = arrays.optional("refine_2d_percent", (rows, 2))
    if level is None or percent is None or not arrays.has("refine_accepted"):
        return [None] * rows
    accepted = arrays.flags("refine_accepted", rows)
    names = tuple(REFINE_LEVELS[int(n)] if 0 < n < len(REFINE_LEVELS) else "quick" for n in level)
    return [
        Refinement(cast("Any", name), float(before), float(after), bool(yes))
        for name, (before, after), yes in zip(names, percent, accepted, strict=True)
    ]


def _row_of(columns: Mapping[str, Any], row: int) -> dict[str, Any]:
    return {name: None if value is None else value[row] for name, value in columns.items()}


def _checked_faces(arrays: _Arrays, vertex_count: int) -> NDArray[np.int32]:
    faces = arrays.get("faces", (None, 3))
    if faces.size and not (int(faces.min()) >= 0 and int(faces.max()) < vertex_count):
        raise InputError("its faces name vertices that are not there", path=arrays.path, cure=_CURE)
    return faces.astype(np.int32)


class _Arrays:
    """Arrays of a file with shape checks that name the array and the file."""

    def __init__(self, path: Path, arrays: Mapping[str, Any]) -> None:
        self.path = path
        self._arrays = arrays

    def has(self, name: str) -> bool:
        return name in self._arrays

    def rows(self) -> int:
        """P, from the one array that every kind of file has."""
        return int(self.get("camera_full", (None, 3)).shape[0])

    def get(self, name: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
        array = self._require(name)
        fits = array.ndim == len(shape) and all(
            want is None or want == have for want, have in zip(shape, array.shape, strict=True)
        )
        if not fits or array.dtype.kind not in "fiu":
            wanted = tuple("?" if side is None else side for side in shape)
            raise InputError(
                f"{name} must be numbers of shape {wanted}, not {array.dtype} {array.shape}".replace(
                    "'", ""
                ),
                path=self.path,
                cure=_CURE,
            )
        if array.dtype.kind == "f" and name not in _MAY_BE_UNKNOWN and not np.isfinite(array).all():
            raise InputError(f"{name} has numbers that are not finite", path=self.path, cure=_CURE)
        return array

    def optional(self, name: str, shape: tuple[int | None, ...]) -> NDArray[Any] | None:
        return self.get(name, shape) if self.has(name) else None

    def flags(self, name: str, rows: int) -> NDArray[np.bool_]:
        array = self._require(name)
        if array.shape != (rows,) or array.dtype.kind != "b":
            raise InputError(f"{name} must be {rows} truth values", path=self.path, cure=_CURE)
        return array

    def number(self, name: str) -> float:
        array = self._require(name)
        if array.size != 1 or array.dtype.kind not in "fiu":
            raise InputError(f"{name} must be one number", path=self.path, cure=_CURE)
        return float(array.reshape(()))

    def focal(self) -> float:
        focal = self.number("focal_px")
        if not 0 < focal < np.inf:
            raise InputError("focal_px must be a positive number", path=self.path, cure=_CURE)
        return focal

    def text(self, name: str) -> str:
        array = self._require(name)
        if array.size != 1 or array.dtype.kind not in "US":
            raise InputError(f"{name} must be one text", path=self.path, cure=_CURE)
        return str(array.reshape(()).astype(str))

    def texts(self, name: str) -> tuple[str, ...]:
        array = self._require(name)
        empty = array.size == 0
        if array.ndim != 1 or (array.dtype.kind not in "US" and not empty):
            raise InputError(f"{name} must be a list of texts", path=self.path, cure=_CURE)
        return tuple(str(value) for value in array.astype(str))

    def _require(self, name: str) -> NDArray[Any]:
        if not self.has(name):
            raise InputError(f"lacks the array {name}", path=self.path, cure=_CURE)
        return np.asarray(self._arrays[name])
