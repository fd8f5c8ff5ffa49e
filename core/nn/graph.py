"""Graph convolution on the vertices among the tokens of a transformer (Mesh Graphormer, section 3.3)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NORM_EPS = 1e-12


class GraphConvolution(nn.Module):
    """``A X W + b`` (Kipf and Welling 2017) with a row-normalised adjacency A."""

    adjacency: Tensor

    def __init__(self, width: int, adjacency: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, width))
        self.bias = nn.Parameter(torch.zeros(width))
        nn.init.xavier_uniform_(self.weight)
        self.register_buffer("adjacency", adjacency, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, width) to the same."""
        mixed = x @ self.weight
        return self.adjacency.to(mixed.dtype) @ mixed + self.bias


class GraphResidualBlock(nn.Module):
    """Narrow, convolve on the graph, widen, beside a shortcut; a norm and a ReLU before each step.

    Tokens before ``first`` (joints) and after the last vertex (picture cells) pass unchanged.

    Args:
        width: of the tokens.
        adjacency: (C, C) dense, rows sum to one, self included.
        first: number of tokens before the vertices.
    """

    def __init__(self, width: int, adjacency: Tensor, first: int) -> None:
        super().__init__()
        inner = width // 2
        self.first, self.count = first, len(adjacency)
        self.pre_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.lin1 = nn.Linear(width, inner)
        self.norm1 = nn.LayerNorm(inner, eps=NORM_EPS)
        self.conv = GraphConvolution(inner, adjacency)
        self.norm2 = nn.LayerNorm(inner, eps=NORM_EPS)
        self.lin2 = nn.Linear(inner, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T, width) to the same."""
        before, vertices, after = tokens.split(
            [self.first, self.count, tokens.shape[1] - self.first - self.count], 1
        )
        x = self.lin1(F.relu(self.pre_norm(vertices)))
        x = self.conv(F.relu(self.norm1(x)))
        x = self.lin2(F.relu(self.norm2(x)))
        return torch.cat([before, vertices + x, after], 1)
