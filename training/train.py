"""``python -m training.train --method ID``: train a method, stop at any time, carry on with --resume."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

import torch

from core.errors import MeshLoupeError
from training.loop import LoopSettings, TrainingLoop
from training.pictures.render import RenderProcesses
from training.recipes import RECIPES, recipe_for

logger = logging.getLogger("training")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument(
        "--method", required=True, metavar="ID", help=f"one of {', '.join(RECIPES)}"
    )
    parser.add_argument(
        "--minutes", type=float, default=60.0, help="budget of the folder's training"
    )
    parser.add_argument("--resume", action="store_true", help="carry on from DIR's checkpoint")
    parser.add_argument(
        "--start", type=Path, metavar="FILE", help="begin with the network of shipped weights"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="checkpoints; default runs/ID")
    parser.add_argument(
        "--ship", type=Path, metavar="DIR", help="write weights and card here at the end"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="rendered pictures to learn from; by default rendered beside the training (processor) "
        "or between its steps (CUDA)",
    )
    parser.add_argument(
        "--backgrounds",
        type=Path,
        metavar="DIR",
        help="photographs to put behind rendered people, where rendering processes run beside",
    )
    parser.add_argument(
        "--renderers",
        type=int,
        help="rendering processes; default: cores - 1 on a processor, none with --pictures",
    )
    parser.add_argument("--threads", type=int, help="processor threads of torch")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Train; returns the exit code."""
    options = parse(arguments)
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    if options.threads:
        torch.set_num_threads(options.threads)
    name = options.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    folder = options.out or Path("runs") / options.method
    try:
        torch.manual_seed(options.seed)
        pictures = options.pictures or (folder / "pictures" if name == "cpu" else None)
        recipe = recipe_for(options.method, torch.device(name), options.seed, pictures)
        loop = TrainingLoop(recipe, folder, LoopSettings(options.minutes))
        if options.resume:
            loop.resume()
        elif options.start:
            loop.start_from(options.start)
        beside = _renderers(options, recipe.picture_size, pictures)
        try:
            loop.run()
        except KeyboardInterrupt:
            loop.save()
            logger.info("stopped; carry on with --resume --out %s", folder)
            return 1
        finally:
            beside.stop()
        if options.ship:
            written = recipe.export(loop.averaged_network(), loop.facts, options.ship)
            logger.info("wrote %s", written)
    except MeshLoupeError as error:
        logger.error("%s", error)
        return 1
    return 0


def _renderers(options: argparse.Namespace, size: int, pictures: Path | None) -> RenderProcesses:
    """The processes that render beside this training: none where it needs or has no folder."""
    count = options.renderers
    if count is None:
        count = 0 if options.pictures else max(1, (os.cpu_count() or 1) - 1)
    if pictures is None or not size:
        count = 0
    where = pictures or Path()
    return RenderProcesses(where, size, options.seed + 1, count, options.backgrounds)


if __name__ == "__main__":
    sys.exit(main())
