"""ResNet-50 (He et al. 2016) without its classifier; parameter names as in torchvision's files."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from core.nn.residual import Bottleneck

STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))  # planes, blocks, stride
CHANNELS = 2048

# Some released files hold the network as a bare sequence of its children.
_SEQUENCE = {"0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4"}


def from_sequence(name: str, prefix: str = "backbone.") -> str:
    """``backbone.4.0.conv1.weight`` as ``backbone.layer1.0.conv1.weight``; other names unchanged."""
    if not name.startswith(prefix):
        return name
    child, _, rest = name.removeprefix(prefix).partition(".")
    return f"{prefix}{_SEQUENCE.get(child, child)}.{rest}"


class ResNet50(nn.Module):
    """(B, 3, H, W) normalised pictures to the stride-32 map (B, 2048, H / 32, W / 32)."""

    layer1: nn.Sequential
    layer2: nn.Sequential
    layer3: nn.Sequential
    layer4: nn.Sequential

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inputs = 64
        for number, (planes, blocks, stride) in enumerate(STAGES, start=1):
            layers = [Bottleneck(inputs, planes, stride)]
            inputs = planes * Bottleneck.expansion
            layers += [Bottleneck(inputs, planes) for _ in range(blocks - 1)]
            setattr(self, f"layer{number}", nn.Sequential(*layers))

    def stages(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Maps of strides 4, 8, 16, 32 with 256, 512, 1024, 2048 channels."""
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(image))), 3, 2, 1)
        first = self.layer1(x)
        second = self.layer2(first)
        third = self.layer3(second)
        return first, second, third, self.layer4(third)

    def forward(self, image: Tensor) -> Tensor:
        """The stride-32 map."""
        return self.stages(image)[-1]
