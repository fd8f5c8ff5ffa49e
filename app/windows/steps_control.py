"""Steps back and forward: marks keep their own, rows of the list and notes are kept here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Slot

from app.state.history import Step
from app.state.people import PeopleModel
from app.state.session import RemovedRow, SessionModel


class StepsControl(QObject):
    """Between the history and the session; nothing is taken back in the middle of a drag."""

    def __init__(self, people: PeopleModel, session: SessionModel) -> None:
        super().__init__()
        self._people, self._history, self._session = people, people.history, session
        session.current_changed.connect(self._item_changed)

    @Slot()
    def undo(self) -> None:
        """Take back the last change, and look at its item."""
        if not self._people.is_dragging:
            self._look_at(self._history.undo())

    @Slot()
    def redo(self) -> None:
        """Do it again, and look at its item."""
        if not self._people.is_dragging:
            self._look_at(self._history.redo())

    def remove_rows(self, item_ids: Iterable[int]) -> None:
        """Take rows off the list; their marks, notes and results come back with them."""
        gone = self._session.remove(item_ids)
        if gone:
            self._history.push(Step(partial(self._put_rows, gone), True, False))

    def set_note(self, item_id: int, text: str) -> None:
        """Words of a person about an item; typing on is one step."""
        before = self._session.note(item_id)
        self._session.set_note(item_id, text)
        if text != before:
            put = partial(self._put_note, item_id)
            self._history.push(Step(put, before, text, ("note", item_id)))

    @Slot(int)
    def _item_changed(self, _item_id: int) -> None:
        self._history.seal()

    def _look_at(self, item_id: int) -> None:
        if self._session.item(item_id) is not None:
            self._session.select(item_id)

    def _put_rows(self, gone: tuple[RemovedRow, ...], there: bool) -> int:
        if there:
            return self._session.put_back(gone)
        self._session.remove(row.item.id for row in gone)
        return -1

    def _put_note(self, item_id: int, text: str) -> int:
        self._session.set_note(item_id, text)
        return item_id
