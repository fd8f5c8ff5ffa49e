"""Shards of rendered pictures: one safetensors file each, written whole, read by memory map."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.files.atomic import write_atomically
from core.synthesis.world import Rendered

logger = logging.getLogger(__name__)

SUFFIX = ".pictures.safetensors"


@dataclass(frozen=True, eq=False)
class Pictures:
    """N pictures with truth, as small as they can be kept.

    Attributes:
        image: (N, 3, S, S) uint8.
        joints_2d: (N, K, 2) float32 in [-1, 1] over the picture (body: ``lift25``).
        joints_visible: (N, K) float32: 1 seen, 0.5 hidden, 0 outside.
        parts: (N, S/4, S/4) uint8, 255 where no part is said.
        rotmat: (N, bones, 3, 3) float32 local rotations; betas: (N, 10) float32.
        camera_full: (N, 3) float32 metres.
        box_center: (N, 2), box_size: (N,), image_size: (N, 2) height and width, focal_px: (N,):
            float32 pixels of the whole picture; the box is the crop.
    """

    image: Tensor
    joints_2d: Tensor
    joints_visible: Tensor
    parts: Tensor
    rotmat: Tensor
    betas: Tensor
    camera_full: Tensor
    box_center: Tensor
    box_size: Tensor
    image_size: Tensor
    focal_px: Tensor

    def __len__(self) -> int:
        return len(self.image)

    def __getitem__(self, rows: Tensor | slice) -> Pictures:
        """The pictures of some rows."""
        return Pictures(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def to(self, device: torch.device) -> Pictures:
        """The same pictures on another device."""
        return Pictures(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    @classmethod
    def of(cls, rendered: Rendered) -> Pictures:
        """What is kept of rendered pictures."""
        batch, target = rendered.batch, rendered.target
        assert batch.image is not None
        assert target.rotmat is not None
        assert target.betas is not None
        assert target.camera_full is not None
        return cls(
            (batch.image * 255).round().to(torch.uint8),
            rendered.joints_2d.float(),
            rendered.joints_visible.float(),
            rendered.parts,
            target.rotmat.float(),
            target.betas.float(),
            target.camera_full.float(),
            batch.box_center.float(),
            batch.box_size.float(),
            batch.image_size.float(),
            batch.focal_px.float(),
        )

    @classmethod
    def joined(cls, several: list[Pictures]) -> Pictures:
        """Several sets behind one another."""
        return cls(
            **{f.name: torch.cat([getattr(p, f.name) for p in several]) for f in fields(cls)}
        )


def write_shard(pictures: Pictures, path: Path) -> None:
    """Write a shard; a reader sees all of it or nothing."""
    tensors = {f.name: getattr(pictures, f.name).cpu().contiguous() for f in fields(pictures)}
    with write_atomically(path) as part:
        save_file(tensors, part)


def read_shard(path: Path) -> Pictures:
    """Read a shard."""
    return Pictures(**load_file(path))


class ShardFolder:
    """The newest shards of a folder as one set of pictures that grows while it is used.

    Args:
        folder: where rendering processes write.
        limit: pictures kept; older shards are forgotten (their files stay).
    """

    def __init__(self, folder: Path, limit: int = 200_000) -> None:
        self.folder, self.limit = folder, limit
        self._shards: dict[str, Pictures] = {}

    def __len__(self) -> int:
        return sum(len(p) for p in self._shards.values())

    def update(self) -> None:
        """Take in the shards written since."""
        paths = sorted(self.folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime)
        for path in paths:
            if path.name not in self._shards:
                self._shards[path.name] = read_shard(path)
        for name in list(self._shards):
            if len(self) - len(self._shards[name]) < self.limit:
                break
            self._shards[name] = self._shards[name][:0]

    def wait(self, seconds: float) -> None:
        """Take in new shards; while there is none at all, look again every ``seconds``."""
        self.update()
        while not len(self):
            logger.info("waiting for the first pictures in %s", self.folder)
            time.sleep(seconds)
            self.update()

    def draw(self, count: int) -> Pictures:
        """``count`` pictures at random, from a few shards, so that little of the disk is read."""
        shards = [p for p in self._shards.values() if len(p)]
        weights = torch.tensor([float(len(p)) for p in shards])
        share = torch.multinomial(weights, count, replacement=True)
        chosen = []
        for index in share.unique().tolist():
            wanted = int((share == index).sum())
            chosen.append(shards[index][torch.randint(len(shards[index]), (wanted,))])
        return Pictures.joined(chosen)
