"""Data sets and evaluations: opened by a thread, shown in their panel, looked at one person at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.datasets import (
    PART,
    ListPeopleRequest,
    OpenDataRequest,
    OpenedEvaluation,
    OpenEvaluationRequest,
    SaveListRequest,
)
from app.engine.work_thread import Failure, WorkThread
from app.panels.data_panel import DataPanel
from app.settings.language import tr
from app.state.activity import ActivityModel
from app.state.data_model import DataModel, DataSource
from app.state.data_people import NOBODY, DataPeople
from app.state.session import SessionModel
from app.state.values import Notice
from core.metrics.regression_list import ListedPerson, RegressionList

BUSY = "data"


class EvaluationControl(QObject):
    """Between the panel, its model, the list of pictures and the thread that reads.

    Signals:
        opened: people are there to be seen.
    """

    opened = Signal()
    _progressed = Signal(float, str)

    def __init__(
        self,
        session: SessionModel,
        model: DataModel,
        panel: DataPanel,
        activity: ActivityModel,
        worker: WorkThread,
        body: Callable[[], str],
    ) -> None:
        super().__init__()
        self._session, self._model, self._panel = session, model, panel
        self._activity, self._worker, self._body = activity, worker, body
        panel.person_chosen.connect(self.look_at)
        panel.filter_chosen.connect(self.filter)
        panel.compare_closed.connect(lambda: model.set_other(NOBODY, None))
        session.current_changed.connect(self._show_current)
        worker.answered.connect(self._answered)
        worker.failed.connect(self._failed)
        self._progressed.connect(self._told)

    # ---- what a person asks for

    def open_data(self, reader: str, path: Path, split: str) -> None:
        """Open a data set and list its people part by part."""
        self._worker.cancel()
        self._activity.set_busy(BUSY, tr("Opening {name}", name=path.name))
        request = OpenDataRequest(reader, path, split, self._body(), self._progressed.emit)
        self._worker.submit(request)

    def open_evaluation(self, path: Path, *, compare: bool = False) -> None:
        """Read the result of an evaluation; its errors are shown, or compared with those shown."""
        compare = compare and self._model.source is not None
        if not compare:
            self._worker.cancel()
        self._activity.set_busy(BUSY, tr("Reading {name}", name=path.parent.name))
        self._worker.submit(OpenEvaluationRequest(path, self._body(), compare))

    @Slot(int)
    def look_at(self, number: int) -> None:
        """Open the picture of a person, with its box and its truth."""
        person = self._model.person(number)
        if person is None:
            return
        item = self._session.add_person(person, Path(self._model.people.picture[number]))
        self._session.select(item.id)
        self._panel.show_person(number)

    @Slot(str, object)
    def filter(self, name: str, value: object) -> None:
        """Change one field of the filter; an error and a joint exclude each other."""
        changes: dict[str, object] = {name: value}
        if name == "error":
            changes["joint"] = -1
        self._model.set_filter(**changes)

    def save_list(self, path: Path) -> None:
        """Write the selected people, or all that are shown, as a regression list."""
        source, people = self._model.source, self._model.people
        if source is None:
            return
        rows = self._panel.selected()
        listed = tuple(ListedPerson(people.key[row], int(people.row[row])) for row in rows)
        note = f"{source.title}, {source.label}".strip(", ")
        self._worker.submit(
            SaveListRequest(path, RegressionList(source.reader, source.split, listed, note)),
            first=True,
        )

    @property
    def list_name(self) -> str:
        """A name for the list that would be saved."""
        source = self._model.source
        return "people.json" if source is None else f"{source.reader}-{source.split}.people.json"

    # ---- what the thread says

    @Slot(object, object)
    def _answered(self, request: Any, answer: Any) -> None:
        match answer:
            case DataSource():
                self._model.set_people(NOBODY, answer)
                self._next_part(answer, 0)
                self.opened.emit()
            case DataPeople():
                self._add_part(request, answer)
            case OpenedEvaluation():
                self._activity.set_busy(BUSY, "")
                self._show_evaluation(answer, compare=request.compare)
            case Path():
                count = len(request.listed.people)
                people = tr("{count} person" if count == 1 else "{count} people", count=count)
                self._activity.log(f"{answer}: {people}")

    def _show_evaluation(self, opened: OpenedEvaluation, *, compare: bool) -> None:
        result = opened.result
        numbers = ", ".join(str(measure) for measure in result.measures[:2])
        self._activity.log(f"{result.title}: {numbers}")
        if not compare:
            self._model.set_people(opened.people, opened.source)
        else:
            self._model.set_other(opened.people, opened.source)
            if not self._model.comparable:
                mine = self._model.source
                self._activity.notify(
                    Notice(
                        "warning",
                        tr(
                            "{label} and {mine} are not the same protocol: their numbers cannot be "
                            "compared",
                            label=opened.source.label,
                            mine="" if mine is None else mine.label,
                        ),
                        tr("compare evaluations of one data set under one protocol"),
                    )
                )
        self.opened.emit()

    def _add_part(self, request: ListPeopleRequest, people: DataPeople) -> None:
        """People of the data set that is open; those of an earlier one are dropped."""
        if request.source is self._model.source:
            self._model.add_people(people)
            self._next_part(request.source, request.stop)

    def _next_part(self, source: DataSource, start: int) -> None:
        """The people after those that are listed; none are asked for twice."""
        if start >= source.total:
            self._activity.set_busy(BUSY, "")
            return
        share = 100 * start // max(source.total, 1)
        self._activity.set_busy(BUSY, tr("Listing people, {share} %", share=share))
        self._worker.submit(ListPeopleRequest(source, start, min(start + PART, source.total)))

    @Slot(object, object)
    def _failed(self, _request: Any, failure: Failure) -> None:
        self._activity.set_busy(BUSY, "")
        tone = "error" if failure.expected else "warning"
        self._activity.notify(Notice(tone, failure.text, failure.cure))  # type: ignore[arg-type]

    @Slot(float, str)
    def _told(self, share: float, what: str) -> None:
        self._activity.set_busy(
            BUSY, tr("Indexing, {share:.0f} %: {what}", share=100 * share, what=what)
        )

    @Slot(int)
    def _show_current(self, item_id: int) -> None:
        """Ring the person who is looked at, whoever chose it."""
        item = self._session.item(item_id)
        source = self._model.source
        if item is None or item.data is None or source is None:
            return
        if (item.data.reader, item.data.path, item.data.split) == (
            source.reader,
            source.path,
            source.split,
        ):
            found = (self._model.people.row == item.data.row).nonzero()[0]
            if len(found):
                self._panel.show_person(int(found[0]))
