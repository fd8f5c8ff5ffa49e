"""Records that need no choice of a token: regions and their weights, sampled points, maps of a label.

The view of a record follows from its type alone; no method is known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.panels.fusion_panel import FusionPanel
from app.panels.picture_paint import Links
from app.panels.picture_panel import PicturePanel
from app.state.attention import AttentionModel, nearest_vertex_token
from app.state.linked import LinkedModel, Pick
from app.state.results import ResultsModel
from app.state.skeleton import canonical_name
from app.state.values import Choice, RunResult
from app.state.view import ViewModel
from app.windows.attention_control import AttentionControl
from app.windows.cells import column_pick, map_cell, point_pick, region_pick, weight_pick
from app.windows.display_control import DisplayControl
from app.windows.stage import Stage
from core.render.colors import INFERNO
from core.types import (
    AttentionRecord,
    CamerasRecord,
    FusionRecord,
    HeatmapRecord,
    MeshStageRecord,
    PointsRecord,
    RegionRecord,
    TokenSet,
)

REACH_PX = 7.0  # of the screen, from a point or an outline


class RecordsControl(QObject):
    """Between the records of the shown person, the picture and the table of weights.

    Signals:
        weights_shown: the table holds weights, and there is no attention to look at instead.
    """

    weights_shown = Signal()

    def __init__(
        self,
        results: ResultsModel,
        view: ViewModel,
        linked: LinkedModel,
        attention: AttentionModel,
        display: DisplayControl,
        looks: AttentionControl,
        stage: Stage,
        picture: PicturePanel,
        panel: FusionPanel,
    ) -> None:
        super().__init__()
        self._results, self._view, self._display = results, view, display
        self._linked, self._attention, self._looks = linked, attention, looks
        self._picture, self._panel = picture, panel
        self._seen: tuple[int, Choice, int] | None = None
        self._dots: tuple[PointsRecord, int] | None = None
        self._stage_set = False
        self._vertex, self._joint = -1, ""
        self._announced = -1
        results.shown_changed.connect(self._result_changed)
        stage.vertex_picked.connect(self._vertex_picked)
        picture.view.joint_clicked.connect(self._joint_clicked)
        picture.view.ground_clicked.connect(self._ground_clicked)
        panel.weight_clicked.connect(self._weight_clicked)
        panel.source_clicked.connect(self._source_clicked)
        linked.changed.connect(self._picked)
        view.changed.connect(self._options_changed)

    @Slot(object)
    def _result_changed(self, result: RunResult | None) -> None:
        if result is not None and result.quality != "full":
            return
        seen = None if result is None else (result.item_id, result.choice, self._results.person)
        if seen != self._seen:
            self._seen = seen
            self._linked.set(None)
        records = self._records()
        # Weights with a unit answer a question that was asked elsewhere.
        fusions = [r for r in records if isinstance(r, FusionRecord) and not r.unit]
        self._panel.show_record(fusions[0] if fusions else None)
        cameras = [record for record in records if isinstance(record, CamerasRecord)]
        self._panel.show_cameras(cameras[0] if cameras else None)
        attends = any(isinstance(record, AttentionRecord) for record in records)
        request = -1 if result is None else result.request_id
        if fusions and not attends and request != self._announced:
            self._announced = request  # once a run: records are added to a result later
            self.weights_shown.emit()
        regions = [record for record in records if isinstance(record, RegionRecord)]
        self._picture.view.set_regions(
            tuple(zip(regions[0].names, regions[0].boxes_xyxy, strict=True)) if regions else ()
        )
        self._show_label()

    # ---- clicks

    @Slot(float, float)
    def _ground_clicked(self, x: float, y: float) -> None:
        """What lies under a click, the finest thing first: map cell, point, box, cell of attention."""
        records, at = self._records(), (x, y)
        reach = REACH_PX * self._picture.view.pixel
        pick = map_cell(records, self._view.options.picture_layer, at)
        if pick is None and self._dots is not None:
            pick = point_pick(*self._dots, at, reach)
        for record in records:
            if pick is None and isinstance(record, RegionRecord):
                pick = region_pick(record, at, reach)
        if pick is None and self._looks.choose_cell(x, y):
            return
        record, matrix = self._attention.record, self._attention.matrix()
        if pick is None and record is not None and matrix is not None:
            pick = column_pick(record, matrix, at)
        self._linked.set(pick)

    @Slot(int, int)
    def _weight_clicked(self, row: int, column: int) -> None:
        if self._panel.record is not None:
            self._linked.set(weight_pick(self._panel.record, row, column))

    @Slot(str)
    def _source_clicked(self, name: str) -> None:
        self._linked.set(Pick(title=name, sources=(name,)))

    @Slot(object)
    def _picked(self, pick: Pick | None) -> None:
        """Cell, boxes, points and mesh of what was clicked."""
        sources = () if pick is None else pick.sources
        view = self._picture.view
        if pick is None:
            view.set_cell(None)
        else:
            view.set_cell(pick.box, pick.tag)
        view.set_focus_regions(sources)
        self._panel.show_pick(pick)
        stage = mesh_of(self._records(), sources[0]) if sources else ""
        if stage or self._stage_set:
            self._stage_set = bool(stage)
            self._view.set(stage=stage)
        self._show_label()

    @Slot(object, object)
    def _options_changed(self, _options: Any, names: frozenset[str]) -> None:
        if "picture_layer" in names:
            self._linked.set(None)
            self._show_label()

    @Slot(int, int)
    def _vertex_picked(self, person: int, vertex: int) -> None:
        if person == self._results.person:
            self._vertex, self._joint = vertex, ""
            self._show_label()

    @Slot(int, int)
    def _joint_clicked(self, person: int, joint: int) -> None:
        people = self._picture.view.people
        if 0 <= person < len(people):
            self._vertex, self._joint = -1, people[person].joint_names[joint]
            self._show_label()

    def _show_label(self) -> None:
        """The map and the sampled points of what was clicked."""
        records, layer = self._records(), self._view.options.picture_layer
        maps = [record for record in records if isinstance(record, HeatmapRecord)]
        shown = next((record for record in maps if record.name == layer), maps[0] if maps else None)
        self._view.set(picture_label=-1 if shown is None else self._label_in(shown.labels))
        self._dots = self._dots_in(records, layer)
        self._picture.view.set_dots(None if self._dots is None else dots_of(*self._dots))

    def _dots_in(self, records: tuple[Any, ...], layer: str) -> tuple[PointsRecord, int] | None:
        """The points to draw and the label they belong to, -1 for all of the chosen layer."""
        found = None
        for record in records:
            if isinstance(record, PointsRecord):
                row = self._label_in(record.labels)
                if record.name == layer:  # where each label has one point, all stay to be clicked
                    return record, row if record.points.shape[1] > 1 else -1
                if row < 0 and len(record.labels.names) == 1:
                    row = 0
                if row >= 0:
                    found = (record, row)
        return found

    def _label_in(self, labels: TokenSet) -> int:
        """Row of the clicked joint, or of the vertex nearest to the clicked one; -1 for none."""
        shown, pick = self._results.shown, self._linked.pick
        if pick is not None and pick.end is not None and pick.end[0] is labels:
            return pick.end[1]
        if self._joint:
            wanted = canonical_name(self._joint)
            for row in labels.positions("joint"):
                if canonical_name(labels.names[row]) == wanted:
                    return int(row)
            return -1
        if self._vertex < 0 or shown is None or shown.mesh is None:
            return -1
        return nearest_vertex_token(labels, shown.mesh.template, self._vertex)

    def _records(self) -> tuple[Any, ...]:
        person = self._display.person
        return () if person is None else person.records


def mesh_of(records: Sequence[Any], source: str) -> str:
    """Name of the mesh of one source: records of a source end with its name; '' for none."""
    stages = (r.name for r in records if isinstance(r, MeshStageRecord))
    return next((name for name in stages if name.endswith(f" {source}")), "")


def dots_of(record: PointsRecord, row: int) -> Links:
    """The points of one label, as large and as bright as they count; -1 for the best of every label."""
    if row < 0:
        best = record.weights.argmax(axis=1)
        every = np.arange(len(best))
        points, weights = record.points[every, best], record.weights[every, best]
    else:
        points, weights = record.points[row], record.weights[row]
    strength = (weights / max(float(weights.max()), 1e-9)).astype(np.float32)
    colours = INFERNO(0.35 + 0.6 * strength)
    return Links(None, points.astype(np.float32), strength, colours)  # type: ignore[arg-type]
