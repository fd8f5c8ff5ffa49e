"""``python -m training.evaluate``: a method on a data set, on marked pictures, on held-out people.

    python -m training.evaluate --data 3dpw=/data/3DPW:test --method metro --protocol 3dpw-metro
    python -m training.evaluate --joints joints2d.json [--media DIR] [--method pose_lift]
    python -m training.evaluate --held-out [--count 1000]
    python -m training.evaluate --joints joints2d.json --bare embedded,metro,pose_lift
    python -m training.evaluate --synthetic metro,pointhmr,multi_roi
    python -m training.evaluate --synthetic metro,pose_lift --refine thorough --average 4

Nothing here chooses a checkpoint; marked photographs are a smoke test and are only measured.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError, MeshLoupeError
from core.types import REFINE_LEVELS
from training.evaluation.command import add_options

if TYPE_CHECKING:
    from core.methods.pose_lift import PoseLift
    from training.lift.marked_pictures import MarkedPicture
    from training.lift.tables import TableRow

METHODS = ("pose_lift",)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--method", default="pose_lift", metavar="ID", help="with --data any method of the registry"
    )
    parser.add_argument("--joints", type=Path, metavar="FILE", help="marked joints of pictures")
    parser.add_argument(
        "--media", type=Path, metavar="DIR", help="the pictures; default: beside FILE"
    )
    parser.add_argument(
        "--bare",
        metavar="NAMES",
        help="with --joints: from the bare photographs, by the embedded detector (`embedded`) and "
        "methods with shipped lite weights",
    )
    parser.add_argument(
        "--synthetic", metavar="IDS", help="shipped lite heads on the fixed synthetic test set"
    )
    parser.add_argument(
        "--refine",
        default="off",
        choices=REFINE_LEVELS,
        help="with --bare and --synthetic: bodies brought onto joints and silhouettes found",
    )
    parser.add_argument(
        "--average", type=int, default=1, metavar="N", help="the same: over N views of each crop"
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="instead of the shipped ones")
    parser.add_argument(
        "--held-out", action="store_true", help="tables on the fixed sampled people"
    )
    parser.add_argument("--count", type=int, default=1000, help="held-out people")
    parser.add_argument(
        "--update-card", action="store_true", help="put the 2D errors into the shipped model card"
    )
    add_options(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write tables to standard output; returns the exit code."""
    options = parse(arguments)
    if not any((options.data, options.joints, options.held_out, options.synthetic)):
        sys.stderr.write("give --data ID=PATH, --joints FILE, --held-out or --synthetic IDS\n")
        return 2
    try:
        if options.data:
            from training.evaluation.command import run_command

            return run_command(options)
        if options.synthetic:
            from training.heads.remeasure import measure_shipped, synthetic_table

            if options.refine != "off" or options.average > 1:
                return _refined(options)
            update = options.update_card
            ids = options.synthetic.split(",")
            rows = {name: measure_shipped(name, update_card=update) for name in ids}
            sys.stdout.write(synthetic_table(rows))
            if not options.joints and not options.held_out:
                return 0
        if options.bare and options.joints is not None:
            return _bare(options)
        method = _method(options.method, options.weights)
        if options.joints is not None:
            from training.lift.marked_pictures import evaluate_marked_pictures

            media = options.media or options.joints.parent
            pictures = evaluate_marked_pictures(options.joints, media, method)
            sys.stdout.write(marked_table(pictures))
            if options.update_card:
                _update_card(pictures)
        if options.held_out:
            from training.lift.tables import held_out_rows, side_view_rows

            sys.stdout.write(lift_table(held_out_rows(method, options.count)))
            sys.stdout.write(lift_table(side_view_rows(method, options.count)))
    except MeshLoupeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _refined(options: argparse.Namespace) -> int:
    from training.heads.refined import measure_refined, refined_table
    from training.pictures.test_set import COUNTS

    count = COUNTS["body"]
    how = f"refine {options.refine}, average {options.average}"
    for name in options.synthetic.split(","):
        rows = {
            "as it is": measure_refined(name, "off", 1, count),
            how: measure_refined(name, options.refine, options.average, count),
        }
        sys.stdout.write(refined_table(name, rows))
    return 0


