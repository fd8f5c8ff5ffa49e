"""A changed picture and its truth stay together."""

import dataclasses

import pytest
import torch

from core.body.joint_sets import LIFT25_NAMES
from training.pictures.augment import Changes, dense_view
from training.pictures.shards import Pictures

SIDE = 64
STILL = Changes(turn=0, scale=0, shift=0, mirror=0, light=0, erase=0, far=0, near=0)


def pictures_with_dots(count: int) -> Pictures:
    """Black pictures with a white dot on one joint each, whose part lies there too."""
    generator = torch.Generator().manual_seed(1)
    joints = torch.rand(count, 25, 2, generator=generator) - 0.5
    image = torch.zeros(count, 3, SIDE, SIDE, dtype=torch.uint8)
    parts = torch.zeros(count, SIDE // 4, SIDE // 4, dtype=torch.uint8)
    for person in range(count):
        column, row = ((joints[person, 0] + 1) / 2 * SIDE).long().tolist()
        image[person, :, row - 2 : row + 3, column - 2 : column + 3] = 255
        parts[person, row // 4, column // 4] = 9  # the right ankle
    return Pictures(
        image,
        joints,
        torch.ones(count, 25),
        parts,
        torch.eye(3).expand(count, 24, 3, 3),
        torch.zeros(count, 10),
        torch.zeros(count, 3),
        torch.zeros(count, 2),
        torch.ones(count),
        torch.ones(count, 2),
        torch.ones(count),
    )


def brightest(image: torch.Tensor) -> torch.Tensor:
    """(B, 2) centre of brightness in [-1, 1]."""
    light = image.mean(1)
    light = light / light.sum((1, 2), keepdim=True)
    steps = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    return torch.stack([(light.sum(1) * steps).sum(-1), (light.sum(2) * steps).sum(-1)], -1)


def test_nothing_changes_when_nothing_is_asked() -> None:
    pictures = pictures_with_dots(4)
    view = dense_view(pictures)
    assert torch.equal(view.image, pictures.image.float() / 255)
    same = dense_view(pictures, STILL)
    assert torch.allclose(same.image, view.image, atol=1e-4)
    assert torch.allclose(same.joints_2d, view.joints_2d)
    assert torch.equal(same.parts, pictures.parts)


@pytest.mark.parametrize(
    "change", [{"turn": 15.0}, {"scale": 0.22}, {"shift": 0.06}, {"near": 1.0}, {"far": 1.0}]
)
def test_joints_follow_the_picture(change: dict[str, float]) -> None:
    torch.manual_seed(3)
    pictures = pictures_with_dots(32)
    view = dense_view(pictures, dataclasses.replace(STILL, **change))
    moved = (view.joints_2d[:, 0] - pictures.joints_2d[:, 0]).norm(dim=-1)
    assert moved.max() > 0.05
    # A dot near the border may be repeated by the reflection: the middle ones count.
    safe = (view.joints_2d[:, 0].abs() < 0.75).all(-1)
    if "far" in change:
        view = dataclasses.replace(view, image=(view.image > 0.999).float())
        safe &= view.image.mean((1, 2, 3)) < 0.05  # not where the surrounding colour is as bright
        safe &= view.image.mean((1, 2, 3)) > 0
    apart = (brightest(view.image) - view.joints_2d[:, 0]).norm(dim=-1)[safe]
    assert apart.max() < 0.05


def test_a_mirrored_picture_swaps_left_and_right_joints_and_parts() -> None:
    pictures = pictures_with_dots(8)
    view = dense_view(pictures, dataclasses.replace(STILL, mirror=1.0))
    left, right = LIFT25_NAMES.index("L_Ankle"), LIFT25_NAMES.index("R_Ankle")
    assert right == 0
    assert torch.allclose(view.image, pictures.image.flip(3).float() / 255, atol=1e-4)
    expected = pictures.joints_2d[:, right] * torch.tensor([-1.0, 1.0])
    assert torch.allclose(view.joints_2d[:, left], expected)
    # Part 9 is joint 8, the right ankle; the left one is joint 7.
    assert set(view.parts.unique().tolist()) == {0, 8}


def test_joints_that_leave_the_picture_are_outside_and_covered_ones_hidden() -> None:
    torch.manual_seed(0)
    pictures = pictures_with_dots(64)
    far = dataclasses.replace(pictures, joints_2d=pictures.joints_2d * 1.9)
    view = dense_view(far, dataclasses.replace(STILL, shift=0.1))
    gone = (view.joints_2d.abs() >= 1).any(-1)
    assert gone.any()
    assert (view.joints_visible[gone] == 0).all()
    covered = dense_view(pictures, dataclasses.replace(STILL, erase=1.0))
    hidden = covered.joints_visible == 0.5
    assert hidden.any()
    assert not hidden.all()
    # The dot of a hidden joint is painted over, but for those on the rectangle's very border.
    dark = brightest_value_at(covered.image, covered.joints_2d[:, 0])[hidden[:, 0]]
    assert (dark < 1).float().mean() > 0.7


def brightest_value_at(image: torch.Tensor, joint: torch.Tensor) -> torch.Tensor:
    """(B,) mean colour of the pixel under a joint."""
    column, row = ((joint + 1) / 2 * SIDE).long().clamp(0, SIDE - 1).unbind(-1)
    return image[torch.arange(len(image)), :, row, column].mean(1)
