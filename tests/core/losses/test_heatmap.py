"""Heatmaps of projected vertices: truth and losses by hand."""

import math

import torch

from core.geometry.cameras import project_weak_perspective
from core.losses.heatmap import fitted_weak_camera, heatmap_losses, true_cells


def test_the_camera_that_made_the_joints_is_found() -> None:
    torch.manual_seed(0)
    joints, camera = torch.randn(3, 14, 3), torch.tensor([[0.9, 0.1, -0.3]]).repeat(3, 1)
    flat = project_weak_perspective(joints, camera)
    assert torch.allclose(fitted_weak_camera(joints, flat, None), camera, atol=1e-5)
    flat[:, 5] = 99.0
    shown = torch.ones(3, 14)
    shown[:, 5] = 0
    assert torch.allclose(fitted_weak_camera(joints, flat, shown), camera, atol=1e-5)


def test_cells_run_along_rows_and_end_at_the_crop() -> None:
    points = torch.tensor([[[-1.0, -1.0], [0.99, -1.0], [-1.0, 0.0], [1.0, 0.0], [0.0, -1.1]]])
    cells, inside = true_cells(points, 4)
    assert cells.tolist() == [[0, 3, 8, 0, 0]]
    assert inside.tolist() == [[True, True, True, False, False]]


def test_a_perfect_map_costs_nothing() -> None:
    maps = torch.zeros(1, 2, 6)
    maps[0, 0, 3] = maps[0, 1, 5] = 1
    entropy, dice = heatmap_losses(maps, torch.tensor([[3, 5]]), torch.ones(1, 2))
    assert float(entropy) < 1e-5
    assert abs(float(dice)) < 1e-6


def test_an_even_map_costs_what_the_equations_say() -> None:
    maps = torch.full((1, 2, 4), 0.25)
    entropy, dice = heatmap_losses(maps, torch.tensor([[1, 2]]), torch.tensor([[1.0, 0.0]]))
    assert math.isclose(float(entropy), -(math.log(0.25) + 3 * math.log(0.75)) / 4, rel_tol=1e-5)
    assert math.isclose(float(dice), 0.75, rel_tol=1e-5)
    assert float(heatmap_losses(maps, torch.zeros(1, 2).long(), torch.zeros(1, 2))[0]) == 0


def test_equal_to_torch_on_random_maps() -> None:
    torch.manual_seed(1)
    maps = torch.randn(2, 3, 8).softmax(-1)
    cells = torch.randint(8, (2, 3))
    truth = torch.nn.functional.one_hot(cells, 8).float()
    entropy, _ = heatmap_losses(maps, cells, torch.ones(2, 3))
    expected = torch.nn.functional.binary_cross_entropy(maps, truth)
    assert torch.allclose(entropy, expected, rtol=1e-4)


def test_a_step_down_the_gradient_moves_weight_to_the_truth() -> None:
    logits = torch.zeros(1, 1, 5, requires_grad=True)
    entropy, dice = heatmap_losses(logits.softmax(-1), torch.tensor([[2]]), torch.ones(1, 1))
    (entropy + dice).backward()
    assert logits.grad is not None
    assert int(logits.grad.argmin()) == 2
    assert float(logits.grad[0, 0, 2]) < 0
