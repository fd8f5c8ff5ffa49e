"""What a camera and a file format do to a picture: exposure, colour, blur, noise, JPEG blocks."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.garments import Draw

LUMINANCE_STEPS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)  # ITU-T T.81, annex K, table K.1


def augment(pictures: Tensor) -> Tensor:
    """(B, 3, S, S) float32 in [0, 1] to the same, as if photographed and saved."""
    people, device = len(pictures), pictures.device
    draw = Draw(people, device)
    one = (1, 1, 1)
    out = pictures * draw.uniform(0.8, 1.3, *one) * draw.normal(1, 0.07, 3, 1, 1)
    mean = out.mean((1, 2, 3), keepdim=True)
    out = (out - mean) * draw.uniform(0.75, 1.3, *one) + mean + draw.uniform(-0.06, 0.1, *one)
    grey = out.mean(1, keepdim=True)
    saturation = draw.uniform(0.4, 1.3, *one)
    saturation = torch.where(draw.chance(0.06, *one), torch.zeros_like(saturation), saturation)
    out = (grey + (out - grey) * saturation).clamp(0, 1)
    out = out ** torch.exp(draw.normal(0, 0.2, *one))
    out = _blur(out, draw)
    out = out + torch.randn_like(out) * draw.uniform(0, 1, *one) ** 2 * 0.045
    return _jpeg(out.clamp(0, 1), draw).clamp(0, 1)


def _blur(pictures: Tensor, draw: Draw) -> Tensor:
    size = pictures.shape[-1]
    soft = F.avg_pool2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    coarse = F.interpolate(
        F.avg_pool2d(pictures, 2), size=(size, size), mode="bilinear", align_corners=False
    )
    which = draw.uniform(0, 1, 1, 1, 1)
    return torch.where(which < 0.2, soft, torch.where(which < 0.35, coarse, pictures))


@cache
def _cosines() -> Tensor:
    """(8, 8) orthonormal DCT-II matrix."""
    k, n = torch.arange(8.0)[:, None], torch.arange(8.0)[None]
    matrix = torch.cos(math.pi * (2 * n + 1) * k / 16) * math.sqrt(2 / 8)
    matrix[0] /= math.sqrt(2)
    return matrix


def _jpeg(pictures: Tensor, draw: Draw) -> Tensor:
    """Quantise the cosine coefficients of 8x8 blocks of a third of the pictures."""
    size = pictures.shape[-1]
    chosen = draw.chance(0.35).nonzero()[:, 0]
    if size % 8 or not len(chosen):
        return pictures
    cosines = _cosines().to(pictures)
    blocks = pictures[chosen].unflatten(3, (size // 8, 8)).unflatten(2, (size // 8, 8))
    coefficients = cosines @ blocks.transpose(3, 4) @ cosines.T
    quality = draw.uniform(0.15, 1.4, 1, 1, 1, 1, 1)[chosen]
    step = torch.tensor(LUMINANCE_STEPS, device=pictures.device) / 255 * quality
    coefficients = torch.round(coefficients / step) * step
    blocks = (cosines.T @ coefficients @ cosines).transpose(3, 4)
    return pictures.index_copy(0, chosen, blocks.flatten(4, 5).flatten(2, 3))
