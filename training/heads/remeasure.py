"""Measure shipped lite heads on the fixed synthetic test set, and put the numbers on their cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.assets import asset_path
from core.body import load_body
from core.methods import create_method
from core.weights.cards import load_embedded, read_card, write_card
from training.heads.held_out import measure
from training.heads.shared import subject_of
from training.heads.shipping import CHECK_COUNT, card_numbers, head_name
from training.pictures.test_set import shipped_test_set


def measure_shipped(name: str, *, update_card: bool) -> Mapping[str, float]:
    """Errors of a method's shipped head on the whole test set of its subject.

    Args:
        name: a method with a ``lite`` preset, and its variant when it is not the first:
            ``metro``, ``metro:hand``.
        update_card: also write them, and the quick ones, on its card.

    Raises:
        WeightsError: nothing is shipped for it.
    """
    method_id, _, variant = name.partition(":")
    method = create_method(method_id, preset="lite", variant=variant or None)
    load_embedded(method)
    subject = subject_of(method)
    body, pictures = load_body(subject.body), shipped_test_set(subject.subject)
    numbers = measure(method, pictures, body)
    if update_card:
        quick = measure(method, pictures[:CHECK_COUNT], body)
        path = asset_path("weights", f"{head_name(method_id, method.variant)}.json")
        card = read_card(path)
        fresh = card_numbers(numbers, quick, subject)
        replaced = {(number.name, number.data) for number in fresh}
        kept = tuple(n for n in card.numbers if (n.name, n.data) not in replaced)
        write_card(replace(card, numbers=(*fresh, *kept)), path)
    return numbers


def synthetic_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """One line per method: MPJPE, PA-MPJPE, MPVPE in mm, 2D error in per cent of the crop."""
    lines = [f"{'method':14s} {'MPJPE':>7s} {'PA':>7s} {'MPVPE':>7s} {'2D %':>6s}"]
    keys = ("mpjpe_mm", "pa_mpjpe_mm", "mpvpe_mm")
    for name, numbers in rows.items():
        values = " ".join(f"{numbers[key]:7.1f}" for key in keys)
        lines.append(f"{name:14s} {values} {numbers['error_2d_percent_of_crop']:6.2f}")
    return "\n".join(lines) + "\n"
