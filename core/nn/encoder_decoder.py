"""A pre-norm transformer encoder and decoder with positions on queries and keys (Carion et al. 2020).

Positions are added where tokens are compared and never to what is passed on. All attention goes
through the fused kernel; explicit weights are computed only when a trace is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DROPOUT = 0.1


class Attention(nn.Module):
    """Multi-head attention of queries over a memory; one matrix holds all three projections."""

    def __init__(self, width: int, heads: int, dropout: float = DROPOUT) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self,
        query: Tensor,
        memory: Tensor,
        query_position: Tensor | None = None,
        memory_position: Tensor | None = None,
        sees: Tensor | None = None,
        *,
        want_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """What each query gathers from the memory.

        Args:
            query: (B, T, width). memory: (B, S, width).
            query_position: (T, width) or None. memory_position: (S, width) or None.
            sees: (T, S) bool, row may look at column; None if all may.
            want_weights: also give the weights.

        Returns:
            (B, T, width), and the weights (B, heads, T, S) or None.
        """
        parts = self._projected(query, memory, query_position, memory_position)
        queries, keys, values = (p.unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in parts)
        rate = self.dropout if self.training else 0.0
        if not want_weights:
            mixed = F.scaled_dot_product_attention(
                queries, keys, values, attn_mask=sees, dropout_p=rate
            )
            return self.out(mixed.transpose(1, 2).flatten(2)), None
        scores = queries @ keys.transpose(-1, -2) / queries.shape[-1] ** 0.5
        if sees is not None:
            scores = scores.masked_fill(~sees, float("-inf"))
        weights = scores.softmax(-1)
        mixed = F.dropout(weights, rate, self.training) @ values
        return self.out(mixed.transpose(1, 2).flatten(2)), weights

    def _projected(
        self, query: Tensor, memory: Tensor, query_position: Tensor | None, position: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        if query is memory and query_position is None and position is None:
            first, second, third = self.qkv(query).chunk(3, -1)
            return first, second, third
        weights, biases = self.qkv.weight.chunk(3), self.qkv.bias.chunk(3)
        placed = query if query_position is None else query + query_position
        keyed = memory if position is None else memory + position
        return (
            F.linear(placed, weights[0], biases[0]),
            F.linear(keyed, weights[1], biases[1]),
            F.linear(memory, weights[2], biases[2]),
        )


class FeedForward(nn.Module):
    """Widen, ReLU, narrow."""

    def __init__(self, width: int, inner: int, dropout: float = DROPOUT) -> None:
        super().__init__()
        self.expand = nn.Linear(width, inner)
        self.contract = nn.Linear(inner, width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, width) to the same."""
        return self.contract(self.drop(F.relu(self.expand(x))))


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward, each behind a norm and beside a shortcut."""

    def __init__(self, width: int, inner: int, heads: int, dropout: float = DROPOUT) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads, dropout)
        self.norm = nn.LayerNorm(width)
        self.feed = FeedForward(width, inner, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, position: Tensor | None = None, *, want_weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """(B, T, width) to the same, and the attention weights (B, heads, T, T) or None."""
        own = self.attention_norm(x)
        mixed, weights = self.attention(own, own, position, position, want_weights=want_weights)
        x = x + self.drop(mixed)
        return x + self.drop(self.feed(self.norm(x))), weights


class DecoderLayer(nn.Module):
    """Self-attention, attention to a memory, feed-forward: each behind a norm, beside a shortcut."""

    def __init__(self, width: int, inner: int, heads: int, dropout: float = DROPOUT) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads, dropout)
        self.cross_norm = nn.LayerNorm(width)
        self.cross = Attention(width, heads, dropout)
        self.norm = nn.LayerNorm(width)
        self.feed = FeedForward(width, inner, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        memory_position: Tensor | None = None,
        sees: Tensor | None = None,
        *,
        want_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Tokens refined by each other and by the memory.

        Args:
            x: (B, T, width). memory: (B, S, width). memory_position: (S, width) or None.
            sees: (T, T) bool, which token may look at which; None if all may.

        Returns:
            (B, T, width); weights of self-attention (B, heads, T, T) and of attention to the memory
            (B, heads, T, S), or None and None.
        """
        own = self.attention_norm(x)
        mixed, among = self.attention(own, own, sees=sees, want_weights=want_weights)
        x = x + self.drop(mixed)
        mixed, across = self.cross(
            self.cross_norm(x),
            memory,
            memory_position=memory_position,
            want_weights=want_weights,
        )
        x = x + self.drop(mixed)
        return x + self.drop(self.feed(self.norm(x))), among, across


