"""Shared by the tests of the pipeline: a tiny method and a picture."""

from __future__ import annotations

import numpy as np
import pytest

from core.types import Frame
from tests.standing_method import standing

__all__ = ["frame", "standing"]


@pytest.fixture
def frame() -> Frame:
    """A picture of noise, 300 high and 400 wide."""
    image = np.random.default_rng(3).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    return Frame(image=image, name="noise.png")
