"""The shipped lite weights: each card states what is measured again."""

import pytest
import torch

from core.body import load_body
from core.detection.choose import EMBEDDED_CARD
from core.methods import create_method
from core.nn.lite_backbone import DenseNetwork
from core.weights.cards import ModelCard, list_cards, load_embedded, load_shared
from training.dense.held_out import HeldOutPictures
from training.dense.recipe import normalise
from training.dense.shipping import UNITS
from training.heads.held_out import measure
from training.heads.shipping import CHECK_COUNT, QUICK_DATA, TITLES
from training.pictures.test_set import shipped_test_set

# Processors round differently; another file is off by many times this.
TOLERANCE = {"mm": 1.0, "%": 0.3, "% of box": 0.2, "% of crop": 0.1, "share": 0.01}
HEADS = tuple(card for card in list_cards() if card.id.endswith("_lite"))


def stated(card: ModelCard) -> dict[str, float]:
    return {number.name: number.value for number in card.numbers if number.data == QUICK_DATA}


@pytest.mark.parametrize("card", HEADS, ids=lambda card: card.id)
def test_a_head_does_what_its_card_says(card: ModelCard) -> None:
    method = create_method(card.method, preset=card.preset, variant=card.variant)
    load_embedded(method)
    measured = measure(method, shipped_test_set()[:CHECK_COUNT], load_body("embedded"))
    said = stated(card)
    assert len(said) == len(measured) > 0
    for key, value in measured.items():
        title, unit = TITLES[key]
        assert value == pytest.approx(said[title], abs=TOLERANCE[unit]), title


def test_the_backbone_does_what_its_card_says() -> None:
    network = DenseNetwork()
    card = load_shared(network, EMBEDDED_CARD)
    network.eval()
    few = HeldOutPictures.of(shipped_test_set()[:CHECK_COUNT], torch.device("cpu"))
    measured = few.numbers(network, normalise)
    said = stated(card)
    for key, value in measured.items():
        title, unit = UNITS[key]
        assert value == pytest.approx(said[title], abs=TOLERANCE[unit]), title


def test_every_method_of_the_papers_has_embedded_weights() -> None:
    assert {card.method for card in HEADS} >= {
        "metro", "pointhmr", "multi_roi", "coarsemetro", "glnet", "fastmetro", "cliff",
    }  # fmt: skip


def test_the_shipped_weights_are_small() -> None:
    sizes = {part.path: part.path.stat().st_size for card in list_cards() for part in card.parts}
    assert max(sizes.values()) < 25e6
    assert sum(sizes.values()) < 160e6
