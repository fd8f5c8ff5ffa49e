"""Clicks on the picture, the body, the list and the matrix choose a token; its row is shown everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from app.engine.layers import Marker
from app.engine.saving import save_matrix
from app.panels.attention_panel import AttentionPanel
from app.panels.picture_hits import cell_at
from app.panels.picture_paint import Links
from app.panels.picture_panel import PicturePanel
from app.settings.language import tr
from app.settings.theme import rgb_float
from app.state.activity import ActivityModel, error_notice
from app.state.attention import AttentionModel, nearest_vertex_token, token_of
from app.state.linked import LinkedModel
from app.state.results import ResultsModel
from app.state.skeleton import canonical_name, plain_name
from app.state.values import RunResult
from app.state.view import ViewModel
from app.windows.cells import matrix_pick
from app.windows.display_control import DisplayControl
from app.windows.heat import coloured
from app.windows.stage import Stage
from core.errors import OutputError
from core.files.atomic import write_atomically
from core.render.colors import INFERNO
from core.types import AttentionRecord, Reconstruction, TokenSet

LINKS = 60


class AttentionControl(QObject):
    """Between the attention model and everything that can be clicked."""

    def __init__(
        self,
        attention: AttentionModel,
        linked: LinkedModel,
        results: ResultsModel,
        view: ViewModel,
        activity: ActivityModel,
        display: DisplayControl,
        stage: Stage,
        picture: PicturePanel,
        panel: AttentionPanel,
    ) -> None:
        super().__init__()
        self._attention, self._linked = attention, linked
        self._results, self._view = results, view
        self._activity, self._display, self._picture = activity, display, picture
        self._picked_vertex, self._gl_tried = -1, False
        self._panel = panel
        panel.choice_made.connect(self._chosen)
        panel.save_requested.connect(self._ask_where_to_save)
        picture.view.joint_clicked.connect(self._joint_clicked)
        panel.cell_chosen.connect(self._cell_chosen)
        stage.vertex_picked.connect(self._vertex_picked)
        attention.choice_changed.connect(self._show)
        linked.changed.connect(self._show)
        view.changed.connect(self._options_changed)
        results.shown_changed.connect(self._result_changed)

    @Slot(str, int)
    def _chosen(self, what: str, number: int) -> None:
        self._linked.set(None)
        if what in ("layer", "head"):
            self._attention.choose(**{what: None if number < 0 else number})
        else:
            self._attention.choose(**{what: number})
        if what == "query":
            self._colour_by_attention()

    @Slot(str)
    def _ask_where_to_save(self, kind: str) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self._panel, tr("Save the matrix"), f"attention.{kind}", f"{kind.upper()} (*.{kind})"
        )
        if chosen:
            self.save_matrix(Path(chosen), kind)

    def save_matrix(self, path: Path, kind: str) -> None:
        """Write the matrix as it is shown (``png``) or its numbers (``npz``)."""
        record, matrix = self._attention.record, self._attention.matrix()
        if record is None or matrix is None:
            return
        try:
            if kind == "png":
                with write_atomically(path) as part:
                    if not self._panel.matrix.picture(self._panel.title).save(str(part)):
                        raise OutputError("could not be written", path=path, cure="free some room")
            else:
                save_matrix(path, self._panel.title, matrix, record.queries, record.keys)
        except OutputError as error:
            self._activity.notify(error_notice(error))
            return
        self._activity.log(tr("wrote {path}", path=path))

    @Slot(int, int)
    def _joint_clicked(self, person: int, joint: int) -> None:
        people = self._picture.view.people
        if not 0 <= person < len(people):
            return
        self._linked.set(None)
        self.choose_joint(people[person].joint_names[joint])

    def choose_joint(self, name: str) -> bool:
        """Look at what a joint attends to; False when the method has no token of it."""
        record = self._attention.record
        if record is None:
            return False
        wanted = canonical_name(name)
        for row in record.queries.positions("joint"):
            if canonical_name(record.queries.names[row]) == wanted:
                self._attention.choose(query=int(row))
                self._colour_by_attention()
                return True
        return False

    @Slot(int, int)
    def _vertex_picked(self, person: int, vertex: int) -> None:
        shown = self._results.shown
        if shown is None or shown.mesh is None or person != self._results.person:
            return
        self._picked_vertex = vertex
        self._linked.set(None)
        self._activity.log(self._vertex_text(shown, vertex))
        record = self._attention.record
        token = -1
        if record is not None:
            token = nearest_vertex_token(record.queries, shown.mesh.template, vertex)
        if token >= 0:
            self._attention.choose(query=token)
            self._colour_by_attention()
        self._show()

    def choose_cell(self, x: float, y: float) -> bool:
        """Look at what a cell of the picture attends to; False without a token of it."""
        record = self._attention.record
        if record is None or record.region is None:
            return False
        cell = cell_at(record.region, record.queries.grid_hw, (x, y))
        token = token_of(record.queries, "grid", cell) if cell >= 0 else -1
        if token >= 0:
            self._linked.set(None)
            self._attention.choose(query=token)
            self._colour_by_attention()
        return token >= 0

    @Slot(int, int)
    def _cell_chosen(self, row: int, column: int) -> None:
        record, matrix = self._attention.record, self._attention.matrix()
        if record is None or matrix is None:
            return
        self._attention.choose(query=row)
        self._colour_by_attention()
        self._linked.set(matrix_pick(record, matrix, row, column))

    def _colour_by_attention(self) -> None:
        record = self._attention.record
        if record is not None and record.keys.positions("vertex").size:
            self._view.set(colour_by="attention")

    def _vertex_text(self, shown: RunResult, vertex: int) -> str:
        parts = [tr("vertex {vertex}", vertex=vertex)]
        mesh, number = shown.mesh, self._results.person
        if mesh is not None and mesh.part_labels is not None and mesh.part_names:
            parts.append(plain_name(mesh.part_names[int(mesh.part_labels[vertex])]))
        error = shown.scores[number].error_on(self._view.options.alignment)
        if error is not None:
            parts.append(tr("{error:.1f} mm from the truth", error=error[vertex]))
        return ", ".join(parts)

    @Slot(object)
    def _result_changed(self, result: RunResult | None) -> None:
        if result is None:
            self._picked_vertex = -1
        if result is None or result.quality == "full":
            self._show()

    @Slot(object, object)
    def _options_changed(self, options: Any, names: frozenset[str]) -> None:
        if "gl_links" in names:
            self._choose_drawing()

    def _choose_drawing(self) -> None:
        """OpenGL when it is wished for and can be had, else the painter; the log says which."""
        said = self._picture.view.use_gl(self._view.options.gl_links)
        if said:
            self._activity.log(said)

    @Slot(object)
    def _show(self, _choice: Any = None) -> None:
        """Links and cells on the picture, balls on the body."""
        person, record, row = self._display.person, self._attention.record, self._attention.row()
        query, pick = self._attention.choice.query, self._linked.pick
        view = self._picture.view
        self._panel.show_pick(pick)
        places, joint, links, cells = [], "", None, False
        if person is None or record is None:
            pass
        elif pick is not None and pick.column >= 0 and pick.values is not None:
            links = links_from(record.queries, pick.values, person, pick.centre)
        elif row is not None:
            places.append(token_place_3d(record.queries, query, person))
            links, cells = links_of(record, query, row, person), True
            joint = record.queries.names[query] if record.queries.kinds[query] == "joint" else ""
        if person is not None and pick is not None and pick.end is not None:
            places.append(token_place_3d(*pick.end, person))
        if person is not None and not cells and 0 <= self._picked_vertex < len(person.vertices):
            places.append(person.vertices_camera[self._picked_vertex])
        if links is not None and self._view.options.gl_links and not self._gl_tried:
            self._gl_tried = True  # not at the start: the window must be there first
            self._choose_drawing()
        view.set_links(links)
        if cells and record is not None and row is not None:
            self._show_cells(record, row)
        else:
            view.set_cells(None, (0, 0, 1, 1))
        view.focus_joint = joint
        colour = rgb_float(view.theme.accent)
        self._display.set_markers(
            tuple(Marker(place.astype(np.float32), colour) for place in places if place is not None)
        )

    def _show_cells(self, record: AttentionRecord, row: NDArray[np.float32]) -> None:
        cells = record.keys.positions("grid")
        height, width = record.keys.grid_hw
        if record.region is None or not cells.size or not height * width:
            self._picture.view.set_cells(None, (0, 0, 1, 1))
            return
        grid = np.zeros(height * width, np.float32)
        grid[record.keys.index[cells]] = row[cells]
        self._picture.view.set_cells(coloured(grid.reshape(height, width)), record.region)


def token_place_3d(
    tokens: TokenSet, number: int, person: Reconstruction
) -> NDArray[np.float32] | None:
    """(3,) metres, camera frame, of a joint or vertex token; None for others."""
    kind, place = tokens.kinds[number], int(tokens.index[number])
    if kind == "joint":
        names = [canonical_name(name) for name in person.joint_names]
        wanted = canonical_name(tokens.names[number])
        place = names.index(wanted) if wanted in names else place
        return person.joints_camera[place] if 0 <= place < len(names) else None
    if kind == "vertex" and tokens.full_vertex is not None:
        vertex = int(tokens.full_vertex[number])
        return person.vertices_camera[vertex] if 0 <= vertex < len(person.vertices) else None
    return None


def place_2d(
    point: NDArray[np.float32], person: Reconstruction, centre: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(2,) pixels of a point (3,) in the camera frame."""
    return person.focal_px * point[:2] / max(float(point[2]), 1e-6) + centre


