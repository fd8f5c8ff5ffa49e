"""What the dense heads are worth on the fixed synthetic test set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.metrics.points import pa_mean_point_error
from core.nn.lite_backbone import heatmap_positions
from training.pictures.shards import Pictures

PCK_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class HeldOutPictures:
    """Pictures (N, 3, S, S) in [0, 1], joints (N, K, 2) in [-1, 1], visibility (N, K), parts, pose.

    The first ``counted`` joints are measured.
    """

    pictures: Tensor
    joints_2d: Tensor
    visible: Tensor
    parts: Tensor
    rotmat: Tensor
    betas: Tensor
    counted: int = 14

    @classmethod
    def of(cls, pictures: Pictures, device: torch.device, counted: int = 14) -> HeldOutPictures:
        """The test set on the device of the training."""
        here = pictures.to(device)
        image = here.image.float() / 255
        return cls(
            image, here.joints_2d, here.joints_visible, here.parts, here.rotmat, here.betas, counted
        )

    @torch.no_grad()
    def numbers(
        self, network: nn.Module, normalise: Callable[[Tensor], Tensor]
    ) -> Mapping[str, float]:
        """Mean 2D error in per cent of the person's box, PCK@0.1 and part accuracy.

        The box is that of the person's joints inside the crop; of the counted joints those inside
        the crop, seen or hidden.
        """
        apart, seen, right, cells = [], [], 0, 0
        for i in range(0, len(self.pictures), 32):
            rows = slice(i, i + 32)
            output = network(normalise(self.pictures[rows]))
            found, _ = heatmap_positions(output.heatmaps)
            apart.append(self._errors(found, rows))
            seen.append(self.visible[rows, : self.counted])
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

    @torch.no_grad()
    def pose_numbers(
        self, network: nn.Module, normalise: Callable[[Tensor], Tensor], hand: BodyModel
    ) -> Mapping[str, float]:
        """PA-MPJPE in mm of the pose that the backbone of hands says, protocol ``hand21-wrist``."""
        found = []
        for i in range(0, len(self.pictures), 32):
            rows = slice(i, i + 32)
            said = network(normalise(self.pictures[rows])).pose.float()
            meshes = (
                hand(said.rotmat, said.betas).vertices,
                hand(self.rotmat[rows], self.betas[rows]).vertices,
            )
            joints, truth = (hand.regress(mesh, "hand21").cpu().numpy() for mesh in meshes)
            found.append(pa_mean_point_error(joints, truth))
        return {"pose_pa_mpjpe_mm": round(1000 * float(np.concatenate(found).mean()), 3)}

    def _errors(self, found: Tensor, rows: slice) -> Tensor:
        truth = self.joints_2d[rows, : self.counted]
        visible = self.visible[rows, : self.counted] > 0.25
        far = torch.full_like(truth, 9.0)
        low = torch.where(visible[..., None], truth, far).amin(1)
        high = torch.where(visible[..., None], truth, -far).amax(1)
        box = (high - low).amax(1).clamp_min(0.2)
        return (found[:, : self.counted] - truth).norm(dim=-1) / box[:, None]
