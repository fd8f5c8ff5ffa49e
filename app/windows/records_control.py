"""Records that need no choice of a token: regions and their weights, sampled points, maps of a label.

The view of a record follows from its type alone; no method is known here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.panels.fusion_panel import FusionPanel
from app.panels.picture_paint import Links
from app.panels.picture_panel import PicturePanel
from app.state.attention import nearest_vertex_token
from app.state.results import ResultsModel
from app.state.skeleton import canonical_name
from app.state.values import RunResult
from app.state.view import ViewModel
from app.windows.display_control import DisplayControl
from app.windows.stage import Stage
from core.render.colors import INFERNO
from core.types import (
    AttentionRecord,
    CamerasRecord,
    FusionRecord,
    HeatmapRecord,
    PointsRecord,
    RegionRecord,
    TokenSet,
)


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
        display: DisplayControl,
        stage: Stage,
        picture: PicturePanel,
        panel: FusionPanel,
    ) -> None:
        super().__init__()
        self._results, self._view, self._display = results, view, display
        self._picture, self._panel = picture, panel
        self._vertex, self._joint = -1, ""
        self._announced = -1
        results.shown_changed.connect(self._result_changed)
        stage.vertex_picked.connect(self._vertex_picked)
        picture.view.joint_clicked.connect(self._joint_clicked)

    @Slot(object)
    def _result_changed(self, result: RunResult | None) -> None:
        if result is not None and result.quality != "full":
            return
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
        records = self._records()
        maps = [record for record in records if isinstance(record, HeatmapRecord)]
        self._view.set(picture_label=self._label_in(maps[0].labels) if maps else -1)
        dots = None
        for record in records:
            if isinstance(record, PointsRecord):
                row = self._label_in(record.labels)
                if row < 0 and len(record.labels.names) == 1:
                    row = 0
                dots = None if row < 0 else dots_of(record, row)
        self._picture.view.set_dots(dots)

    def _label_in(self, labels: TokenSet) -> int:
        """Row of the clicked joint, or of the vertex nearest to the clicked one; -1 for none."""
        shown = self._results.shown
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


def dots_of(record: PointsRecord, row: int) -> Links:
    """The points of one label, as large and as bright as they count."""
    weights = record.weights[row]
    strength = (weights / max(float(weights.max()), 1e-9)).astype(np.float32)
    colours = INFERNO(0.35 + 0.6 * strength)
    return Links(None, record.points[row].astype(np.float32), strength, colours)  # type: ignore[arg-type]
