"""The T cheapest proposals are the optimal assignment; costs by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from core.losses.matching import keypoint_cost, lowest_cost, nearest_cells


@pytest.mark.parametrize("count", [1, 3, 7])
def test_repeating_the_truth_makes_matching_a_choice_of_the_cheapest(count):
    cost = np.random.default_rng(count).random((1, 12))
    # T copies of the truth, and N - T empty ones that cost everyone the same.
    table = np.concatenate([np.repeat(cost, count, 0), np.zeros((12 - count, 12))])
    rows, columns = linear_sum_assignment(table)
    optimal = {int(c) for r, c in zip(rows, columns, strict=True) if r < count}
    assert set(lowest_cost(torch.from_numpy(cost), count)[0].tolist()) == optimal


def test_no_more_positives_than_proposals():
    assert lowest_cost(torch.zeros(2, 5), 20).shape == (2, 5)


def test_keypoint_cost_by_hand():
    proposed = torch.tensor([[[[0.0, 0.0], [1.0, 1.0]], [[0.5, 0.5], [0.0, 0.0]]]])
    truth = torch.tensor([[[0.5, 0.0], [1.0, 1.0]]])
    both = keypoint_cost(proposed, truth, torch.ones(1, 2))
    assert both[0].tolist() == pytest.approx([0.125, 0.625])
    first = keypoint_cost(proposed, truth, torch.tensor([[1.0, 0.0]]))
    assert first[0].tolist() == pytest.approx([0.25, 0.25])


def test_unknown_keypoints_leave_no_cost():
    cost = keypoint_cost(torch.rand(1, 4, 3, 2), torch.rand(1, 3, 2), torch.zeros(1, 3))
    assert float(cost.abs().max()) == 0


def test_centre_positives_are_the_nearest_cells():
    places = torch.tensor([[0.1, 0.1], [0.5, 0.5], [0.6, 0.5], [0.9, 0.9]])
    found = nearest_cells(torch.tensor([[0.52, 0.5]]), places, 2)
    assert found[0].tolist() == [1, 2]
