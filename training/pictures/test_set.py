"""The fixed synthetic test set: rendered once, kept as JPEG with its truth, the same everywhere.

``python -m training.pictures.test_set`` renders it anew; every number on every model card then needs
to be measured again.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.assets import ROOT, asset_path
from core.body import load_body
from core.files.atomic import write_atomically
from core.nn.lite_backbone import LITE_SIZE
from core.opencv import cv2
from core.synthesis.backgrounds import procedural_bank
from core.synthesis.world import World
from training.pictures.shards import Pictures

FOLDER, FILE_NAME = "held_out", "body.safetensors"
COUNT, CHUNK, SEED = 384, 16, 20_261
BACKGROUNDS = 100
QUALITY = 95


def render_test_set(count: int = COUNT, size: int = LITE_SIZE) -> Pictures:
    """People, poses, clothes and backgrounds that no training draws (seeds of their own)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        world = World(load_body("embedded"), size, procedural_bank(BACKGROUNDS, 192, SEED))
        world.sampler = type(world.sampler)(world.body.chain, SEED)
        made = [Pictures.of(world.render(CHUNK)) for _ in range(-(-count // CHUNK))]
    return Pictures.joined(made)[:count]


def write_test_set(pictures: Pictures, path: Path) -> None:
    """Write pictures as JPEG, the rest as it is."""
    coded = [_encoded(image) for image in pictures.image]
    tensors = {f.name: getattr(pictures, f.name).contiguous() for f in fields(pictures)}
    tensors["image"] = torch.cat(coded)
    tensors["image_ends"] = torch.tensor([len(code) for code in coded]).cumsum(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(path) as part:
        save_file(tensors, part)


def read_test_set(path: Path) -> Pictures:
    """Read what `write_test_set` wrote; the pictures are what JPEG left of them."""
    tensors = load_file(path)
    ends = [0, *tensors.pop("image_ends").tolist()]
    codes = tensors.pop("image")
    images = [_decoded(codes[a:b]) for a, b in pairwise(ends)]
    return Pictures(image=torch.stack(images), **tensors)


@cache
def shipped_test_set() -> Pictures:
    """The shipped set: 384 people.

    Raises:
        MeshLoupeError: it is not part of this installation.
    """
    return read_test_set(asset_path(FOLDER, FILE_NAME))


def _encoded(image: Tensor) -> Tensor:
    bgr = np.ascontiguousarray(image.permute(1, 2, 0).numpy()[:, :, ::-1])
    done, code = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done
    return torch.from_numpy(code.reshape(-1))


def _decoded(code: Tensor) -> Tensor:
    bgr = cv2.imdecode(code.numpy(), cv2.IMREAD_COLOR)
    return torch.from_numpy(np.ascontiguousarray(bgr[:, :, ::-1].transpose(2, 0, 1)))


def main() -> int:
    """Render and write the shipped set."""
    write_test_set(render_test_set(), ROOT / FOLDER / FILE_NAME)
    return 0


if __name__ == "__main__":
    sys.exit(main())
