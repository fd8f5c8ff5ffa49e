"""Pre-norm transformer layers whose tokens may be kept from seeing each other."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class MaskedSelfAttention(nn.Module):
    """Multi-head self-attention; fused normally, with explicit weights when they are asked for."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self, x: Tensor, sees: Tensor | None, *, want_weights: bool
    ) -> tuple[Tensor, Tensor | None]:
        """Attention of (B, T, width).

        Args:
            sees: (T, T) bool, row may look at column; None if all may.
            want_weights: also give the weights, (B, heads, T, T).
        """
        parts = self.qkv(x).chunk(3, -1)
        query, key, value = (p.unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in parts)
        rate = self.dropout if self.training else 0.0
        if not want_weights:
            mixed = F.scaled_dot_product_attention(
                query, key, value, attn_mask=sees, dropout_p=rate
            )
            return self.out(mixed.transpose(1, 2).flatten(2)), None
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        if sees is not None:
            scores = scores.masked_fill(~sees, float("-inf"))
        weights = scores.softmax(-1)
        mixed = F.dropout(weights, rate, self.training) @ value
        return self.out(mixed.transpose(1, 2).flatten(2)), weights


class PreNormLayer(nn.Module):
    """Attention and ReLU feed-forward, each behind a norm and beside a shortcut."""

    def __init__(self, width: int, inner: int, heads: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = MaskedSelfAttention(width, heads, dropout)
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, inner)
        self.contract = nn.Linear(inner, width)
        self.drop = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, sees: Tensor | None, *, want_weights: bool
    ) -> tuple[Tensor, Tensor | None]:
        """(B, T, width) to the same and the attention weights or None."""
        mixed, weights = self.attention(self.attention_norm(x), sees, want_weights=want_weights)
        x = x + self.drop(mixed)
        inner = self.drop(F.relu(self.expand(self.norm(x))))
        return x + self.drop(self.contract(inner)), weights


class MaskedBlock(nn.Module):
    """``layers`` layers under one mask, with a closing norm where ``closing_norm`` is set."""

    def __init__(
        self,
        width: int,
        inner: int,
        heads: int,
        layers: int,
        *,
        closing_norm: bool,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            PreNormLayer(width, inner, heads, dropout) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width) if closing_norm else None

    def forward(
        self, x: Tensor, sees: Tensor | None, *, want_weights: bool
    ) -> tuple[Tensor, list[Tensor]]:
        """(B, T, width) to the same, and one (B, heads, T, T) per layer if weights are wanted."""
        kept: list[Tensor] = []
        for layer in self.layers:
            x, weights = layer(x, sees, want_weights=want_weights)
            if weights is not None:
                kept.append(weights)
        return (x if self.norm is None else self.norm(x)), kept
