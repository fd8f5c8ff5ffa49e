"""Light on skins and fabrics."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.draws import Draw
from core.synthesis.surface import Planes

SH_SPREAD = (0.0, 0.10, 0.14, 0.10, 0.05, 0.05, 0.05, 0.05, 0.05)
DARKEST = 0.06


@dataclass(frozen=True, eq=False)
class Lights:
    """Light of B pictures, camera frame (x right, y down, z forward).

    Attributes:
        towards: (3, B) unit direction to the key light.
        ambient, key: (3, B) colours.
        harmonics: (9, B) order-two spherical harmonics of the surroundings' brightness.
    """

    towards: Tensor
    ambient: Tensor
    key: Tensor
    harmonics: Tensor

    def pick(self, person: Tensor) -> Lights:
        """The lights of the people ``person`` (N,)."""
        return Lights(*(getattr(self, f.name).index_select(1, person) for f in fields(self)))


def sample_lights(people: int, device: torch.device) -> Lights:
    """Mostly well lit from above and the camera's side, sometimes from anywhere."""
    draw = Draw(people, device)
    towards = draw.normal(0, 1, 3)
    towards[:, 1] -= 1.0
    towards[:, 2] = -towards[:, 2].abs()
    spread = torch.tensor(SH_SPREAD, device=device)
    return Lights(
        towards=F.normalize(towards, dim=-1).T.contiguous(),
        ambient=(draw.uniform(0.5, 0.85, 1) * draw.normal(1, 0.04, 3)).T.contiguous(),
        key=(draw.uniform(0.2, 0.75, 1) * draw.normal(1, 0.05, 3)).T.contiguous(),
        harmonics=(draw.normal(0, 1, 9) * spread).T.contiguous(),
    )


def light(lights: Lights, normal: Planes) -> Planes:
    """Light that falls on points with unit normals: three planes, one colour each.

    Args:
        lights: values (…, N) or (…, B) that go with the last axis of the planes.
        normal: planes (N,) or (V, B).
    """
    x, y, z = normal
    key, h = lights.towards, lights.harmonics
    toward = (x * key[0]).addcmul_(y, key[1]).addcmul_(z, key[2]).clamp_min_(0)
    around = h[0] - h[6] + h[1] * y
    around.addcmul_(z, h[2]).addcmul_(x, h[3])
    around.addcmul_(x * y, h[4]).addcmul_(y * z, h[5]).addcmul_(z * z, 3 * h[6])
    around.addcmul_(x * z, h[7]).addcmul_(x * x, h[8]).addcmul_(y * y, h[8], value=-1)
    r, g, b = (
        torch.addcmul(around, toward, lights.key[c]).add_(lights.ambient[c]).clamp_min_(DARKEST)
        for c in range(3)
    )
    return r, g, b
