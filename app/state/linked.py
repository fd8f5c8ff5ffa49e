"""A clicked cell, point, box or weight, and what every view shows because of it.

Views know no method and no record's origin: rows of a `TokenSet` find joints and vertices by the rule
that the record declares, and records of one person belong together where their sources have one name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.types import TokenSet


@dataclass(frozen=True, eq=False)
class Pick:
    """What was clicked.

    Attributes:
        title: for people, such as ``cell 3, 4 of vertex heatmaps``.
        tag: a few words beside the place on the picture.
        box: (4,) float32 xyxy, pixels of the picture, of the cell; None without a place.
        tokens, values: what the numbers belong to and (N,) float32, one each, for the body's colours;
            None without.
        values_title: what those numbers are.
        entries: (name, value) of the strongest, strongest first.
        sources: names of regions, cameras or meshes that the click is about, the result first.
        column: of the token matrix; -1 for none.
        end: the token that the click chose, as a set and a row of it; its place on the body is marked.
    """

    title: str
    tag: str = ""
    box: NDArray[np.float32] | None = None
    tokens: TokenSet | None = None
    values: NDArray[np.float32] | None = None
    values_title: str = ""
    entries: tuple[tuple[str, float], ...] = ()
    sources: tuple[str, ...] = ()
    column: int = -1
    end: tuple[TokenSet, int] | None = None

    @property
    def centre(self) -> tuple[float, float] | None:
        """Middle of the cell, pixels."""
        if self.box is None:
            return None
        x0, y0, x1, y1 = map(float, self.box)
        return (x0 + x1) / 2, (y0 + y1) / 2


class LinkedModel(QObject):
    """The pick that all views follow.

    Signals:
        changed: the `Pick`, or None.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.pick: Pick | None = None

    def set(self, pick: Pick | None) -> None:
        """Another pick; None for nothing."""
        if pick is not self.pick:
            self.pick = pick
            self.changed.emit(pick)
