"""The shared backbone's dense heads as a finder of 2D joints: picture areas in, joints out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.body.joint_sets import LIFT25_NAMES, mirror_permutation
from core.geometry.boxes import box_center_size, box_of_center_size
from core.geometry.crops import cut_crop
from core.nn.lite_backbone import (
    BODY_SHAPE,
    LITE_SIZE,
    DenseNetwork,
    DenseOutput,
    heatmap_positions,
)

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
AT_ONCE = 16
BODY_JOINTS = 14
ONE_SCALE = (1.0,)
# Chosen on the synthetic test set: three scales take 6 % off the error of two mirrored answers.
THREE_SCALES = (1.0, 0.9, 1.1)


@dataclass(frozen=True, eq=False)
class FoundJoints:
    """Joints of N picture areas, one person each, in the joint set ``lift25`` (hands: ``hand21``).

    Attributes:
        joints_2d: (N, 25, 2) float64, picture pixels.
        scores: (N, 25) float64 in [0, 1]: how peaked the heatmap is there.
        inside: (N, 25) float64 in [0, 1]: probability that the joint lies in the area at all.
        person: (N,) float64 in [0, 1]: how much of a person is there; compare only with one another.
    """

    joints_2d: NDArray[np.float64]
    scores: NDArray[np.float64]
    inside: NDArray[np.float64]
    person: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.person)

    def __getitem__(self, rows: NDArray[np.intp] | Sequence[int]) -> FoundJoints:
        index = np.asarray(rows, dtype=np.intp)
        return FoundJoints(
            self.joints_2d[index], self.scores[index], self.inside[index], self.person[index]
        )


class JointFinder:
    """Runs the dense network on square areas of a picture.

    Args:
        network: with its weights; it is set to evaluation.
        device: where it computes.
    """

    def __init__(self, network: DenseNetwork, device: str = "cpu") -> None:
        self.network = network.eval().to(device)
        self.device = torch.device(device)
        self._mean = torch.tensor(IMAGENET_MEAN, device=device).reshape(1, 3, 1, 1)
        self._std = torch.tensor(IMAGENET_STD, device=device).reshape(1, 3, 1, 1)
        # The face says little about a body; all joints of a hand count.
        self._counted = BODY_JOINTS if network.shape == BODY_SHAPE else network.shape.joints
        self._swap = torch.tensor(mirror_permutation(LIFT25_NAMES), device=device)

    def look(
        self,
        image: NDArray[np.uint8],
        areas: NDArray[np.float64],
        *,
        mirrored: bool = False,
        scales: tuple[float, ...] = ONE_SCALE,
    ) -> FoundJoints:
        """Joints in square areas (N, 4) of an RGB picture.

        Args:
            image: (H, W, 3) uint8.
            areas: (N, 4) x0, y0, x1, y1 picture pixels, square; they may reach beyond the picture.
            mirrored: average with the answer for the mirrored crop: steadier, twice the work.
            scales: average over areas so many times as large; 1 comes first.
        """
        parts = [
            self._look(image, areas[start : start + AT_ONCE], mirrored, scales)
            for start in range(0, len(areas), AT_ONCE)
        ]
        if not parts:
            nothing = np.zeros((0, len(LIFT25_NAMES)))
            return FoundJoints(np.zeros((*nothing.shape, 2)), nothing, nothing, np.zeros(0))
        names = ("joints_2d", "scores", "inside", "person")
        return FoundJoints(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))

    @torch.inference_mode()
    def _look(
        self,
        image: NDArray[np.uint8],
        areas: NDArray[np.float64],
        mirrored: bool,
        scales: tuple[float, ...],
    ) -> FoundJoints:
        center, size = box_center_size(areas)
        dense = self.dense(image, areas, mirrored)
        heatmaps = dense.heatmaps
        if len(scales) > 1:
            maps = heatmaps.flatten(2).softmax(-1).reshape(heatmaps.shape)
            for scale in scales[1:]:
                other = self.dense(image, box_of_center_size(center, size * scale), mirrored)
                maps = maps + _on_the_grid(other.heatmaps, scale)
            heatmaps = (maps / len(scales)).clamp_min(1e-12).log()
        place, score = heatmap_positions(heatmaps)
        inside = dense.inside.sigmoid()
        joints = center[:, None] + place.double().cpu().numpy() * size[:, None] / 2
        person = (score * inside)[:, : self._counted].mean(1)
        return FoundJoints(joints, _double(score), _double(inside), _double(person))

    def dense(
        self, image: NDArray[np.uint8], areas: NDArray[np.float64], mirrored: bool = False
    ) -> DenseOutput:
        """The network's answer for square areas (N, 4) of a picture."""
        crops = np.stack([cut_crop(image, area, (LITE_SIZE, LITE_SIZE)) for area in areas])
        pixels = torch.from_numpy(crops).to(self.device).permute(0, 3, 1, 2).float() / 255
        pixels = ((pixels - self._mean) / self._std).contiguous(memory_format=torch.channels_last)
        if not mirrored:
            return self.network(pixels)
        both = self.network(torch.cat([pixels, pixels.flip(3)]))  # one call is less than two
        return self._averaged(both[: len(areas)], both[len(areas) :])

    def _averaged(self, plain: DenseOutput, flipped: DenseOutput) -> DenseOutput:
        """The mean of two answers, the second given for the mirrored crop."""
        swap = self._swap
        share = plain.heatmaps.flatten(2).softmax(-1)
        other = flipped.heatmaps.flip(3)[:, swap].flatten(2).softmax(-1)
        both = ((share + other) / 2).clamp_min(1e-12).log().reshape(plain.heatmaps.shape)
        return replace(
            plain,
            heatmaps=both,
            visibility=(plain.visibility + flipped.visibility[:, swap]) / 2,
            inside=(plain.inside + flipped.inside[:, swap]) / 2,
        )


def _on_the_grid(heatmaps: Tensor, scale: float) -> Tensor:
    """Shares (N, K, h, w) of an area ``scale`` times as large, on the grid of the area itself.

    A joint that the larger area alone shows loses its share; what is left keeps its proportions.
    """
    share = heatmaps.flatten(2).softmax(-1).reshape(heatmaps.shape)
    turn = share.new_tensor([[1 / scale, 0, 0], [0, 1 / scale, 0]]).expand(len(share), 2, 3)
    grid = functional.affine_grid(turn, list(share.shape), align_corners=False)
    moved = functional.grid_sample(share, grid, align_corners=False)
    return moved / moved.sum((2, 3), keepdim=True).clamp_min(1e-6)


def _double(values: Tensor) -> NDArray[np.float64]:
    return values.double().cpu().numpy()
