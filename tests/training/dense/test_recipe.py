"""Training the shared backbone: it learns, stops, carries on, and ships what it measured."""

from pathlib import Path

import pytest
import torch

from core.nn.lite_backbone import DenseNetwork
from core.weights.cards import load_shared, read_card
from training.dense import held_out, recipe
from training.dense.recipe import DenseRecipe
from training.loop import LoopSettings, TrainingLoop
from training.pictures.test_set import shipped_test_set


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> DenseRecipe:
    """The recipe on little pictures, few backgrounds and a test set of eight."""
    eight = shipped_test_set()[:8]
    monkeypatch.setattr(recipe, "shipped_test_set", lambda subject: eight)
    monkeypatch.setattr(recipe, "BANK_COUNT", 4)
    monkeypatch.setattr(recipe, "CPU_BATCH", 4)
    monkeypatch.setattr(recipe, "RENDER_CHUNK", 4)
    monkeypatch.setattr(DenseRecipe, "picture_size", 64)
    made = DenseRecipe(torch.device("cpu"), 0)
    made.world.pool_size = 64
    return made


def test_losses_fall_on_a_batch_that_is_seen_again_and_again(
    small: DenseRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    fixed = small.world.render(4)
    monkeypatch.setattr(small.world, "render", lambda people: fixed)
    assert _fallen(small) < 0.75


def test_a_hand_is_learned_with_its_pose(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    monkeypatch.setattr(recipe, "BANK_COUNT", 4)
    monkeypatch.setattr(recipe, "CPU_BATCH", 4)
    monkeypatch.setattr(recipe, "RENDER_CHUNK", 4)
    monkeypatch.setattr(DenseRecipe, "picture_size", 64)
    made = DenseRecipe(torch.device("cpu"), 0, subject="hand")
    made.world.pool_size = 64
    fixed = made.world.render(4)
    monkeypatch.setattr(made.world, "render", lambda people: fixed)
    names = {term.name for term in made.losses(made.build(), 0.0).terms}
    assert {"heatmap", "rotations", "vertices", "joints 2D"} <= names
    assert _fallen(made) < 0.75


def test_the_backbone_of_hands_starts_from_that_of_bodies() -> None:
    made = DenseRecipe(torch.device("cpu"), 0, Path("nowhere"), subject="hand")
    whole = DenseNetwork()
    load_shared(whole, "lite_backbone")
    mine = made.build().state_dict()
    for name, value in whole.backbone.state_dict().items():
        assert torch.equal(mine[f"backbone.{name}"], value)


def _fallen(made: DenseRecipe) -> float:
    """The last loss as a share of the first, on one batch seen again and again."""
    network = made.build()
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    totals = []
    for _ in range(25):
        total = made.losses(network, 0.0).total
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        totals.append(float(total.detach()))
    return totals[-1] / totals[0]


def test_a_perfect_network_has_no_error(small: DenseRecipe) -> None:
    """Heatmaps made from the truth give an error far below a cell."""
    from core.losses.dense import gaussian_targets
    from core.nn.lite_backbone import DenseOutput

    pictures = held_out.HeldOutPictures.of(shipped_test_set()[:8], torch.device("cpu"))

    class Oracle(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> DenseOutput:
            heat = gaussian_targets(pictures.joints_2d, 32, 32).clamp_min(1e-9).log()
            named = torch.where(pictures.parts == 255, 0, pictures.parts).long()
            parts = torch.nn.functional.one_hot(named, 25).permute(0, 3, 1, 2).float()
            sure = torch.zeros(8, 25)
            return DenseOutput(heat.reshape(8, 25, 32, 32), parts, sure, sure)

    numbers = pictures.numbers(Oracle(), lambda x: x)
    assert numbers["visible_joint_error_percent_of_box"] < 4
    assert numbers["part_accuracy"] == 1.0


def test_training_stops_and_carries_on_and_its_card_repeats_the_measurement(
    small: DenseRecipe, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    settings = LoopSettings(minutes=1e-4, save_seconds=1e9, evaluate_seconds=1e9)
    loop = TrainingLoop(small, tmp_path, settings)
    loop.run()
    again = TrainingLoop(small, tmp_path, settings)
    again.resume()
    assert again.facts.samples == loop.facts.samples > 0
    for mine, theirs in zip(again.average.values(), loop.average.values(), strict=True):
        assert torch.equal(mine, theirs)
    path = small.export(again.averaged_network(), again.facts, tmp_path / "shipped")
    card = read_card(path.with_suffix(".json"))
    assert card.pictures_seen == again.facts.samples
    assert path.stat().st_size < 25e6
    measured = small.evaluate(again.averaged_network())
    assert {n.value for n in card.numbers} == set(measured.values())  # all are the quick eight
