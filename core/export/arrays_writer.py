"""Writing NPZ schema 1 row by row, so that a video of any length needs no memory of its own.

Rows wait in temporary files beside the target; at the end they become one archive, written whole or
not at all. Key list and meaning: `core.export.arrays_file`.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from core.errors import OutputError
from core.export.licences import body_licence
from core.export.placement import faces_of
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.geometry.cameras import default_focal_px
from core.types import REFINE_LEVELS, FrameResult, Reconstruction

SCHEMA = 1
CONVENTIONS = "metres and pixels; vertices + camera_full: x right, y down, z forward"
_IN_MEMORY = 8 * 2**20
_COPY_BYTES = 2**20


class NpzWriter:
    """Collects the results of one input and method; `finish` (or leaving the block) writes the file.

    Leaving the block by an error writes nothing and leaves an older file alone.
    """

    def __init__(self, path: str | Path, *, faces: NDArray[np.integer] | None = None) -> None:
        self.path = Path(path)
        self.report: ExportReport | None = None
        self._faces = faces
        self._first: Reconstruction | None = None
        self._head: FrameResult | None = None
        self._rows = 0
        self._spools: dict[str, _Spool] = {}
        self._dropped: set[str] = set()
        self._stack = ExitStack()

    def __enter__(self) -> NpzWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self.report is None:
                self.finish()
        finally:
            self._stack.close()

    def add(self, result: FrameResult) -> None:
        """Append the people of one frame.

        Raises:
            OutputError: the people differ in kind from the earlier ones, or the disk is full.
        """
        self._head = self._head or result
        if result.frame.size_hw != self._head.frame.size_hw:
            raise OutputError("the picture size changes within one input", path=self.path)
        try:
            for person in result.people:
                self._add_person(person, result)
        except OSError as error:
            raise OutputError(
                f"cannot be written ({error.strerror})", path=self.path, cure="free some disk space"
            ) from error

    def finish(self) -> ExportReport:
        """Write the archive, read it back, and report.

        Raises:
            OutputError: nothing was added, unwritable folder, full disk, or it does not read back.
        """
        if self._head is None:
            raise OutputError("there is no result to write", path=self.path)
        single = self._single_values(self._head)
        rows = self._row_arrays()
        with write_atomically(self.path) as temporary:
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
                for name, value in single.items():
                    _write_member(archive, name, value, None)
                for name, spool in rows.items():
                    _write_member(archive, name, spool.empty, spool)
                archive.comment = self._terms().encode()
            _check(temporary, self.path, {**single, **{n: s.empty for n, s in rows.items()}})
        faces = single["faces"]
        self.report = ExportReport(
            path=self.path,
            format="npz",
            size_bytes=self.path.stat().st_size,
            people=self._rows,
            vertices=0 if self._first is None else len(self._first.vertices),
            faces=len(faces),
            reader="numpy",
        )
        return self.report

    def _terms(self) -> str:
        """Units, axes and licence, as the archive's comment: the schema's keys hold numbers only."""
        body = "" if self._first is None else self._first.body
        terms = f"; body: {body}; licence: {body_licence(body)}" if body else ""
        return f"MeshLoupe arrays, schema {SCHEMA}; {CONVENTIONS}{terms}"

    def _add_person(self, person: Reconstruction, result: FrameResult) -> None:
        first = self._first = self._first or person
        if (
            person.joint_names != first.joint_names
            or len(person.vertices) != len(first.vertices)
            or person.body != first.body
        ):
            raise OutputError("people of different bodies or joints in one file", path=self.path)
        for name, value in _rows_of(person, result).items():
            if name in self._dropped:
                continue
            if value is None or (name not in self._spools and self._rows > 0):
                self._dropped.add(name)  # an optional array is written only if every row has it
                self._spools.pop(name, None)
                continue
            if name not in self._spools:
                self._spools[name] = _Spool(self._stack, value, _existing_folder(self.path))
            self._spools[name].append(value)
        self._rows += 1

    def _row_arrays(self) -> dict[str, _Spool]:
        if self._rows:
            return self._spools
        blank = {"box_xyxy": (4,), "score": (), "joints_2d": (0, 2), "joints_3d": (0, 3)}
        blank |= {"vertices": (0, 3), "camera_full": (3,)}
        folder = _existing_folder(self.path)
        return {
            name: _Spool(self._stack, np.zeros(shape, np.float32), folder)
            for name, shape in blank.items()
        }

    def _single_values(self, head: FrameResult) -> dict[str, NDArray[np.generic]]:
        first = self._first
        height, width = head.frame.size_hw
        faces = self._faces
        if faces is None:
            faces = np.zeros((0, 3), np.int32) if first is None else faces_of(first)
        texts = {
            "method": head.method,
            "preset": "" if first is None else first.preset,
            "variant": "" if first is None else first.variant,
            "weights_sha256": "" if first is None else first.weights_sha256,
            "body": "" if first is None else first.body,
        }
        focal = default_focal_px(height, width) if first is None else first.focal_px
        names = () if first is None else first.joint_names
        return {
            "schema": np.array(SCHEMA, np.int64),
            **{name: np.array(text) for name, text in texts.items()},
            "image_size": np.array([height, width], np.int64),
            "joint_names": np.array(names, dtype=f"<U{max([1, *map(len, names)])}"),
            "faces": np.asarray(faces, np.int32),
            "focal_px": np.array(focal, np.float64),
        }


class _Spool:
    """Rows of one array, in memory while few, then in a nameless file beside the target."""

    def __init__(self, stack: ExitStack, row: NDArray[np.generic], folder: Path) -> None:
        self.row_shape, self.dtype, self.count = row.shape, row.dtype, 0
        self.stream: IO[bytes] = stack.enter_context(
            tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder))  # noqa: SIM115
        )

    @property
    def empty(self) -> NDArray[np.generic]:
        """An array of the whole shape that occupies no memory."""
        shape = (self.count, *self.row_shape)
        return np.broadcast_to(np.zeros((), self.dtype), shape)

    def append(self, row: NDArray[np.generic]) -> None:
        self.stream.write(np.ascontiguousarray(row, self.dtype).tobytes())
        self.count += 1


def _rows_of(person: Reconstruction, result: FrameResult) -> dict[str, NDArray[np.generic] | None]:
    def number(value: float | None, dtype: type[np.generic]) -> NDArray[np.generic] | None:
        return None if value is None else np.asarray(value, dtype)

    refined = person.refinement
    return {
        "box_xyxy": person.box_xyxy,
        "score": number(person.score, np.float32),
        "joints_2d": person.joints_2d,
        "joints_3d": person.joints_3d,
        "vertices": person.vertices,
        "camera_full": person.camera_full,
        "rotmat": person.rotmat,
        "betas": person.betas,
        "frame": number(result.frame.index, np.int64),
        "time_s": number(result.frame.time_s, np.float64),
        "track_id": number(person.track_id, np.int64),
        "refine_level": None
        if refined is None
        else np.asarray(REFINE_LEVELS.index(refined.level), np.int8),
        "refine_accepted": None if refined is None else np.asarray(refined.accepted),
        "refine_2d_percent": None
        if refined is None
        else np.array([refined.before_percent, refined.after_percent], np.float32),
    }


def _write_member(
    archive: zipfile.ZipFile, name: str, value: NDArray[np.generic], spool: _Spool | None
) -> None:
    """One ``.npy`` member: the header of ``value`` and either its data or a spool's."""
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            head,
            {
                "descr": np.lib.format.dtype_to_descr(value.dtype),
                "fortran_order": False,
                "shape": value.shape,
            },
        )
        member.write(head.getvalue())
        if spool is None:
            member.write(np.ascontiguousarray(value).tobytes())
            return
        spool.stream.seek(0)
        while block := spool.stream.read(_COPY_BYTES):
            member.write(block)


def _check(written: Path, path: Path, expected: dict[str, NDArray[np.generic]]) -> None:
    """Sums and array headers of the written archive, block by block."""
    with zipfile.ZipFile(written) as archive:
        intact = archive.testzip() is None and len(archive.namelist()) == len(expected)
        for name, value in expected.items() if intact else ():
            with archive.open(f"{name}.npy") as member:
                np.lib.format.read_magic(member)
                shape, _, dtype = np.lib.format.read_array_header_1_0(member)
            intact &= shape == value.shape and dtype == value.dtype
    if not intact:
        raise OutputError(
            "does not read back equal; nothing was kept", path=path, cure="check the disk"
        )


def _existing_folder(path: Path) -> Path:
    """Nearest existing folder above ``path``, for the waiting rows."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())
