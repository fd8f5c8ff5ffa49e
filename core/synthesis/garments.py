"""What the people of the synthetic world wear: sampled cuts, colours and looseness per person.

Garments are decided per surface point from its T-pose fields: a sleeve ends at a fraction of the arm,
trousers at a fraction of the leg. Cloth lies off the skin by a noisy offset along the normal, which
gives loose clothes their own silhouette; skirts and coats are shells of their own (`shells.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.surface import BodySurface, SurfaceFields

WAVES = 8
PATTERNS = 7
NECK_HALF_WIDTH = 0.11


class Cloth(IntEnum):
    """What covers a surface point."""

    SKIN = 0
    TOP = 1
    BOTTOM = 2
    SHOE = 3
    HAIR = 4


@dataclass(frozen=True, eq=False)
class Outfits:
    """The outfits of B people; lengths in metres or as fractions of a limb, colours (B, 3) in [0, 1].

    Attributes:
        sleeve, hem: fraction of the arm and leg that top and bottom cover.
        waist: where bottom begins, fraction of the leg (negative: above the hip).
        neckline: T-pose height where the top ends.
        skirt: (B,) length of a skirt, coat or dress as a fraction of the leg; 0 for none.
        skirt_flare: (B,) metres by which its lower edge stands off the legs.
        coat: (B,) bool: the shell has the top's cloth and begins at the chest.
        jacket, bare, bald: (B,) bool.
        top, top_second, bottom, bottom_second, shoe, skin, hair: colours.
        hair_length: metres below the head joint.
        pattern: (B, 2) int64 for top and bottom; frequency (B, 2) 1/m, angle, contrast likewise.
        loose_top, loose_bottom: metres off the skin.
        wave, wave_phase, wave_height: (B, 8, 3), (B, 8), (B, 8): cloth noise as waves in T-pose space.
        bump: (B,) strength of wrinkles in shading.
        textured: (B, 2) bool, top and bottom take a picture of the background bank as fabric.
        texture: (B, 2) int64 which one.
    """

    sleeve: Tensor
    hem: Tensor
    waist: Tensor
    neckline: Tensor
    skirt: Tensor
    skirt_flare: Tensor
    coat: Tensor
    jacket: Tensor
    bare: Tensor
    bald: Tensor
    top: Tensor
    top_second: Tensor
    bottom: Tensor
    bottom_second: Tensor
    shoe: Tensor
    skin: Tensor
    hair: Tensor
    hair_length: Tensor
    pattern: Tensor
    frequency: Tensor
    angle: Tensor
    contrast: Tensor
    loose_top: Tensor
    loose_bottom: Tensor
    wave: Tensor
    wave_phase: Tensor
    wave_height: Tensor
    bump: Tensor
    textured: Tensor
    texture: Tensor


# (length, weight): none, cap, short, elbow, long ...
SLEEVES = ((0.02, 0.10), (0.30, 0.20), (0.38, 0.20), (0.55, 0.06), (0.97, 0.20), (1.02, 0.24))
HEMS = ((0.18, 0.08), (0.38, 0.16), (0.50, 0.08), (0.96, 0.27), (1.03, 0.41))
SKIN_TONES = (
    (0.96, 0.80, 0.69),
    (0.91, 0.72, 0.58),
    (0.86, 0.64, 0.49),
    (0.74, 0.52, 0.38),
    (0.58, 0.39, 0.27),
    (0.42, 0.27, 0.19),
    (0.31, 0.20, 0.15),
)
HAIR_COLOURS = (
    ((0.08, 0.06, 0.05), 0.32),
    ((0.16, 0.10, 0.07), 0.22),
    ((0.30, 0.19, 0.11), 0.16),
    ((0.55, 0.42, 0.24), 0.09),
    ((0.75, 0.62, 0.40), 0.06),
    ((0.50, 0.50, 0.50), 0.07),
    ((0.85, 0.84, 0.82), 0.04),
    ((0.45, 0.18, 0.08), 0.04),
)


class Draw:
    """Random numbers of one batch on one device; keeps the sampling code readable."""

    def __init__(self, people: int, device: torch.device) -> None:
        self.people, self.device = people, device

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Uniform in [low, high), shape (B,) or (B, *shape)."""
        return torch.rand(self.people, *shape, device=self.device) * (high - low) + low

    def normal(self, mean: float, sd: float, *shape: int) -> Tensor:
        """Normal, shape (B,) or (B, *shape)."""
        return torch.randn(self.people, *shape, device=self.device) * sd + mean

    def chance(self, probability: float, *shape: int) -> Tensor:
        """True with the given probability."""
        return torch.rand(self.people, *shape, device=self.device) < probability

    def choice(self, options: tuple[tuple[float, float], ...]) -> Tensor:
        """(B,) values drawn from (value, weight) pairs."""
        values = torch.tensor([v for v, _ in options], device=self.device)
        return values[self.index([w for _, w in options])]

    def index(self, weights: list[float]) -> Tensor:
        """(B,) int64 drawn with the given weights."""
        table = torch.tensor(weights, device=self.device)
        return torch.multinomial(table, self.people, replacement=True)

    def colour(self) -> Tensor:
        """(B, 3) fabric colours: many greys, some denim, the rest of any hue."""
        hue, saturation = self.uniform(0, 1), self.uniform(0, 1) ** 1.3
        value = self.uniform(0, 1) ** 0.7 * 0.93 + 0.05
        saturation = torch.where(self.chance(0.4), saturation * 0.12, saturation)
        denim = self.chance(0.12)
        hue = torch.where(denim, self.normal(0.6, 0.03), hue)
        saturation = torch.where(denim, self.uniform(0.3, 0.6), saturation)
        value = torch.where(denim, self.uniform(0.2, 0.65), value)
        k = (torch.tensor([5.0, 3.0, 1.0], device=self.device) + hue[:, None] * 6) % 6
        fall = torch.minimum(torch.minimum(k, 4 - k), torch.ones_like(k)).clamp(0, 1)
        return value[:, None] * (1 - saturation[:, None].clamp(0, 1) * fall)


