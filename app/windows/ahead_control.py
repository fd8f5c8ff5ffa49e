"""Pictures prepared before they are looked at: the next one quietly, or all of the list on request."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine.requests import LoadRequest, PeopleRequest
from app.engine.work_thread import Failure, WorkThread
from app.settings.language import tr
from app.state.activity import ActivityModel
from app.state.choice import ChoiceModel
from app.state.people import PeopleModel
from app.state.results import ResultsModel
from app.state.session import SessionModel
from app.state.values import Choice, Loaded
from app.windows.run_control import RunControl

# Decoded pictures are large: only those that are likely to be looked at next are kept.
KEPT_READY = 3


class AheadControl(QObject):
    """One item at a time: read it, find its people, run what is missing; the current item comes first.

    Signals:
        progressed: (items done, items asked for); (0, 0) when no sweep is under way.
    """

    progressed = Signal(int, int)

    def __init__(
        self,
        session: SessionModel,
        people: PeopleModel,
        choice: ChoiceModel,
        results: ResultsModel,
        activity: ActivityModel,
        runs: RunControl,
        reader: WorkThread,
        engine: WorkThread,
        choices: Callable[[], tuple[Choice, ...]],
        order: Callable[[], Sequence[int]],
    ) -> None:
        super().__init__()
        self._session, self._people, self._choice = session, people, choice
        self._results, self._activity, self._runs = results, activity, runs
        self._reader, self._engine = reader, engine
        self._choices, self._order = choices, order
        self._ready: OrderedDict[int, Loaded] = OrderedDict()
        self._queue: deque[int] = deque()
        self._asked = 0
        self._item = -1
        self._broken: set[int] = set()
        self._refused: set[tuple[int, Choice]] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._go_on)
        reader.answered.connect(self._answered)
        reader.failed.connect(self._failed)
        for signal in (engine.answered, engine.dropped, engine.failed):
            signal.connect(self._engine_spoke)
        results.shown_changed.connect(self._wake)
        session.current_changed.connect(self._wake)
        people.changed.connect(self._marks_changed)
        choice.changed.connect(self._choice_changed)
        runs.refused.connect(self._run_refused)

    # ---- for others

    def loaded(self, item_id: int) -> Loaded | None:
        """The picture of an item, if it was read ahead."""
        return self._ready.get(item_id)

    @property
    def is_sweeping(self) -> bool:
        """Whether all items are being run."""
        return self._asked > 0

    def run_all(self) -> None:
        """Run what is missing on every item of the list, in its order, from the current one on."""
        order = list(self._order())
        current = self._session.current
        if current is not None and current.id in order:
            place = order.index(current.id)
            order = order[place:] + order[:place]
        self._queue = deque(item for item in order if self._missing(item))
        self._asked = len(self._queue)
        self._refused.clear()
        self._broken.clear()
        self._tell()
        self._soon.start()

    def stop(self) -> None:
        """Give up the sweep; what is done stays."""
        self._queue.clear()
        self._asked = 0
        self._item = -1
        self._soon.stop()
        self._tell()

    # ---- one item after the other

    def _missing(self, item_id: int) -> tuple[Choice, ...]:
        return tuple(
            choice
            for choice in self._choices()
            if self._results.get(item_id, choice) is None and (item_id, choice) not in self._refused
        )

    def _next_item(self) -> int:
        """The next of the sweep, else the neighbour of the current item; -1 for none."""
        while self._queue:
            if self._missing(self._queue[0]) and self._queue[0] not in self._broken:
                return self._queue[0]
            self._queue.popleft()
            self._tell()
        if self._asked:
            self._activity.log(tr("all {asked} pictures done", asked=self._asked))
            self.stop()
        current, shown = self._session.current, self._results.shown
        if current is None or shown is None or not self._choice.auto_run:
            return -1
        order = list(self._order())
        if current.id not in order or order[-1] == current.id:
            return -1
        after = order[order.index(current.id) + 1]
        wanted = self._missing(after) or after not in self._ready
        return after if wanted and after not in self._broken else -1

    @Slot()
    def _go_on(self) -> None:
        item = self._session.item(self._next_item())
        if item is None:
            self._item = -1
            return
        if item.id != self._item:
            self._item = item.id
        loaded = self._ready.get(item.id)
        if loaded is None:
            here = self._session.current_loaded
            if here is not None and here.item.id == item.id:
                self._keep(here)
                loaded = here
        if loaded is None:
            if self._reader.is_idle:
                self._reader.submit(LoadRequest(item))
            return
        if not self._people.knows(item.id):
            if self._reader.is_idle:
                self._reader.submit(PeopleRequest(item, loaded.frame))
            return
        for choice in self._missing(item.id):
            self._runs.run_ahead(loaded, choice)  # an engine that is busy speaks later
            return

    @Slot(object, object)
    def _answered(self, request: Any, answer: Any) -> None:
        if isinstance(request, LoadRequest):
            self._keep(answer)
            if answer.suggested and not self._people.knows(request.item.id):
                self._people.suggest(request.item.id, answer.suggested, select=False)
        elif isinstance(request, PeopleRequest) and not self._people.knows(request.item.id):
            self._people.suggest(request.item.id, answer, select=False)
        self._soon.start()

    @Slot(object, object)
    def _failed(self, request: Any, failure: Failure) -> None:
        item = request.item
        self._broken.add(item.id)
        self._activity.log(f"{item.title}: {failure.text}", "error")
        self._soon.start()

    def _keep(self, loaded: Loaded) -> None:
        self._ready[loaded.item.id] = loaded
        self._ready.move_to_end(loaded.item.id)
        while len(self._ready) > KEPT_READY:
            self._ready.popitem(last=False)

    def _tell(self) -> None:
        done = self._asked - len(self._queue)
        self.progressed.emit(done, self._asked)
        text = (
            tr("Running all pictures: {done} of {asked}", done=done, asked=self._asked)
            if self._asked
            else ""
        )
        self._activity.set_busy("sweep", text)

    # ---- what changed

    @Slot()
    def _wake(self, *_: object) -> None:
        self._soon.start()

    @Slot()
    def _engine_spoke(self, *_: object) -> None:
        if self._engine.is_idle:
            self._soon.start()

    @Slot(int, bool)
    def _marks_changed(self, _item_id: int, live: bool) -> None:
        if not live:
            self._soon.start()

    @Slot(object)
    def _choice_changed(self, _choice: Choice) -> None:
        self._refused.clear()
        self._soon.start()

    @Slot(int, object, object)
    def _run_refused(self, item_id: int, choice: Choice, _failure: Failure) -> None:
        self._refused.add((item_id, choice))
        if self._asked and choice == self._choice.choice:
            self.stop()  # what cannot run on one picture runs on none
