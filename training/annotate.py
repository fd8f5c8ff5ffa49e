"""``python -m training.annotate``: labels for pictures and videos that have none, to train on.

    python -m training.annotate FOLDER [--out DIR] [--method pose_lift] [--refine thorough]

Writes a copy of each picture (video frames as JPEG) with ``<picture>.truth.npz`` beside it, for people
of whom the reconstruction is sure; a second run goes on where the first was stopped. The folder is a data
set of our own layout (`core.data.truth_folder`). The labels are guesses: never measure by them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from core.errors import MeshLoupeError


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.annotate", description=__doc__.split("\n")[0]
    )
    parser.add_argument("inputs", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: FOLDER-labels")
    parser.add_argument("--method", default="pose_lift", metavar="ID")
    parser.add_argument("--refine", default="thorough", choices=("quick", "thorough"))
    parser.add_argument("--average", type=int, default=1, metavar="N", help="views of each crop")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--every", type=float, default=1.0, metavar="S", help="seconds in videos")
    parser.add_argument("--least-joints", type=int, metavar="N", help="found, of 14")
    parser.add_argument("--least-score", type=float, metavar="X", help="mean of the joints found")
    parser.add_argument("--most-percent", type=float, metavar="X", help="body off the joints found")
    parser.add_argument("--least-pixels", type=float, metavar="X", help="of the person's box")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Label, tell each picture on standard output and the sum on standard error; the exit code."""
    options = parse(arguments)
    if options.every <= 0:
        sys.stderr.write("--every must be more than 0 seconds\n")
        return 2
    try:
        return _run(options)
    except MeshLoupeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("stopped; run again to go on\n")
        return 130


def _run(options: argparse.Namespace) -> int:
    from core.pipeline.config import EngineConfig
    from core.pipeline.engine import open_engine
    from training.annotations import Thresholds, Wish, annotate

    given = {name: getattr(options, name) for name in vars(Thresholds())}
    config = EngineConfig(
        options.method,
        detector="embedded",
        device=options.device,
        refine=options.refine,
        average=options.average,
    )
    first = options.inputs[0]
    out = options.out or first.with_name(f"{first.resolve().name}-labels")
    wish = Wish(
        tuple(options.inputs),
        out,
        config,
        replace(Thresholds(), **{k: v for k, v in given.items() if v is not None}),
        options.every,
    )
    pictures = kept = people = earlier = 0
    with open_engine(config) as engine:
        for decision in annotate(wish, engine):
            pictures, kept, people = pictures + 1, kept + decision.kept, people + decision.people
            earlier += decision.earlier
            why = f" ({'; '.join(decision.reasons)})" if decision.reasons else ""
            sys.stdout.write(f"{decision.key}: {decision.kept} of {decision.people} kept{why}\n")
            sys.stdout.flush()
    sys.stderr.write(
        f"{kept} of {people} people in {pictures} pictures kept, {earlier} pictures by an earlier run;"
        f" labels are in {out}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
