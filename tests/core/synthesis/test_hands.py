"""Hands in close-up: joint limits, and truth that agrees with the picture."""

import pytest
import torch

from core.body import load_body
from core.geometry.cameras import project_perspective
from core.geometry.rotations import rotmat_to_axis_angle
from core.synthesis.backgrounds import procedural_bank
from core.synthesis.hand_poses import FINGERS, HandPoseSampler
from core.synthesis.hands import HandWorld
from core.synthesis.truth import Rendered

SIZE = 64


@pytest.fixture(scope="module")
def world() -> HandWorld:
    return HandWorld(load_body("embedded_hand"), SIZE, procedural_bank(8, 64, 0), pool=64)


@pytest.fixture(scope="module")
def rendered(world: HandWorld) -> Rendered:
    torch.manual_seed(3)
    return world.render(16)


def test_fingers_bend_towards_the_palm_and_within_their_limits(world: HandWorld) -> None:
    rotmat = HandPoseSampler(world.body.chain, 0).sample(300)
    names = world.body.joint_names
    angle = rotmat_to_axis_angle(rotmat).norm(dim=-1)
    assert float(angle.amax()) < 2.0
    for finger in FINGERS:
        middle = rotmat[:, names.index(f"{finger}_2")]
        tip = middle @ torch.tensor([-1.0, 0.0, 0.0])  # fingers of the flat hand run along -x
        assert float(tip[:, 1].amax()) < 0.06


def test_equal_seeds_give_equal_hands(world: HandWorld) -> None:
    first, second = (HandPoseSampler(world.body.chain, 4).sample(20) for _ in range(2))
    assert torch.equal(first, second)


def test_the_full_picture_camera_lands_where_the_crop_says(
    world: HandWorld, rendered: Rendered
) -> None:
    batch, target = rendered.batch, rendered.target
    assert target.vertices is not None
    assert target.camera_full is not None
    joints = world.body.regress(target.vertices, "hand21") + target.camera_full[:, None]
    pixels = project_perspective(joints, batch.focal_px, batch.image_size.flip(-1) / 2)
    crop = (pixels - batch.box_center[:, None]) / batch.box_size[:, None, None] * 2
    assert torch.allclose(crop, rendered.joints_2d, atol=1e-3)
    assert target.joints_3d is not None
    assert target.joints_3d.shape == (16, 21, 3)


def test_the_parameters_give_the_vertices_back(world: HandWorld, rendered: Rendered) -> None:
    target = rendered.target
    assert target.rotmat is not None
    assert target.betas is not None
    assert target.vertices is not None
    assert torch.allclose(
        world.body(target.rotmat, target.betas).vertices, target.vertices, atol=1e-5
    )


def test_seen_joints_lie_on_the_silhouette(rendered: Rendered) -> None:
    grown = torch.nn.functional.max_pool2d(rendered.silhouette[:, None], 3, 1, 1)[:, 0]
    cells = ((rendered.joints_2d + 1) / 2 * (SIZE // 4)).long().clamp(0, SIZE // 4 - 1)
    person = torch.arange(len(cells))[:, None]
    on = grown[person, cells[..., 1], cells[..., 0]] > 0
    seen = rendered.joints_visible > 0.75
    assert float((on & seen).sum() / seen.sum()) > 0.95
    assert 0.2 < float(seen.float().mean()) < 0.95


def test_the_forearm_is_neither_hand_nor_background(rendered: Rendered) -> None:
    parts = rendered.parts
    assert (parts == 255).any()
    assert int(parts[parts != 255].max()) <= 16
    assert float(rendered.silhouette[parts == 255].mean()) < 0.2