@dataclass(frozen=True, eq=False)
class TransformerTrace:
    """What happened inside one encoder and decoder.

    Attributes:
        encoder: (B, layers, heads, S, S) weights among camera and memory tokens.
        decoder: (B, layers, heads, T, T) weights among query tokens.
        cross: (B, layers, heads, T, S') weights of query tokens over the memory they may read.
        memory: (B, S, width) after the encoder. tokens: (B, T, width) after the decoder.
    """

    encoder: Tensor
    decoder: Tensor
    cross: Tensor
    memory: Tensor
    tokens: Tensor


class Encoder(nn.Module):
    """Encoder layers and a closing norm."""

    def __init__(
        self, width: int, inner: int, heads: int, layers: int, dropout: float = DROPOUT
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(width, inner, heads, dropout) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(
        self, x: Tensor, position: Tensor | None, *, want_weights: bool
    ) -> tuple[Tensor, list[Tensor]]:
        """(B, S, width) to the same, and (B, heads, S, S) per layer if weights are wanted."""
        kept: list[Tensor] = []
        for layer in self.layers:
            x, weights = layer(x, position, want_weights=want_weights)
            if weights is not None:
                kept.append(weights)
        return self.norm(x), kept


class Decoder(nn.Module):
    """Decoder layers and a closing norm."""

    def __init__(
        self, width: int, inner: int, heads: int, layers: int, dropout: float = DROPOUT
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            DecoderLayer(width, inner, heads, dropout) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        position: Tensor | None,
        sees: Tensor | None,
        *,
        want_weights: bool,
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """(B, T, width) to the same; per layer, weights among tokens and over the memory."""
        among: list[Tensor] = []
        across: list[Tensor] = []
        for layer in self.layers:
            x, own, other = layer(x, memory, position, sees, want_weights=want_weights)
            if own is not None:
                among.append(own)
                across.append(other)
        return self.norm(x), among, across


class EncoderDecoder(nn.Module):
    """An encoder over a camera token and memory tokens, and a decoder that reads the memory only."""

    def __init__(
        self, width: int, inner: int, heads: int, layers: int, dropout: float = DROPOUT
    ) -> None:
        super().__init__()
        self.encoder = Encoder(width, inner, heads, layers, dropout)
        self.decoder = Decoder(width, inner, heads, layers, dropout)
        start_glorot(self)

    def forward(
        self,
        camera: Tensor,
        memory: Tensor,
        tokens: Tensor,
        position: Tensor,
        sees: Tensor | None,
        *,
        trace: bool,
    ) -> tuple[Tensor, Tensor, Tensor, TransformerTrace | None]:
        """One pass.

        Args:
            camera: (B, 1, width). memory: (B, S, width). tokens: (B, T, width).
            position: (S, width) of the memory; the camera has none.
            sees: (T, T) bool, which token may look at which.

        Returns:
            camera, memory and tokens in the same shapes, and the trace if it was wanted.
        """
        placed = torch.cat([torch.zeros_like(position[:1]), position])
        both, inside = self.encoder(torch.cat([camera, memory], 1), placed, want_weights=trace)
        camera, memory = both[:, :1], both[:, 1:]
        tokens, among, across = self.decoder(tokens, memory, position, sees, want_weights=trace)
        if not trace:
            return camera, memory, tokens, None
        kept = TransformerTrace(
            torch.stack(inside, 1), torch.stack(among, 1), torch.stack(across, 1), both, tokens
        )
        return camera, memory, tokens, kept


def start_glorot(module: nn.Module) -> None:
    """Xavier's uniform start (Glorot and Bengio 2010) for every matrix; attention biases at zero."""
    for parameter in module.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
    for part in module.modules():
        if isinstance(part, Attention):
            nn.init.zeros_(part.qkv.bias)
            nn.init.zeros_(part.out.bias)
