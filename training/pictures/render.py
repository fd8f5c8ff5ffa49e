"""``python -m training.pictures.render --out DIR``: render shards of pictures until told to stop."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import torch
from torch import Tensor

from core.body import load_body
from core.synthesis.backgrounds import PhotoBank
from core.synthesis.hands import HandWorld
from core.synthesis.studio import Studio
from core.synthesis.world import World
from core.types import Subject
from training.pictures.shards import SUFFIX, Pictures, write_shard

SHARD, CHUNK = 512, 16
BANK_COUNT, BANK_SIDE = 600, 192
REFRESH_EVERY = 4  # shards between new sets of poses
# glibc returns large blocks to the system at once; asking for them again costs most of the time.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000"}


def studio_of(subject: Subject, size: int, bank: Tensor, seed: int) -> Studio:
    """The world that renders a subject, its poses drawn by a generator of their own."""
    body = load_body("embedded" if subject == "body" else "embedded_hand")
    studio: Studio = (World if subject == "body" else HandWorld)(body, size, bank)
    studio.seed_poses(seed)
    return studio


def render_shards(
    folder: Path,
    size: int,
    seed: int,
    count: int | None = None,
    photographs: Path | None = None,
    subject: Subject = "body",
) -> None:
    """Render ``count`` shards (endlessly by default) into ``folder``.

    Backgrounds are made up; with a folder of ``photographs`` half of them are crops of these.

    Shards are named by seed and number, so that processes with other seeds may share the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = len(list(folder.glob(f"{seed:04d}-*{SUFFIX}")))
    torch.manual_seed(seed * 100_003 + done)
    bank = PhotoBank(photographs, BANK_COUNT, BANK_SIDE).pictures(seed + done)
    world = studio_of(subject, size, bank, seed * 100_003 + done)
    number = done
    while count is None or number < done + count:
        if number > done and (number - done) % REFRESH_EVERY == 0:
            world.refresh(world.pool_size // 10)
        made = [Pictures.of(world.render(CHUNK)) for _ in range(SHARD // CHUNK)]
        write_shard(Pictures.joined(made), folder / f"{seed:04d}-{number:05d}{SUFFIX}")
        number += 1


class RenderProcesses:
    """Rendering beside a training, one process a core; stopped with the training."""

    def __init__(
        self,
        folder: Path,
        size: int,
        seed: int,
        count: int,
        photographs: Path | None = None,
        subject: Subject = "body",
    ) -> None:
        command = [sys.executable, "-m", "training.pictures.render", "--out", str(folder)]
        command += ["--subject", subject]
        if photographs is not None:
            command += ["--backgrounds", str(photographs)]
        environment = {**os.environ, **KEEP_MEMORY, "OMP_NUM_THREADS": "1"}
        self._running = [
            subprocess.Popen(
                [*command, "--size", str(size), "--seed", str(seed + i)], env=environment
            )
            for i in range(count)
        ]

    @property
    def alive(self) -> bool:
        """Whether all of them still run."""
        return all(process.poll() is None for process in self._running)

    def stop(self) -> None:
        """End them; a shard in the making is given up."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait()


def main(arguments: list[str] | None = None) -> int:
    """Render until stopped; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--size", type=int, default=128, help="side of the pictures, pixels")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, help="shards of 512 pictures; endless by default")
    parser.add_argument(
        "--backgrounds", type=Path, metavar="DIR", help="photographs to put behind people"
    )
    parser.add_argument("--subject", choices=("body", "hand"), default="body")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    render_shards(
        options.out,
        options.size,
        options.seed,
        options.count,
        options.backgrounds,
        options.subject,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
