"""A clicked point, the question what moves it, and the answer over the picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.engine.requests import WhyRequest
from app.engine.saving import save_records
from app.engine.work_thread import Failure, WorkThread
from app.panels.picture_panel import PicturePanel
from app.panels.why_panel import WhyPanel
from app.settings.language import sentence, tr
from app.state.activity import ActivityModel, error_notice
from app.state.choice import ChoiceModel
from app.state.results import ResultsModel, with_picture
from app.state.session import SessionModel
from app.state.skeleton import canonical_name, plain_name
from app.state.values import Choice, Notice, RunResult
from app.state.view import ViewModel
from app.windows.run_control import RunControl
from app.windows.stage import Stage
from core.errors import OutputError
from core.types import Detection, FusionRecord, HeatmapRecord, InspectionRecord

STRONGEST = 8
MM_PER_M = 1000.0


class WhyControl(QObject):
    """Between clicks, the engine's thread and the panel.

    Signals:
        progressed: share done; emitted by the engine's thread.
    """

    progressed = Signal(float)

    def __init__(
        self,
        session: SessionModel,
        choice: ChoiceModel,
        results: ResultsModel,
        view: ViewModel,
        activity: ActivityModel,
        runs: RunControl,
        engine: WorkThread,
        stage: Stage,
        picture: PicturePanel,
        panel: WhyPanel,
    ) -> None:
        super().__init__()
        self._session, self._choice, self._results = session, choice, results
        self._view, self._activity, self._runs, self._engine = view, activity, runs, engine
        self._picture, self._panel = picture, panel
        self._point: tuple[Literal["vertex", "joint"], int, str] | None = None
        self._asked: WhyRequest | None = None
        stage.vertex_picked.connect(self._vertex_picked)
        picture.view.joint_clicked.connect(self._joint_clicked)
        picture.view.patch_moved.connect(runs.run_covered)
        results.shown_changed.connect(self._result_shown)
        session.current_changed.connect(self._item_changed)
        choice.changed.connect(self._choice_changed)
        panel.asked.connect(self.ask)
        panel.stopped.connect(engine.cancel)
        panel.covering_chosen.connect(self._cover)
        panel.save_requested.connect(self._ask_where_to_save)
        self.progressed.connect(self._show_progress)
        engine.answered.connect(self._answered)
        engine.failed.connect(self._failed)
        engine.dropped.connect(self._dropped)

    # ---- the point

    @Slot(int, int)
    def _vertex_picked(self, person: int, vertex: int) -> None:
        shown = self._results.shown
        if shown is None or person != self._results.person:
            return
        name = tr("vertex {vertex}", vertex=vertex)
        mesh = shown.mesh
        if mesh is not None and mesh.part_labels is not None and mesh.part_names:
            name += f", {plain_name(mesh.part_names[int(mesh.part_labels[vertex])])}"
        self._choose("vertex", vertex, name)

    @Slot(int, int)
    def _joint_clicked(self, person: int, joint: int) -> None:
        marked, shown = self._picture.view.people, self._results.shown
        if shown is None or not (0 <= person < len(marked) and shown.result.people):
            return
        wanted = canonical_name(marked[person].joint_names[joint])
        body = shown.result.people[self._results.person]
        names = [canonical_name(name) for name in body.joint_names]
        if wanted in names:
            row = names.index(wanted)
            self._choose("joint", row, plain_name(body.joint_names[row]))

    def _choose(self, kind: Literal["vertex", "joint"], number: int, name: str) -> None:
        self._point = (kind, number, name)
        self._panel.show_point(name, joints=self._runs.reads_joints)

    @Slot(int)
    def _item_changed(self, _item_id: int) -> None:
        self._point = None
        self._panel.show_point("", joints=self._runs.reads_joints)
        self._panel.show_answer("", ())
        self._panel.covering.setChecked(False)

    @Slot(object)
    def _choice_changed(self, _choice: Choice) -> None:
        self._panel.covering.setChecked(False)
        name = "" if self._point is None else self._point[2]
        self._panel.show_point(name, joints=self._runs.reads_joints)
        self._panel.show_answer("", ())

    @Slot(object)
    def _result_shown(self, result: RunResult | None) -> None:
        has_people = result is not None and bool(result.result.people)
        self._panel.picture.setEnabled(has_people)
        self._panel.numbers.setEnabled(has_people)

    # ---- question and answer

    @Slot(str)
    def ask(self, how: str) -> None:
        """Ask about the chosen point: ``occlusion``, ``gradient`` or ``joints``."""
        shown = self._results.shown
        if self._point is None or shown is None or not shown.result.people:
            return
        number = self._results.person
        kind, row, name = self._point
        request = WhyRequest(
            item_id=shown.item_id,
            choice=shown.choice,
            frame=shown.result.frame,
            person=person_of(shown, number),
            kind=kind,
            number=row,
            name=name,
            how=how,  # type: ignore[arg-type]
            progress=self.progressed.emit,
        )
        self._asked = request
        self._panel.show_running(0.0)
        self._activity.set_busy("why", tr("Finding out what moves {name}", name=name))
        self._engine.submit(request)

    @Slot(float)
    def _show_progress(self, share: float) -> None:
        if self._asked is not None:
            self._panel.show_running(share)

    @Slot(object, object)
    def _answered(self, request: Any, answer: Any) -> None:
        if not isinstance(request, WhyRequest):
            return
        self._ended(request)
        new = self._results.add_record(
            request.item_id, request.choice, self._results.person, answer
        )
        item = self._session.current
        wanted = item is not None and item.id == request.item_id
        if new is None or not wanted or self._choice.choice != request.choice:
            return
        self._results.show(with_picture(new, request.frame))
        if isinstance(answer, HeatmapRecord):
            self._view.set(picture_layer=answer.name)
        self._panel.show_answer(*words_of(answer, request.name))

    @Slot(object, object)
    def _failed(self, request: Any, failure: Failure) -> None:
        if isinstance(request, WhyRequest):
            self._ended(request)
            self._activity.notify(Notice("error", failure.text, failure.cure))

    @Slot(object)
    def _dropped(self, request: Any) -> None:
        if isinstance(request, WhyRequest):
            self._ended(request)

    def _ended(self, request: WhyRequest) -> None:
        if request is self._asked:
            self._asked = None
            self._panel.show_running(None)
            self._activity.set_busy("why", "")

    # ---- a patch carried by hand

    @Slot(bool)
    def _cover(self, on: bool) -> None:
        was = self._picture.view.covers
        self._picture.view.set_covers(on)
        if was and not on:
            self._runs.show_known()

    # ---- saving

    @Slot(str)
    def _ask_where_to_save(self, kind: str) -> None:
        item, shown = self._session.current, self._results.shown
        if item is None or shown is None:
            return
        name = f"{item.path.stem}.{shown.choice.method}.inspection.{kind}"
        chosen, _ = QFileDialog.getSaveFileName(
            self._panel, tr("Save what is shown"), name, f"{kind.upper()} (*.{kind})"
        )
        if chosen:
            self.save(Path(chosen), kind)

    def save(self, path: Path, kind: str) -> None:
        """Write the picture panel (``png``) or the numbers of all records (``npz``)."""
        shown = self._results.shown
        if shown is None or not shown.result.people:
            return
        try:
            if kind == "png":
                save_png(self._picture, path)
            else:
                save_records(shown.result.people[self._results.person], path)
        except OutputError as error:
            self._activity.notify(error_notice(error))
            return
        self._activity.log(tr("wrote {path}", path=path))


def save_png(panel: PicturePanel, path: Path) -> None:
    """The picture with everything drawn over it, at twice the resolution of the screen."""
    from PySide6.QtGui import QImage, QPainter

    from core.files.atomic import write_atomically

    port = panel.view.viewport()
    image = QImage(port.size() * 2, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    panel.view.render(painter)
    painter.end()
    with write_atomically(path) as part:
        if not image.save(str(part)):
            raise OutputError("could not be written", path=path, cure="choose another folder")


def person_of(shown: RunResult, number: int) -> Detection:
    """The person as the method saw it: the marks if there were any, else the box it found."""
    if number < len(shown.detections):
        return shown.detections[number]
    return Detection(box_xyxy=shown.result.people[number].box_xyxy)


def words_of(record: InspectionRecord, name: str) -> tuple[str, tuple[tuple[str, float], ...]]:
    """An answer in words, and the strongest causes with their shares."""
    if isinstance(record, FusionRecord):
        weights = record.weights[0]
        order = np.argsort(weights)[::-1][:STRONGEST]
        total = max(float(weights.sum()), 1e-9)
        top = record.columns[int(order[0])]
        far = MM_PER_M * float(weights[order[0]])
        text = tr(
            "{joint} moves {name} most: {far:.0f} mm when its mark is moved by 2 % of the box.",
            joint=sentence(plain_name(top)),
            name=name,
            far=far,
        )
        shares = ((plain_name(record.columns[int(n)]), float(weights[n]) / total) for n in order)
        return text, tuple(shares)
    if isinstance(record, HeatmapRecord):
        values = record.maps[0].astype(np.float32)
        if "occlusion" in record.name:
            far = MM_PER_M * float(values.max())
            half = float((values > values.max() / 2).mean())
            return (
                tr(
                    "Covering the brightest place moves {name} by {far:.0f} mm. {half:.0%} of "
                    "the crop move it more than half as far.",
                    name=name,
                    far=far,
                    half=half,
                ),
                (),
            )
        return tr("The brighter a place, the more {name} depends on its pixels.", name=name), ()
    return "", ()
