"""Dense losses: targets where the joints are, no loss for the right answer, gradients everywhere."""

import torch

from core.losses.dense import dense_losses, gaussian_targets
from core.nn.lite_backbone import DenseNetwork, DenseOutput, heatmap_positions


def test_targets_sum_to_one_and_peak_at_the_joint() -> None:
    joints = torch.tensor([[[0.25, -0.5], [0.0, 0.0]]])
    maps = gaussian_targets(joints, 16, 32).reshape(1, 2, 16, 32)
    assert torch.allclose(maps.sum((2, 3)), torch.ones(1, 2), atol=1e-5)
    row, column = divmod(int(maps[0, 0].argmax()), 32)
    # 0.25 is column 20 of 32 (between 19 and 20), -0.5 row 4 of 16 (between 3 and 4)
    assert column in (19, 20)
    assert row in (3, 4)


def test_positions_of_targets_are_the_joints() -> None:
    """Reading a perfect heatmap gives the joint back within a tenth of a cell."""
    torch.manual_seed(0)
    joints = torch.rand(4, 25, 2) * 1.4 - 0.7
    logits = gaussian_targets(joints, 32, 32).clamp_min(1e-12).log().reshape(4, 25, 32, 32)
    found, mass = heatmap_positions(logits, radius=4)
    assert float((found - joints).abs().max()) < 0.1 * 2 / 32
    assert float(mass.min()) > 0.9


def test_a_far_second_peak_does_not_move_the_position() -> None:
    logits = torch.full((1, 1, 32, 32), -20.0)
    logits[0, 0, 5, 5] = 2.0
    alone, _ = heatmap_positions(logits)
    logits[0, 0, 28, 28] = 1.0
    both, mass = heatmap_positions(logits)
    assert torch.allclose(alone, both, atol=1e-5)
    assert float(mass) < 0.8


def perfect(joints: torch.Tensor, parts: torch.Tensor) -> DenseOutput:
    heat = gaussian_targets(joints, 16, 16).clamp_min(1e-9).log().reshape(2, 25, 16, 16)
    named = torch.where(parts == 255, 0, parts).long()
    logits = torch.nn.functional.one_hot(named, 25).permute(0, 3, 1, 2) * 30.0
    sure = torch.full((2, 25), 30.0)
    return DenseOutput(heat, logits, sure, sure)


def test_the_right_answer_costs_next_to_nothing_and_ignored_cells_nothing() -> None:
    torch.manual_seed(1)
    joints = torch.rand(2, 25, 2) - 0.5
    parts = torch.randint(0, 25, (2, 16, 16)).to(torch.uint8)
    parts[:, :4] = 255
    seen = torch.ones(2, 25)
    terms = {
        t.name: float(t.value)
        for t in dense_losses(perfect(joints, parts), joints, seen, parts).terms
    }
    assert terms["part"] < 1e-4
    assert terms["visible"] < 1e-4
    assert terms["inside"] < 1e-4
    assert terms["position"] < 0.02
    off = joints + 0.2
    worse = {
        t.name: float(t.value) for t in dense_losses(perfect(off, parts), joints, seen, parts).terms
    }
    assert worse["heatmap"] > terms["heatmap"] + 1
    assert worse["position"] > 0.1


def test_joints_outside_the_crop_do_not_count() -> None:
    torch.manual_seed(1)
    joints = torch.rand(2, 25, 2) - 0.5
    parts = torch.zeros(2, 16, 16, dtype=torch.uint8)
    seen = torch.ones(2, 25)
    seen[:, 3] = 0
    moved = joints.clone()
    moved[:, 3] += 5
    output = perfect(joints, parts)
    before, after = (dense_losses(output, j, seen, parts).terms[0].value for j in (joints, moved))
    assert torch.allclose(before, after)


def test_gradients_reach_every_parameter() -> None:
    torch.manual_seed(0)
    network = DenseNetwork().train()
    output = network(torch.rand(2, 3, 64, 64))
    joints, seen = torch.rand(2, 25, 2) - 0.5, torch.ones(2, 25)
    parts = torch.randint(0, 25, (2, 16, 16)).to(torch.uint8)
    dense_losses(output, joints, seen, parts).total.backward()
    without = [n for n, p in network.named_parameters() if p.grad is None]
    assert without == []
