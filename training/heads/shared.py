"""The parts of ``lite`` methods that are trained once for all of them."""

from __future__ import annotations

from torch import nn

from core.methods import first_guess
from core.methods.base import Method

BACKBONE_CARD, BACKBONE_PREFIX = "lite_backbone", "backbone."
GIVEN: tuple[str, ...] = (BACKBONE_PREFIX, first_guess.PREFIX)


def shared_parts(method: Method) -> tuple[tuple[str, str], ...]:
    """Names of the parts of a method that are trained elsewhere, with the cards of their weights."""
    parts = [("backbone", BACKBONE_CARD)]
    if isinstance(getattr(method, "guess", None), nn.Module):
        parts.append((first_guess.PREFIX.removesuffix("."), first_guess.CARD))
    return tuple(parts)
