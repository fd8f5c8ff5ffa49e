"""Shards: what is rendered is what is read, by any number of readers, while more is written."""

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from core.body import load_body
from core.synthesis.backgrounds import procedural_bank
from core.synthesis.world import World
from training.dense.recipe import DenseRecipe
from training.pictures import render
from training.pictures.render import RenderProcesses, render_shards
from training.pictures.shards import SUFFIX, Pictures, ShardFolder, read_shard, write_shard


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    torch.manual_seed(0)
    world = World(load_body("embedded"), 64, procedural_bank(4, 64, 0), pool=32)
    return Pictures.of(world.render(8))


def test_a_shard_holds_what_was_rendered(pictures: Pictures, tmp_path: Path) -> None:
    write_shard(pictures, tmp_path / f"0001-00000{SUFFIX}")
    again = read_shard(tmp_path / f"0001-00000{SUFFIX}")
    for field in dataclasses.fields(Pictures):
        assert torch.equal(getattr(again, field.name), getattr(pictures, field.name)), field.name


def test_the_kept_parameters_give_the_joints_back(pictures: Pictures) -> None:
    """Rotations, shape and camera of a shard project onto its 2D joints."""
    body = load_body("embedded")
    joints = body.regress(body(pictures.rotmat, pictures.betas).vertices, "lift25")
    seen = joints + pictures.camera_full[:, None]
    middle = pictures.image_size.flip(-1)[:, None] / 2
    pixels = seen[..., :2] / seen[..., 2:] * pictures.focal_px[:, None, None] + middle
    half = pictures.box_size[:, None, None] / 2
    apart = ((pixels - pictures.box_center[:, None]) / half - pictures.joints_2d).abs().max()
    assert apart < 2e-3


def test_a_folder_grows_while_it_is_read_and_forgets_the_oldest(
    pictures: Pictures, tmp_path: Path
) -> None:
    folder = ShardFolder(tmp_path, limit=12)
    folder.update()
    assert len(folder) == 0
    for number in range(3):
        write_shard(pictures, tmp_path / f"0001-{number:05d}{SUFFIX}")
        folder.update()
    assert len(folder) == 16  # 24 less the oldest 8: never below the limit
    torch.manual_seed(0)
    drawn = folder.draw(64)
    assert drawn.image.shape == (64, 3, 64, 64)
    assert len({tuple(row.flatten().tolist()) for row in drawn.betas}) == 8


def test_rendering_carries_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "SHARD", 4)
    monkeypatch.setattr(render, "CHUNK", 4)
    monkeypatch.setattr(render, "BANK_COUNT", 3)
    render_shards(tmp_path, 64, seed=2, count=1)
    render_shards(tmp_path, 64, seed=2, count=1)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"0002-00000{SUFFIX}", f"0002-00001{SUFFIX}"]
    first, second = (read_shard(tmp_path / name) for name in names)
    assert not torch.equal(first.rotmat, second.rotmat)


def test_photographs_come_behind_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing but red photographs to choose from, pictures turn red."""
    for name, value in (("SHARD", 8), ("CHUNK", 8), ("BANK_COUNT", 3)):
        monkeypatch.setattr(render, name, value)
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    red = np.zeros((200, 300, 3), np.uint8)
    red[..., 2] = 220  # OpenCV's order
    cv2.imwrite(str(photographs / "red.png"), red)
    render_shards(tmp_path / "plain", 64, seed=3, count=1)
    render_shards(tmp_path / "photo", 64, seed=3, count=1, photographs=photographs)
    shares = []
    for folder in ("plain", "photo"):
        (path,) = (tmp_path / folder).glob(f"*{SUFFIX}")
        colours = read_shard(path).image.float().mean((0, 2, 3))
        shares.append(float(colours[0] / colours.sum()))
    assert shares[1] > shares[0] + 0.05


def test_a_recipe_learns_from_a_folder(pictures: Pictures, tmp_path: Path) -> None:
    write_shard(pictures, tmp_path / f"0001-00000{SUFFIX}")
    recipe = DenseRecipe(torch.device("cpu"), 0, tmp_path)
    view = recipe.draw()
    assert view.image.shape == (recipe.batch_size, 3, 64, 64)
    assert recipe.world is None


def test_stopped_renderers_are_gone(tmp_path: Path) -> None:
    processes = RenderProcesses(tmp_path, 64, 0, 1)
    assert processes.alive
    processes.stop()
    assert not processes.alive
