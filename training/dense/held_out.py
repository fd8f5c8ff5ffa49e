"""What the dense heads are worth on the fixed synthetic test set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.nn.lite_backbone import heatmap_positions
from training.pictures.shards import Pictures

PCK_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class HeldOutPictures:
    """Pictures (N, 3, S, S) in [0, 1], joints (N, 25, 2) in [-1, 1], visibility (N, 25), parts."""

    pictures: Tensor
    joints_2d: Tensor
    visible: Tensor
    parts: Tensor

    @classmethod
    def of(cls, pictures: Pictures, device: torch.device) -> HeldOutPictures:
        """The test set on the device of the training."""
        here = pictures.to(device)
        image = here.image.float() / 255
        return cls(image, here.joints_2d, here.joints_visible, here.parts)

    @torch.no_grad()
    def numbers(
        self, network: nn.Module, normalise: Callable[[Tensor], Tensor]
    ) -> Mapping[str, float]:
        """Mean 2D error in per cent of the person's box, PCK@0.1 and part accuracy.

        The box is that of the person's joints inside the crop; the 14 body joints count, those
        inside the crop, seen or hidden.
        """
        apart, seen, right, cells = [], [], 0, 0
        for i in range(0, len(self.pictures), 32):
            rows = slice(i, i + 32)
            output = network(normalise(self.pictures[rows]))
            found, _ = heatmap_positions(output.heatmaps)
            apart.append(self._errors(found, rows))
            seen.append(self.visible[rows, :14])
            guess, truth = output.parts.argmax(1), self.parts[rows].long()
            known = truth != 255
            right += int(((guess == truth) & known).sum())
            cells += int(known.sum())
        errors, weight = torch.cat(apart), torch.cat(seen)
        inside, shown = weight > 0.25, weight > 0.75
        return {
            "joint_error_percent_of_box": round(float(errors[inside].mean() * 100), 3),
            "visible_joint_error_percent_of_box": round(float(errors[shown].mean() * 100), 3),
            "pck_0.1": round(float((errors[inside] < PCK_SHARE).float().mean()), 4),
            "part_accuracy": round(right / cells, 4),
        }

    def _errors(self, found: Tensor, rows: slice) -> Tensor:
        truth, visible = self.joints_2d[rows, :14], self.visible[rows, :14] > 0.25
        far = torch.full_like(truth, 9.0)
        low = torch.where(visible[..., None], truth, far).amin(1)
        high = torch.where(visible[..., None], truth, -far).amax(1)
        box = (high - low).amax(1).clamp_min(0.2)
        return (found[:, :14] - truth).norm(dim=-1) / box[:, None]
