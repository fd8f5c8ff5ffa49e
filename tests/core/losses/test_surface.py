"""Surface terms: nothing for the truth, hand-computed cases, missing truth."""

import torch

from core.losses.surface import edge_length_loss, edge_lengths, edge_self_loss, normal_loss

SQUARE = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]])
FACES = torch.tensor([[0, 1, 2], [0, 2, 3]])
EDGES = torch.tensor([[0, 1], [1, 2], [2, 3], [0, 3], [0, 2]])


def test_the_truth_costs_nothing_wherever_it_lies() -> None:
    moved = SQUARE + torch.tensor([0.3, -2.0, 5.0])
    assert float(edge_length_loss(moved, SQUARE, EDGES, None)) < 1e-6
    assert float(normal_loss(moved, SQUARE, FACES, None)) < 1e-6


def test_lengths_by_hand() -> None:
    expected = torch.tensor([[1.0, 1.0, 1.0, 1.0, 2.0**0.5]])
    assert torch.allclose(edge_lengths(SQUARE, EDGES), expected, atol=1e-6)
    assert abs(float(edge_self_loss(SQUARE, EDGES, None)) - float(expected.mean())) < 1e-6
    off = float(edge_length_loss(2 * SQUARE, SQUARE, EDGES, None))
    assert abs(off - float(expected.mean())) < 1e-6


def test_a_mesh_turned_upright_has_a_third_of_its_sides_along_the_true_normal() -> None:
    upright = SQUARE[..., [0, 2, 1]]  # y becomes z
    # Per triangle |cos| of its sides with z: 0, 1 / sqrt 2 and 1 in some order.
    expected = (0 + 0.5**0.5 + 1) / 3
    assert abs(float(normal_loss(upright, SQUARE, FACES, None)) - expected) < 1e-6


def test_samples_without_truth_do_not_count() -> None:
    pred = torch.cat([SQUARE, 5 * SQUARE])
    truth = torch.cat([SQUARE, SQUARE])
    first = torch.tensor([1.0, 0.0])
    assert float(edge_length_loss(pred, truth, EDGES, first)) < 1e-6
    assert float(edge_length_loss(pred, truth, EDGES, torch.zeros(2))) == 0
    assert float(edge_self_loss(pred, EDGES, first)) < 1.1


def test_gradients_stay_finite_for_collapsed_triangles() -> None:
    pred = torch.zeros_like(SQUARE, requires_grad=True)
    total = edge_length_loss(pred, SQUARE, EDGES, None) + normal_loss(pred, SQUARE, FACES, None)
    total.backward()
    assert pred.grad is not None
    assert torch.isfinite(pred.grad).all()
