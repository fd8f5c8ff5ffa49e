"""Sparse linear maps between point sets, without scipy: on disk, in numpy and as a torch module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional


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
        flat = points.reshape(self.shape[1], -1)
        sums = [
            np.bincount(self.rows, self.values * column[self.columns], self.shape[0])
            for column in flat.T
        ]
        shape = (self.shape[0], *points.shape[1:])
        return np.stack(sums, 1).astype(np.float64).reshape(shape)

    def picked(self) -> NDArray[np.int64] | None:
        """(rows,) column numbers when the matrix only picks points, else None."""
        whole = len(self.rows) == self.shape[0] and np.all(self.values == 1.0)
        order = np.argsort(self.rows, kind="stable")
        if not whole or not np.array_equal(self.rows[order], np.arange(self.shape[0])):
            return None
        return self.columns[order]

    def transposed(self) -> SparseMatrix:
        """Rows and columns exchanged."""
        return SparseMatrix(self.columns, self.rows, self.values, self.shape[::-1])

    def ragged(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Row after row: (E,) columns, (rows,) where each row starts, (E,) values."""
        order = np.argsort(self.rows, kind="stable")
        counts = np.bincount(self.rows, minlength=self.shape[0])
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        return self.columns[order], starts, self.values[order]


class _WeightedSums(torch.autograd.Function):
    """``matrix @ points`` for points (columns, C), whose gradient is ``transpose @ gradient``.

    ``embedding_bag`` is the quickest sparse product that torch has on a CPU (64 bodies, 1723 to
    6890 vertices: 0.9 ms against 9 ms for its CSR product), but its own gradient is slow.
    """

    @staticmethod
    def forward(ctx: Any, points: Tensor, *parts: Tensor) -> Tensor:
        ctx.save_for_backward(*parts)
        columns, starts, values = parts[:3]
        return functional.embedding_bag(
            columns, points, starts, per_sample_weights=values.to(points.dtype), mode="sum"
        )

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        parts, (gradient,) = ctx.saved_tensors, grad_outputs
        back = _WeightedSums.apply(gradient.contiguous(), *parts[3:], *parts[:3])
        return (back, *[None] * len(parts))


class SparseMap(nn.Module):
    """A fixed sparse matrix as a layer over the point axis, differentiable in the points.

    Half-precision points are summed in float32: a coordinate near one metre would otherwise lose
    millimetres.
    """

    def __init__(self, matrix: SparseMatrix) -> None:
        super().__init__()
        self.shape = matrix.shape
        picked = matrix.picked()
        self.picks = picked is not None
        arrays = matrix.ragged() if picked is None else (picked,)
        if picked is None:
            arrays += matrix.transposed().ragged()
        self._names = tuple(f"part_{i}" for i in range(len(arrays)))
        for name, array in zip(self._names, arrays, strict=True):
            tensor = torch.from_numpy(np.ascontiguousarray(array))
            self.register_buffer(
                name, tensor.float() if tensor.is_floating_point() else tensor, persistent=False
            )

    def forward(self, points: Tensor) -> Tensor:
        """(B, columns, C) -> (B, rows, C) in the dtype of the points."""
        parts = [getattr(self, name) for name in self._names]
        if self.picks:
            return points[:, parts[0]]
        batch, _, channels = points.shape
        wide = points if points.dtype in (torch.float32, torch.float64) else points.float()
        flat = wide.transpose(0, 1).reshape(self.shape[1], -1)
        out = _WeightedSums.apply(flat, *parts).view(self.shape[0], batch, channels)
        return out.transpose(0, 1).to(points.dtype)
