"""Writing the head of a ``lite`` method, and the card that says what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file

from core.errors import WeightsError
from core.files import file_sha256
from core.files.atomic import write_atomically
from core.methods import method_entry
from core.methods.base import Method
from core.types import Subject
from core.weights.cards import CardFile, CardNumber, ModelCard, read_card, write_card
from training.curves import fit_power_law
from training.heads.held_out import HEADLINE
from training.heads.shared import shared_parts, subject_of
from training.pictures.test_set import set_title
from training.recipes import TrainingFacts
from training.subjects import SubjectFacts

# People of the quick numbers.
CHECK_COUNT = 48
QUICK_DATA = f"quick check, first {CHECK_COUNT} of the synthetic test set"
TITLES = {
    "mpjpe_mm": ("MPJPE", "mm"),
    "pa_mpjpe_mm": ("PA-MPJPE", "mm"),
    "mpvpe_mm": ("MPVPE", "mm"),
    "error_2d_percent_of_crop": ("2D error, joints in the crop", "% of crop"),
}
LIMITS: Mapping[Subject, str] = {
    "body": "Trained on rendered pictures alone, with a budget of minutes on a processor: a first answer, "
    "to look at and compare, not to measure people by. One person in the middle of the crop is expected.",
    "hand": "Trained on rendered right hands alone, with a budget of minutes on a processor, and never "
    "measured on photographs. One right hand in the middle of the crop is expected; a left one has to "
    "be mirrored.",
}


def head_name(method_id: str, variant: str) -> str:
    """Name of the card and the weights file of a method's ``lite`` head."""
    return f"{method_id}_lite" if variant == "body" else f"{method_id}_lite_{variant}"


def ship(
    method: Method,
    numbers: Mapping[str, float],
    quick: Mapping[str, float],
    facts: TrainingFacts,
    folder: Path,
) -> Path:
    """Write the head (half precision, without the shared parts) and its card; returns the weights file.

    Args:
        method: trained, with the shared parts of ``folder``.
        numbers: errors on the whole test set.
        quick: errors on its first `CHECK_COUNT` people, which a test measures again.
        facts: of the training.
        folder: holds the shared parts with their cards.

    Raises:
        WeightsError: the backbone that it was trained on does not lie in the same folder.
    """
    name, title = head_name(method.method_id, method.variant), method_entry(method.method_id).title
    subject = subject_of(method)
    kind = subject.subject
    shared = [_shared_file(part, card, folder) for part, card in shared_parts(method)]
    given = tuple(file.prefix for file in shared)
    learned = {key for key, _ in method.named_parameters()}
    # Constants (octaves up to 2^31) and running norms stay as they are.
    tensors = {
        key: value.half() if key in learned else value
        for key, value in method.state_dict().items()
        if not key.startswith(given)
    }
    path = folder / f"{name}.safetensors"
    with write_atomically(path) as part:
        save_file({k: v.cpu().contiguous() for k, v in tensors.items()}, part)
    card = ModelCard(
        id=name,
        method=method.method_id,
        preset=method.preset,
        variant=method.variant,
        title=f"{title} lite, trained on rendered {'people' if kind == 'body' else 'hands'}",
        files=(CardFile(path.name, file_sha256(path)), *shared),
        parameters=sum(p.numel() for p in method.parameters()),
        licence="Apache-2.0",
        recipe=_recipe(method, facts),
        pictures_seen=facts.samples,
        numbers=card_numbers(numbers, quick, subject),
        limits=LIMITS[kind],
    )
    write_card(card, folder / f"{name}.json")
    return path


def card_numbers(
    numbers: Mapping[str, float], quick: Mapping[str, float], subject: SubjectFacts
) -> tuple[CardNumber, ...]:
    """Errors on the whole test set and on its first people, as a card holds them."""
    return tuple(
        CardNumber(TITLES[key][0], value, TITLES[key][1], subject.protocol.id, data)
        for data, found in ((set_title(subject.subject), numbers), (QUICK_DATA, quick))
        for key, value in found.items()
    )


def _shared_file(part: str, card: str, folder: Path) -> CardFile:
    path = folder / f"{card}.json"
    if not path.is_file():
        raise WeightsError(
            f"the shared weights {card} are not here", path=folder, cure="ship them first"
        )
    shipped = read_card(path).files[0]
    return CardFile(shipped.name, shipped.sha256, f"{part}.")


def _recipe(method: Method, facts: TrainingFacts) -> str:
    name = method.method_id if method.variant == "body" else f"{method.method_id}_{method.variant}"
    law = fit_power_law(
        [row["samples"] for row in facts.curve], [row[HEADLINE] for row in facts.curve]
    )
    ahead = ""
    if law is not None and law.exponent > 0:
        ahead = (
            f" The learning curve's power law expects PA-MPJPE {law.at(4 * facts.samples):.0f} mm at "
            "four times the pictures."
        )
    return (
        f"{facts.samples} pictures in {facts.steps} steps, {facts.seconds / 60:.0f} minutes on one "
        f"shared processor core, shared parts frozen, the paper's losses.{ahead} Carry on with: "
        f"python -m training.train --method {name} --start assets/weights/"
        f"{head_name(method.method_id, method.variant)}.safetensors --minutes 240 "
        f"--out runs/{name} --ship assets/weights"
    )
