"""Sparse linear maps between point sets, without scipy: on disk, in numpy and as a torch module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class SparseMatrix:
    """A sparse matrix as lists of its entries; entries at the same place add up.

    Attributes:
        rows, columns: (E,) int64. values: (E,) float64. shape: (rows, columns).
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    shape: tuple[int, int]

    @classmethod
    def of(cls, matrix: Any) -> SparseMatrix:
        """From a dense array, a scipy matrix of any format, or a torch tensor."""
        if isinstance(matrix, SparseMatrix):
            return matrix
        if isinstance(matrix, Tensor):
            matrix = (matrix.to_dense() if matrix.layout != torch.strided else matrix).numpy()
        if hasattr(matrix, "tocoo"):
            entries = matrix.tocoo()
            row, column, value = entries.row, entries.col, entries.data
        else:
            dense = np.asarray(matrix, np.float64)
            row, column = np.nonzero(dense)
            value = dense[row, column]
        return cls(
            np.asarray(row, np.int64),
            np.asarray(column, np.int64),
            np.asarray(value, np.float64),
            (int(matrix.shape[0]), int(matrix.shape[1])),
        )

    @classmethod
    def from_rows(
        cls, index: NDArray[np.integer], weight: NDArray[np.floating], columns: int
    ) -> SparseMatrix:
        """From k entries a row: (N, k) column numbers and (N, k) values."""
        count, k = index.shape
        rows = np.repeat(np.arange(count), k)
        flat = np.asarray(weight, np.float64).ravel()
        return cls(rows, index.astype(np.int64).ravel(), flat, (count, columns))

    @classmethod
    def selection(cls, index: NDArray[np.integer], columns: int) -> SparseMatrix:
        """The matrix that picks ``index`` (N,) out of ``columns`` rows."""
        return cls.from_rows(np.asarray(index)[:, None], np.ones((len(index), 1)), columns)

    def dense(self) -> NDArray[np.float64]:
        """The same matrix, (rows, columns) float64."""
        out = np.zeros(self.shape)
        np.add.at(out, (self.rows, self.columns), self.values)
        return out

    def apply(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """The product with an (columns, ...) array, as float64."""
        points = np.asarray(points, np.float64)
        out = np.zeros((self.shape[0], *points.shape[1:]))
        scale = self.values.reshape(-1, *[1] * (points.ndim - 1))
        np.add.at(out, self.rows, scale * points[self.columns])
        return out

    def picked(self) -> NDArray[np.int64] | None:
        """(rows,) column numbers when the matrix only picks points, else None."""
        whole = len(self.rows) == self.shape[0] and np.all(self.values == 1.0)
        order = np.argsort(self.rows, kind="stable")
        if not whole or not np.array_equal(self.rows[order], np.arange(self.shape[0])):
            return None
        return self.columns[order]

    def padded(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(rows, k) columns and values, short rows filled with zero weights."""
        counts = np.bincount(self.rows, minlength=self.shape[0])
        width = max(int(counts.max(initial=0)), 1)
        order = np.argsort(self.rows, kind="stable")
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        slot = np.arange(len(order)) - starts[self.rows[order]]
        index = np.zeros((self.shape[0], width), np.int64)
        value = np.zeros((self.shape[0], width))
        index[self.rows[order], slot] = self.columns[order]
        value[self.rows[order], slot] = self.values[order]
        return index, value


class SparseMap(nn.Module):
    """A fixed sparse matrix as a layer over the point axis, differentiable in the points."""

    index: Tensor
    weight: Tensor

    def __init__(self, matrix: SparseMatrix) -> None:
        super().__init__()
        index, value = matrix.padded()
        self.shape = matrix.shape
        self.picks = matrix.picked() is not None
        self.register_buffer("index", torch.from_numpy(index), persistent=False)
        self.register_buffer("weight", torch.from_numpy(value).float(), persistent=False)

    def forward(self, points: Tensor) -> Tensor:
        """(B, columns, C) -> (B, rows, C) in the dtype of the points."""
        if self.picks:
            return points[:, self.index[:, 0]]
        weight = self.weight.to(points.dtype)
        out = weight[:, :1] * points[:, self.index[:, 0]]
        for k in range(1, self.index.shape[1]):
            out = out + weight[:, k : k + 1] * points[:, self.index[:, k]]
        return out
