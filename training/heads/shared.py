"""The parts of ``lite`` methods that are trained once for all of them."""

from __future__ import annotations

from core.methods import first_guess
from core.methods.base import Method
from core.nn.lite_backbone import DenseNetwork
from training.subjects import SubjectFacts, facts_of

BACKBONE_PREFIX = "backbone."
GIVEN: tuple[str, ...] = (BACKBONE_PREFIX, first_guess.PREFIX)


def subject_of(method: Method) -> SubjectFacts:
    """What a method reconstructs."""
    return facts_of(method.body)


def shared_parts(method: Method) -> tuple[tuple[str, str], ...]:
    """Names of the parts of a method that are trained elsewhere, with the cards of their weights."""
    if not isinstance(getattr(method, "backbone", None), DenseNetwork):
        return ()  # a published backbone in place of the shared one: an ablation
    parts = [("backbone", subject_of(method).backbone)]
    if isinstance(getattr(method, "guess", None), first_guess.FirstGuess):
        parts.append((first_guess.PREFIX.removesuffix("."), first_guess.CARD))
    return tuple(parts)
