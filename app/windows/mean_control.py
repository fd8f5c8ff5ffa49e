"""Attention averaged over the list on request, as METRO's Figure 4 is over a test set.

One item at a time goes to the engine's thread whenever nothing else runs there, so that the window stays
of use meanwhile; what stops one item only delays it. In memory is one matrix, not one per person.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from app.engine.averaging import MeanPart
from app.engine.requests import MeanRequest
from app.engine.work_thread import Failure, WorkThread
from app.panels.attention_panel import AttentionPanel
from app.settings.language import tr
from app.state.activity import ActivityModel
from app.state.attention import AttentionMean, AttentionModel
from app.state.choice import ChoiceModel
from app.state.people import PeopleModel
from app.state.session import SessionModel
from app.state.values import Choice, Notice
from app.windows.run_control import RunControl

log = logging.getLogger(__name__)
SHOW_EVERY_S = 0.4


class MeanControl(QObject):
    """Between the button in the attention panel, the engine's thread and the model."""

    def __init__(
        self,
        session: SessionModel,
        people: PeopleModel,
        choice: ChoiceModel,
        attention: AttentionModel,
        activity: ActivityModel,
        runs: RunControl,
        engine: WorkThread,
        panel: AttentionPanel,
        order: Callable[[], Sequence[int]],
    ) -> None:
        super().__init__()
        self._session, self._people, self._choice = session, people, choice
        self._attention, self._activity, self._runs = attention, activity, runs
        self._engine, self._panel, self._order = engine, panel, order
        self._queue: deque[int] = deque()
        self._asked = 0
        self._mean: AttentionMean | None = None
        self._under_way: MeanRequest | None = None
        self._shown_at = 0.0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._go_on)
        panel.mean_requested.connect(self.start)
        panel.mean_stopped.connect(self.stop)
        panel.mean_closed.connect(self._close)
        choice.changed.connect(self._choice_changed)
        attention.choice_changed.connect(self._looked_elsewhere)
        engine.answered.connect(self._answered)
        engine.failed.connect(self._failed)
        engine.dropped.connect(self._ended)
        engine.answered.connect(self._engine_spoke)

    @property
    def is_running(self) -> bool:
        """Whether items are still to be averaged."""
        return self._asked > 0

    @Slot()
    def start(self) -> None:
        """Average the attention that is looked at over all items of the list."""
        record, chosen = self._attention.record, self._attention.choice
        if record is None:
            return
        self._mean = AttentionMean.empty(record, chosen.layer, chosen.head)
        self._queue = deque(self._order())
        self._asked = len(self._queue)
        self._shown_at = 0.0
        self._attention.set_mean(self._mean)
        self._tell()
        self._soon.start()

    @Slot()
    def stop(self) -> None:
        """No more items; the mean of those that are done stays."""
        if not self.is_running:
            return
        under_way, self._under_way = self._under_way, None
        self._asked = 0
        self._queue.clear()
        self._soon.stop()
        if under_way is not None:
            self._engine.cancel()
        mean, self._mean = self._mean, None
        if mean is not None:
            self._attention.set_mean(mean if mean.people else None)
            self._activity.log(
                tr(
                    "{record}: mean of {people} people in {pictures} pictures",
                    record=mean.record,
                    people=mean.people,
                    pictures=mean.pictures,
                )
            )
        self._tell()

    @Slot()
    def _close(self) -> None:
        self.stop()
        self._attention.set_mean(None)

    @Slot(object)
    def _choice_changed(self, _choice: Choice) -> None:
        self._close()

    @Slot(object)
    def _looked_elsewhere(self, _choice: Any) -> None:
        """Another record, layer or head was chosen: this mean is no longer asked for."""
        if self.is_running and self._attention.mean is None:
            self._mean = None
            self.stop()

    # ---- one item after the other

    @Slot()
    def _go_on(self) -> None:
        if not self.is_running or self._under_way is not None or self._mean is None:
            return
        if not self._engine.is_idle:
            return  # the engine speaks when it is done
        item = self._session.item(self._queue[0]) if self._queue else None
        if item is None:
            self._next()
            return
        choice = self._choice.choice
        known = self._people.knows(item.id)
        self._under_way = MeanRequest(
            item=item,
            choice=choice,
            detections=self._runs.marks_in_use(choice, item) if known else None,
            record=self._mean.record,
            layer=self._mean.layer,
            head=self._mean.head,
        )
        self._engine.submit(self._under_way)

    def _next(self) -> None:
        if self._queue:
            self._queue.popleft()
        if not self._queue:
            self.stop()
            return
        self._tell()
        self._soon.start()

    def _tell(self) -> None:
        done = self._asked - len(self._queue)
        text = (
            tr("Averaging attention: {done} of {asked}", done=done, asked=self._asked)
            if self.is_running
            else ""
        )
        self._activity.set_busy("mean", text)
        self._panel.show_averaging(done, self._asked)

    @Slot(object, object)
    def _answered(self, request: Any, part: Any) -> None:
        if request is not self._under_way or not isinstance(part, MeanPart):
            return
        self._under_way = None
        mean = self._mean
        if mean is None:
            return
        rows = (mean.queries, mean.keys)
        fitting = [matrix for matrix, *names in part.records if tuple(names) == rows]
        self._mean = mean.with_picture(fitting)
        now = time.monotonic()
        if fitting and now - self._shown_at > SHOW_EVERY_S:
            self._shown_at = now
            self._attention.set_mean(self._mean)
        self._next()

    @Slot(object, object)
    def _failed(self, request: Any, failure: Failure) -> None:
        if isinstance(request, MeanRequest) and request is self._under_way:
            self._under_way = None
            if failure.kind == "InputError":  # a file that cannot be read is no reason to give up
                self._activity.log(f"{request.item.title}: {failure.text}", "error")
                self._next()
            else:
                self.stop()
                self._activity.notify(Notice("error", failure.text, failure.cure))
        self._engine_spoke()

    @Slot(object)
    def _ended(self, request: Any) -> None:
        """Something else was more urgent: the same item again, later."""
        if request is self._under_way:
            self._under_way = None
        self._engine_spoke()

    @Slot()
    def _engine_spoke(self, *_: object) -> None:
        if self.is_running:
            self._soon.start()
