"""What a camera and a file format do to a picture: exposure, colour, blur, noise, JPEG blocks.

Each effect is worked out for the pictures that have it, colour as one matrix per picture.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from core.synthesis.draws import Draw

SOFT_SHARE, COARSE_SHARE, MOTION_SHARE, JPEG_SHARE = 0.20, 0.15, 0.07, 0.40
GREY_SHARE, DARK_SHARE = 0.04, 0.06
MOTION_TAPS = 9
NOISE_LIMIT = 0.05
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
    draw = Draw(len(pictures), pictures.device)
    out = _developed(pictures, draw)
    _blur(out, draw)
    _add_noise(out, draw)
    _compress(out.clamp_(0, 1), draw)
    return out.clamp_(0, 1)


def _developed(pictures: Tensor, draw: Draw) -> Tensor:
    """Exposure, white balance, contrast, saturation and tone curve."""
    tint = draw.normal(1, 0.05, 3)
    mean = (pictures.mean((2, 3)) * tint).mean(1, keepdim=True)
    # Cameras expose for the middle of the range; a few pictures are left dark.
    wanted = draw.uniform(0.30, 0.62, 1)
    gain = (wanted / mean.clamp_min(0.05)) ** 0.75
    dark = draw.chance(DARK_SHARE, 1)
    gain = torch.where(dark, draw.uniform(0.3, 0.8, 1), gain).clamp(0.3, 2.5)
    contrast = draw.uniform(0.8, 1.3, 1)
    offset = mean * gain * (1 - contrast) + draw.uniform(-0.05, 0.07, 1)
    saturation = draw.uniform(0.5, 1.3, 1, 1)
    saturation = torch.where(
        draw.chance(GREY_SHARE, 1, 1), torch.zeros_like(saturation), saturation
    )
    eye = torch.eye(3, device=pictures.device)
    matrix = saturation * eye + (1 - saturation) / 3
    matrix = matrix * (gain * contrast * tint)[:, None, :]
    shift = offset[:, :, None].expand(-1, 3, 1)
    out = torch.baddbmm(shift, matrix, pictures.flatten(2)).clamp_(0, 1)
    curve = draw.normal(0, 0.22, 1, 1).clamp(-0.6, 0.6)
    # x + a (x^2 - x): a tone curve that keeps black and white.
    return (out * out).sub_(out).mul_(curve).add_(out).reshape(pictures.shape)


def _blur(pictures: Tensor, draw: Draw) -> None:
    """Soft focus, lost resolution or a moving camera, in place."""
    which = draw.uniform(0, 1)
    size = pictures.shape[-1]
    soft = (which < SOFT_SHARE).nonzero()[:, 0]
    if len(soft):
        kernel = pictures.new_tensor([0.25, 0.5, 0.25])
        kernel = (kernel[:, None] * kernel).expand(3, 1, 3, 3).contiguous()
        padded = F.pad(pictures.index_select(0, soft), (1, 1, 1, 1), mode="replicate")
        pictures.index_copy_(0, soft, F.conv2d(padded, kernel, groups=3))
    coarse = ((which >= SOFT_SHARE) & (which < SOFT_SHARE + COARSE_SHARE)).nonzero()[:, 0]
    if len(coarse):
        small = F.avg_pool2d(pictures.index_select(0, coarse), 2)
        large = F.interpolate(small, size=(size, size), mode="bilinear", align_corners=False)
        pictures.index_copy_(0, coarse, large)
    moving = (which > 1 - MOTION_SHARE).nonzero()[:, 0]
    if len(moving):
        _shake(pictures, moving)


def _shake(pictures: Tensor, moving: Tensor) -> None:
    """Average along a short line, in place."""
    draw = Draw(len(moving), pictures.device)
    angle, reach = draw.uniform(0, math.pi), draw.uniform(1.0, 3.5)
    taps = torch.arange(MOTION_TAPS, device=pictures.device) - MOTION_TAPS // 2
    # Distance of each tap to the line from -reach to +reach, in pixels.
    grid_x, grid_y = taps.float()[None, None, :], taps.float()[None, :, None]
    cos, sin = angle.cos()[:, None, None], angle.sin()[:, None, None]
    along, aside = grid_x * cos + grid_y * sin, grid_y * cos - grid_x * sin
    beyond = (along.abs() - reach[:, None, None]).clamp_min(0)
    kernel = (1 - torch.hypot(beyond, aside)).clamp_min(0)
    kernel = kernel / kernel.sum((1, 2), keepdim=True)
    count, size = len(moving), pictures.shape[-1]
    pad = MOTION_TAPS // 2
    padded = F.pad(pictures.index_select(0, moving), (pad,) * 4, mode="replicate")
    padded = padded.transpose(0, 1)
    moved = F.conv2d(padded, kernel[:, None], groups=count)
    pictures.index_copy_(0, moving, moved.transpose(0, 1).reshape(count, 3, size, size))


def _add_noise(pictures: Tensor, draw: Draw) -> None:
    """Evenly distributed noise of every pixel and channel, in place."""
    strength = draw.uniform(0, 1, 1, 1, 1) ** 2 * (NOISE_LIMIT * math.sqrt(3) / 2**15)
    half = (*pictures.shape[:-1], pictures.shape[-1] // 2)
    bits = torch.empty(half, dtype=torch.int32, device=pictures.device)
    # Two samples of 16 bits from each random number.
    bits.random_(-(2**31), 2**31 - 1)
    pictures.addcmul_(bits.view(torch.int16).to(pictures.dtype), strength)


@cache
def _cosines() -> Tensor:
    """(64, 64) orthonormal two-dimensional DCT-II of flattened blocks of 8 x 8."""
    k, n = torch.arange(8.0)[:, None], torch.arange(8.0)[None]
    matrix = torch.cos(math.pi * (2 * n + 1) * k / 16) * math.sqrt(2 / 8)
    matrix[0] /= math.sqrt(2)
    return torch.kron(matrix, matrix)


def _compress(pictures: Tensor, draw: Draw) -> None:
    """Quantise the cosine coefficients of blocks of 8 x 8 pixels of some pictures, in place."""
    size = pictures.shape[-1]
    chosen = draw.chance(JPEG_SHARE).nonzero()[:, 0]
    if size % 8 or not len(chosen):
        return
    cosines = _cosines().to(pictures)
    cells = size // 8
    shape = (len(chosen), 3, cells, 8, cells, 8)
    blocks = pictures.index_select(0, chosen).reshape(shape).transpose(3, 4).reshape(-1, 64)
    quality = draw.uniform(0.15, 1.4)[chosen]
    table = torch.tensor(LUMINANCE_STEPS, device=pictures.device).flatten() / 255
    step = (quality[:, None] * table)[:, None]
    coefficients = (blocks @ cosines.T).reshape(len(chosen), -1, 64)
    coefficients = coefficients.div_(step).round_().mul_(step)
    blocks = (coefficients.reshape(-1, 64) @ cosines).reshape(*shape[:3], cells, 8, 8)
    pictures.index_copy_(0, chosen, blocks.transpose(3, 4).reshape(len(chosen), 3, size, size))
