"""What a method can show of its inside, as plain values that any panel understands.

A method declares records; the workbench picks its view by the record's type, never by the method's
name. Token sets give rows and columns their meaning, so that a click on the body finds the row of a
vertex and a click on the picture the column of a grid cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.types.arrays import freeze

TokenKind = Literal["joint", "vertex", "grid", "camera", "latent"]


@dataclass(frozen=True, eq=False)
class TokenSet:
    """Names and meaning of N tokens.

    Attributes:
        names: N names for people (``L_Wrist``, ``vertex 17``, ``cell 3,4``).
        kinds: N kinds.
        index: (N,) int32: joint number, vertex number in the mesh level ``level``, or row-major grid cell.
        level: number of vertices of the mesh level that vertex tokens belong to (431, 195); 0 if none.
        grid_hw: (rows, columns) of the grid that grid tokens belong to; (0, 0) if none.
        full_vertex: (N,) int32, for vertex tokens the vertex of the full mesh nearest to it, else -1.
    """

    names: tuple[str, ...]
    kinds: tuple[TokenKind, ...]
    index: NDArray[np.int32]
    level: int = 0
    grid_hw: tuple[int, int] = (0, 0)
    full_vertex: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        freeze(self, "index", np.int32, (len(self.names),))
        freeze(self, "full_vertex", np.int32, (len(self.names),))
        if len(self.kinds) != len(self.names):
            raise ValueError("a token set needs one kind per name")

    def positions(self, kind: TokenKind) -> NDArray[np.int64]:
        """Rows of the tokens of one kind, in order."""
        return np.flatnonzero(np.array([k == kind for k in self.kinds], dtype=bool))


@dataclass(frozen=True, eq=False)
class AttentionRecord:
    """Attention of every layer and head.

    Attributes:
        name: ``encoder 3 self-attention``.
        layers: L names, first layer first.
        weights: (L, heads, queries, keys) float16, rows sum to one.
        queries, keys: what rows and columns are.
        region: (4,) box_xyxy of the picture area that grid tokens cover, pixels; None if no grid.
    """

    name: str
    layers: tuple[str, ...]
    weights: NDArray[np.float16]
    queries: TokenSet
    keys: TokenSet
    region: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        shape = (len(self.layers), None, len(self.queries.names), len(self.keys.names))
        freeze(self, "weights", np.float16, shape)
        freeze(self, "region", np.float32, (4,))


@dataclass(frozen=True, eq=False)
class HeatmapRecord:
    """One map per label over a picture region.

    ``maps``: (N, h, w) float16, each summing to one or in [0, 1].
    """

    name: str
    labels: TokenSet
    maps: NDArray[np.float16]
    region: NDArray[np.float32]

    def __post_init__(self) -> None:
        freeze(self, "maps", np.float16, (len(self.labels.names), None, None))
        freeze(self, "region", np.float32, (4,))


@dataclass(frozen=True, eq=False)
class PointsRecord:
    """P weighted points per label, pixels of the whole picture.

    ``points``: (N, P, 2) float32; ``weights``: (N, P) float32.
    """

    name: str
    labels: TokenSet
    points: NDArray[np.float32]
    weights: NDArray[np.float32]

    def __post_init__(self) -> None:
        freeze(self, "points", np.float32, (len(self.labels.names), None, 2))
        freeze(self, "weights", np.float32, (len(self.labels.names), None))


@dataclass(frozen=True, eq=False)
class RegionRecord:
    """Named picture regions that the method looked at; ``boxes_xyxy`` (N, 4) float32 pixels."""

    name: str
    names: tuple[str, ...]
    boxes_xyxy: NDArray[np.float32]

    def __post_init__(self) -> None:
        freeze(self, "boxes_xyxy", np.float32, (len(self.names), 4))


@dataclass(frozen=True, eq=False)
class FusionRecord:
    """How much each named source (column) counts for each named result (row).

    Attributes:
        weights: (N, M) float32; rows sum to one where there is no ``unit``.
        unit: of the weights, such as ``m`` for a distance moved; empty for shares.
    """

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    weights: NDArray[np.float32]
    unit: str = ""

    def __post_init__(self) -> None:
        freeze(self, "weights", np.float32, (len(self.rows), len(self.columns)))


@dataclass(frozen=True, eq=False)
class ScoreMapRecord:
    """One score per picture cell, ``scores`` (h, w) float32, with the cell that won."""

    name: str
    scores: NDArray[np.float32]
    region: NDArray[np.float32]
    winner_rc: tuple[int, int]

    def __post_init__(self) -> None:
        freeze(self, "scores", np.float32, (None, None))
        freeze(self, "region", np.float32, (4,))


@dataclass(frozen=True, eq=False)
class MeshStageRecord:
    """A mesh at one stage, in the frame of the Reconstruction.

    ``vertices``: (V, 3) float32 metres; ``faces``: (F, 3) int32 of that level.
    """

    name: str
    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]

    def __post_init__(self) -> None:
        freeze(self, "vertices", np.float32, (None, 3))
        freeze(self, "faces", np.int32, (None, 3))


@dataclass(frozen=True, eq=False)
class CamerasRecord:
    """Several opinions on where the person stands; how far they differ is a measure of doubt.

    Attributes:
        name: ``crop cameras``.
        names: N sources.
        local: (N, 3) float32, the weak-perspective camera (s, tx, ty) that each source gave.
        translations: (N, 3) float32, metres, the camera of the whole picture that each implies, as
            ``camera_full`` of the Reconstruction.
    """

    name: str
    names: tuple[str, ...]
    local: NDArray[np.float32]
    translations: NDArray[np.float32]

    def __post_init__(self) -> None:
        freeze(self, "local", np.float32, (len(self.names), 3))
        freeze(self, "translations", np.float32, (len(self.names), 3))

    @property
    def disagreement_m(self) -> float:
        """Mean distance of the translations from their mean, metres."""
        centre = self.translations.mean(axis=0)
        return float(np.linalg.norm(self.translations - centre, axis=1).mean())


InspectionRecord = (
    AttentionRecord
    | HeatmapRecord
    | PointsRecord
    | RegionRecord
    | FusionRecord
    | ScoreMapRecord
    | MeshStageRecord
    | CamerasRecord
)
