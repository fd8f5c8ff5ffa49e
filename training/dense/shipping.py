"""Writing the shared backbone with its dense heads, and the card that says what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import nn

from core.files import file_sha256
from core.files.atomic import write_atomically
from core.types import Subject
from core.weights.cards import CardFile, CardNumber, ModelCard, write_card
from training.curves import fit_power_law
from training.pictures.test_set import set_title
from training.recipes import TrainingFacts
from training.subjects import SubjectFacts

# Pictures of the quick numbers, which a test measures again.
CHECK_COUNT = 48
QUICK_DATA = f"quick check, first {CHECK_COUNT} of the synthetic test set"
TITLES: Mapping[Subject, str] = {
    "body": "Shared backbone with joint heatmaps and body parts",
    "hand": "Shared backbone of hands with joint heatmaps, parts and pose",
}
LIMITS: Mapping[Subject, str] = {
    "body": "Trained on rendered pictures alone: people in photographs are found less well than these "
    "numbers say. One person in the middle of the crop is expected.",
    "hand": "Trained on rendered right hands alone and never measured on photographs. One right hand in "
    "the middle of the crop is expected; a left one has to be mirrored.",
}
UNITS = {
    "joint_error_percent_of_box": ("2D error, joints in the crop", "% of box"),
    "visible_joint_error_percent_of_box": ("2D error, visible joints", "% of box"),
    "pck_0.1": ("PCK@0.1", "share"),
    "part_accuracy": ("part accuracy", "share"),
    "pose_pa_mpjpe_mm": ("PA-MPJPE of the pose said", "mm"),
}


def ship(
    network: nn.Module,
    numbers: Mapping[str, float],
    quick: Mapping[str, float],
    facts: TrainingFacts,
    folder: Path,
    subject: SubjectFacts,
) -> Path:
    """Write the backbone of a subject (half precision) and its card; returns the weights file."""
    folder.mkdir(parents=True, exist_ok=True)
    name = subject.backbone
    path = folder / f"{name}.safetensors"
    tensors = {
        name: (value.half() if value.is_floating_point() else value).cpu().contiguous()
        for name, value in network.state_dict().items()
    }
    with write_atomically(path) as part:
        save_file(tensors, part)
    protocol = f"dense heads, {subject.counted} joints"
    card = ModelCard(
        id=name,
        method="",
        preset="lite",
        variant=subject.subject,
        title=TITLES[subject.subject],
        files=(CardFile(path.name, file_sha256(path)),),
        parameters=sum(p.numel() for p in network.parameters()),
        licence="Apache-2.0",
        recipe=_recipe(facts, name),
        pictures_seen=facts.samples,
        numbers=tuple(
            CardNumber(UNITS[key][0], value, UNITS[key][1], protocol, data)
            for data, found in ((set_title(subject.subject), numbers), (QUICK_DATA, quick))
            for key, value in found.items()
        ),
        limits=LIMITS[subject.subject],
    )
    write_card(card, folder / f"{name}.json")
    return path


def _recipe(facts: TrainingFacts, name: str) -> str:
    law = fit_power_law(
        [row["samples"] for row in facts.curve],
        [row["joint_error_percent_of_box"] for row in facts.curve],
    )
    ahead = ""
    if law is not None:
        ahead = (
            " The learning curve's power law expects "
            f"{law.at(4 * facts.samples):.1f} % at four times and {law.at(20 * facts.samples):.1f} % at "
            "twenty times the pictures."
        )
    return (
        f"{facts.samples} pictures seen in {facts.steps} steps, {facts.seconds / 60:.0f} minutes on one "
        "shared processor core, a second one rendering; each rendered picture is seen several times, "
        f"moved, turned, mirrored and recoloured.{ahead} Carry on with: python -m training.train "
        f"--method {name} --start assets/weights/{name}.safetensors --minutes 600 --out runs/{name} "
        "--ship assets/weights"
    )
