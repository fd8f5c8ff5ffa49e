"""The encoder of METRO: post-norm transformer layers (Devlin et al. 2019) between two linear maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NORM_EPS = 1e-12
MAX_TOKENS = 512


class SelfAttention(nn.Module):
    """Multi-head self-attention; fused normally, with explicit weights when they are asked for."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, *, want_weights: bool) -> tuple[Tensor, Tensor | None]:
        """(B, T, width) to the same and, when wanted, the weights (B, heads, T, T)."""
        query, key, value = (self._split(layer(x)) for layer in (self.query, self.key, self.value))
        rate = self.dropout if self.training else 0.0
        if not want_weights:
            mixed = F.scaled_dot_product_attention(query, key, value, dropout_p=rate)
            return self.out(self._merge(mixed)), None
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        weights = scores.softmax(-1)
        mixed = F.dropout(weights, rate, self.training) @ value
        return self.out(self._merge(mixed)), weights

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def _merge(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2).flatten(2)


class EncoderLayer(nn.Module):
    """Attention and feed-forward, each followed by the norm of the sum.

    ``graph_conv``, where there is one, works on the tokens between the two (Mesh Graphormer).
    """

    def __init__(
        self,
        width: int,
        inner: int,
        heads: int,
        dropout: float,
        graph_conv: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.graph_conv = graph_conv
        self.attention = SelfAttention(width, heads, dropout)
        self.attention_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.expand = nn.Linear(width, inner)
        self.contract = nn.Linear(inner, width)
        self.norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, *, want_weights: bool) -> tuple[Tensor, Tensor | None]:
        """(B, T, width) to the same and the attention weights or None."""
        mixed, weights = self.attention(x, want_weights=want_weights)
        x = self.attention_norm(x + self.drop(mixed))
        if self.graph_conv is not None:
            x = self.graph_conv(x)
        inner = self.contract(F.gelu(self.expand(x)))
        return self.norm(x + self.drop(inner)), weights


@dataclass(frozen=True, eq=False)
class EncoderTrace:
    """What happened inside one encoder.

    Attributes:
        attention: (B, layers, heads, T, T), rows sum to one.
        hidden: (B, T, width) before the first layer and after each.
    """

    attention: Tensor
    hidden: tuple[Tensor, ...]


class ReducingEncoder(nn.Module):
    """One METRO encoder: embed, ``layers`` transformer layers, reduce, plus a linear shortcut.

    Paper section 3.2: attention and dimension reduction alternate. The shortcut from the encoder's
    own input (key ``residual``) is in the code only. ``graph`` makes a graph block for each layer.
    """

    def __init__(
        self,
        inputs: int,
        width: int,
        inner: int,
        outputs: int,
        *,
        layers: int,
        heads: int,
        dropout: float = 0.1,
        graph: Callable[[], nn.Module] | None = None,
    ) -> None:
        super().__init__()
        self.position = nn.Embedding(MAX_TOKENS, width)
        self.embed = nn.Linear(inputs, width)
        self.layers = nn.ModuleList(
            EncoderLayer(width, inner, heads, dropout, graph() if graph else None)
            for _ in range(layers)
        )
        self.reduce = nn.Linear(width, outputs)
        self.residual = nn.Linear(inputs, outputs)
        self.drop = nn.Dropout(dropout)

    def embedded(self, tokens: Tensor) -> Tensor:
        """(B, T, inputs) to (B, T, width): linear map plus position, no norm."""
        return self.position.weight[: tokens.shape[1]] + self.embed(tokens)

    def forward(self, tokens: Tensor, *, trace: bool) -> tuple[Tensor, EncoderTrace | None]:
        """(B, T, inputs) to (B, T, outputs), with the trace when it is wanted."""
        x = self.drop(self.embedded(tokens))
        attention: list[Tensor] = []
        hidden = [x]
        for layer in self.layers:
            x, weights = layer(x, want_weights=trace)
            if weights is not None:
                attention.append(weights)
                hidden.append(x)
        out = self.reduce(x) + self.residual(tokens)
        return out, EncoderTrace(torch.stack(attention, 1), tuple(hidden)) if trace else None