def _bare(options: argparse.Namespace) -> int:
    from training.heads.shipping import head_name
    from training.photographs import DETECTOR, photograph_rows, photograph_table, update_card

    for name in options.bare.split(","):
        rows = photograph_rows(
            options.joints,
            options.media or options.joints.parent,
            name,
            refine=options.refine,
            average=options.average,
        )
        sys.stdout.write(photograph_table(name, rows))
        plain = options.refine == "off" and options.average == 1
        if options.update_card and plain and name != "pose_lift":
            update_card("lite_backbone" if name == DETECTOR else head_name(name, "body"), rows)
    return 0


def marked_table(pictures: Sequence[MarkedPicture]) -> str:
    """One line per marked person and the mean, per cent of the box of the marked joints."""
    lines = [
        f"{'picture':24s} {'lifted':>7s} {'refined':>8s} {'worst':>6s} {'lean':>6s}   (% of box, degrees)"
    ]
    for row in pictures:
        lines.append(
            f"{row.key:24s} {row.lifted_percent:7.2f} {row.refined_percent:8.2f}"
            f" {row.worst_percent:6.1f} {row.lean_deg:6.0f}"
        )
    lifted = sum(row.lifted_percent for row in pictures) / max(len(pictures), 1)
    refined = sum(row.refined_percent for row in pictures) / max(len(pictures), 1)
    lines.append(f"{'mean':24s} {lifted:7.2f} {refined:8.2f}")
    return "\n".join(lines) + "\n"


def lift_table(rows: Iterable[TableRow]) -> str:
    """MPJPE, PA-MPJPE, MPVPE (mm), limbs flipped (%), trunk lean error (degrees)."""
    lines = [
        f"{'people':9s} {'marks':20s} {'how':36s} {'MPJPE':>6s} {'PA':>6s} {'MPVPE':>6s}"
        f" {'flip%':>6s} {'lean':>5s} {'p90':>5s} {'signed':>6s}"
    ]
    for row in rows:
        e = row.errors
        lines.append(
            f"{row.data:9s} {row.marks:20s} {row.how:36s} {e.mpjpe_mm:6.1f} {e.pa_mpjpe_mm:6.1f}"
            f" {e.mpvpe_mm:6.1f} {e.flipped_percent:6.1f} {e.lean_median_deg:5.1f}"
            f" {e.lean_p90_deg:5.1f} {e.lean_toward_deg:6.1f}"
        )
    return "\n".join(lines) + "\n"


def _method(method_id: str, weights: Path | None) -> PoseLift:
    if method_id not in METHODS:
        raise InputError(
            f"there is no evaluation of {method_id} here",
            cure=f"choose one of: {', '.join(METHODS)}",
        )
    from core.methods import create_method
    from core.methods.pose_lift import PoseLift
    from core.weights import load_embedded, load_weights

    method = create_method(method_id)
    assert isinstance(method, PoseLift)
    if weights is None:
        load_embedded(method)
    else:
        load_weights(method, weights)
    return method.eval()


def _update_card(pictures: Sequence[MarkedPicture]) -> None:
    from core.assets import asset_path
    from core.weights.cards import CardNumber, read_card, write_card

    path = asset_path("weights", "pose_lift.json")
    card = read_card(path)
    data = f"{len(pictures)} photographs with joints marked by hand"
    kept = tuple(number for number in card.numbers if number.data != data)
    protocol = "mean distance of marked joints, per cent of the longer side of their box; 8 steps"
    fresh = [
        CardNumber(f"2D error, {p.key}", round(p.refined_percent, 2), "%", protocol, data)
        for p in pictures
    ]
    mean = sum(p.refined_percent for p in pictures) / len(pictures)
    fresh.append(CardNumber("2D error, mean", round(mean, 2), "%", protocol, data))
    write_card(replace(card, numbers=(*kept, *fresh)), path)


if __name__ == "__main__":
    sys.exit(main())
