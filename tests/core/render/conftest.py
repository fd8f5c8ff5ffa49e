"""Small meshes whose pictures can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.render import MeshLayer
from core.render.skeleton import _ball


def square(depth: float, half: float = 0.5, **looks) -> MeshLayer:
    """A square that faces a camera at the origin, ``depth`` metres ahead."""
    corners = [
        (-half, -half, depth),
        (half, -half, depth),
        (half, half, depth),
        (-half, half, depth),
    ]
    return MeshLayer(np.array(corners), np.array([(0, 2, 1), (0, 3, 2)]), **looks)


@pytest.fixture(scope="session")
def ball() -> MeshLayer:
    """A unit ball, 3 m ahead of a camera at the origin."""
    vertices, faces = _ball(24, 32)
    return MeshLayer(vertices + np.float32([0, 0, 3]), faces, name="ball")
