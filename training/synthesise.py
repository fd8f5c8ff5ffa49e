"""Make pictures of the synthetic world: contact sheets to look at, and the bundled samples.

``python -m training.synthesise sheet --out sheet.png`` shows what training sees;
``python -m training.synthesise samples --out assets/samples`` renders the dozen samples with truth.
"""

from __future__ import annotations

import argparse
import logging
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.body import load_body
from core.files.atomic import write_atomically
from core.opencv import cv2
from core.synthesis.backgrounds import PhotoBank
from core.synthesis.hands import HandWorld
from core.synthesis.studio import Studio
from core.synthesis.world import Rendered, World

log = logging.getLogger("training.synthesise")


def contact_sheet(rendered: Rendered, columns: int, *, truth: bool) -> NDArray[np.uint8]:
    """(rows * S, columns * S, 3) uint8 RGB; with ``truth``, joints and parts are drawn on."""
    image = rendered.batch.image
    assert image is not None
    pictures = (image.permute(0, 2, 3, 1) * 255).round().byte().numpy()
    tiles = [
        _with_truth(picture, rendered, i) if truth else picture
        for i, picture in enumerate(pictures)
    ]
    while len(tiles) % columns:
        tiles.append(np.zeros_like(tiles[0]))
    rows = [np.concatenate(tiles[i : i + columns], 1) for i in range(0, len(tiles), columns)]
    return np.concatenate(rows, 0)


def _with_truth(picture: NDArray[np.uint8], rendered: Rendered, person: int) -> NDArray[np.uint8]:
    size = len(picture)
    parts = rendered.parts[person].numpy()
    tint = cv2.applyColorMap((parts.astype(np.int32) * 53 % 256).astype(np.uint8), cv2.COLORMAP_HSV)
    tint = cv2.resize(tint, (size, size), interpolation=cv2.INTER_NEAREST)[..., ::-1]
    covered = cv2.resize(
        (parts > 0).astype(np.uint8), (size, size), interpolation=cv2.INTER_NEAREST
    )
    drawn = np.where(covered[..., None] > 0, picture // 2 + tint // 2, picture)
    drawn = np.ascontiguousarray(drawn.astype(np.uint8))
    joints = (rendered.joints_2d[person].numpy() + 1) / 2 * size
    for (x, y), seen in zip(joints, rendered.joints_visible[person].tolist(), strict=True):
        if seen > 0:
            colour = (255, 255, 255) if seen > 0.75 else (255, 60, 60)
            cv2.circle(drawn, (int(x), int(y)), 1 if size < 200 else 2, colour, -1, cv2.LINE_AA)
    return drawn


def write_sheet(arguments: argparse.Namespace) -> None:
    """Render a batch and save it as one picture, saying how fast it was."""
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    bank = PhotoBank(arguments.backgrounds, 200).pictures(arguments.seed)
    world: Studio
    if arguments.hands:
        world = HandWorld(load_body("embedded_hand"), arguments.size, bank)
    else:
        world = World(load_body("embedded"), arguments.size, bank)
    world.refresh(2000)
    world.render(8)
    # Processor time, not the clock's: other programs may be running.
    began = time.process_time()
    batches = [world.render(8) for _ in range(-(-arguments.count // 8))]
    rate = 8 * len(batches) / (time.process_time() - began)
    sheets = [contact_sheet(b, 8, truth=arguments.truth) for b in batches]
    with write_atomically(arguments.out) as path:
        cv2.imwrite(str(path), np.concatenate(sheets, 0)[..., ::-1])
    log.info("%s: %.0f pictures a second of processor time", arguments.out, rate)


def write_samples(arguments: argparse.Namespace) -> None:
    """Render the bundled samples with their truth files and a joint file."""
    from training.samples import render_samples

    count = render_samples(arguments.out, arguments.seed)
    log.info("%s: %d samples", arguments.out, count)


def main() -> None:
    """Entry point of ``python -m training.synthesise``."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(prog="training.synthesise", description=__doc__)
    commands = parser.add_subparsers(required=True)
    sheet = commands.add_parser("sheet", help="a contact sheet of what training sees")
    sheet.add_argument("--out", type=Path, default=Path("sheet.png"))
    sheet.add_argument("--count", type=int, default=64)
    sheet.add_argument("--size", type=int, default=128)
    sheet.add_argument("--seed", type=int, default=1)
    sheet.add_argument("--truth", action="store_true", help="draw joints and parts")
    sheet.add_argument("--hands", action="store_true", help="hands in close-up, not people")
    sheet.add_argument("--backgrounds", type=Path, help="folder of photographs")
    sheet.set_defaults(run=write_sheet)
    samples = commands.add_parser("samples", help="the bundled samples")
    samples.add_argument("--out", type=Path, default=Path("assets/samples"))
    samples.add_argument("--seed", type=int, default=7)
    samples.set_defaults(run=write_samples)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
