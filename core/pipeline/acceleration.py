"""The same network, sooner: folded norms and channels last always, half precision on request.

Half precision on a processor is bfloat16, in those layers only that take the time and forgive it: the
convolutions of the picture's network, and the wide linear layers of transformers. Sums, norms, softmax,
the last layers that say coordinates and everything that is geometry stay in float32, since bfloat16
tells positions of half a metre apart by two millimetres only. On CUDA it is float16 by autocast.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

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
# Blocks that hold the wide layers.
_BLOCKS = (
    bert.SelfAttention,
    bert.EncoderLayer,
    masked_transformer.MaskedSelfAttention,
    masked_transformer.PreNormLayer,
    encoder_decoder.FeedForward,
)


def has_fast_half(device: torch.device) -> bool:
    """Whether half precision is faster there: any CUDA device, processors with bfloat16 arithmetic."""
    if device.type == "cuda":
        return True
    return bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)())


def require_precision(precision: Precision, device: torch.device) -> None:
    """Refuse what would only cost accuracy.

    Raises:
        DeviceError: half precision is asked for where it is no faster.
    """
    if precision == "half" and not has_fast_half(device):
        raise DeviceError(
            f"{device} has no arithmetic in half precision that would be faster",
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
