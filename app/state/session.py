"""What is open: a list model of items, and which one is current."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QImage

from app.state.data_people import DataRow
from app.state.values import Item, Loaded

Index = QModelIndex | QPersistentModelIndex


class Role(IntEnum):
    """Extra data roles of the list."""

    ITEM = Qt.ItemDataRole.UserRole + 1
    THUMBNAIL = Qt.ItemDataRole.UserRole + 2
    DONE = Qt.ItemDataRole.UserRole + 3
    SUMMARY = Qt.ItemDataRole.UserRole + 4


@dataclass(frozen=True)
class ItemSummary:
    """What the list says of an item.

    Attributes:
        text: a few words.
        error: what it is sorted by, larger is worse: millimetres with truth, else % of the box.
        disagreement: of the compared methods, millimetres.
    """

    text: str = ""
    error: float | None = None
    disagreement: float | None = None


NO_SUMMARY = ItemSummary()


@dataclass(frozen=True, eq=False)
class RemovedRow:
    """A row that was taken off the list, with what belongs to it whatever is chosen meanwhile."""

    row: int
    item: Item
    thumbnail: QImage | None
    done: bool
    note: str


class SessionModel(QAbstractListModel):
    """Items in the order they were added.

    Signals:
        current_changed: the current item's id, or -1.
        loaded: a `Loaded` that belongs to the current item.
        items_added: tuple of new `Item` values, for thumbnails.
        noted: id of an item whose note changed.
    """

    current_changed = Signal(int)
    loaded = Signal(object)
    items_added = Signal(object)
    noted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._items: list[Item] = []
        self._row_of: dict[int, int] = {}
        self._thumbnails: dict[int, QImage] = {}
        self._done: set[int] = set()
        self._summaries: dict[int, ItemSummary] = {}
        self._notes: dict[int, str] = {}
        self._next_id = 1
        self._current = -1
        self._loaded: Loaded | None = None

    @property
    def current(self) -> Item | None:
        """The item being looked at."""
        return self.item(self._current)

    @property
    def current_loaded(self) -> Loaded | None:
        """Its picture, once read."""
        loaded = self._loaded
        return loaded if loaded is not None and loaded.item.id == self._current else None

    def item(self, item_id: int) -> Item | None:
        """The item with that id."""
        row = self._row_of.get(item_id)
        return None if row is None else self._items[row]

    def items(self) -> tuple[Item, ...]:
        """All items in the order they were added."""
        return tuple(self._items)

    def add(
        self, sources: Sequence[tuple[Path, int | None]], *, sample: bool = False
    ) -> tuple[Item, ...]:
        """Append (path, frame) pairs that are not open yet; the new items."""
        known = {(item.path, item.frame_index) for item in self._items if item.data is None}
        fresh: list[Item] = []
        for path, frame_index in sources:
            if (path, frame_index) not in known:
                known.add((path, frame_index))
                fresh.append(Item(self._next_id, path, frame_index, sample))
                self._next_id += 1
        if not fresh:
            return ()
        first = len(self._items)
        self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
        for offset, item in enumerate(fresh):
            self._row_of[item.id] = first + offset
        self._items.extend(fresh)
        self.endInsertRows()
        self.items_added.emit(tuple(fresh))
        return tuple(fresh)

    def add_person(self, data: DataRow, picture: Path) -> Item:
        """The item of a person of a data set, appended if it is not open yet."""
        for item in self._items:
            if item.data == data:
                return item
        item = Item(self._next_id, picture, data=data)
        self._next_id += 1
        row = len(self._items)
        self.beginInsertRows(QModelIndex(), row, row)
        self._row_of[item.id] = row
        self._items.append(item)
        self.endInsertRows()
        self.items_added.emit((item,))
        return item

    def find(self, path: Path, frame_index: int | None = None) -> Item | None:
        """The open item of a file (and frame), if any."""
        for item in self._items:
            if item.data is not None:
                continue
            if item.path == path and frame_index in (None, item.frame_index):
                return item
        return None

    def remove(self, item_ids: Iterable[int]) -> tuple[RemovedRow, ...]:
        """Take items off the list; the neighbour of a removed current item becomes current."""
        gone = set(item_ids) & set(self._row_of)
        if not gone:
            return ()
        removed = tuple(
            RemovedRow(
                row,
                item,
                self._thumbnails.get(item.id),
                item.id in self._done,
                self.note(item.id),
            )
            for row, item in enumerate(self._items)
            if item.id in gone
        )
        old_row = self._row_of.get(self._current, 0)
        self.beginResetModel()
        self._items = [item for item in self._items if item.id not in gone]
        self._row_of = {item.id: row for row, item in enumerate(self._items)}
        for item_id in gone:
            self._thumbnails.pop(item_id, None)
            self._done.discard(item_id)
            self._summaries.pop(item_id, None)
            self._notes.pop(item_id, None)
        self.endResetModel()
        if self._current in gone:
            row = min(old_row, len(self._items) - 1)
            self.select(self._items[row].id if row >= 0 else -1)
        else:
            self.current_changed.emit(self._current)
        return removed

    def put_back(self, removed: Sequence[RemovedRow]) -> int:
        """Rows that were removed, where they were; the id of the first, or -1.

        A file that was opened again meanwhile stays the one row that it is.
        """
        opened = {(item.path, item.frame_index, item.data) for item in self._items}
        back = [
            row
            for row in removed
            if (row.item.path, row.item.frame_index, row.item.data) not in opened
        ]
        if not back:
            return -1
        self.beginResetModel()
        for row in sorted(back, key=lambda row: row.row):
            self._items.insert(row.row, row.item)
            self._restore(row)
        self._row_of = {item.id: row for row, item in enumerate(self._items)}
        self.endResetModel()
        self.items_added.emit(tuple(row.item for row in back if row.thumbnail is None))
        self.current_changed.emit(self._current)
        return back[0].item.id

    def _restore(self, row: RemovedRow) -> None:
        item_id = row.item.id
        if row.thumbnail is not None:
            self._thumbnails[item_id] = row.thumbnail
        if row.done:
            self._done.add(item_id)
        if row.note:
            self._notes[item_id] = row.note

    def select(self, item_id: int) -> None:
        """Make an item current (-1 for none)."""
        if item_id != self._current:
            self._current = item_id if item_id in self._row_of else -1
            self.current_changed.emit(self._current)

    def set_loaded(self, loaded: Loaded) -> None:
        """Keep the picture of the current item; that of any other is dropped."""
        if loaded.item.id == self._current:
            self._loaded = loaded
            self.loaded.emit(loaded)

    def set_thumbnail(self, item_id: int, image: QImage) -> None:
        """Show a thumbnail made elsewhere."""
        if item_id in self._row_of:
            self._thumbnails[item_id] = image
            self._touch(item_id)

    def mark_done(self, item_id: int) -> None:
        """Show that a result exists; a row that comes back later shows it as well."""
        if item_id not in self._done:
            self._done.add(item_id)
            if item_id in self._row_of:
                self._touch(item_id)

    def note(self, item_id: int) -> str:
        """Words of a person about an item."""
        return self._notes.get(item_id, "")

    def set_note(self, item_id: int, text: str) -> None:
        """Keep words about an item."""
        if item_id in self._row_of and text != self.note(item_id):
            self._notes[item_id] = text
            self.noted.emit(item_id)

    def set_summary(self, item_id: int, summary: ItemSummary) -> None:
        """What the list says of an item from now on."""
        if item_id in self._row_of and self._summaries.get(item_id) != summary:
            self._summaries[item_id] = summary
            self._touch(item_id)

    def _touch(self, item_id: int) -> None:
        index = self.index(self._row_of[item_id])
        self.dataChanged.emit(index, index)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of items."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What the list shows of an item."""
        if not index.isValid() or not 0 <= index.row() < len(self._items):
            return None
        item = self._items[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return item.title
            case Qt.ItemDataRole.ToolTipRole:
                return str(item.path)
            case Role.ITEM:
                return item
            case Role.THUMBNAIL:
                return self._thumbnails.get(item.id)
            case Role.SUMMARY:
                return self._summaries.get(item.id, NO_SUMMARY)
            case Role.DONE:
                return item.id in self._done
        return None
