"""A shipped head holds what was trained, small, and nothing that half precision would spoil."""

import torch
from safetensors.torch import load_file

from core.weights.cards import list_cards
from training.heads.shared import GIVEN


def test_every_shipped_tensor_is_a_number_and_no_head_holds_shared_parts() -> None:
    cards = [card for card in list_cards() if card.id.endswith("_lite")]
    assert cards
    for card in cards:
        tensors = load_file(card.parts[0].path)
        for name, tensor in tensors.items():
            assert not name.startswith(GIVEN), (card.id, name)
            assert torch.isfinite(tensor.float()).all(), (card.id, name)