def sample_outfits(people: int, surface: BodySurface, textures: int) -> Outfits:
    """Draw outfits for ``people`` people; ``textures`` is the size of the background bank."""
    device = surface.weight.device
    draw = Draw(people, device)
    top, bottom = draw.colour(), draw.colour()
    same = draw.chance(0.12)
    kind = draw.index([0.80, 0.09, 0.05, 0.06])  # none, skirt, dress, coat
    skirt = torch.where(kind == 0, torch.zeros(people, device=device), draw.uniform(0.25, 0.98))
    coat = kind >= 2
    hair_table = torch.tensor([c for c, _ in HAIR_COLOURS], device=device)
    hair = hair_table[draw.index([w for _, w in HAIR_COLOURS])] * draw.uniform(0.7, 1.2, 1)
    hair = torch.where(draw.chance(0.13)[:, None], draw.colour(), hair)  # a cap or hat
    tones = torch.tensor(SKIN_TONES, device=device)
    skin = tones[draw.index([1.0] * len(SKIN_TONES))]
    skin = (skin * draw.normal(1, 0.06, 3) * draw.uniform(0.85, 1.08, 1)).clamp(0.03, 1)
    scale = torch.exp(draw.uniform(math.log(5), math.log(70), WAVES, 1))
    return Outfits(
        sleeve=draw.choice(SLEEVES) + draw.uniform(-0.03, 0.03),
        hem=draw.choice(HEMS) + draw.uniform(-0.04, 0.03),
        waist=draw.uniform(-0.30, 0.08),
        neckline=surface.joint("Neck")[1] + draw.uniform(-0.08, 0.03),
        skirt=skirt,
        skirt_flare=draw.uniform(0.0, 0.14),
        coat=coat,
        jacket=draw.chance(0.25),
        bare=draw.chance(0.05) & ~coat,
        bald=draw.chance(0.06),
        top=top,
        top_second=draw.colour(),
        bottom=torch.where(same[:, None], top, bottom),
        bottom_second=draw.colour(),
        shoe=draw.colour() * 0.8,
        skin=skin,
        hair=hair,
        hair_length=torch.where(
            draw.chance(0.4), draw.uniform(0.05, 0.22), draw.uniform(-0.02, 0.05)
        ),
        pattern=torch.where(
            draw.chance(0.45, 2), 0, torch.randint(PATTERNS, (people, 2), device=device)
        ),
        frequency=torch.exp(draw.uniform(math.log(12), math.log(90), 2)),
        angle=draw.uniform(0, math.pi, 2),
        contrast=draw.uniform(0.15, 1.0, 2),
        loose_top=torch.exp(draw.normal(0, 0.6)) * 0.011,
        loose_bottom=torch.exp(draw.normal(0, 0.6)) * 0.011,
        wave=F.normalize(draw.normal(0, 1, WAVES, 3), dim=-1) * scale,
        wave_phase=draw.uniform(0, 2 * math.pi, WAVES),
        wave_height=0.06 / scale[..., 0] * draw.uniform(0.2, 1.0, WAVES),
        bump=draw.uniform(0, 1.6),
        textured=draw.chance(0.18, 2),
        texture=torch.randint(textures, (people, 2), device=device),
    )


