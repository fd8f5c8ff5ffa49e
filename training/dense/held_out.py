"""The fixed synthetic test set of the dense heads: own poses, own backgrounds, always the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.nn.lite_backbone import heatmap_positions
from core.synthesis.backgrounds import procedural_bank
from core.synthesis.world import World

COUNT, CHUNK = 384, 16
SEED = 20_261
PCK_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class HeldOutPictures:
    """Pictures (N, 3, S, S) in [0, 1], joints (N, 25, 2) in [-1, 1], visibility (N, 25), parts."""

    pictures: Tensor
    joints_2d: Tensor
    visible: Tensor
    parts: Tensor

    @classmethod
    def render(cls, body: BodyModel, size: int, device: torch.device) -> HeldOutPictures:
        """Render the set; the same on every machine up to rounding.

        The pictures come from the CPU whatever ``device`` is, since random numbers differ on CUDA.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            world = World(load_on_cpu(body), size, procedural_bank(100, 192, SEED), pool=2000)
            world.sampler = type(world.sampler)(world.body.chain, SEED)
            rendered = [world.render(CHUNK) for _ in range(COUNT // CHUNK)]
        pictures = [r.batch.image for r in rendered if r.batch.image is not None]
        return cls(
            torch.cat(pictures).to(device),
            torch.cat([r.joints_2d for r in rendered]).to(device),
            torch.cat([r.joints_visible for r in rendered]).to(device),
            torch.cat([r.parts for r in rendered]).to(device),
        )

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


def load_on_cpu(body: BodyModel) -> BodyModel:
    """The same body on the CPU: the body itself when it is there already."""
    from core.body import load_body

    return body if body.v_template.device.type == "cpu" else load_body(body.name)
