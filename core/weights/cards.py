"""Model cards: what the shipped weights are, how they were made and how well they do.

A card is a JSON file in ``assets/weights`` beside the files that it names.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from torch import nn

from core.assets import asset_files
from core.errors import WeightsError
from core.files import file_sha256, write_atomically
from core.files.state_files import read_state
from core.weights.load import Loadable, LoadReport, WeightPart, load_weights


@dataclass(frozen=True)
class CardFile:
    """A weights file of a card; ``prefix`` is put before its tensor names when it is loaded."""

    name: str
    sha256: str
    prefix: str = ""


@dataclass(frozen=True)
class CardNumber:
    """A measured number: ``PA-MPJPE``, 61.2, ``mm``, the protocol and set that it was measured on."""

    name: str
    value: float
    unit: str
    protocol: str
    data: str


@dataclass(frozen=True)
class ModelCard:
    """What shipped weights are.

    Attributes:
        id: name of the card.
        method, preset, variant: the network; empty for parts that several networks share.
        title: for people.
        files: the weights, in the order of loading.
        parameters: how many numbers.
        licence: of the weights.
        recipe: how they were trained, with the command.
        pictures_seen: training pictures (or poses), repeats counted.
        numbers: errors on the fixed synthetic test set and on real photographs.
        limits: what they cannot do.
        path: the card itself.
    """

    id: str
    method: str
    preset: str
    variant: str
    title: str
    files: tuple[CardFile, ...]
    parameters: int
    licence: str
    recipe: str
    pictures_seen: int
    numbers: tuple[CardNumber, ...] = ()
    limits: str = ""
    path: Path = Path()

    @property
    def parts(self) -> tuple[WeightPart, ...]:
        """The files with their places, for `load_weights`."""
        folder = self.path.parent
        return tuple(WeightPart(folder / file.name, file.prefix) for file in self.files)


def read_card(path: str | Path) -> ModelCard:
    """Read a model card.

    Raises:
        WeightsError: it is damaged or lacks an entry.
    """
    path = Path(path)
    try:
        row: dict[str, Any] = json.loads(path.read_text("utf-8"))
        files = tuple(CardFile(**file) for file in row.pop("files"))
        numbers = tuple(CardNumber(**number) for number in row.pop("numbers", ()))
        return ModelCard(**row, files=files, numbers=numbers, path=path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsError(
            f"damaged model card ({error})", path=path, cure="install MeshLoupe again"
        ) from error


def write_card(card: ModelCard, path: str | Path) -> None:
    """Write a model card; the inverse of `read_card`."""
    row = {key: value for key, value in asdict(card).items() if key != "path"}
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps(row, indent=1) + "\n", "utf-8")


@cache
def list_cards() -> tuple[ModelCard, ...]:
    """All shipped cards whose files are there."""
    cards = (read_card(path) for path in asset_files("weights", "*.json"))
    return tuple(card for card in cards if all(part.path.is_file() for part in card.parts))


def embedded_weights(method_id: str, preset: str, variant: str) -> ModelCard | None:
    """The shipped weights of a network; None if there are none."""
    wanted = (method_id, preset, variant)
    for card in list_cards():
        if (card.method, card.preset, card.variant) == wanted:
            return card
    return None


def load_embedded(method: Loadable) -> LoadReport:
    """Load the shipped weights of a method.

    Raises:
        WeightsError: none are shipped for it, or they are damaged.
    """
    card = embedded_weights(method.method_id, method.preset, method.variant)
    if card is None:
        raise WeightsError(
            f"no weights are shipped for {method.method_id} {method.preset} {method.variant}",
            cure="give a weights file with --weights, or add one with `meshloupe weights add FILE`",
        )
    _check_files(card)
    return load_weights(method, card.parts)


def load_shared(network: nn.Module, card_id: str) -> ModelCard:
    """Load shipped weights that several networks share into a bare network.

    Raises:
        WeightsError: they are not part of this installation, or damaged.
    """
    for card in list_cards():
        if card.id == card_id:
            _check_files(card)
            tensors = read_state(card.parts[0].path).tensors
            network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
            return card
    raise WeightsError(
        f"the shared weights {card_id} are not installed",
        cure="install MeshLoupe again, or restore assets/weights from the repository",
    )


def _check_files(card: ModelCard) -> None:
    for file, part in zip(card.files, card.parts, strict=True):
        if file_sha256(part.path) != file.sha256:
            raise WeightsError(
                "the shipped weights are not those of their model card",
                path=part.path,
                cure="install MeshLoupe again, or restore the file from the repository",
            )
