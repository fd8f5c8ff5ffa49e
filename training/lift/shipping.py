"""Writing the shipped weights of `pose_lift` and the card that says what they are worth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from core.body import load_body
from core.files import file_sha256
from core.files.atomic import write_atomically
from core.methods.lift_network import LiftNetwork
from core.methods.pose_lift import PoseLift
from core.weights.cards import CardFile, CardNumber, ModelCard, write_card
from training.curves import fit_power_law
from training.lift.error_model import measure_errors
from training.lift.held_out import HEADLINE
from training.lift.tables import PROTOCOLS, TableRow, held_out_rows, side_view_rows
from training.recipes import TrainingFacts

NAME = "pose_lift"

COMMAND = (
    "python -m training.train --method pose_lift --start assets/weights/pose_lift.safetensors "
    "--minutes 240 --out runs/pose_lift --ship assets/weights (stopped: the same with --resume)"
)
LIMITS = (
    "Depth is a guess: limbs may be flipped towards or away from the camera, the trunk may lean. "
    "Hands, twist of limbs, and with 14 joints feet and head direction, are guessed. Clothes are not "
    "modelled; the build comes from proportions alone. Children and unusual bodies were not trained."
)
# People of the quick rows that a test measures again.
CHECK_COUNT = 200
FULL_COUNT = 1000
REPORTED = {"mpjpe_mm": "MPJPE", "pa_mpjpe_mm": "PA-MPJPE", "mpvpe_mm": "MPVPE"}
DEPTH = {
    "flipped_percent": ("limbs flipped in depth", "%"),
    "lean_median_deg": ("trunk lean, median error", "degrees"),
    "lean_p90_deg": ("trunk lean, 90th percentile", "degrees"),
}


def ship(network: LiftNetwork, facts: TrainingFacts, folder: Path) -> Path:
    """Write ``pose_lift.safetensors`` (half precision) and ``pose_lift.json`` with held-out numbers."""
    method = PoseLift(load_body("embedded")).eval()
    rounded = {k: v.half().float().cpu() for k, v in network.state_dict().items()}
    method.network.load_state_dict(rounded)
    method.error_covariance.copy_(measure_errors(method))
    tensors = {
        name: value.half() if name.startswith("network.") else value
        for name, value in method.state_dict().items()
    }
    path = folder / f"{NAME}.safetensors"
    with write_atomically(path) as part:
        save_file({k: v.contiguous() for k, v in tensors.items()}, part)
    card = ModelCard(
        id=NAME,
        method=NAME,
        preset=method.preset,
        variant=method.variant,
        title="Pose lift, trained on sampled people",
        files=(CardFile(path.name, file_sha256(path)),),
        parameters=sum(p.numel() for p in method.network.parameters()),
        licence="Apache-2.0",
        recipe=_recipe(facts),
        pictures_seen=facts.samples,
        numbers=card_numbers(method),
        limits=LIMITS,
    )
    write_card(card, folder / f"{NAME}.json")
    return path


def card_numbers(method: PoseLift, full_count: int = FULL_COUNT) -> tuple[CardNumber, ...]:
    """All held-out and side-view numbers, and the quick ones that a test repeats."""
    numbers = [
        number for row in held_out_rows(method, full_count) for number in _numbers(row, full_count)
    ]
    numbers += [n for row in side_view_rows(method, full_count) for n in _numbers(row, full_count)]
    return (*numbers, *check_numbers(method))


def check_numbers(method: PoseLift) -> tuple[CardNumber, ...]:
    """Exact and noisy marks on the first held-out people: seconds to measure again."""
    rows = held_out_rows(method, CHECK_COUNT, PROTOCOLS[:3:2])
    wanted = [row for row in rows if row.how in ("lifted", "8 steps")]
    return tuple(
        replace(number, data=f"quick check, {CHECK_COUNT} people")
        for row in wanted
        for number in _numbers(row, CHECK_COUNT)[:3]
    )


def _numbers(row: TableRow, count: int) -> list[CardNumber]:
    protocol = f"marks: {row.marks}; {row.how}; hips at zero, 14 joints, coarse vertices"
    data = f"sampled people, {row.data}, {count}"
    values = vars(row.errors)
    found = [
        CardNumber(title, round(values[key], 2), "mm", protocol, data)
        for key, title in REPORTED.items()
    ]
    return found + [
        CardNumber(title, round(values[key], 2), unit, protocol, data)
        for key, (title, unit) in DEPTH.items()
    ]


def _recipe(facts: TrainingFacts) -> str:
    return (
        f"{facts.samples / 1e6:.1f} M sampled people in {facts.steps} steps, "
        f"{facts.seconds / 60:.0f} minutes on one shared processor core: poses of daily life and sport "
        "(joint limits, balance, hands on targets, no self-intersection), random shapes and cameras, "
        "marks with noise, gaps, swaps and constant habits; AdamW, cosine, running average; "
        f"the prior of the refinement is the network's own error covariance. torch {torch.__version__}. "
        f"{_outlook(facts)}Carry on with: {COMMAND}"
    )


def _outlook(facts: TrainingFacts) -> str:
    """What the learning curve promises, in one sentence."""
    curve = [row for row in facts.curve if HEADLINE in row]
    law = fit_power_law([row["samples"] for row in curve], [row[HEADLINE] for row in curve])
    if law is None:
        return ""
    return (
        f"Before refinement PA-MPJPE with exact marks is {curve[-1][HEADLINE]:.1f} mm; the curve's power "
        f"law expects {law.at(4 * facts.samples):.1f} at four times the samples. "
    )
