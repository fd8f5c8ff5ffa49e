"""The same network, sooner: folded norms and channels last always, half precision on request.

Half precision on a processor is bfloat16, in those layers only that take the time and forgive it: the
convolutions of the picture's network, and the wide linear layers of transformers. Sums, norms, softmax,
the last layers that say coordinates and everything that is geometry stay in float32, since bfloat16
tells positions of half a metre apart by two millimetres only. On CUDA it is float16 by autocast.
"""

from __future__ import annotations

import copy
import time
from contextlib import AbstractContextManager, nullcontext
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.errors import DeviceError
from core.methods.base import Method
from core.nn import bert, encoder_decoder, masked_transformer
from core.nn.folding import FoldedConvolutions, folded_dense
from core.nn.lite_backbone import DenseNetwork
from core.types import Precision

# Layers below this many weights take no time worth a rounding.
WIDE = 64 * 64
# Channels and side of the map, and how often, by which the two precisions are compared.
PROBE_SHAPE, PROBE_TURNS = (96, 32), 9
# Blocks that hold the wide layers.
_BLOCKS = (
    bert.SelfAttention,
    bert.EncoderLayer,
    masked_transformer.MaskedSelfAttention,
    masked_transformer.PreNormLayer,
    encoder_decoder.FeedForward,
)


def has_half(device: torch.device) -> bool:
    """Whether the device computes in half precision: any CUDA device, processors with bfloat16."""
    if device.type == "cuda":
        return True
    return bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)())


def half_is_faster(device: torch.device) -> bool:
    """Whether half precision takes less time there, found out by trying where it is not known.

    Processors may have the arithmetic and be slower with it: of two with bfloat16, METRO lite took 0.87
    of the time on an EPYC and 1.28 on a Xeon.
    """
    return has_half(device) and (device.type == "cuda" or _half_is_faster_here())


@cache
def _half_is_faster_here() -> bool:
    """Times a layer as the networks have most of, by turns in both precisions; some 20 ms, once."""
    channels, side = PROBE_SHAPE
    layer = nn.Conv2d(channels, channels, 3, padding=1).to(memory_format=torch.channels_last)
    picture = torch.zeros(1, channels, side, side).to(memory_format=torch.channels_last)
    pairs = ((layer, picture), (copy.deepcopy(layer).bfloat16(), picture.bfloat16()))
    seconds: tuple[list[float], list[float]] = ([], [])
    with torch.inference_mode():
        for _ in range(PROBE_TURNS):
            for taken, (network, given) in zip(seconds, pairs, strict=True):
                began = time.perf_counter()
                network(given)
                taken.append(time.perf_counter() - began)
    # Other work can only lengthen a turn: the quickest says what the processor can do.
    return min(seconds[1]) < min(seconds[0])


def require_precision(precision: Precision, device: torch.device) -> None:
    """Refuse what would only cost accuracy.

    Raises:
        DeviceError: half precision is asked for where there is none.
    """
    if precision == "half" and not has_half(device):
        raise DeviceError(
            f"{device} has no arithmetic in half precision",
            cure="leave --precision out",
        )


def accelerate(method: Method, device: torch.device, precision: Precision) -> Method:
    """Change a loaded method in place, for inference only; the same method is returned.

    Args:
        method: in evaluation mode, weights loaded.
        device: where it will run.
        precision: ``full`` gives the same numbers but for rounding in float32.
    """
    half = precision == "half" and device.type == "cpu"
    backbone = getattr(method, "backbone", None)
    if isinstance(backbone, DenseNetwork):
        folded_dense(backbone, half)
    elif isinstance(backbone, nn.Module) and method.folds_backbone:
        method.add_module("backbone", FoldedConvolutions(backbone, half))
    if half:
        _use_half_layers(method)
    return method


def in_precision(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """What a forward pass of an accelerated method runs within: autocast on CUDA, else nothing."""
    if precision == "half" and device.type == "cuda":
        return torch.autocast("cuda", dtype=torch.float16)
    return nullcontext()


class _HalfLinear(nn.Module):
    """A linear layer with weights and products in bfloat16; float32 in and out."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.register_buffer("weight", layer.weight.detach().bfloat16())
        bias = None if layer.bias is None else layer.bias.detach().bfloat16()
        self.register_buffer("bias", bias)

    weight: Tensor
    bias: Tensor | None

    def forward(self, x: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        return F.linear(x.bfloat16(), self.weight, self.bias).float()


def _use_half_layers(method: nn.Module) -> None:
    for block in method.modules():
        if not isinstance(block, _BLOCKS):
            continue
        for name, layer in list(block.named_children()):
            if isinstance(layer, nn.Linear) and layer.weight.numel() >= WIDE:
                setattr(block, name, _HalfLinear(layer))
