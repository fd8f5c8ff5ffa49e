"""What an engine is made of, as a plain value that can be compared, stored and sent to a worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.types import Precision, RefineLevel


@dataclass(frozen=True)
class EngineConfig:
    """One method on one device.

    Attributes:
        method: a registry id.
        preset, variant: of the method; None takes its default.
        weights: a weights file; None takes the user's or the shipped one of that network.
        body: ``embedded``, ``embedded_hand``, or a body file of the user.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        focal_px: focal length of the pictures, pixels; None: square root of H^2 + W^2.
        detector: ``auto``, ``embedded``, ``yolo``, ``none`` or a detector's weights file.
        refine: bring bodies onto the 2D joints seen (``quick``), and onto the silhouette
            (``thorough``); see `core.refine`.
        average: views of each crop whose answers are averaged, 1 to `core.refine.averaging.VIEWS`.
        precision: ``half`` computes the heavy layers in half precision, where that is faster; see
            `core.pipeline.acceleration`.
        untrained: accept a network without weights (benchmarks, tests); the result is no body.
    """

    method: str
    preset: str | None = None
    variant: str | None = None
    weights: Path | None = None
    body: str = "embedded"
    device: str = "auto"
    focal_px: float | None = None
    detector: str = "auto"
    refine: RefineLevel = "off"
    average: int = 1
    precision: Precision = "full"
    untrained: bool = False
