"""Measuring shipped heads again changes their cards' numbers and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.weights.cards import CardNumber, list_cards, read_card, write_card
from training.heads import remeasure
from training.heads.remeasure import measure_shipped, synthetic_table
from training.heads.shipping import QUICK_DATA
from training.pictures.test_set import set_title, shipped_test_set

NUMBERS = {
    "mpjpe_mm": 1.0, "pa_mpjpe_mm": 2.0, "mpvpe_mm": 3.0, "error_2d_percent_of_crop": 4.0,
}  # fmt: skip


def test_a_card_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    card = next(card for card in list_cards() if card.id == "metro_lite")
    photograph = CardNumber("2D error, mean", 9.0, "%", "bare", "photographs")
    synthetic = [
        number for number in card.numbers if number.data in (set_title("body"), QUICK_DATA)
    ]
    write_card(
        replace(card, numbers=(*synthetic, photograph)),
        tmp_path / "metro_lite.json",
    )
    seen: list[int] = []

    def measured(method, pictures, body):
        seen.append(len(pictures))
        return NUMBERS

    monkeypatch.setattr(remeasure, "asset_path", lambda folder, name: tmp_path / name)
    monkeypatch.setattr(remeasure, "measure", measured)
    assert measure_shipped("metro", update_card=True) == NUMBERS
    assert seen == [len(shipped_test_set()), 48]
    after = read_card(tmp_path / "metro_lite.json")
    assert sorted(n.value for n in after.numbers) == sorted([1, 2, 3, 4, 1, 2, 3, 4, 9.0])
    assert after.files == card.files
    assert "metro" in synthetic_table({"metro": NUMBERS})
