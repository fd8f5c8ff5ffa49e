"""``python -m training.train --method ID``: train a method, stop at any time, carry on with --resume.

python -m training.train --method pose_lift --minutes 60
python -m training.train --method metro --data human36m=/data/h36m:train --data coco=/data/coco
torchrun --nproc-per-node 2 -m training.train --method metro --data ...
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import sys
from pathlib import Path

import torch

from core.errors import MeshLoupeError
from core.files.atomic import write_atomically
from training.data.options import add_data_options
from training.distributed import Workers, join_workers
from training.loop import LoopSettings, TrainingLoop
from training.pictures.render import RenderProcesses
from training.recipes import RECIPES, recipe_for

logger = logging.getLogger("training")
MINUTES = 60.0
CONFIG_NAME = "config.json"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.train", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--method",
        required=True,
        metavar="ID",
        help=f"one of {', '.join(RECIPES)}; with --data any method that reads pictures",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        help="budget of the folder's training; default 60, with --data the paper's epochs",
    )
    parser.add_argument("--resume", action="store_true", help="carry on from DIR's checkpoint")
    parser.add_argument(
        "--start",
        type=Path,
        metavar="FILE",
        help="begin with the network of shipped weights; with --data also released files, or `embedded`",
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
    add_data_options(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Train; returns the exit code."""
    options = parse(arguments)
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    if options.threads:
        torch.set_num_threads(options.threads)
    folder = options.out or Path("runs") / options.method
    try:
        workers = join_workers(options.device)
        if not workers.first:
            logger.setLevel(logging.ERROR)
        try:
            torch.manual_seed(options.seed + workers.rank)
            if options.data:
                return _train_on_data(options, folder, workers)
            return _train_on_rendered(options, folder, workers)
        finally:
            workers.close()
    except MeshLoupeError as error:
        logger.error("%s", error)
        return 1


def _train_on_rendered(options: argparse.Namespace, folder: Path, workers: Workers) -> int:
    on_cpu = workers.device.type == "cpu"
    pictures = options.pictures or (folder / "pictures" if on_cpu else None)
    recipe = recipe_for(options.method, workers.device, options.seed + workers.rank, pictures)
    loop = TrainingLoop(recipe, folder, LoopSettings(options.minutes or MINUTES), workers)
    if options.resume:
        loop.resume()
    elif options.start:
        loop.start_from(options.start)
    beside = _renderers(options, recipe.picture_size if workers.first else 0, pictures)
    try:
        return _run(loop, options.ship)
    finally:
        beside.stop()


def _train_on_data(options: argparse.Namespace, folder: Path, workers: Workers) -> int:
    from training.data.dry_run import dry_run, report_table
    from training.data.options import data_run

    asked = data_run(options, workers)
    if options.dry_run:
        sys.stdout.write(report_table(dry_run(asked.recipe)))
        return 0
    minutes = options.minutes or math.inf
    loop = TrainingLoop(asked.recipe, folder, LoopSettings(minutes, epochs=asked.epochs), workers)
    if options.resume:
        loop.resume()
    if workers.first:
        folder.mkdir(parents=True, exist_ok=True)
        with write_atomically(folder / CONFIG_NAME) as part:
            part.write_text(json.dumps(asked.config, indent=1) + "\n", "utf-8")
    return _run(loop, options.ship)


def _run(loop: TrainingLoop, ship: Path | None) -> int:
    try:
        loop.run()
    except KeyboardInterrupt:
        loop.save()
        logger.info("stopped; carry on with --resume --out %s", loop.folder)
        return 1
    if ship and loop.workers.first:
        written = loop.recipe.export(loop.averaged_network(), loop.facts, ship)
        logger.info("wrote %s", written)
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
