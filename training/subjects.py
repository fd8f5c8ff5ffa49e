"""What differs between training on bodies and on hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.body import BodyModel
from core.methods import metro_family as family
from core.metrics.protocol import Protocol
from core.metrics.protocols import HAND21, SYNTHETIC_LSP14
from core.nn.lite_backbone import BODY_SHAPE, HAND_SHAPE, DenseShape
from core.types import Subject


@dataclass(frozen=True)
class SubjectFacts:
    """A body or a hand, as the synthetic world and the trainer know it.

    Attributes:
        body: name of the embedded body.
        joint_set: joints that methods report and errors are measured on.
        shape: of the dense heads.
        counted: how many joints of the heatmaps, the first ones, the dense numbers are about.
        backbone: card of the shared backbone.
        protocol: of the numbers on the synthetic test set.
        mirrors: whether a mirrored picture shows the same subject; a mirrored right hand is a left one.
    """

    subject: Subject
    body: str
    joint_set: str
    shape: DenseShape
    counted: int
    backbone: str
    protocol: Protocol
    mirrors: bool


SUBJECTS: Mapping[Subject, SubjectFacts] = {
    "body": SubjectFacts(
        "body", "embedded", "lsp14", BODY_SHAPE, 14, "lite_backbone", SYNTHETIC_LSP14, True
    ),
    "hand": SubjectFacts(
        "hand", "embedded_hand", "hand21", HAND_SHAPE, 21, "lite_hand_backbone", HAND21, False
    ),
}


def facts_of(body: BodyModel) -> SubjectFacts:
    """What is known of the subject that a body model is."""
    return SUBJECTS["hand" if family.is_hand(body) else "body"]
