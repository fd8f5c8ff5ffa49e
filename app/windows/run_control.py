"""When to run, on what, and what to do with the answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine.requests import DevicesRequest, RunRequest
from app.engine.work_thread import Failure, WorkThread
from app.settings.language import tr
from app.state.activity import ActivityModel
from app.state.choice import ChoiceModel
from app.state.people import PeopleModel
from app.state.results import ResultsModel, with_picture
from app.state.session import SessionModel
from app.state.values import Choice, Item, Loaded, Notice, Quality, RunResult
from app.state.view import ViewModel
from core.types import Detection

# A kept result without records is shown at once; its inside is asked for after this rest.
LOOK_INSIDE_MS = 300


def default_pose_notice() -> Notice:
    """Said where nobody was found: the pose there is not a result."""
    return Notice(
        "info",
        tr("This standing pose is only a start, nobody was found in the picture"),
        tr("drag the joints onto the person, the body follows (B draws another box)"),
    )


class RunControl(QObject):
    """Between the models and the engine's thread; newest wins.

    Signals:
        running_changed: whether a full run is under way.
        devices_found: names of the devices of this machine.
        weights_missing: the choice that cannot run for want of weights.
        refused: (item id, choice, `Failure`) of a run that failed.
    """

    running_changed = Signal(bool)
    devices_found = Signal(object)
    weights_missing = Signal(object)
    refused = Signal(int, object, object)

    def __init__(
        self,
        session: SessionModel,
        people: PeopleModel,
        choice: ChoiceModel,
        results: ResultsModel,
        view: ViewModel,
        activity: ActivityModel,
        engine: WorkThread,
    ) -> None:
        super().__init__()
        self._session, self._people, self._choice = session, people, choice
        self._results, self._view, self._activity = results, view, activity
        self._engine = engine
        self._next_id = 1
        self._shown_id = 0
        self._running: dict[int, RunRequest] = {}
        self._run_when_found = -1  # the item that was to be run before its people were known
        self._refused: Choice | None = None
        self.resting = False  # while frames are played
        self._look_inside = QTimer(self)
        self._look_inside.setSingleShot(True)
        self._look_inside.setInterval(LOOK_INSIDE_MS)
        self._look_inside.timeout.connect(self._run_for_records)
        session.current_changed.connect(self._item_changed)
        session.loaded.connect(self._item_loaded)
        people.changed.connect(self._marks_changed)
        choice.changed.connect(self._choice_changed)
        choice.auto_run_changed.connect(self._auto_run_changed)
        view.changed.connect(self._view_changed)
        engine.began.connect(self._began)
        engine.answered.connect(self._answered)
        engine.failed.connect(self._failed)
        engine.dropped.connect(self._dropped)

    def stop(self) -> None:
        """No more timers."""
        self._look_inside.stop()

    def look_for_devices(self) -> None:
        """Load the libraries in the engine's thread and list the devices."""
        self._activity.set_busy("engine", tr("Loading PyTorch"))
        self._engine.submit(DevicesRequest())

    @property
    def reads_joints(self) -> bool:
        """Whether the chosen method starts from marks instead of pixels."""
        return self._choice.entry.reads == "joints"

    def marks_in_use(
        self, choice: Choice | None = None, item: Item | None = None
    ) -> tuple[Detection, ...] | None:
        """The people of an item (the current one) that are handed to a method (the chosen one).

        None lets the method look for them itself.
        """
        item = item or self._session.current
        if item is None:
            return None
        method = self._choice.choice.method if choice is None else choice.method
        reads_joints = self._choice.entry_of(method).reads == "joints"
        people = self._people.of(item.id)
        untouched = all(person.joint_source == "default" for person in people)
        if not reads_joints and untouched and not self._people.edited(item.id):
            return None
        return people

    def run(self, quality: Quality = "full") -> None:
        """Ask for a result of the current picture now."""
        loaded = self._session.current_loaded
        if self.resting:
            return
        if loaded is None or not self._people.knows(loaded.item.id):
            # People are still looked for; finding them runs the method.
            self._run_when_found = -1 if loaded is None else loaded.item.id
            return
        self._run_when_found = -1
        if quality == "full":
            self._refused = None
        request = self._request_for(loaded, self._choice.choice, quality)
        if quality == "full":
            self._announce(request)
        self._engine.submit(request, supersede=quality == "full")

    def run_covered(self, patch: tuple[float, float, float, float]) -> None:
        """Run the chosen method on the picture with a grey patch (x0, y0, x1, y1); newest wins."""
        loaded = self._session.current_loaded
        if loaded is not None and self._people.knows(loaded.item.id):
            request = self._request_for(loaded, self._choice.choice, "live")
            inspect = self._view.options.inspection and not self.reads_joints
            self._engine.submit(replace(request, patch=patch, inspect=inspect))

    def show_known(self) -> None:
        """Back to the kept result of the current picture."""
        item = self._session.current
        if item is not None:
            self._show_known_or_run(item.id)

    def run_beside(self, choice: Choice) -> bool:
        """Run another choice on the current picture, when nothing else is running; whether it began."""
        loaded = self._session.current_loaded
        if loaded is None or not self._people.knows(loaded.item.id):
            return False
        if self.resting or not self._engine.is_idle:
            return False
        request = self._request_for(loaded, choice, "full")
        self._announce(request)
        self._engine.submit(request)
        return True

    def run_ahead(self, loaded: Loaded, choice: Choice) -> bool:
        """Run an item that is not looked at yet, when nothing else is running; whether it began."""
        if self.resting or not self._engine.is_idle:
            return False
        self._engine.submit(self._request_for(loaded, choice, "full"))
        return True

    def _request_for(self, loaded: Loaded, choice: Choice, quality: Quality) -> RunRequest:
        entry = self._choice.entry_of(choice.method)
        inspected = self._view.options.inspection and entry.reads != "joints"
        request = RunRequest(
            id=self._next_id,
            item_id=loaded.item.id,
            choice=choice,
            frame=loaded.frame,
            detections=self.marks_in_use(choice, loaded.item),
            truths=loaded.truths,
            quality=quality,
            inspect=quality == "full" and inspected and choice == self._choice.choice,
        )
        self._next_id += 1
        if quality == "full":
            self._running[request.id] = request
        return request

    def _announce(self, request: RunRequest) -> None:
        """A run that somebody waits for."""
        self.running_changed.emit(True)
        title = self._choice.entry_of(request.choice.method).title
        self._activity.set_busy("engine", tr("Running {title}", title=title))

    def _is_under_way(self, item_id: int, choice: Choice) -> bool:
        """Whether a full run of that very item and choice has not come back yet."""
        return any(r.item_id == item_id and r.choice == choice for r in self._running.values())

    def cancel(self) -> None:
        """Give up what runs and what waits."""
        self._engine.cancel()

    def rest(self, on: bool) -> None:
        """Leave the engine to frames that are played; afterwards the current picture is back."""
        self.resting = on
        item = self._session.current
        if not on and item is not None and self._session.current_loaded is not None:
            self._show_known_or_run(item.id)

    @Slot()
    def _run_for_records(self) -> None:
        shown = self._results.shown
        item = self._session.current
        stays = shown is not None and item is not None and shown.item_id == item.id
        if stays and shown is not None and not shown.asked_inside:
            self._run_by_itself()

    def _run_by_itself(self) -> None:
        if self._choice.auto_run and self._refused != self._choice.choice:
            self.run()

    # ---- what changed

    @Slot(int)
    def _item_changed(self, item_id: int) -> None:
        # A run that was begun ahead for this very item is as good as a new one.
        if not self._is_under_way(item_id, self._choice.choice):
            self._engine.cancel()
        self._results.show(None)

    @Slot(object)
    def _item_loaded(self, loaded: Loaded) -> None:
        self._explain_default_pose()
        self._show_known_or_run(loaded.item.id)

    def _explain_default_pose(self) -> None:
        """A standing pose that nobody placed must not be taken for a result."""
        marks = self.marks_in_use()
        standing = bool(marks) and all(person.joint_source == "default" for person in marks or ())
        if standing and self.reads_joints:
            self._activity.notify(default_pose_notice())
        elif self._activity.notice == default_pose_notice():
            self._activity.dismiss()

    @Slot(object)
    def _choice_changed(self, _choice: Choice) -> None:
        self._refused = None
        self._activity.dismiss()
        item = self._session.current
        if item is not None and self._session.current_loaded is not None:
            self._explain_default_pose()
            self._show_known_or_run(item.id)

    def _show_known_or_run(self, item_id: int) -> None:
        if self.resting:
            return
        choice, loaded = self._choice.choice, self._session.current_loaded
        known = self._results.get(item_id, choice)
        if known is not None and loaded is not None and loaded.item.id == item_id:
            self._results.show(with_picture(known, loaded.frame))
            inside = self._view.options.inspection and not self.reads_joints
            if inside and not known.asked_inside:
                self._look_inside.start()  # once a person stays with this picture
            return
        self._results.show(None)
        if not self._is_under_way(item_id, choice):
            self._run_by_itself()

    @Slot(int, bool)
    def _marks_changed(self, item_id: int, live: bool) -> None:
        item = self._session.current
        if item is None or item.id != item_id or self._session.current_loaded is None:
            return
        self._explain_default_pose()
        if self._run_when_found == item_id:
            self.run()
            return
        if live:
            if self.reads_joints and self._choice.auto_run and self._refused != self._choice.choice:
                self.run("live")
            return
        shown = self._results.shown
        holds = shown is not None and self._still_holds(shown)
        self._results.forget(item_id, keep=shown if holds else None)
        if not holds:
            self._run_by_itself()

    def _still_holds(self, shown: RunResult) -> bool:
        """Whether a result of a method that reads pixels saw the very boxes that are marked now."""
        marks = self.marks_in_use()
        if self.reads_joints or marks is None or len(marks) != len(shown.detections):
            return False
        boxes = zip(marks, shown.detections, strict=True)
        return bool(marks) and all(np.array_equal(a.box_xyxy, b.box_xyxy) for a, b in boxes)

    @Slot(bool)
    def _auto_run_changed(self, on: bool) -> None:
        if on and self._results.shown is None:
            self._run_by_itself()

    @Slot(object, object)
    def _view_changed(self, options: Any, names: frozenset[str]) -> None:
        if "inspection" not in names or not options.inspection:
            return
        shown = self._results.shown
        if shown is not None and not shown.inspected and not self.reads_joints:
            self._run_by_itself()

    # ---- what the thread says

    @Slot(object)
    def _began(self, request: Any) -> None:
        item = self._session.current
        mine = isinstance(request, RunRequest) and item is not None and item.id == request.item_id
        if mine and request.quality == "full":
            self._announce(request)

    @Slot(object, object)
    def _answered(self, request: Any, answer: Any) -> None:
        if isinstance(request, DevicesRequest):
            self._ended(request)
            self.devices_found.emit(answer)
            return
        if not isinstance(request, RunRequest):
            return
        result: RunResult = answer
        self._ended(request)
        item = self._session.current
        wanted = item is not None and item.id == result.item_id
        newest = result.request_id > self._shown_id
        same = result.choice == self._choice.choice
        if wanted and newest and same:
            self._shown_id = result.request_id
        self._results.put(result, show=wanted and newest and same)
        if result.quality == "full":
            self._session.mark_done(result.item_id)
            self._log(result, aloud=wanted)

    def _log(self, result: RunResult, *, aloud: bool) -> None:
        stages = ", ".join(f"{s.stage} {s.seconds * 1e3:.0f} ms" for s in result.result.timing)
        count = len(result.result.people)
        people = tr("{count} person" if count == 1 else "{count} people", count=count)
        self._activity.log(
            f"{result.result.frame.key}: "
            + tr(
                "{people} by {key} on {device}",
                people=people,
                key=result.choice.key,
                device=result.device,
            )
            + f" ({stages})",
            aloud=aloud,
        )

    @Slot(object, object)
    def _failed(self, request: Any, failure: Failure) -> None:
        self._ended(request)
        if isinstance(request, RunRequest):
            self.refused.emit(request.item_id, request.choice, failure)
            item = self._session.current
            if item is None or item.id != request.item_id:
                self._activity.log(failure.text, "error")
                return
            self._activity.notify(notice_of(failure, request.choice))
            if request.choice != self._choice.choice:
                return
            self._refused = request.choice
            if failure.kind == "WeightsError":
                self.weights_missing.emit(request.choice)
        elif isinstance(request, DevicesRequest):
            self._activity.notify(notice_of(failure, None))

    @Slot(object)
    def _dropped(self, request: Any) -> None:
        self._ended(request)

    def _ended(self, request: Any) -> None:
        self._running.pop(getattr(request, "id", 0), None)
        item = self._session.current
        waited = [r for r in self._running.values() if item is not None and r.item_id == item.id]
        if not waited:
            self._activity.set_busy("engine", "")
            self.running_changed.emit(False)


def notice_of(failure: Failure, choice: Choice | None) -> Notice:
    """A failure as a message with the button that cures it, where there is one."""
    tone = "error" if failure.expected else "warning"
    if failure.kind == "WeightsError" and choice is not None:
        again = choice.weights is not None and Path(choice.weights).exists()
        if again:
            return Notice(tone, failure.text, failure.cure, "weights", tr("Choose another file…"))  # type: ignore[arg-type]
        text = tr("There are no weights for {key} yet", key=choice.key)
        cure = tr("choose the file that its authors released (nothing in it is executed)")
        return Notice(tone, text, cure, "weights", tr("Choose weights…"))  # type: ignore[arg-type]
    if failure.kind == "BodyError":
        return Notice(tone, failure.text, failure.cure, "body", tr("Choose a body…"))  # type: ignore[arg-type]
    return Notice(tone, failure.text, failure.cure)  # type: ignore[arg-type]
