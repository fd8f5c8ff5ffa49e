"""The attention of one item's people, as matrices to be averaged. Engine's thread only."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engine.media import MediaReader
from app.engine.requests import LoadRequest, MeanRequest
from app.state.attention import chosen_block
from core.types import AttentionRecord


@dataclass(frozen=True, eq=False)
class MeanPart:
    """One item's share of a mean.

    Attributes:
        people: how many were found.
        records: matrix (queries, keys) float32 and names of queries and keys, one per person who has
            the record.
    """

    people: int
    records: tuple[tuple[NDArray[np.float32], tuple[str, ...], tuple[str, ...]], ...]


class AttentionReader:
    """Reads items and runs the method on them; only one matrix per person leaves it."""

    def __init__(self) -> None:
        self._reader = MediaReader()

    def read(self, engine: Any, request: MeanRequest, cancel: threading.Event) -> MeanPart:
        """The matrices of the people of an item."""
        loaded = self._reader(LoadRequest(request.item), cancel)
        result = engine.run(
            loaded.frame, request.detections, inspect=True, quality="full", cancel=cancel
        )
        found = []
        for person in result.people:
            for record in person.records:
                if isinstance(record, AttentionRecord) and record.name == request.record:
                    matrix = chosen_block(record, request.layer, request.head)
                    found.append((matrix, record.queries.names, record.keys.names))
        return MeanPart(len(result.people), tuple(found))

    def close(self) -> None:
        """Let go of open videos."""
        self._reader.close()
