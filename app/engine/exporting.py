"""Writing files of results; each is read back by ``core.export`` before it counts as written.

The exporter's thread only. Every file is whole or not there, so that stopping between two files, or
in the middle of one, leaves nothing half-written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.engine.media import MediaReader, people_in
from app.engine.requests import ExportItem, ExportKind, ExportLine, ExportRequest, LoadRequest
from app.engine.runner import EngineLike, OpenEngine, mesh_info, open_engine_of
from app.settings.language import tr
from app.state.values import Choice, Loaded
from core.errors import Cancelled, InputError
from core.types import Detection, FrameResult, Reconstruction

if TYPE_CHECKING:
    from core.body import BodyModel
    from core.export.report import ExportReport

MESH_KINDS = ("obj", "ply", "glb")
OVERLAY_ALPHA = 0.9
TURNTABLE_SIZE = (640, 640)
TURNTABLE_FPS = 24.0
TURNTABLE_VIEWS = 72
# What a kind counts in the progress: a turntable is drawn as often as it has views.
UNITS: dict[str, int] = {"turntable": TURNTABLE_VIEWS}


@dataclass(frozen=True, eq=False)
class _Ready:
    """A result with its picture, the triangles of its body, and what a skin needs of the body."""

    result: FrameResult
    faces: NDArray[np.int32] | None
    body: BodyModel | None = None


class Exporter:
    """Answers `ExportRequest`; runs the method where a picture of the list has no result yet."""

    def __init__(self, open_engine: OpenEngine = open_engine_of) -> None:
        self._open_engine = open_engine
        self._reader = MediaReader()
        self._bodies: dict[str, BodyModel] = {}

    def __call__(self, request: ExportRequest, cancel: threading.Event) -> tuple[ExportLine, ...]:
        """All files of a request, one line of report each.

        Raises:
            OutputError: the folder cannot be written to, or two files would have one name.
            Cancelled: files that are written by then stay.
        """
        check_names(request)
        engines = _Engines(self._open_engine)
        lines: list[ExportLine] = []

        def tell(line: ExportLine) -> None:
            lines.append(line)
            request.wrote(line)

        try:
            for number, entry in enumerate(request.items):
                self._write_entry(request, number, entry, engines, tell, cancel)
        finally:
            engines.close()
        return tuple(lines)

    def _write_entry(
        self,
        request: ExportRequest,
        number: int,
        entry: ExportItem,
        engines: _Engines,
        tell: Callable[[ExportLine], None],
        cancel: threading.Event,
    ) -> None:
        """The files of one picture; a picture that fails is a line of the report."""
        kinds = request.kinds
        each = sum(UNITS.get(kind, 1) for kind in kinds)
        done, total = number * each, each * len(request.items)
        request.progress(done, total)
        try:
            ready = self._ready(request, entry, engines, cancel)
            if "glb" in kinds:
                choice = request.choice if entry.result is None else entry.result.choice
                ready = replace(ready, body=self._body_of(ready.result, choice))
            if not ready.result.people:
                raise InputError("nobody was found", path=Path(ready.result.frame.name))
            for kind in kinds:
                for report in write_kind(
                    request, kind, ready, _Steps(request, done, total, cancel)
                ):
                    tell(report)
                done += UNITS.get(kind, 1)
                request.progress(done, total)
        except InputError as error:  # a damaged picture; the others go on
            if len(request.items) == 1 or entry.item is None:
                raise
            tell(ExportLine(entry.item.path, f"{error.what}", ok=False))

    def _ready(
        self, request: ExportRequest, entry: ExportItem, engines: _Engines, cancel: threading.Event
    ) -> _Ready:
        known = entry.result
        if known is not None and (entry.item is None or "overlay" not in request.kinds):
            return _Ready(known.result, None if known.mesh is None else known.mesh.faces)
        assert entry.item is not None
        loaded: Loaded = self._reader(LoadRequest(entry.item), cancel)
        if known is not None:
            result = replace(known.result, frame=loaded.frame)
            return _Ready(result, None if known.mesh is None else known.mesh.faces)
        engine = engines.of(request.choice)
        marks = marks_for(request.choice, entry, loaded)
        result = engine.run(loaded.frame, marks, quality="full", cancel=cancel)
        mesh = mesh_info(engine)
        return _Ready(result, None if mesh is None else mesh.faces)

    def _body_of(self, result: FrameResult, choice: Choice) -> BodyModel | None:
        """The body that the rotations of a result are of; None where it has none."""
        from core.body import load_body

        if not result.people or result.people[0].rotmat is None:
            return None
        own = result.people[0].body
        name = own if own.startswith("embedded") else choice.body
        if name not in self._bodies:
            self._bodies = {name: load_body(name)}
        return self._bodies[name]

    def close(self) -> None:
        """Let go of files."""
        self._reader.close()


@dataclass(frozen=True, eq=False)
class _Steps:
    """Where a stop is heard, and progress within one long file is told."""

    request: ExportRequest
    done: int
    total: int
    cancel: threading.Event

    def step(self, within: int = 0) -> None:
        """One more step; raises `Cancelled` after a stop."""
        if self.cancel.is_set():
            raise Cancelled("stopped")
        if within:
            self.request.progress(self.done + within, self.total)


class _Engines:
    """The engine of a choice, opened when the first picture needs it."""

    def __init__(self, open_engine: OpenEngine) -> None:
        self._open_engine = open_engine
        self._engine: EngineLike | None = None

    def of(self, choice: Choice) -> EngineLike:
        self._engine = self._engine or self._open_engine(choice)
        return self._engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()


def marks_for(choice: Choice, entry: ExportItem, loaded: Loaded) -> tuple[Detection, ...] | None:
    """The people handed to a method, as the window would; None lets the method look for them."""
    from core.methods.registry import list_methods

    people = entry.people
    if people is None:
        people = loaded.suggested or people_in(loaded.frame)
    reads_joints = any(e.id == choice.method and e.reads == "joints" for e in list_methods())
    untouched = all(person.joint_source == "default" for person in people)
    return None if untouched and not reads_joints and not entry.edited else people


def check_names(request: ExportRequest) -> None:
    """No two pictures may write to the same files.

    Raises:
        OutputError: two of them have one file name.
    """
    from core.export import OutputNames

    names = OutputNames(request.folder)
    for entry in request.items:
        if entry.item is not None:
            names.claim(entry.item.path)


def write_kind(
    request: ExportRequest, kind: ExportKind, ready: _Ready, steps: _Steps
) -> list[ExportLine]:
    """The files of one kind of one picture, read back."""
    steps.step()
    from core.export import output_path, write_npz, write_png

    result, faces, only = ready.result, ready.faces, request.person
    if only is not None:
        result = replace(result, people=(result.people[only],))
    frame = result.frame

    def path_of(ext: str, person: int | None = only) -> Path:
        return output_path(
            request.folder, frame.name, result.method, ext, frame=frame.index, person=person
        )

    if kind in MESH_KINDS:
        rows = enumerate(result.people) if only is None else ((only, result.people[0]),)
        return [
            line_of(
                _write_mesh(
                    path_of(kind, row if person.track_id is None else person.track_id),
                    person,
                    ready,
                    request.origin,
                )
            )
            for row, person in rows
        ]
    if kind == "npz":
        return [line_of(write_npz(path_of("npz"), result, faces=faces))]
    if kind == "overlay":
        return [line_of(write_png(path_of("png"), overlay_of(result, faces, only)))]
    if kind == "turntable":
        return [write_turntable(path_of("mp4"), result, faces, only, steps)]
    return [
        line_of(write_png(path_of(f"{name}.png", None), picture))
        for name, picture in request.panels
    ]


def _write_mesh(path: Path, person: Reconstruction, ready: _Ready, origin: str) -> ExportReport:
    from core.export import write_mesh, write_person_glb

    if path.suffix == ".glb":
        return write_person_glb(path, person, ready.body, origin=origin, faces=ready.faces)  # type: ignore[arg-type]
    return write_mesh(path, person, origin=origin, faces=ready.faces)  # type: ignore[arg-type]


def layers_of(result: FrameResult, faces: NDArray[np.int32] | None, only: int | None) -> list:
    """One coloured layer per person, in the colours that they have in the window."""
    from core.render.colors import person_color
    from core.render.layers import MeshLayer

    triangles = np.zeros((0, 3), np.int32) if faces is None else faces
    first = only or 0
    return [
        MeshLayer(person.vertices_camera, triangles, person_color(first + number))
        for number, person in enumerate(result.people)
    ]


def overlay_of(
    result: FrameResult, faces: NDArray[np.int32] | None, only: int | None
) -> NDArray[np.uint8]:
    """(H, W, 3) the bodies over the picture."""
    from core.render.compose import overlay

    layers = layers_of(result, faces, only)
    return overlay(result.frame.image, layers, result.people[0].focal_px, OVERLAY_ALPHA).rgb


def write_turntable(
    path: Path,
    result: FrameResult,
    faces: NDArray[np.int32] | None,
    only: int | None,
    steps: _Steps,
) -> ExportLine:
    """The bodies turned once around, as a video."""
    from core.export import VideoWriter
    from core.render import turntable

    with VideoWriter(path, TURNTABLE_FPS) as video:
        layers = layers_of(result, faces, only)
        views = turntable(layers, TURNTABLE_SIZE, TURNTABLE_VIEWS, quality="live")
        for number, view in enumerate(views):
            steps.step(number)
            video.add(view.rgb)
    assert video.report is not None
    report = video.report
    size = f"{report.size_bytes / 1024:.0f} KiB"
    return ExportLine(
        report.path,
        tr(
            "{size}, {people} frames, counted back with {reader}",
            size=size,
            people=report.people,
            reader=report.reader,
        ),
    )


def line_of(report: ExportReport) -> ExportLine:
    """One file with what reading it back said, for people."""
    parts = [f"{report.size_bytes / 1024:.0f} KiB"]
    if report.vertices:
        parts.append(
            tr("{vertices} vertices, {faces} faces", vertices=report.vertices, faces=report.faces)
        )
    if report.origin:
        parts.append(tr("origin {origin}", origin=report.origin))
    parts.append(tr("read back with {reader}, equal", reader=report.reader))
    return ExportLine(report.path, ", ".join(parts))
