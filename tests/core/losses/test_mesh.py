"""Terms of the METRO family, against sums done by hand."""

import torch

from core.losses.mesh import joint_loss, masked_l1, projection_loss, vertex_loss


def test_l1_is_the_mean_over_coordinates_of_samples_that_have_truth() -> None:
    pred = torch.zeros(3, 2, 3)
    truth = torch.stack([torch.full((2, 3), v) for v in (1.0, 2.0, 30.0)])
    assert float(masked_l1(pred, truth, None)) == 11.0
    assert float(masked_l1(pred, truth, torch.tensor([1.0, 1.0, 0.0]))) == 1.5
    assert float(masked_l1(pred, truth, torch.zeros(3))) == 0.0


def test_vertex_levels_count_alike_whatever_their_size() -> None:
    levels = (torch.zeros(1, 2, 3), torch.zeros(1, 50, 3))
    truths = (torch.full((1, 2, 3), 3.0), torch.full((1, 50, 3), 1.0))
    assert float(vertex_loss(levels, truths, None)) == 2.0


def test_joints_are_compared_about_their_own_roots() -> None:
    truth = torch.tensor([[[1.0, 0, 0], [-1.0, 0, 0], [0, 5.0, 0]]])
    shifted = truth + torch.tensor([7.0, -3.0, 2.0])
    assert float(joint_loss(shifted, truth, (0, 1), None)) < 1e-6
    moved = truth.clone()
    moved[0, 2, 1] += 0.9
    # one coordinate of nine is off by 0.9
    assert abs(float(joint_loss(moved, truth, (0, 1), None)) - 0.1) < 1e-6


def test_invisible_joints_do_not_pull_the_camera() -> None:
    pred = torch.zeros(1, 2, 2)
    truth = torch.tensor([[[0.4, 0.0], [9.0, 9.0]]])
    seen = torch.tensor([[1.0, 0.0]])
    assert abs(float(projection_loss(pred, truth, seen, None)) - 0.1) < 1e-6
    assert float(projection_loss(pred, truth, seen, torch.zeros(1))) == 0.0
