"""A method with its weights: the file named, the user's newest, or what MeshLoupe ships."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import WeightsError
from core.methods import create_method, method_entry
from core.methods.base import Method
from core.methods.registry import Preset, Variant
from core.pipeline.bodies import open_body
from core.pipeline.config import EngineConfig
from core.weights import embedded_weights, load_embedded, load_weights, newest_weights
from core.weights.recognise import inspect_file

FOREIGN_SURFACE = (
    "these weights were made for the vertices of SMPL or MANO: on the embedded body the surface means "
    "nothing; choose your own SMPL or MANO file as the body"
)
log = logging.getLogger(__name__)

WeightsState = Literal["embedded", "user", "none"]


@dataclass(frozen=True)
class FoundWeights:
    """Where the weights of a network are.

    Attributes:
        state: ``user`` for a file of the user, ``embedded`` for a shipped one, ``none``.
        path: the user's file; None otherwise.
        licence: of shipped weights; empty otherwise.
    """

    state: WeightsState
    path: Path | None = None
    licence: str = ""


def find_weights(method_id: str, preset: str, variant: str) -> FoundWeights:
    """What would be loaded for a network: the file that the user added last, else the shipped one."""
    stored = newest_weights(method_id, preset, variant)
    if stored is not None:
        return FoundWeights("user", stored.path)
    card = embedded_weights(method_id, preset, variant)
    return FoundWeights("none") if card is None else FoundWeights("embedded", None, card.licence)


def _network(config: EngineConfig) -> tuple[Preset, Variant]:
    """The preset and variant asked for; left open, those that the named weights file belongs to."""
    entry = method_entry(config.method)
    left_open = config.preset is None and config.variant is None
    if left_open and config.weights is not None and config.weights.is_file():
        report = inspect_file(config.weights)
        if report.method == config.method and report.variant:
            return entry.variant(report.preset or None, report.variant)
    return entry.variant(config.preset, config.variant)


def load_method(config: EngineConfig) -> tuple[Method, WeightsState]:
    """Build the configured method and load its weights.

    Raises:
        InputError, BodyError: as `create_method` and `load_body`.
        WeightsError: there are none, or they are of another network.
    """
    preset, variant = _network(config)
    named = config.weights is not None
    found = (
        FoundWeights("user", config.weights)
        if named
        else find_weights(config.method, preset.id, variant.id)
    )
    if config.untrained:
        found = FoundWeights("none")
    elif found.state == "none":
        raise WeightsError(
            f"no weights for {config.method} {preset.id} {variant.id} are here",
            cure="give --weights FILE, or keep a file for good with `meshloupe weights add FILE`",
        )
    if found.path is not None and not found.path.is_file():
        raise WeightsError("no such weights file", path=found.path, cure="check the name")
    body = open_body(config.body)
    method = create_method(config.method, preset=preset.id, variant=variant.id, body=body)
    if found.path is not None:
        report = load_weights(method, found.path)
        if report.released and method.body.name.startswith("embedded"):
            method.note = FOREIGN_SURFACE
            log.warning("%s: %s", found.path.name, FOREIGN_SURFACE)
    elif found.state == "embedded":
        load_embedded(method)
    return method, found.state
