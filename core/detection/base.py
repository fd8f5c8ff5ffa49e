"""What every detector answers."""

from __future__ import annotations

from typing import Protocol

from core.types import Detection, Frame


class Detector(Protocol):
    """Finds people in a frame."""

    name: str

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """The people of ``frame``, most certain first; empty if nobody is there."""
