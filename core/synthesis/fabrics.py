"""Colours of points: skin, face, and fabrics that are plain, patterned or printed.

Everything that a person wears is one row of a table, (person, cloth) -> colours and pattern, so that
the colour of a pixel is a few look-ups and no branch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.synthesis.garments import Cloth, Outfits
from core.synthesis.surface import Planes, SurfaceFields

ROWS = len(Cloth)
# How much stripes, crossed stripes, dots and soft waves there are in a pattern.
PATTERN_MIX = (
    (0.0, 0.0, 0.0, 0.0),
    (1.0, 0.0, 0.0, 0.0),
    (0.5, 0.5, 0.0, 0.0),
    (0.0, 0.0, 1.0, 0.0),
    (0.0, 0.0, 0.0, 1.0),
)
EDGE = 6.0  # sharpness of stripes
PRINT_SCALE = 1.3  # prints per metre


@dataclass(frozen=True, eq=False)
class Palette:
    """Colours and patterns of B people, row ``person * ROWS + cloth`` of every column.

    Attributes:
        first, second: three columns (B * ROWS,) each.
        down, across: pattern frequency times direction, 1/m.
        mix: four columns, see `PATTERN_MIX`, times contrast.
        jacket: 1 where an open front shows the second colour.
        printed: 1 where a picture is the fabric; texture: which, int64.
    """

    first: Planes
    second: Planes
    down: Tensor
    across: Tensor
    crossed: Tensor
    mix: tuple[Tensor, ...]
    jacket: Tensor
    printed: Tensor
    texture: Tensor


def palette_of(outfits: Outfits) -> Palette:
    """The table of some outfits."""
    skin, hair = outfits.skin, outfits.hair
    lips = skin * skin.new_tensor([0.85, 0.5, 0.5])
    worn = (
        skin, outfits.bottom, outfits.top, outfits.shoe, hair,
        skin * 0.25 + 0.12, hair * 0.8 + skin * 0.2, lips,
        skin * 0.75 + 0.25 * skin.new_tensor([1.0, 0.85, 0.82]), outfits.held, outfits.held_too,
    )  # fmt: skip
    first = torch.stack(worn, 1)
    second = first.clone()
    second[:, Cloth.BOTTOM], second[:, Cloth.TOP] = outfits.bottom_second, outfits.top_second
    cloths = [int(Cloth.BOTTOM), int(Cloth.TOP)]

    def column(values: Tensor) -> Tensor:
        full = values.new_zeros(len(skin), ROWS)
        full[:, cloths] = values
        return full.reshape(-1)

    mix = torch.tensor(PATTERN_MIX, device=skin.device)[outfits.pattern]
    mix = mix * outfits.contrast[..., None]
    none = torch.zeros_like(outfits.jacket)
    return Palette(
        first=_columns(first),
        second=_columns(second),
        down=column(outfits.frequency * outfits.angle.cos()),
        across=column(outfits.frequency * outfits.angle.sin()),
        crossed=column(outfits.frequency),
        mix=tuple(column(mix[..., i]) for i in range(4)),
        jacket=column(torch.stack([none, outfits.jacket], 1).float()),
        printed=column(outfits.textured.float()),
        texture=column(outfits.texture),
    )


def _columns(rows: Tensor) -> Planes:
    r, g, b = rows.flatten(0, 1).T.contiguous().unbind(0)
    return r, g, b


def albedo(
    palette: Palette, person: Tensor, cloth: Tensor, at: SurfaceFields, textures: Tensor
) -> Planes:
    """Colour of N points before light, three planes (N,).

    Args:
        palette: of the people.
        person: (N,) int64.
        cloth: (N,) uint8 or int64 `Cloth` numbers; bare skin takes what is painted on it.
        at: fields of the points.
        textures: (T, 3, h, w) uint8 pictures for printed fabrics.
    """
    painted = (cloth == int(Cloth.SKIN)) & (at.paint > 0)
    row = cloth + painted.byte() * (at.paint + (int(Cloth.HAIR)))
    row = row.long().add_(person, alpha=ROWS)
    amount = _pattern(palette, row, at)
    front = (at.z > 0) & (at.arm < 0) & (at.x.abs() < 0.06 - 0.02 * (at.y * 7).cos())
    amount = torch.maximum(amount, palette.jacket.index_select(0, row).mul_(front))
    colours = [
        torch.lerp(a.index_select(0, row), b.index_select(0, row), amount)
        for a, b in zip(palette.first, palette.second, strict=True)
    ]
    _print(colours, palette, row, at, textures)
    return colours[0], colours[1], colours[2]


def _pattern(palette: Palette, row: Tensor, at: SurfaceFields) -> Tensor:
    """(N,) share of the second colour."""
    stripe = palette.down.index_select(0, row).mul_(at.down)
    stripe.addcmul_(palette.across.index_select(0, row), at.across).sin_()
    cross = palette.crossed.index_select(0, row).mul_(at.across).sin_()
    first = (stripe * EDGE).clamp_(-1, 1).mul_(0.5).add_(0.5)
    second = (cross * EDGE).clamp_(-1, 1).mul_(0.5).add_(0.5)
    dots = cross.mul_(stripe).sub_(0.55).mul_(EDGE).clamp_(0, 1)
    soft = stripe.mul_(0.5).add_(0.5)
    amount = torch.zeros_like(soft)
    for share, value in zip(palette.mix, (first, second, dots, soft), strict=True):
        amount.addcmul_(share.index_select(0, row), value)
    return amount.clamp_(0, 1)


def _print(
    colours: list[Tensor], palette: Palette, row: Tensor, at: SurfaceFields, textures: Tensor
) -> None:
    height, width = textures.shape[-2:]
    column = ((at.x + 0.1 * at.z) * (PRINT_SCALE * width)).long().remainder_(width)
    line = (at.y * (-PRINT_SCALE * height)).long().remainder_(height)
    texel = line.mul_(width).add_(column)
    texel.add_(palette.texture.index_select(0, row), alpha=3 * height * width)
    printed, flat = palette.printed.index_select(0, row), textures.reshape(-1)
    for channel, colour in enumerate(colours):
        taken = flat.index_select(0, texel + channel * height * width).float().mul_(1 / 255)
        colour.lerp_(taken, printed)
