"""The mesh pyramid: full, mid and coarse vertices, the maps between them, and the mesh graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.body.arrays import LevelArrays
from core.body.sparse import SparseMap, SparseMatrix
from core.errors import BodyError

Ints = NDArray[np.int64]


class MeshHierarchy(nn.Module):
    """Levels of one mesh, 0 being the full one; sizes such as (6890, 1723, 431).

    Attributes:
        sizes: vertices of each level.
        faces: (F, 3) int64 numpy of each level; (0, 3) where the triangles are not known.
    """

    def __init__(self, levels: LevelArrays, vertex_count: int) -> None:
        super().__init__()
        self.sizes = (vertex_count, *(matrix.shape[0] for matrix in levels.down))
        _check_chain(levels, self.sizes)
        unknown = np.zeros((0, 3), np.int64)
        self.faces: tuple[Ints, ...] = tuple(
            levels.faces[i] if i < len(levels.faces) else unknown for i in range(len(self.sizes))
        )
        self._adjacency = dict(enumerate(levels.adjacency))
        self._up_matrices = levels.up
        self._kept = _kept_vertices(levels.down, vertex_count)
        self.down = nn.ModuleList(SparseMap(matrix) for matrix in levels.down)
        self.up = nn.ModuleList(SparseMap(matrix) for matrix in levels.up)

    @classmethod
    def from_matrices(
        cls,
        D: Sequence[Any],
        U: Sequence[Any],
        A: Sequence[Any] = (),
        faces: Sequence[NDArray[np.integer]] = (),
    ) -> MeshHierarchy:
        """From the sampling matrices of a user's files, dense or sparse.

        Args:
            D: down-sampling matrices, finest first, e.g. (1723, 6890) and (431, 1723).
            U: up-sampling matrices of the same steps. Their rows are used as they are.
            A: adjacency of every level, row-normalised with self-loops; may be left out.
            faces: triangles of the levels, as far as known, full level first.
        """
        levels = LevelArrays(
            faces=tuple(np.asarray(f, np.int64) for f in faces),
            down=tuple(SparseMatrix.of(matrix) for matrix in D),
            up=tuple(SparseMatrix.of(matrix) for matrix in U),
            adjacency=tuple(None if m is None else SparseMatrix.of(m) for m in A),
        )
        if not levels.down:
            raise BodyError(
                "a mesh pyramid needs at least one sampling matrix",
                cure="give the file `mesh_downsampling.npz` of the method",
            )
        return cls(levels, levels.down[0].shape[1])

    def with_full_faces(self, faces: NDArray[np.integer]) -> MeshHierarchy:
        """The same pyramid with the triangles of the full level."""
        self.faces = (np.asarray(faces, np.int64), *self.faces[1:])
        return self

    def level_of(self, vertex_count: int) -> int:
        """The level with that many vertices."""
        if vertex_count not in self.sizes:
            sizes = ", ".join(map(str, self.sizes))
            raise BodyError(f"no level with {vertex_count} vertices; this body has {sizes}")
        return self.sizes.index(vertex_count)

    def downsample(self, vertices: Tensor, from_level: int = 0, to_level: int = -1) -> Tensor:
        """(B, N_from, 3) -> (B, N_to, 3); ``to_level`` -1 is the coarsest."""
        for layer in self.down[from_level : to_level % len(self.sizes)]:
            vertices = layer(vertices)
        return vertices

    def upsample(self, vertices: Tensor, from_level: int = -1, to_level: int = 0) -> Tensor:
        """(B, N_from, 3) -> (B, N_to, 3)."""
        for step in reversed(range(to_level, from_level % len(self.sizes))):
            vertices = self.up[step](vertices)
        return vertices

    def kept(self, level: int) -> NDArray[np.int64] | None:
        """(N,) full-level vertex of each vertex of ``level``, or None if D mixes vertices."""
        return self._kept[level % len(self.sizes)]

    def rows_at(self, rows: NDArray[np.floating], level: int) -> NDArray[np.float64]:
        """(K, N_0) linear functions of the full mesh as functions (K, N_level) of a level.

        A level stands for the full mesh that its up-sampling gives.
        """
        columns = np.asarray(rows, np.float64).T
        for matrix in self._up_matrices[: level % len(self.sizes)]:
            columns = matrix.transposed().apply(columns)
        return columns.T

    def edges(self, level: int = 0) -> NDArray[np.int64]:
        """(E, 2) undirected edges, lower vertex first, from the faces or else the adjacency."""
        faces = self.faces[level]
        if len(faces):
            pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
        else:
            given = self._given_adjacency(level)
            pairs = np.stack([given.rows, given.columns], 1)
        pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
        return np.unique(pairs, axis=0)

    def adjacency(self, level: int = -1) -> Tensor:
        """(N, N) float32 sparse COO, symmetric in pattern, self-loops included, rows sum to one."""
        level %= len(self.sizes)
        given = self._adjacency.get(level)
        if given is None:
            given = normalised_adjacency(self.edges(level), self.sizes[level])
        place = torch.from_numpy(np.stack([given.rows, given.columns]))
        values = torch.from_numpy(given.values).float()
        return torch.sparse_coo_tensor(place, values, given.shape, check_invariants=True).coalesce()

    def graph_distance(self, level: int = -1, limit: int = 8) -> Tensor:
        """(N, N) int16 number of edges between vertices; ``limit`` + 1 beyond ``limit``."""
        linked = (self.adjacency(level).to_dense() != 0).float()
        distance = torch.full_like(linked, limit + 1, dtype=torch.int16)
        reach = torch.eye(len(linked), device=linked.device)
        distance[reach > 0] = 0
        for step in range(1, limit + 1):
            reach = ((reach @ linked) > 0).float()
            distance[(reach > 0) & (distance > step)] = step
        return distance

    def _given_adjacency(self, level: int) -> SparseMatrix:
        given = self._adjacency.get(level)
        if given is None:
            raise BodyError(
                f"the triangles of level {level} ({self.sizes[level]} vertices) are not known",
                cure="give the adjacency file of the method as well",
            )
        return given


def normalised_adjacency(edges: Ints, count: int) -> SparseMatrix:
    """Adjacency with self-loops whose rows sum to one, as METRO's successors store it."""
    loops = np.arange(count)
    rows = np.concatenate([edges[:, 0], edges[:, 1], loops])
    columns = np.concatenate([edges[:, 1], edges[:, 0], loops])
    degree = np.bincount(rows, minlength=count)
    return SparseMatrix(rows, columns, 1.0 / degree[rows], (count, count))


def _kept_vertices(
    down: Sequence[SparseMatrix], vertex_count: int
) -> tuple[NDArray[np.int64] | None, ...]:
    """Full-level vertices that make up each level, None from the first step that mixes vertices."""
    result: list[NDArray[np.int64] | None] = [np.arange(vertex_count)]
    for matrix in down:
        step, above = matrix.picked(), result[-1]
        result.append(None if step is None or above is None else above[step])
    return tuple(result)


def _check_chain(levels: LevelArrays, sizes: tuple[int, ...]) -> None:
    """The matrices must fit together."""
    steps = list(zip(sizes[1:], sizes[:-1], strict=True))
    down = [matrix.shape for matrix in levels.down]
    up = [(matrix.shape[1], matrix.shape[0]) for matrix in levels.up]
    if down != steps or up != steps:
        raise BodyError(
            f"the sampling matrices do not fit a mesh of {sizes[0]} vertices",
            cure="give the sampling matrices that belong to this body",
        )
