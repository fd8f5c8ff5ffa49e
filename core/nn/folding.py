"""Networks of convolutions made quicker for inference: norms folded into weights, channels last."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.fx.experimental.optimization import fuse

from core.nn.lite_backbone import DenseNetwork, LiteFeatures


class FoldedConvolutions(nn.Module):
    """A network of convolutions with folded norms, channels last, in half precision if asked.

    Args:
        network: from a picture to a map, a tuple or list of maps, or `LiteFeatures`.
        half: compute in bfloat16; what comes out is float32.
    """

    def __init__(self, network: nn.Module, half: bool) -> None:
        super().__init__()
        folded = fuse(network.eval()).to(memory_format=torch.channels_last)
        self.network, self.half_precision = (folded.bfloat16() if half else folded), half

    def forward(self, image: Tensor) -> Tensor | tuple[Tensor, ...] | list[Tensor] | LiteFeatures:
        """What the network gives, float32."""
        image = image.contiguous(memory_format=torch.channels_last)
        if not self.half_precision:
            return self.network(image)
        found = self.network(image.bfloat16())
        if isinstance(found, LiteFeatures):
            return LiteFeatures(found.fine.float(), found.grid.float(), found.stride32.float())
        if isinstance(found, (tuple, list)):
            return type(found)(value.float() for value in found)
        return found.float()


def folded_dense(network: DenseNetwork, half: bool = False) -> DenseNetwork:
    """The shared network with its backbone folded, changed in place; weights are loaded before."""
    network.eval().add_module("backbone", FoldedConvolutions(network.backbone, half))
    return network