def cloth_of(outfits: Outfits, person: Tensor, at: SurfaceFields, surface: BodySurface) -> Tensor:
    """(N,) `Cloth` numbers of N points with fields ``at`` on the people ``person``."""
    height, front = at.rest[:, 1], at.rest[:, 2]
    on_arm = at.arm > 0
    trunk = (at.leg < outfits.waist[person]) & (at.arm < outfits.sleeve[person])
    top = (trunk | (on_arm & (at.arm < outfits.sleeve[person]))) & ~outfits.bare[person]
    # The neckline opens the middle of the chest; it does not cut off sleeves.
    below_neck = (height < outfits.neckline[person]) | (at.rest[:, 0].abs() > NECK_HALF_WIDTH)
    top = top & below_neck & (at.hand < 0.6) & (at.head < 0.5)
    bottom = (at.leg >= outfits.waist[person]) & (at.leg < outfits.hem[person])
    bottom = bottom & (at.arm < 0) & (at.foot < 0.6)
    shoe = (at.foot > 0.5) & (height < surface.joint("L_Ankle")[1] + 0.02)
    cloth = torch.full_like(person, Cloth.SKIN)
    cloth = torch.where(bottom, Cloth.BOTTOM, cloth)
    cloth = torch.where(top, Cloth.TOP, cloth)
    cloth = torch.where(shoe, Cloth.SHOE, cloth)
    return torch.where(_hair(outfits, person, at, surface, height, front), Cloth.HAIR, cloth)


def _hair(
    outfits: Outfits,
    person: Tensor,
    at: SurfaceFields,
    surface: BodySurface,
    height: Tensor,
    front: Tensor,
) -> Tensor:
    """Above a hair line that falls from the forehead to the nape, never on the face."""
    head, neck = surface.joint("Head"), surface.joint("Neck")[1]
    ear = head[2] + 0.01
    line = head[1] + 0.115 - (0.07 - (front - ear)).clamp(0, 0.2) * 1.5
    line = torch.maximum(line, head[1] - outfits.hair_length[person])
    off_face = (front < ear + 0.055) | (height > head[1] + 0.12)
    grown = (at.head > 0.5) & (height > line) & (height > neck - 0.02)
    return grown & off_face & ~outfits.bald[person]


def cloth_offsets(outfits: Outfits, surface: BodySurface) -> Tensor:
    """(B, V) metres that cloth, shoes and hair stand off the skin, per vertex."""
    people, at = len(outfits.hem), surface.vertex_fields
    vertices = len(at.rest)
    person = torch.arange(people, device=at.rest.device).repeat_interleave(vertices)
    every = torch.arange(vertices, device=at.rest.device).repeat(people)
    cloth = cloth_of(outfits, person, at[every], surface).reshape(people, vertices)
    phase = torch.einsum("bkd,nd->bnk", outfits.wave[:, :4] * 0.5, at.rest)
    noise = 0.4 + 0.6 * (torch.sin(phase + outfits.wave_phase[:, None, :4]).mean(-1) + 1)
    jacket = outfits.loose_top + 0.015 * outfits.jacket
    below_waist = ((at.leg > -0.25) & (at.arm < 0)).float()
    top = jacket[:, None] * noise * (1 + 1.2 * below_waist)
    bottom = outfits.loose_bottom[:, None] * noise * (0.6 + 1.2 * at.leg.clamp(0, 1))
    hair = (0.012 + 0.02 * noise) * (1 + 0.8 * (outfits.hair_length[:, None] > 0.05))
    offset = torch.zeros_like(noise)
    for kind, value in ((Cloth.TOP, top), (Cloth.BOTTOM, bottom), (Cloth.HAIR, hair)):
        offset = torch.where(cloth == kind, value, offset)
    return torch.where(cloth == Cloth.SHOE, 0.010, offset)
