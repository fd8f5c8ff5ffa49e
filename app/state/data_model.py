"""The people of a data set as a table: filtered, sorted, compared. All of it on whole columns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.settings.language import mark, tr
from app.state.data_people import NOBODY, DataPeople, DataRow

Index = QModelIndex | QPersistentModelIndex
DASH = "–"
ALL = ""
COLUMNS = (
    mark("Person"),
    mark("Error"),
    mark("Other"),
    mark("Change"),
    mark("Sequence"),
    mark("Action"),
    mark("Hidden"),
)
PERSON, ERROR, OTHER, CHANGE, SEQUENCE, ACTION, HIDDEN = range(len(COLUMNS))
_TIPS = (
    mark("Name of the person in the data set"),
    mark("The chosen error of the evaluation"),
    mark("The same error in the evaluation that it is compared with"),
    mark("Error less the other one: above zero the other method is better"),
    mark("Sequence of the data set"),
    mark("Action of the data set"),
    mark("Share of the marked joints that are not visible"),
)


@dataclass(frozen=True)
class DataSource:
    """Where the people are from.

    Attributes:
        reader, path, split, body: as in `DataRow`.
        total: how many people there are.
        title, short: for people; what was measured on what, and what was measured.
        label: what the numbers are stamped with; empty without numbers.
        details: all its numbers and how it departs from its protocol, a line each.
    """

    reader: str
    path: Path
    split: str
    body: str = "embedded"
    total: int = 0
    title: str = ""
    short: str = ""
    label: str = ""
    details: str = ""


@dataclass(frozen=True)
class DataFilter:
    """Who is shown.

    Attributes:
        error: name of the error.
        joint: joint whose distance is taken instead; -1 for the error itself.
        sequence, action: only these; empty for all.
        hidden: only people of whom at least this share of marks is not visible; 0 for all.
        limits: only errors in this range; None for all.
        text: only keys that hold this.
    """

    error: str = ""
    joint: int = -1
    sequence: str = ALL
    action: str = ALL
    hidden: float = 0.0
    limits: tuple[float, float] | None = None
    text: str = ""


class DataModel(QAbstractTableModel):
    """People, worst first.

    Signals:
        people_changed: other people, or another evaluation to compare with.
        shown_changed: filter, order or values changed.
    """

    people_changed = Signal()
    shown_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.people, self.other = NOBODY, NOBODY
        self.source: DataSource | None = None
        self.other_source: DataSource | None = None
        self.filter = DataFilter()
        self._order, self._falling = ERROR, True
        self._rows = np.zeros(0, np.int64)
        self._values = self._others = np.zeros(0, np.float32)

    # ---- what is shown

    @property
    def values(self) -> NDArray[np.float32]:
        """(N,) the chosen error of everybody."""
        return self._values

    @property
    def others(self) -> NDArray[np.float32]:
        """(N,) the same in the other evaluation; NaN without."""
        return self._others

    @property
    def shown(self) -> NDArray[np.int64]:
        """(M,) who is shown, in order, as rows of the columns."""
        return self._rows

    @property
    def in_groups(self) -> NDArray[np.int64]:
        """Everybody whom the filter lets through but for the range of errors."""
        return np.flatnonzero(self._passing(limits=False))

    @property
    def unit(self) -> str:
        """Of the chosen error."""
        return "mm" if self.filter.joint >= 0 else self.people.units.get(self.filter.error, "")

    @property
    def compares(self) -> bool:
        """Whether there is another evaluation."""
        return self.other_source is not None

    @property
    def comparable(self) -> bool:
        """Whether both evaluations follow the same protocol on the same data."""
        a, b = self.source, self.other_source
        if a is None or b is None:
            return False
        return (a.label, a.reader, a.split) == (b.label, b.reader, b.split)

    def set_people(self, people: DataPeople, source: DataSource | None) -> None:
        """Other people; the filter starts anew, and there is nothing to compare with."""
        self.people, self.source = people, source
        self.other, self.other_source = NOBODY, None
        first = "MPJPE" if "MPJPE" in people.errors else next(iter(people.errors), "")
        self.filter = DataFilter(error=first)
        self._order, self._falling = (ERROR, True) if first else (PERSON, False)
        self._take_values()
        self._refill()
        self.people_changed.emit()

    def add_people(self, people: DataPeople) -> None:
        """More people of the same data set."""
        self.people = self.people.joined(people)
        self._take_values()
        self._refill()
        self.people_changed.emit()

    def set_other(self, people: DataPeople, source: DataSource | None) -> None:
        """An evaluation to compare with; None for none."""
        self.other, self.other_source = people, source
        if source is not None and self._order == ERROR:
            self._order, self._falling = CHANGE, True
        elif source is None and self._order in (OTHER, CHANGE):
            self._order, self._falling = ERROR, True
        self._take_values()
        self._refill()
        self.people_changed.emit()

    def set_filter(self, **changes: Any) -> None:
        """Change fields of the filter by name."""
        new = replace(self.filter, **changes)
        if new == self.filter:
            return
        other_values = (new.error, new.joint) != (self.filter.error, self.filter.joint)
        if other_values:
            new = replace(new, limits=None)
        self.filter = new
        if other_values:
            self._take_values()
        self._refill()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column."""
        self._order, self._falling = column, order == Qt.SortOrder.DescendingOrder
        self._refill()

    @property
    def order(self) -> tuple[int, bool]:
        """Column that is sorted by, and whether the largest come first."""
        return self._order, self._falling

    def row_at(self, shown_row: int) -> DataRow | None:
        """The person in a row of the table."""
        if self.source is None or not 0 <= shown_row < len(self._rows):
            return None
        return self.person(int(self._rows[shown_row]))

    def person(self, number: int) -> DataRow | None:
        """The person of a row of the columns."""
        if self.source is None or not 0 <= number < len(self.people):
            return None
        s, people = self.source, self.people
        return DataRow(
            s.reader, s.path, s.split, int(people.row[number]), people.key[number], s.body
        )

    def place_of(self, number: int) -> int:
        """Row of the table that shows a row of the columns; -1 when it is filtered away."""
        found = np.flatnonzero(self._rows == number)
        return int(found[0]) if len(found) else -1

    # ---- the work

    def _take_values(self) -> None:
        name, joint, people = self.filter.error, self.filter.joint, self.people
        unknown = np.full(len(people), np.nan, np.float32)
        self._others = unknown
        if joint >= 0 and people.joint_mm is not None:
            self._values = people.joint_mm[:, joint]
            if self.other.joint_mm is not None:
                column = {people.joint_names[joint]: self.other.joint_mm[:, joint]}
                self._others = people.matched(
                    replace(self.other, errors=column), people.joint_names[joint]
                )
            return
        self._values = people.errors.get(name, unknown)
        if self.compares:
            self._others = people.matched(self.other, name)

    def _passing(self, *, limits: bool = True) -> NDArray[np.bool_]:
        f, people = self.filter, self.people
        keep = np.ones(len(people), bool)
        for words, wanted in ((people.sequence, f.sequence), (people.action, f.action)):
            if wanted != ALL:
                code = words.names.index(wanted) if wanted in words.names else -1
                keep &= words.codes == code
        if f.hidden > 0:
            keep &= people.occlusion >= f.hidden
        if f.text:
            text = f.text.lower()
            keep &= np.array([text in key.lower() for key in people.key], bool)
        if limits and f.limits is not None:
            low, high = f.limits
            keep &= (self._values >= low) & (self._values < high)
        return keep

    def _refill(self) -> None:
        self.beginResetModel()
        rows = np.flatnonzero(self._passing())
        keys = self._sort_keys()[rows]
        # Unknown values come last whichever way round the order is.
        with np.errstate(invalid="ignore"):
            keys = np.where(np.isnan(keys), np.inf, -keys if self._falling else keys)
        self._rows = rows[np.argsort(keys, kind="stable")]
        self.endResetModel()
        self.shown_changed.emit()

    def _sort_keys(self) -> NDArray[np.floating]:
        people, order = self.people, self._order
        if order == ERROR:
            return self._values
        if order == OTHER:
            return self._others
        if order == CHANGE:
            return self._values - self._others
        if order in (SEQUENCE, ACTION):
            words = people.sequence if order == SEQUENCE else people.action
            rank = np.argsort(np.argsort(np.array(words.names, dtype=np.str_)))
            return rank[words.codes].astype(np.float64) if len(people) else np.zeros(0)
        if order == HIDDEN:
            return people.occlusion
        return np.arange(len(people), dtype=np.float64)

    # ---- Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """All columns; a view hides those that are empty."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(_TIPS[section])
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if section == ERROR and self.filter.error:
            return f"{self.value_name} {self.unit}".strip()
        return tr(COLUMNS[section])

    @property
    def value_name(self) -> str:
        """Name of the chosen error or joint."""
        joint = self.filter.joint
        return self.people.joint_names[joint] if joint >= 0 else self.filter.error

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell says."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        number = int(self._rows[index.row()])
        column = index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(number, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{self.people.key[number]}\n{self.people.picture[number]}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (ERROR, OTHER, CHANGE, HIDDEN):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, number: int, column: int) -> str:
        people = self.people
        if column == PERSON:
            return people.key[number]
        if column == ERROR:
            return self.number(float(self._values[number]))
        if column == OTHER:
            return self.number(float(self._others[number]))
        if column == CHANGE:
            change = float(self._values[number] - self._others[number])
            return ("+" if change > 0 else "") + self.number(change)
        if column == SEQUENCE:
            return people.sequence[number]
        if column == ACTION:
            return people.action[number]
        share = float(people.occlusion[number])
        return DASH if math.isnan(share) else f"{100 * share:.0f} %"

    def number(self, value: float) -> str:
        """A value in the digits of its unit."""
        if math.isnan(value):
            return DASH
        return f"{value:.1f}" if self.unit else f"{value:.3f}"
