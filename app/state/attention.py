"""Which attention is looked at: record, layer, head and the token whose row is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.types import AttentionRecord, TokenKind, TokenSet


@dataclass(frozen=True)
class AttentionChoice:
    """``None`` means the mean over layers or heads; ``query`` -1 means no token."""

    record: int = 0
    layer: int | None = None
    head: int | None = None
    query: int = -1


@dataclass(frozen=True, eq=False)
class AttentionMean:
    """Attention averaged over the people of many pictures, as in METRO's Figure 4.

    Attributes:
        record, layer, head: what was averaged; None for all layers or heads.
        queries, keys: names of rows and columns.
        matrix: (queries, keys) float32, the mean so far; rows sum to one.
        people, pictures: how many were averaged.
    """

    record: str
    layer: int | None
    head: int | None
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    matrix: NDArray[np.float32]
    people: int = 0
    pictures: int = 0

    @classmethod
    def empty(cls, record: AttentionRecord, layer: int | None, head: int | None) -> AttentionMean:
        """Nobody yet."""
        names = record.queries.names, record.keys.names
        return cls(record.name, layer, head, *names, np.zeros(tuple(map(len, names)), np.float32))

    def with_picture(self, matrices: Sequence[NDArray[np.float32]]) -> AttentionMean:
        """The mean with the people of one more picture: m + (x - m) / n, so one matrix is enough."""
        mean, people = self.matrix, self.people
        for matrix in matrices:
            people += 1
            mean = mean + (matrix - mean) / np.float32(people)
        pictures = self.pictures + bool(matrices)
        return replace(self, matrix=mean, people=people, pictures=pictures)

    def fits(self, record: AttentionRecord, choice: AttentionChoice) -> bool:
        """Whether rows and columns mean the same as those of a record as it is looked at."""
        mine = (self.record, self.layer, self.head, self.queries, self.keys)
        names = (record.queries.names, record.keys.names)
        return mine == (record.name, choice.layer, choice.head, *names)


class AttentionModel(QObject):
    """Attention records of the shown person, and the choice among them.

    While there is a ``mean``, matrix and rows are those of the mean.

    Signals:
        records_changed: other records.
        choice_changed: another layer, head or token.
    """

    records_changed = Signal()
    choice_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.records: tuple[AttentionRecord, ...] = ()
        self.choice = AttentionChoice()
        self.mean: AttentionMean | None = None
        self._matrix: NDArray[np.float32] | None = None

    @property
    def record(self) -> AttentionRecord | None:
        """The record looked at."""
        if not self.records:
            return None
        return self.records[min(self.choice.record, len(self.records) - 1)]

    def set_records(self, records: tuple[AttentionRecord, ...]) -> None:
        """Other records; the choice is kept as far as it still exists."""
        if records == self.records:
            return
        self.records = records
        self._matrix = None
        self.choice = self._possible(self.choice)
        self._drop_unfit_mean()
        self.records_changed.emit()
        self.choice_changed.emit(self.choice)

    def choose(self, **changes: int | None) -> None:
        """Change record, layer, head or query by name."""
        new = self._possible(replace(self.choice, **changes))  # type: ignore[arg-type]
        if new == self.choice:
            return
        if (new.record, new.layer, new.head) != (
            self.choice.record,
            self.choice.layer,
            self.choice.head,
        ):
            self._matrix = None
        self.choice = new
        self._drop_unfit_mean()
        self.choice_changed.emit(new)

    def set_mean(self, mean: AttentionMean | None) -> None:
        """Show a mean over many people, or the shown person again."""
        if mean is not self.mean:
            self.mean = mean
            self._drop_unfit_mean()
            self.choice_changed.emit(self.choice)

    def _drop_unfit_mean(self) -> None:
        """A mean outlives the picture, but not another record, layer or head."""
        record = self.record
        if record is not None and self.mean is not None and not self.mean.fits(record, self.choice):
            self.mean = None

    def choose_nearest(self, kind: TokenKind, place: int) -> bool:
        """Choose the query token of a joint, vertex or grid cell; False when there is none."""
        record = self.record
        token = -1 if record is None else token_of(record.queries, kind, place)
        if token >= 0:
            self.choose(query=token)
        return token >= 0

    def matrix(self) -> NDArray[np.float32] | None:
        """(queries, keys) float32 of the chosen layer and head, means where None."""
        record = self.record
        if record is None:
            return None
        if self.mean is not None and self.mean.people:
            return self.mean.matrix
        if self._matrix is None:
            self._matrix = chosen_block(record, self.choice.layer, self.choice.head)
        return self._matrix

    def row(self) -> NDArray[np.float32] | None:
        """(keys,) what the chosen token attends to; None without a token."""
        matrix = self.matrix()
        return None if matrix is None or self.choice.query < 0 else matrix[self.choice.query]

    def _possible(self, choice: AttentionChoice) -> AttentionChoice:
        if not self.records:
            return replace(choice, record=0, query=-1)
        index = min(choice.record, len(self.records) - 1)
        record = self.records[index]
        layers, heads, queries, _ = record.weights.shape
        layer, head = choice.layer, choice.head
        return AttentionChoice(
            record=index,
            layer=None if layer is None or layer >= layers else layer,
            head=None if head is None or head >= heads else head,
            query=choice.query if choice.query < queries else -1,
        )


def chosen_block(
    record: AttentionRecord, layer: int | None, head: int | None
) -> NDArray[np.float32]:
    """(queries, keys) float32 of a layer and head of a record, means where None."""
    layers = slice(None) if layer is None else slice(layer, layer + 1)
    heads = slice(None) if head is None else slice(head, head + 1)
    return record.weights[layers, heads].mean(axis=(0, 1), dtype=np.float32)


def token_of(tokens: TokenSet, kind: TokenKind, place: int) -> int:
    """Row of the token of a joint, grid cell or full-mesh vertex number; -1 when there is none."""
    rows = tokens.positions(kind)
    if kind == "vertex" and tokens.full_vertex is not None:
        hits = rows[tokens.full_vertex[rows] == place]
    else:
        hits = rows[tokens.index[rows] == place]
    return int(hits[0]) if hits.size else -1


def nearest_vertex_token(tokens: TokenSet, vertices: NDArray[np.float32], vertex: int) -> int:
    """Row of the vertex token nearest to a full-mesh vertex; ``vertices`` (V, 3) metres; -1 if none."""
    rows = tokens.positions("vertex")
    if tokens.full_vertex is None or not rows.size:
        return -1
    places = tokens.full_vertex[rows]
    usable = (places >= 0) & (places < len(vertices))
    if not usable.any() or vertex >= len(vertices):
        return -1
    distance = np.linalg.norm(vertices[places[usable]] - vertices[vertex], axis=1)
    return int(rows[usable][distance.argmin()])
