"""The synthetic world: pictures agree with their truth, and seeds with themselves."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.body import load_body
from core.errors import InputError
from core.geometry.cameras import project_perspective
from core.opencv import cv2
from core.synthesis.augment import augment
from core.synthesis.backdrops import Backdrops
from core.synthesis.backgrounds import PhotoBank, photograph_bank, procedural_bank
from core.synthesis.compose import composite
from core.synthesis.people import Layers
from core.synthesis.shells import SHELL_POINTS, shell_points
from core.synthesis.world import PARTS, Rendered, World

SIZE = 64


@pytest.fixture(scope="module")
def world() -> World:
    return World(load_body("embedded"), SIZE, procedural_bank(8, 64, 0), pool=64)


@pytest.fixture(scope="module")
def rendered(world: World) -> Rendered:
    torch.manual_seed(11)
    return world.render(12)


def test_pictures_are_finite_and_not_flat(rendered: Rendered) -> None:
    image = rendered.batch.image
    assert image is not None
    assert image.shape == (12, 3, SIZE, SIZE)
    assert torch.isfinite(image).all()
    assert float(image.amin()) >= 0
    assert float(image.amax()) <= 1
    assert float(image.std((1, 2, 3)).amin()) > 0.01


def test_the_full_picture_camera_lands_where_the_crop_says(
    world: World, rendered: Rendered
) -> None:
    """vertices + camera_full, projected with focal_px, cropped, are the 2D joints of the crop."""
    batch, target = rendered.batch, rendered.target
    assert target.vertices is not None
    assert target.camera_full is not None
    joints = world.body.regress(target.vertices, "lift25") + target.camera_full[:, None]
    pixels = project_perspective(joints, batch.focal_px, batch.image_size.flip(-1) / 2)
    crop = (pixels - batch.box_center[:, None]) / batch.box_size[:, None, None] * 2
    assert torch.allclose(crop, rendered.joints_2d, atol=1e-3)


def test_seen_joints_lie_on_the_silhouette(rendered: Rendered) -> None:
    """A joint that is called visible has the person within a cell of it."""
    grown = torch.nn.functional.max_pool2d(rendered.silhouette[:, None], 3, 1, 1)[:, 0]
    cells = ((rendered.joints_2d + 1) / 2 * (SIZE // 4)).long().clamp(0, SIZE // 4 - 1)
    person = torch.arange(len(cells))[:, None]
    on = grown[person, cells[..., 1], cells[..., 0]] > 0
    seen = rendered.joints_visible > 0.75
    assert float((on & seen).sum() / seen.sum()) > 0.95


def test_parts_are_where_the_silhouette_is(rendered: Rendered) -> None:
    parts, inside = rendered.parts, rendered.silhouette
    assert int(parts[parts != 255].max()) < PARTS
    assert float((parts[inside > 0.95] > 0).float().mean()) > 0.95
    assert float((parts[inside == 0] == 0).float().mean()) > 0.98


def test_what_follows_by_projection_agrees_with_the_joints(
    world: World, rendered: Rendered
) -> None:
    """Coarse vertices regress to the 2D joints; the weak camera is the full one seen from afar."""
    coarse = rendered.projected(world.body, -1)
    assert coarse.shape == (12, world.body.level_sizes[-1], 2)
    whole = rendered.projected(world.body, 0)
    kept = world.body.hierarchy.kept(-1)
    assert kept is not None
    assert torch.allclose(whole[:, torch.from_numpy(kept)], coarse, atol=1e-4)
    depth = rendered.target.camera_full[:, 2]  # type: ignore[index]
    scale = rendered.camera[:, 0] * rendered.batch.box_size / 2
    assert torch.allclose(scale, rendered.batch.focal_px / depth, rtol=1e-4)


def test_boxes_of_several_crops_move_with_the_box(rendered: Rendered) -> None:
    centres, sides = rendered.roi_boxes((((0.0, 0.0), 1.0), ((0.1, -0.1), 0.8)))
    batch = rendered.batch
    assert torch.equal(centres[:, 0], batch.box_center)
    moved = (centres[:, 1] - batch.box_center) / batch.box_size[:, None]
    assert torch.allclose(moved, torch.tensor([0.1, -0.1]).expand(12, 2), atol=1e-4)
    assert torch.allclose(sides[:, 1], batch.box_size * 0.8)


def test_equal_seeds_give_equal_pictures(world: World) -> None:
    first, second, other = (_picture(world, seed) for seed in (5, 5, 6))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def _picture(world: World, seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    image = world.render(2).batch.image
    assert image is not None
    return image


def test_refresh_replaces_some_poses_and_keeps_the_number(world: World) -> None:
    assert world.poses is not None
    before = world.poses.clone()
    world.refresh(10)
    assert len(world.poses) == len(before)
    assert torch.equal(world.poses[:-10], before[10:])


def test_what_stands_in_front_is_reported_as_hidden() -> None:
    torch.manual_seed(2)
    people = 64
    mask = torch.zeros(people, 1, 32, 32)
    mask[:, :, 8:24, 8:24] = 1
    layers = Layers(0.9 * mask.expand(-1, 3, -1, -1), mask, mask)
    backdrops = Backdrops(torch.zeros(1, 3, 32, 32, dtype=torch.uint8), 32)
    picture, hidden = composite(layers, torch.full((people, 3, 32, 32), 0.5), backdrops)
    shown = picture.mean(1, keepdim=True)
    assert ((mask > 0) & (hidden > 0.5)).any()
    assert float(shown[hidden > 0.99].amax()) < 0.95
    assert torch.allclose(shown[(mask > 0) & (hidden == 0)], torch.tensor(0.9), atol=1e-3)


def test_augmentation_stays_in_range_and_changes_pictures() -> None:
    torch.manual_seed(0)
    pictures = torch.rand(6, 3, 32, 32)
    out = augment(pictures)
    assert out.shape == pictures.shape
    assert float(out.amin()) >= 0
    assert float(out.amax()) <= 1
    assert not torch.allclose(out, pictures, atol=0.02)


def test_photographs_become_backgrounds(tmp_path: Path) -> None:
    picture = np.zeros((120, 150, 3), np.uint8)
    picture[..., 2] = 200  # red, as OpenCV stores it
    cv2.imwrite(str(tmp_path / "red.png"), picture)
    (tmp_path / "notes.txt").write_text("not a picture")
    bank = photograph_bank(tmp_path, 3, 64, 0)
    assert bank.shape == (3, 3, 64, 64)
    assert int(bank[:, 0].min()) > 190
    assert int(bank[:, 1:].max()) < 10


def test_half_of_the_backgrounds_are_the_users(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "black.png"), np.zeros((80, 80, 3), np.uint8))
    bank = PhotoBank(tmp_path, 3, 64).pictures(0)
    assert bank.shape == (6, 3, 64, 64)
    assert int(bank[3:].max()) == 0
    assert PhotoBank(None, 3, 64).pictures(0).equal(bank[:3])


def test_a_folder_without_photographs_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="photographs"):
        photograph_bank(tmp_path, 1, 64, 0)


def test_a_skirt_hides_the_legs_parts(world: World) -> None:
    """Shell points are drawn for people who wear one, and for nobody else."""
    joints = world.surface.rest_joints.expand(2, -1, -1)
    length, flare = torch.tensor([0.6, 0.6]), torch.tensor([0.0, 0.1])
    coat = torch.zeros(2, dtype=torch.bool)
    points, normals = shell_points(joints, world.surface.joint_names, length, flare, coat)
    assert points.shape == (2, SHELL_POINTS, 3)
    assert torch.allclose(normals.norm(dim=-1), torch.ones(2, SHELL_POINTS), atol=1e-4)
    hip, ankle = world.surface.joint("L_Hip"), world.surface.joint("L_Ankle")
    low = hip[1] + 0.6 * (ankle[1] - hip[1])
    assert float(points[..., 1].amin()) > float(low) - 0.12
    legs = torch.stack([world.surface.joint("L_Knee"), world.surface.joint("R_Knee")])
    across = points[..., 0]
    assert float(across.amax()) > float(legs[:, 0].amax())
    assert float(across.amin()) < float(legs[:, 0].amin())
