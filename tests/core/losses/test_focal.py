"""Focal loss against its formula, and what it does to easy proposals."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.focal import focal_cost, focal_loss


@pytest.mark.parametrize("probability", [0.05, 0.5, 0.9])
def test_the_cost_is_the_formula(probability):
    logit = torch.tensor([math.log(probability / (1 - probability))], dtype=torch.float64)
    by_hand = -0.25 * (1 - probability) ** 2 * math.log(probability)
    assert float(focal_cost(logit)) == pytest.approx(by_hand, rel=1e-9)


def test_the_loss_sums_all_proposals_and_divides_by_the_positives():
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0]], dtype=torch.float64)
    positive = torch.tensor([[1.0, 1.0, 0.0, 0.0]])
    hit, miss = (share * 0.25 * math.log(2) for share in (0.25, 0.75))
    assert float(focal_loss(logits, positive)) == pytest.approx((2 * hit + 2 * miss) / 2)


def test_easy_negatives_hardly_count_and_gradients_point_the_right_way():
    logits = torch.tensor([[-6.0, 0.0, 0.0]], requires_grad=True)
    focal_loss(logits, torch.tensor([[0.0, 0.0, 1.0]])).backward()
    assert logits.grad is not None
    easy, hard, hit = logits.grad[0].tolist()
    assert 0 < easy < 1e-4 * hard
    assert hit < 0 < hard


def test_it_is_finite_where_the_sigmoid_saturates():
    logits = torch.tensor([[-200.0, 200.0]], requires_grad=True)
    loss = focal_loss(logits, torch.tensor([[1.0, 0.0]]))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(logits.grad).all()
