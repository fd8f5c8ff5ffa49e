"""A method with its weights: the user's file, the user's store, or what MeshLoupe ships."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from core.body import load_body
from core.errors import WeightsError
from core.methods import create_method, method_entry
from core.methods.base import Method
from core.pipeline.config import EngineConfig

WeightsState = Literal["embedded", "user", "none"]


def load_method(config: EngineConfig) -> tuple[Method, WeightsState]:
    """Build the configured method and load its weights.

    Raises:
        InputError, BodyError: as `create_method` and `load_body`.
        WeightsError: there are none, or they are of another network.
    """
    entry = method_entry(config.method)
    preset, variant = entry.variant(config.preset, config.variant)
    path: Path | None = config.weights
    state: WeightsState = "user"
    if path is None and not config.untrained:
        path, state = None, "none"
    body = None if config.body in ("embedded", "") else load_body(config.body)
    method = create_method(config.method, preset=preset.id, variant=variant.id, body=body)
    if config.untrained:
        return method, "none"
    if path is None:
        raise WeightsError(
            f"no weights for {config.method} {preset.id} {variant.id} are here",
            cure="give --weights FILE, or keep a file for good with `meshloupe weights add FILE`",
        )
    from core.weights import load_weights

    load_weights(method, path)
    return method, state
