"""Camera consistency and contrastive losses: hand-computed cases and laws."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from core.geometry.cameras import full_to_weak_camera, weak_to_full_camera
from core.losses.multi_roi import SCALE_WEIGHT, camera_consistency_loss, contrastive_loss

IMAGE = torch.tensor([480.0, 640.0])


def crops_of_one_camera(people: int, rois: int = 5) -> tuple[Tensor, Tensor, Tensor]:
    """Local cameras, full cameras and sides of crops that agree."""
    torch.manual_seed(0)
    full = torch.tensor([0.3, -0.2, 5.0]).expand(people, rois, 3)
    center = torch.rand(people, rois, 2) * 300 + 100
    size = torch.rand(people, rois) * 100 + 200
    local = full_to_weak_camera(full, center, size, IMAGE, 800.0)
    return local, weak_to_full_camera(local, center, size, IMAGE, 800.0), size


@pytest.mark.parametrize("formula", ["code", "paper"])
def test_crops_that_see_one_camera_have_no_loss(formula) -> None:
    assert float(camera_consistency_loss(*crops_of_one_camera(3), formula)) < 1e-8


def test_the_code_adds_x_and_y_before_squaring_and_the_paper_does_not() -> None:
    local, full, size = crops_of_one_camera(1, rois=2)
    opposite = full.clone()
    opposite[0, 1, :2] += torch.tensor([0.1, -0.1])
    assert float(camera_consistency_loss(local, opposite, size, "code")) < 1e-8
    # Two ordered pairs, lambda 0.1, 0.1^2 in x and in y.
    paper = float(camera_consistency_loss(local, opposite, size, "paper"))
    assert paper == pytest.approx(2 * 0.1 * (0.01 + 0.01), rel=1e-3)
    same_way = full.clone()
    same_way[0, 1, :2] += 0.1
    code = float(camera_consistency_loss(local, same_way, size, "code"))
    assert code == pytest.approx(0.2**2 / 2, rel=1e-3)  # mean over two crops


def test_scale_counts_by_the_pixels_of_two_metres() -> None:
    camera = torch.tensor([[[1.0, 0, 0], [1.5, 0, 0]]])
    full, size = torch.zeros(1, 2, 3), torch.full((1, 2), 200.0)
    code = float(camera_consistency_loss(camera, full, size, "code"))
    assert code == pytest.approx((SCALE_WEIGHT * 100) ** 2 / 2)
    paper = float(camera_consistency_loss(camera, full, size, "paper"))
    assert paper == pytest.approx(2 * 1e-4 * 100**2, rel=1e-5)


def test_contrast_of_two_people_with_opposite_features() -> None:
    features = torch.tensor([[[2.0, 0.0], [3.0, 0.0]], [[-1.0, 0.0], [-5.0, 0.0]]])
    # Lengths do not matter: cosines are 1 within and -1 between; tau = 0.5.
    each = -(2 - math.log(math.exp(2) + 2 * math.exp(-2)))
    assert float(contrastive_loss(features)) == pytest.approx(0.5 * each, rel=1e-5)
    unit = torch.nn.functional.normalize(features, dim=-1)
    paper = -(2 - math.log(2 * math.exp(-2)))
    assert float(contrastive_loss(unit, "paper")) == pytest.approx(4 * paper, rel=1e-5)


@pytest.mark.parametrize("formula", ["code", "paper"])
def test_mixed_up_people_cost_more(formula) -> None:
    torch.manual_seed(1)
    person = torch.nn.functional.normalize(torch.randn(4, 1, 16), dim=-1)
    sorted_ = person.expand(4, 4, 16) + torch.randn(4, 4, 16) * 0.01
    mixed = sorted_.transpose(0, 1)
    assert float(contrastive_loss(sorted_, formula)) < float(contrastive_loss(mixed, formula))


def test_what_has_no_pair_has_no_loss_and_a_gradient() -> None:
    features = torch.randn(3, 1, 4, requires_grad=True)
    contrastive_loss(features).backward()
    assert features.grad is not None
    assert float(features.grad.abs().sum()) == 0
    assert float(contrastive_loss(torch.randn(1, 3, 4), "paper")) == 0
