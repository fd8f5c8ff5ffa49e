"""Writing the shared backbone with its dense heads, and the card that says what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import nn

from core.files import file_sha256
from core.files.atomic import write_atomically
from core.weights.cards import CardFile, CardNumber, ModelCard, write_card
from training.pictures.test_set import COUNT
from training.recipes import TrainingFacts

NAME = "lite_backbone"
LIMITS = (
    "Trained on rendered pictures alone: people in photographs are found less well than these numbers "
    "say. One person in the middle of the crop is expected."
)
UNITS = {
    "joint_error_percent_of_box": ("2D error, joints in the crop", "% of box"),
    "visible_joint_error_percent_of_box": ("2D error, visible joints", "% of box"),
    "pck_0.1": ("PCK@0.1", "share"),
    "part_accuracy": ("part accuracy", "share"),
}


def ship(
    network: nn.Module,
    numbers: Mapping[str, float],
    facts: TrainingFacts,
    picture_size: int,
    folder: Path,
) -> Path:
    """Write ``lite_backbone.safetensors`` (half precision) and its card; returns the weights file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.safetensors"
    tensors = {
        name: (value.half() if value.is_floating_point() else value).cpu().contiguous()
        for name, value in network.state_dict().items()
    }
    with write_atomically(path) as part:
        save_file(tensors, part)
    data = f"fixed synthetic test set, {COUNT} people, {picture_size} px"
    card = ModelCard(
        id=NAME,
        method="",
        preset="lite",
        variant="body",
        title="Shared backbone with joint heatmaps and body parts",
        files=(CardFile(path.name, file_sha256(path)),),
        parameters=sum(p.numel() for p in network.parameters()),
        licence="Apache-2.0",
        recipe=(
            f"python -m training.train --method {NAME}: {facts.samples} rendered pictures, "
            f"{facts.steps} steps, {facts.seconds / 60:.0f} minutes"
        ),
        pictures_seen=facts.samples,
        numbers=tuple(
            CardNumber(UNITS[key][0], value, UNITS[key][1], "dense heads, 14 joints", data)
            for key, value in numbers.items()
        ),
        limits=LIMITS,
    )
    write_card(card, folder / f"{NAME}.json")
    return path
