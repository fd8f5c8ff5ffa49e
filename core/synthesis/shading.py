"""Colour of each visible point: skin, face, fabric, wrinkles and light."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.garments import Cloth, Draw, Outfits
from core.synthesis.surface import BodySurface, SurfaceFields

SH_SPREAD = (0.0, 0.10, 0.14, 0.10, 0.05, 0.05, 0.05, 0.05, 0.05)


@dataclass(frozen=True, eq=False)
class Lights:
    """Light of B pictures, camera frame (x right, y down, z forward).

    Attributes:
        towards: (B, 3) unit direction to the key light.
        ambient, key: (B, 3) colours.
        harmonics: (B, 9, 3) order-two spherical harmonics of the surroundings.
    """

    towards: Tensor
    ambient: Tensor
    key: Tensor
    harmonics: Tensor


def sample_lights(people: int, device: torch.device) -> Lights:
    """Mostly well lit from above and the camera's side, sometimes from anywhere."""
    draw = Draw(people, device)
    towards = draw.normal(0, 1, 3)
    towards[:, 1] -= 1.0
    towards[:, 2] = -towards[:, 2].abs()
    spread = torch.tensor(SH_SPREAD, device=device)[None, :, None]
    harmonics = (draw.normal(0, 1, 9, 1) + 0.3 * draw.normal(0, 1, 9, 3)) * spread
    return Lights(
        towards=F.normalize(towards, dim=-1),
        ambient=draw.uniform(0.45, 0.85, 1) * draw.normal(1, 0.05, 3),
        key=draw.uniform(0.2, 0.8, 1) * draw.normal(1, 0.06, 3),
        harmonics=harmonics,
    )


@dataclass(frozen=True, eq=False)
class Visible:
    """N covered pixels: whose they are, what is known of the point, its normal (N, 3)."""

    person: Tensor
    at: SurfaceFields
    normal: Tensor


def light(lights: Lights, person: Tensor, normal: Tensor) -> Tensor:
    """(N, 3) light that falls on points with unit ``normal``."""
    toward = (normal * lights.towards[person]).sum(-1, keepdim=True).clamp_min(0)
    x, y, z = normal.T
    basis = torch.stack(
        [torch.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], 1
    )
    around = torch.einsum("nk,nkc->nc", basis, lights.harmonics[person])
    return (lights.ambient[person] + lights.key[person] * toward + around).clamp_min(0.04)


def shade_body(
    seen: Visible,
    cloth: Tensor,
    outfits: Outfits,
    lights: Lights,
    surface: BodySurface,
    textures: Tensor,
) -> Tensor:
    """(N, 3) colours in [0, 1] of N visible body points wearing ``cloth``."""
    person, at = seen.person, seen.at
    colour = _face(outfits.skin[person], person, at, outfits, surface)
    for kind, slot in ((Cloth.TOP, 0), (Cloth.BOTTOM, 1)):
        chosen = (cloth == kind).nonzero()[:, 0]
        fabric = fabric_colour(slot, person[chosen], at[chosen], outfits, textures)
        colour = colour.index_copy(0, chosen, fabric)
    colour = torch.where((cloth == Cloth.SHOE)[:, None], outfits.shoe[person], colour)
    colour = torch.where((cloth == Cloth.HAIR)[:, None], outfits.hair[person], colour)
    strength = torch.where(cloth == Cloth.SKIN, 0.15, 1.0) * outfits.bump[person]
    height, slope = _waves(at.rest, person, outfits)
    slope = slope - (slope * seen.normal).sum(-1, keepdim=True) * seen.normal
    normal = F.normalize(seen.normal - strength[:, None] * slope, dim=-1)
    lit = light(lights, person, normal) * (
        1 + 0.6 * height[:, None] * strength[:, None].clamp(0, 1)
    )
    return (colour * lit + 0.01 * torch.randn_like(colour)).clamp(0, 1)


def _waves(rest: Tensor, person: Tensor, outfits: Outfits) -> tuple[Tensor, Tensor]:
    """Cloth noise: a sum of sinusoids in T-pose space; value (N,) and gradient (N, 3)."""
    wave, height = outfits.wave[person], outfits.wave_height[person]
    phase = torch.einsum("nkd,nd->nk", wave, rest) + outfits.wave_phase[person]
    slope = torch.einsum("nk,nkd->nd", height * torch.cos(phase), wave)
    return (height * torch.sin(phase)).sum(-1), slope


def _face(
    skin: Tensor, person: Tensor, at: SurfaceFields, outfits: Outfits, surface: BodySurface
) -> Tensor:
    """Eyes, brows and mouth painted on the skin: what tells the front of a head from its back."""
    x, y, z = at.rest.T
    head = surface.joint("Head")
    before = (at.head > 0.5) & (z > head[2] + 0.045)

    def spot(dx: float, dy: float, wide: float, high: float) -> Tensor:
        inside = ((x.abs() - dx) / wide) ** 2 + ((y - head[1] - dy) / high) ** 2 < 1
        return (before & inside)[:, None]

    hair = outfits.hair[person]
    colour = torch.where(spot(0.032, 0.075, 0.016, 0.009), skin * 0.25 + 0.12, skin)
    colour = torch.where(spot(0.032, 0.097, 0.022, 0.006), hair * 0.8 + skin * 0.2, colour)
    lips = skin * torch.tensor([0.85, 0.5, 0.5], device=skin.device)
    return torch.where(spot(0.0, 0.003, 0.025, 0.009), lips, colour)


def fabric_colour(
    slot: int, person: Tensor, at: SurfaceFields, outfits: Outfits, textures: Tensor
) -> Tensor:
    """(N, 3) cloth colour: plain, stripes, checks, dots, waves, or a picture; slot 0 top, 1 bottom."""
    x, y, z = at.rest.T
    first, second = (
        (outfits.top, outfits.top_second),
        (outfits.bottom, outfits.bottom_second),
    )[slot]
    frequency, angle = outfits.frequency[person, slot], outfits.angle[person, slot]
    on_arm = at.arm > 0
    across = torch.sin(frequency * torch.where(on_arm, x.abs(), y))
    along = torch.sin(frequency * (x + z))
    oblique = torch.sin(frequency * (y * torch.cos(angle) + x * torch.sin(angle)))
    bent = 3 * torch.sin(frequency * 0.3 * x) + 2 * torch.sin(frequency * 0.4 * z)
    kinds = (
        torch.zeros_like(x),
        (across > 0).float(),
        (along > 0).float(),
        ((across > 0).float() + (along > 0).float()) / 2,
        (across * along > 0.55).float(),
        torch.sin(frequency * 0.5 * y + bent) * 0.5 + 0.5,
        (oblique > 0).float(),
    )
    pattern = outfits.pattern[person, slot]
    amount = torch.stack(kinds).gather(0, pattern[None])[0] * outfits.contrast[person, slot]
    colour = first[person] * (1 - amount[:, None]) + second[person] * amount[:, None]
    if slot == 0:  # an open jacket shows what is worn below
        open_front = outfits.jacket[person] & (z > 0) & ~on_arm
        open_front = open_front & (x.abs() < 0.05 + 0.03 * torch.sin(y * 7))
        colour = torch.where(open_front[:, None], second[person], colour)
    size = textures.shape[-1]
    column = ((x * 1.3 + 0.5 + 0.13 * z) * size).long() % size
    row = ((0.5 - y * 1.3) * size).long() % size
    printed = textures[outfits.texture[person, slot], :, row, column].float() / 255
    return torch.where(outfits.textured[person, slot][:, None], printed, colour)
