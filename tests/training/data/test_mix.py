"""Mixes: shares, what is held back, and draws that depend on the seed and the step alone."""

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import DataSet
from core.errors import InputError
from training.data.mix import HOLD_BACK_EVERY, DataMix, DataSpec, Steps
from training.data.presets import PRESETS, paper_preset


class Numbers(DataSet):
    """A set of so many people, none of whom is ever read."""

    def __init__(self, count: int, name: str = "numbers") -> None:
        self.id, self.split, self.count = name, "train", count

    def __len__(self) -> int:
        return self.count

    def _record(self, row: int):
        return row


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("coco=/data/coco", DataSpec("coco", Path("/data/coco"))),
        ("3dpw=/d/3dpw:train@0.1", DataSpec("3dpw", Path("/d/3dpw"), "train", 0.1)),
        ("muco=/a@b/muco", DataSpec("muco", Path("/a@b/muco"))),
        ("up3d=C:/up3d:val", DataSpec("up3d", Path("C:/up3d"), "val")),
        ("up3d=C:/up3d", DataSpec("up3d", Path("C:/up3d"))),
    ],
)
def test_a_set_is_read_from_the_command_line(text: str, spec: DataSpec) -> None:
    assert DataSpec.parse(text) == spec


@pytest.mark.parametrize("text", ["", "coco", "=/data", "coco=", "coco=/x@-1"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="names no data set"):
        DataSpec.parse(text)


def test_shares_are_kept_and_add_up() -> None:
    mix = DataMix.of([Numbers(1000), Numbers(10)], [0.3, 0.7])
    drawn = [s for step in range(200) for s, _, _ in mix.draw(20, 1, step)]
    assert np.mean(drawn) == pytest.approx(0.7, abs=0.03)
    sizes = DataMix.of([Numbers(300), Numbers(100)])
    assert sizes.shares.tolist() == [0.75, 0.25]


def test_draws_depend_on_seed_step_and_process_alone() -> None:
    mix = DataMix.of([Numbers(500), Numbers(500)])
    assert mix.draw(8, 1, 5) == mix.draw(8, 1, 5)
    assert mix.draw(8, 1, 5) != mix.draw(8, 1, 6)
    assert mix.draw(8, 1, 5) != mix.draw(8, 2, 5)
    assert mix.draw(8, 1, 5, rank=1) != mix.draw(8, 1, 5, rank=0)
    steps = iter(Steps(mix, 8, 1, 4, 0))
    next(steps)
    assert next(steps) == mix.draw(8, 1, 5)


def test_who_is_held_back_is_never_drawn() -> None:
    mix = DataMix.of([Numbers(220)], hold_back=True)
    held = set(mix.held_back())
    assert held == set(range(0, 220, HOLD_BACK_EVERY))
    drawn = {row for step in range(300) for _, row, _ in mix.draw(16, 0, step)}
    assert not drawn & held
    assert len(mix) == 220 - len(held)


def test_half_given_shares_and_empty_sets_are_refused() -> None:
    with pytest.raises(InputError, match="some have none"):
        DataMix.of([Numbers(5), Numbers(5)], [0.5, None])
    with pytest.raises(InputError, match="too few"):
        DataMix.of([Numbers(1)], hold_back=True)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_a_papers_training_names_what_exists(preset) -> None:
    from core.data import list_datasets
    from core.methods import method_entry

    known = {row.id for row in list_datasets()}
    assert set(preset.datasets) <= known
    for variant in preset.variants:
        method_entry(preset.method).variant("paper", variant)
    assert not preset.shares or sum(preset.shares) == pytest.approx(1.0)
    assert preset.rate_at(0) == preset.learning_rate
    rates = [preset.learning_rate, *(rate for _, rate in preset.drops)]
    assert rates == sorted(rates, reverse=True)
    assert all(0 < epoch < preset.epochs for epoch, _ in preset.drops)


def test_every_paper_has_a_training() -> None:
    assert {p.method for p in PRESETS} == {"metro", "pointhmr", "multi_roi", "coarsemetro", "glnet"}
    assert paper_preset("glnet").rate_at(41) == 2.5e-5
    assert paper_preset("glnet").rate_at(60) == 2.5e-6
    with pytest.raises(InputError, match="choose one of: metro"):
        paper_preset("nobody")
