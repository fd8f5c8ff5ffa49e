"""Opening: paths become rows, rows get thumbnails, the current row is read and its marks suggested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine.ready import BringRequest, ReadyRequest
from app.engine.requests import (
    ClipFrameRequest,
    ExpandRequest,
    LoadRequest,
    MarksRequest,
    PeopleRequest,
    PoseRequest,
    ThumbnailRequest,
)
from app.engine.work_thread import Failure, WorkThread
from app.settings.language import tr
from app.state.activity import ActivityModel
from app.state.people import PeopleModel
from app.state.session import SessionModel
from app.state.values import Item, Loaded, Notice
from core.types import Detection

THUMBNAIL_PX = 112


class FilesControl(QObject):
    """Between the session, the marks and the two reading threads.

    Signals:
        opened: a file or folder that a person chose, for the recent list.
    """

    opened = Signal(str)

    def __init__(
        self,
        session: SessionModel,
        people: PeopleModel,
        activity: ActivityModel,
        loader: WorkThread,
        files: WorkThread,
    ) -> None:
        super().__init__()
        self._session, self._people, self._activity = session, people, activity
        self._loader, self._files = loader, files
        self.read_ahead: Callable[[int], Loaded | None] = lambda _item_id: None
        self._sample_paths: frozenset[Path] = frozenset()
        session.items_added.connect(self._want_thumbnails)
        session.current_changed.connect(self._load)
        loader.answered.connect(self._loaded)
        loader.failed.connect(self._failed)
        files.answered.connect(self._answered)
        files.failed.connect(self._failed)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open pictures, folders and videos; the first new row becomes current."""
        if paths:
            self._activity.dismiss()
            self._files.submit(ExpandRequest(tuple(Path(path) for path in paths)), first=True)
            for path in paths:
                self.opened.emit(str(path))

    def open_samples(self, paths: Sequence[Path]) -> None:
        """Open bundled pictures; they are not remembered as recent."""
        self._sample_paths = frozenset(paths)
        if paths:
            self._show_rows(
                self._session.add([(path, None) for path in paths], sample=True), paths[0]
            )
        else:
            self._activity.notify(
                Notice(
                    "warning",
                    tr("no samples are installed"),
                    tr("open or drop pictures of your own"),
                )
            )

    def load_marks(self, path: Path) -> None:
        """Marks of the current picture from a joint file."""
        loaded = self._session.current_loaded
        if loaded is not None:
            self._files.submit(MarksRequest(loaded.item, loaded.frame.key, path), first=True)

    def place_person(
        self, box: tuple[float, float, float, float], person: int = -1, *, standing: bool = False
    ) -> None:
        """The joints found in a box, or a ``standing`` pose; ``person`` -1 adds somebody."""
        loaded = self._session.current_loaded
        if loaded is not None:
            frame = None if standing else loaded.frame
            self._files.submit(PoseRequest(loaded.item.id, box, person, frame), first=True)

    @Slot(object)
    def _want_thumbnails(self, items: tuple[Item, ...]) -> None:
        for item in items:
            self._files.submit(ThumbnailRequest(item, THUMBNAIL_PX))

    @Slot(int)
    def _load(self, item_id: int) -> None:
        item = self._session.item(item_id)
        ready = self.read_ahead(item_id)
        if item is not None and ready is not None:
            # Later, as an answer of the thread would come: others have to hear of the item first.
            QTimer.singleShot(0, self, lambda: self._loaded(LoadRequest(item), ready))
        elif item is not None:
            self._activity.set_busy("load", tr("Reading {title}", title=item.title))
            self._loader.submit(LoadRequest(item), supersede=True)

    @Slot(object, object)
    def _loaded(self, request: LoadRequest, loaded: Loaded) -> None:
        if not isinstance(request, LoadRequest) or request.item != self._session.current:
            return
        self._activity.set_busy("load", "")
        if loaded.origin:
            self._activity.log(f"{request.item.title}: {loaded.origin}")
        known = self._people.knows(request.item.id)
        if known:
            self._people.select(0 if self._people.of(request.item.id) else -1)
        elif loaded.suggested:
            self._people.suggest(request.item.id, loaded.suggested)
        self._session.set_loaded(loaded)
        if not known and not loaded.suggested:
            self._activity.set_busy("people", tr("Looking for people"))
            self._files.submit(PeopleRequest(loaded.item, loaded.frame), first=True)

    @Slot(object, object)
    def _answered(self, request: Any, answer: Any) -> None:
        if isinstance(request, PoseRequest | MarksRequest) and self._is_gone(request):
            return  # a step back would change a row that nobody sees
        match request:
            case ThumbnailRequest():
                self._session.set_thumbnail(request.item.id, answer)
            case ExpandRequest():
                added = self._session.add(answer)
                self._show_rows(added if request.select else (), answer[0][0] if answer else None)
            case PeopleRequest():
                self._activity.set_busy("people", "")
                self._people.suggest(request.item.id, answer)
                self._activity.log(f"{request.item.title}: {_found(answer)}")
            case PoseRequest():
                if request.person < 0:
                    self._people.add(request.item_id, answer)
                else:
                    self._people.replace(request.item_id, request.person, answer)
            case MarksRequest():
                self._people.set_people(request.item.id, answer)
                self._people.select(0)
                self._activity.log(
                    tr(
                        "{title}: joints from {name}",
                        title=request.item.title,
                        name=request.path.name,
                    )
                )

    def _is_gone(self, request: PoseRequest | MarksRequest) -> bool:
        """Whether the row was taken off the list while it was being worked on."""
        item_id = request.item_id if isinstance(request, PoseRequest) else request.item.id
        return self._session.item(item_id) is None

    def _show_rows(self, added: Sequence[Item], first_path: Path | None) -> None:
        known = self._session.find(first_path) if first_path is not None else None
        if added:
            self._session.select(added[0].id)
        elif known is not None:
            self._session.select(known.id)

    @Slot(object, object)
    def _failed(self, request: Any, failure: Failure) -> None:
        if isinstance(request, ClipFrameRequest | ReadyRequest | BringRequest):
            return  # whoever asked says so
        if isinstance(request, ThumbnailRequest):
            return  # the row stays without a thumbnail; reading the picture itself will say why
        self._activity.set_busy("load", "")
        self._activity.set_busy("people", "")
        if isinstance(request, PeopleRequest):
            self._people.suggest(request.item.id, ())
        tone = "error" if failure.expected else "warning"
        self._activity.notify(Notice(tone, failure.text, failure.cure))  # type: ignore[arg-type]


def _found(people: Sequence[Detection]) -> str:
    if all(person.joint_source == "default" for person in people):
        return tr("nobody found; a standing pose is there to be dragged")
    return (
        tr("1 person found")
        if len(people) == 1
        else tr("{people} people found", people=len(people))
    )