def picture_centre(person: Reconstruction) -> NDArray[np.float32]:
    """(2,) principal point, pixels: where the person's own joints put it."""
    joints = person.joints_camera
    share = person.focal_px * joints[:, :2] / np.maximum(joints[:, 2:], 1e-6)
    return np.median(person.joints_2d - share, axis=0).astype(np.float32)


def links_of(
    record: AttentionRecord, query: int, row: NDArray[np.float32], person: Reconstruction
) -> Links | None:
    """The strongest joint and vertex targets of a token as lines on the picture."""
    at = token_place_3d(record.queries, query, person)
    start = None if at is None else place_2d(at, person, picture_centre(person))
    source = None if start is None else (float(start[0]), float(start[1]))
    return links_from(record.keys, row, person, source, leave_out=query)


def links_from(
    tokens: TokenSet,
    values: NDArray[np.float32],
    person: Reconstruction,
    source: tuple[float, float] | None,
    *,
    leave_out: int = -1,
) -> Links | None:
    """Lines from a place on the picture to the joint and vertex tokens of the largest values (N,)."""
    centre = picture_centre(person)
    order = [n for n in np.argsort(values)[::-1] if tokens.kinds[n] in ("joint", "vertex")]
    places, shares = [], []
    for number in order[:LINKS]:
        at = token_place_3d(tokens, int(number), person)
        if at is not None and int(number) != leave_out:
            places.append(place_2d(at, person, centre))
            shares.append(float(values[number]))
    if not places:
        return None
    strength = np.asarray(shares, np.float32)
    strength = strength / max(float(strength.max()), 1e-9)
    return Links(source, np.asarray(places, np.float32), strength, INFERNO(0.35 + 0.6 * strength))  # type: ignore[arg-type]
