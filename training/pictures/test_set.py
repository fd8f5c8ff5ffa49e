"""The fixed synthetic test sets: rendered once, kept as JPEG with their truth, the same everywhere.

``python -m training.pictures.test_set body`` (or ``hand``) renders one anew; every number on every
model card then needs to be measured again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.assets import ROOT, asset_path
from core.files.atomic import write_atomically
from core.nn.lite_backbone import LITE_SIZE
from core.opencv import cv2
from core.synthesis.backgrounds import procedural_bank
from core.types import Subject
from training.pictures.render import studio_of
from training.pictures.shards import Pictures

FOLDER = "held_out"
COUNTS: Mapping[Subject, int] = {"body": 384, "hand": 256}
CHUNK, SEED = 16, 20_261
BACKGROUNDS = 100
QUALITY = 95


def file_name(subject: Subject) -> str:
    """Name of a subject's set among the assets."""
    return f"{subject}.safetensors"


def set_title(subject: Subject) -> str:
    """The set in the words of model cards."""
    return (
        f"fixed synthetic test set, {COUNTS[subject]} {'people' if subject == 'body' else 'hands'}"
    )


def render_test_set(
    subject: Subject = "body", count: int | None = None, size: int = LITE_SIZE
) -> Pictures:
    """Poses, clothes and backgrounds that no training draws (seeds of their own)."""
    count = COUNTS[subject] if count is None else count
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        world = studio_of(subject, size, procedural_bank(BACKGROUNDS, 192, SEED), SEED)
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
def shipped_test_set(subject: Subject = "body") -> Pictures:
    """The shipped set: 384 people, or 256 hands.

    Raises:
        MeshLoupeError: it is not part of this installation.
    """
    return read_test_set(asset_path(FOLDER, file_name(subject)))


def _encoded(image: Tensor) -> Tensor:
    bgr = np.ascontiguousarray(image.permute(1, 2, 0).numpy()[:, :, ::-1])
    done, code = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done
    return torch.from_numpy(code.reshape(-1))


def _decoded(code: Tensor) -> Tensor:
    bgr = cv2.imdecode(code.numpy(), cv2.IMREAD_COLOR)
    return torch.from_numpy(np.ascontiguousarray(bgr[:, :, ::-1].transpose(2, 0, 1)))


def main() -> int:
    """Render and write a shipped set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subject", choices=tuple(COUNTS))
    subject = parser.parse_args().subject
    write_test_set(render_test_set(subject), ROOT / FOLDER / file_name(subject))
    return 0


if __name__ == "__main__":
    sys.exit(main())
