"""HRNet (Wang et al. 2020): parallel branches of four resolutions that keep exchanging features.

`HighResolutionNet` is the trunk that all uses share; `HRNetClassification` adds the head of the
ImageNet networks (METRO, FastMETRO, Graphormer). Parameter names are those of the released files.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from core.nn.residual import BasicBlock, Bottleneck

BLOCKS = 4
MODULES = (1, 4, 3)  # exchange modules of stages 2, 3, 4
HEAD_PLANES = (32, 64, 128, 256)


def _conv_norm(inputs: int, outputs: int, stride: int, *, relu: bool) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if relu:
        layers.append(nn.ReLU())
    return nn.Sequential(*layers)


class ExchangeModule(nn.Module):
    """Four basic blocks on every branch, then every branch receives from every other.

    Args:
        channels: channels of the branches, finest first.
        outputs: how many branches leave the module (pose networks end in one).
    """

    def __init__(self, channels: Sequence[int], outputs: int | None = None) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(*(BasicBlock(width, width) for _ in range(BLOCKS))) for width in channels
        )
        count = len(channels) if outputs is None else outputs
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(self._path(channels, source, target) for source in range(len(channels)))
            for target in range(count)
        )

    @staticmethod
    def _path(channels: Sequence[int], source: int, target: int) -> nn.Module:
        """What brings branch ``source`` to the resolution and width of branch ``target``."""
        if source == target:
            return nn.Identity()
        if source > target:
            return nn.Sequential(
                nn.Conv2d(channels[source], channels[target], 1, bias=False),
                nn.BatchNorm2d(channels[target]),
                nn.Upsample(scale_factor=2 ** (source - target), mode="nearest"),
            )
        halvings = target - source
        return nn.Sequential(
            *(
                _conv_norm(channels[source], channels[source], 2, relu=True)
                for _ in range(halvings - 1)
            ),
            _conv_norm(channels[source], channels[target], 2, relu=False),
        )

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """One map per branch, finest first, to the same."""
        maps = [branch(x) for branch, x in zip(self.branches, maps, strict=True)]
        out = []
        for paths in self.fuse_layers:
            assert isinstance(paths, nn.ModuleList)
            first, *others = (path(x) for path, x in zip(paths, maps, strict=True))
            out.append(F.relu(sum(others, first)))
        return out


class HighResolutionNet(nn.Module):
    """Pictures to maps of strides 4, 8, 16 and 32 with widths w, 2w, 4w and 8w.

    Args:
        width: channels of the finest branch (32, 40, 48, 64).
        last_outputs: branches that leave the last module; pose networks built for one heatmap have 1.
    """

    def __init__(self, width: int, last_outputs: int | None = None) -> None:
        super().__init__()
        self.widths = tuple(width * 2**level for level in range(4))
        self.conv1 = nn.Conv2d(3, 64, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2 = nn.Conv2d(64, 64, 3, 2, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(Bottleneck(64, 64), *(Bottleneck(256, 64) for _ in range(3)))
        self.transition1 = nn.ModuleList(
            [
                _conv_norm(256, self.widths[0], 1, relu=True),
                nn.Sequential(_conv_norm(256, self.widths[1], 2, relu=True)),
            ]
        )
        self.stage2 = self._stage(2, MODULES[0])
        self.transition2 = self._new_branch(2)
        self.stage3 = self._stage(3, MODULES[1])
        self.transition3 = self._new_branch(3)
        self.stage4 = self._stage(4, MODULES[2], last_outputs)

    def _stage(self, branches: int, modules: int, outputs: int | None = None) -> nn.Sequential:
        channels = self.widths[:branches]
        inner = [ExchangeModule(channels) for _ in range(modules - 1)]
        return nn.Sequential(*inner, ExchangeModule(channels, outputs))

    def _new_branch(self, branch: int) -> nn.ModuleList:
        """The old branches go on as they are; the new one comes from the coarsest."""
        new = nn.Sequential(_conv_norm(self.widths[branch - 1], self.widths[branch], 2, relu=True))
        return nn.ModuleList([*(nn.Identity() for _ in range(branch)), new])

    def forward(self, image: Tensor) -> list[Tensor]:
        """(B, 3, H, W) normalised pictures to maps, finest first."""
        x = F.relu(self.bn1(self.conv1(image)))
        x = self.layer1(F.relu(self.bn2(self.conv2(x))))
        maps = self.stage2([start(x) for start in self.transition1])
        maps = self.stage3([*maps, self.transition2[-1](maps[-1])])
        return self.stage4([*maps, self.transition3[-1](maps[-1])])


class HRNetClassification(HighResolutionNet):
    """The ImageNet network without its classifier: all branches gathered into one stride-32 map."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        widened = [planes * Bottleneck.expansion for planes in HEAD_PLANES]
        self.incre_modules = nn.ModuleList(
            nn.Sequential(Bottleneck(inputs, planes))
            for inputs, planes in zip(self.widths, HEAD_PLANES, strict=True)
        )
        self.downsamp_modules = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(widened[level], widened[level + 1], 3, 2, 1),
                nn.BatchNorm2d(widened[level + 1]),
                nn.ReLU(),
            )
            for level in range(3)
        )
        self.final_layer = nn.Sequential(
            nn.Conv2d(widened[-1], 2048, 1), nn.BatchNorm2d(2048), nn.ReLU()
        )

    def gathered(self, image: Tensor) -> Tensor:
        """(B, 1024, H / 32, W / 32), the map before the last layer (Graphormer's grid features)."""
        maps = super().forward(image)
        total = self.incre_modules[0](maps[0])
        for down, widen, x in zip(
            self.downsamp_modules, list(self.incre_modules)[1:], maps[1:], strict=True
        ):
            total = widen(x) + down(total)
        return total

    def forward(self, image: Tensor) -> Tensor:  # pyrefly: ignore[bad-override]
        """(B, 2048, H / 32, W / 32)."""
        return self.final_layer(self.gathered(image))
