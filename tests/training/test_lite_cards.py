"""The shipped lite weights: each card states what is measured again."""

import pytest
import torch

from core.body import load_body
from core.methods import create_method
from core.nn.lite_backbone import DenseNetwork
from core.types import Subject
from core.weights.cards import ModelCard, list_cards, load_embedded, load_shared
from training.dense.held_out import HeldOutPictures
from training.dense.recipe import normalise
from training.dense.shipping import UNITS
from training.heads.held_out import measure
from training.heads.shared import subject_of
from training.heads.shipping import CHECK_COUNT, QUICK_DATA, TITLES
from training.pictures.test_set import shipped_test_set
from training.subjects import SUBJECTS

# Processors round differently; another file is off by many times this.
TOLERANCE = {"mm": 1.0, "%": 0.3, "% of box": 0.2, "% of crop": 0.1, "share": 0.01}
# The lifter has a test of its own; the backbones belong to no method.
HEADS = tuple(card for card in list_cards() if card.method not in ("", "pose_lift"))


def stated(card: ModelCard) -> dict[str, float]:
    return {number.name: number.value for number in card.numbers if number.data == QUICK_DATA}


@pytest.mark.parametrize("card", HEADS, ids=lambda card: card.id)
def test_a_head_does_what_its_card_says(card: ModelCard) -> None:
    method = create_method(card.method, preset=card.preset, variant=card.variant)
    load_embedded(method)
    subject = subject_of(method)
    pictures = shipped_test_set(subject.subject)[:CHECK_COUNT]
    measured = measure(method, pictures, load_body(subject.body))
    said = stated(card)
    assert len(said) == len(measured) > 0
    for key, value in measured.items():
        title, unit = TITLES[key]
        assert value == pytest.approx(said[title], abs=TOLERANCE[unit]), title


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_backbone_does_what_its_card_says(subject: Subject) -> None:
    facts = SUBJECTS[subject]
    network = DenseNetwork(facts.shape)
    card = load_shared(network, facts.backbone)
    network.eval()
    pictures = shipped_test_set(subject)[:CHECK_COUNT]
    few = HeldOutPictures.of(pictures, torch.device("cpu"), facts.counted)
    measured = dict(few.numbers(network, normalise))
    if facts.shape.bones:
        measured |= few.pose_numbers(network, normalise, load_body(facts.body))
    said = stated(card)
    for key, value in measured.items():
        title, unit = UNITS[key]
        assert value == pytest.approx(said[title], abs=TOLERANCE[unit]), title


def test_every_method_of_the_papers_has_embedded_weights() -> None:
    assert {card.method for card in HEADS} >= {
        "metro", "pointhmr", "multi_roi", "coarsemetro", "glnet", "fastmetro", "cliff",
    }  # fmt: skip
    hands = {card.method for card in HEADS if card.variant == "hand"}
    assert hands >= {"metro", "pointhmr"}


def test_the_shipped_weights_are_small() -> None:
    sizes = {part.path: part.path.stat().st_size for card in list_cards() for part in card.parts}
    assert max(sizes.values()) < 25e6
    assert sum(sizes.values()) < 160e6
