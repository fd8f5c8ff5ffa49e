"""What the people of the synthetic world wear: sampled cuts, colours and looseness per person.

Garments are decided per surface point from its T-pose fields: a sleeve ends at a fraction of the arm,
trousers at a fraction of the leg. Cloth lies off the skin by a noisy offset along the normal, which
gives loose clothes their own silhouette; skirts and coats are shells of their own (`shells.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import IntEnum

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.draws import Draw
from core.synthesis.surface import BodySurface, Flag, SurfaceFields

WAVES = 8
PATTERNS = 5  # plain, stripes, checks, dots, waves


class Cloth(IntEnum):
    """What covers a surface point; where several would, the largest number does."""

    SKIN = 0
    BOTTOM = 1
    TOP = 2
    SHOE = 3
    HAIR = 4
    EYE = 5
    BROW = 6
    LIPS = 7
    NAIL = 8
    HELD = 9
    HELD_TOO = 10


@dataclass(frozen=True, eq=False)
class Cuts:
    """How far garments and hair reach, one value per person or per point; see `Outfits`."""

    sleeve: Tensor
    hem: Tensor
    waist: Tensor
    neckline: Tensor
    hair_low: Tensor
    bare: Tensor
    bald: Tensor
    coat: Tensor

    def pick(self, person: Tensor) -> Cuts:
        """The cuts of the people ``person`` (N,)."""
        return Cuts(*(getattr(self, f.name).index_select(0, person) for f in fields(self)))


@dataclass(frozen=True, eq=False)
class Outfits:
    """The outfits of B people; lengths in metres or as fractions of a limb, colours (B, 3) in [0, 1].

    Attributes:
        sleeve, hem: fraction of the arm and leg that top and bottom cover.
        waist: where bottom begins, fraction of the leg (negative: above the hip).
        neckline: T-pose height where the top ends.
        hair_low: T-pose height down to which hair falls.
        skirt: (B,) length of a skirt, coat or dress as a fraction of the leg; 0 for none.
        skirt_flare: (B,) metres by which its lower edge stands off the legs.
        coat: (B,) bool: the shell has the top's cloth and begins at the chest.
        jacket, bare, bald: (B,) bool.
        top, top_second, bottom, bottom_second, shoe, skin, hair: colours.
        held, held_too: colours of what a hand holds.
        pattern: (B, 2) int64 for bottom and top; frequency (B, 2) 1/m, angle, contrast likewise.
        loose_top, loose_bottom, hair_full: metres off the skin.
        wave, wave_phase, wave_height: (B, 8, 3), (B, 8), (B, 8): cloth noise as waves in T-pose space.
        bump: (B,) strength of wrinkles in shading.
        textured: (B, 2) bool, bottom and top take a picture of the background bank as fabric.
        texture: (B, 2) int64 which one.
    """

    sleeve: Tensor
    hem: Tensor
    waist: Tensor
    neckline: Tensor
    hair_low: Tensor
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
    held: Tensor
    held_too: Tensor
    pattern: Tensor
    frequency: Tensor
    angle: Tensor
    contrast: Tensor
    loose_top: Tensor
    loose_bottom: Tensor
    hair_full: Tensor
    wave: Tensor
    wave_phase: Tensor
    wave_height: Tensor
    bump: Tensor
    textured: Tensor
    texture: Tensor

    @property
    def cuts(self) -> Cuts:
        """Where garments and hair end."""
        return Cuts(*(getattr(self, f.name) for f in fields(Cuts)))


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


# Half of what people wear is black, grey, white or blue.
PLAIN_SHARE, DENIM_SHARE = 0.42, 0.12


def fabric(draw: Draw) -> Tensor:
    """(B, 3) fabric colours: many greys, some denim, the rest of any hue."""
    hue, saturation = draw.uniform(0, 1), draw.uniform(0, 1) ** 1.2
    value = draw.uniform(0, 1) ** 0.7 * 0.93 + 0.05
    saturation = torch.where(draw.chance(PLAIN_SHARE), saturation * 0.12, saturation)
    denim = draw.chance(DENIM_SHARE)
    hue = torch.where(denim, draw.normal(0.6, 0.03), hue)
    saturation = torch.where(denim, draw.uniform(0.3, 0.6), saturation)
    value = torch.where(denim, draw.uniform(0.2, 0.65), value)
    k = (torch.tensor([5.0, 3.0, 1.0], device=draw.device) + hue[:, None] * 6) % 6
    fall = torch.minimum(torch.minimum(k, 4 - k), torch.ones_like(k)).clamp(0, 1)
    return value[:, None] * (1 - saturation[:, None].clamp(0, 1) * fall)


def sample_outfits(people: int, surface: BodySurface, textures: int) -> Outfits:
    """Draw outfits for ``people`` people; ``textures`` is the size of the background bank."""
    heights = surface.joint("Neck")[1], surface.joint("Head")[1]
    return draw_outfits(Draw(people, surface.weight.device), textures, *heights)


def draw_outfits(draw: Draw, textures: int, neck: Tensor, head: Tensor) -> Outfits:
    """Outfits for a body whose T-pose has ``neck`` and ``head`` at these heights."""
    people, device = draw.people, draw.device
    top, bottom = fabric(draw), fabric(draw)
    same = draw.chance(0.12)
    kind = draw.index([0.80, 0.09, 0.05, 0.06])  # none, skirt, dress, coat
    skirt = torch.where(kind == 0, torch.zeros(people, device=device), draw.uniform(0.25, 0.98))
    coat = kind >= 2
    long_hair = torch.where(draw.chance(0.4), draw.uniform(0.05, 0.22), draw.uniform(-0.02, 0.05))
    scale = torch.exp(draw.uniform(math.log(5), math.log(70), WAVES, 1))
    return Outfits(
        sleeve=draw.choice(SLEEVES) + draw.uniform(-0.03, 0.03),
        hem=draw.choice(HEMS) + draw.uniform(-0.04, 0.03),
        waist=draw.uniform(-0.30, 0.08),
        neckline=neck + draw.uniform(-0.08, 0.03),
        hair_low=head - long_hair,
        skirt=skirt,
        skirt_flare=draw.uniform(0.0, 0.14),
        coat=coat,
        jacket=draw.chance(0.25),
        bare=draw.chance(0.05) & ~coat,
        bald=draw.chance(0.06),
        top=top,
        top_second=fabric(draw),
        bottom=torch.where(same[:, None], top, bottom),
        bottom_second=fabric(draw),
        shoe=fabric(draw) * 0.85,
        skin=skin_tones(draw),
        hair=_hair_colours(draw),
        held=fabric(draw),
        held_too=fabric(draw),
        pattern=torch.where(
            draw.chance(0.5, 2), 0, torch.randint(PATTERNS, (people, 2), device=device)
        ),
        frequency=torch.exp(draw.uniform(math.log(12), math.log(90), 2)),
        angle=torch.where(
            draw.chance(0.6, 2),
            torch.randint(2, (people, 2), device=device) * (math.pi / 2),
            draw.uniform(0, math.pi, 2),
        ),
        contrast=draw.uniform(0.15, 1.0, 2),
        loose_top=torch.exp(draw.normal(0, 0.6)) * 0.011,
        loose_bottom=torch.exp(draw.normal(0, 0.6)) * 0.011,
        hair_full=draw.uniform(0.008, 0.02) * (1 + 1.2 * (long_hair > 0.05)),
        wave=F.normalize(draw.normal(0, 1, WAVES, 3), dim=-1) * scale,
        wave_phase=draw.uniform(0, 2 * math.pi, WAVES),
        wave_height=0.06 / scale[..., 0] * draw.uniform(0.2, 1.0, WAVES),
        bump=draw.uniform(0, 1.6),
        textured=draw.chance(0.18, 2),
        texture=torch.randint(textures, (people, 2), device=device),
    )


def skin_tones(draw: Draw) -> Tensor:
    """(B, 3) skin colours of all the world."""
    tones = torch.tensor(SKIN_TONES, device=draw.device)
    skin = tones[draw.index([1.0] * len(SKIN_TONES))]
    return (skin * draw.normal(1, 0.04, 3) * draw.uniform(0.85, 1.08, 1)).clamp(0.03, 1)


def _hair_colours(draw: Draw) -> Tensor:
    """(B, 3); one in eight wears a cap or hat of any colour."""
    table = torch.tensor([c for c, _ in HAIR_COLOURS], device=draw.device)
    hair = table[draw.index([w for _, w in HAIR_COLOURS])] * draw.uniform(0.7, 1.2, 1)
    return torch.where(draw.chance(0.13)[:, None], fabric(draw), hair)


def cloth_of(cuts: Cuts, at: SurfaceFields) -> Tensor:
    """uint8 `Cloth` numbers of points: one cut per point, or fields (V, 1) against cuts (B,)."""
    below_neck = (at.y < cuts.neckline) | _has(at, Flag.WIDE)
    top = (at.leg < cuts.waist) & (at.arm < cuts.sleeve) & _has(at, Flag.TOP) & below_neck
    bottom = (at.leg >= cuts.waist) & (at.leg < cuts.hem) & _has(at, Flag.BOTTOM)
    grown = (at.y > torch.maximum(at.hairline, cuts.hair_low)) & _has(at, Flag.SCALP)
    cloth = (top & ~cuts.bare).byte().mul_(int(Cloth.TOP))
    cloth = torch.maximum(cloth, bottom.byte())
    cloth = torch.maximum(cloth, (at.flags >> 5 & 1) * (cuts.coat.byte() + int(Cloth.BOTTOM)))
    cloth = torch.maximum(cloth, _has(at, Flag.SHOE).byte() * int(Cloth.SHOE))
    cloth = torch.maximum(cloth, (grown & ~cuts.bald).byte() * int(Cloth.HAIR))
    cloth = torch.maximum(cloth, (at.flags >> 6 & 1) * int(Cloth.HELD))
    return torch.maximum(cloth, (at.flags >> 7) * int(Cloth.HELD_TOO))


def _has(at: SurfaceFields, flag: Flag) -> Tensor:
    return (at.flags & int(flag)) > 0


@dataclass(frozen=True, eq=False)
class Drape:
    """How cloth lies on the vertices: ``offset`` (V, B) metres off the skin, ``fold`` (V, B) the
    factor on light that wrinkles make."""

    offset: Tensor
    fold: Tensor


def drape(outfits: Outfits, surface: BodySurface) -> Drape:
    """How far cloth, shoes and hair stand off the skin, and where folds are light and dark."""
    at = surface.vertex_fields
    cloth = cloth_of(outfits.cuts, at.columns()).long()
    rest = torch.stack([at.x, at.y, at.z], 1)
    half = WAVES // 2
    sway = [_wave(rest, outfits, k, 0.5) for k in range(half)]
    noise = torch.stack(sway).mean(0).mul_(0.6).add_(1.0)
    below_waist = ((at.leg > -0.25) & (at.arm < 0)).float()[:, None]
    widening = (0.6 + 1.2 * at.leg.clamp(0, 1))[:, None]
    zero = torch.zeros_like(noise)
    top = (outfits.loose_top + 0.015 * outfits.jacket) * noise * (1 + 1.2 * below_waist)
    bottom = outfits.loose_bottom * noise * widening
    hair = outfits.hair_full * (1 + 0.6 * noise)
    every = torch.stack([zero, bottom, top, zero + 0.010, hair])
    folds = [_wave(rest, outfits, k, 1.0, 1.5 * sway[k - half]) for k in range(half, WAVES)]
    fold = torch.stack(folds).mean(0).mul_(0.24 * outfits.bump)
    limit = torch.tensor([0.06, 1.0, 1.0, 0.2, 0.8], device=fold.device)
    return Drape(every.gather(0, cloth[None])[0], fold.mul_(limit[cloth]).add_(1.0))


def _wave(
    rest: Tensor, outfits: Outfits, number: int, pace: float, bend: Tensor | float = 0.0
) -> Tensor:
    """(V, B) sine of one cloth wave of everybody."""
    phase = torch.addmm(outfits.wave_phase[:, number], rest, outfits.wave[:, number].T * pace)
    return phase.add_(bend).sin_()
