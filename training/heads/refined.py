"""Shipped methods on the fixed synthetic test set with refinement and averaging (`core.refine`).

Joints and silhouettes are those that the embedded networks find in the test pictures themselves, as
for a user's photograph; truth is used to measure only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from torch import Tensor

from core.body import BodyModel, load_body
from core.detection.embedded import MIN_INSIDE, MIN_JOINT_SCORE, embedded_detector
from core.detection.joint_finder import THREE_SCALES
from core.methods import create_method
from core.methods.base import InputSpec, Method
from core.nn.batch import Batch, LossTerms, MethodOutput, Target
from core.nn.lite_backbone import LITE_SIZE
from core.pipeline.batching import DETECTOR_SIGMA_BEST, DETECTOR_SIGMA_WORST
from core.pipeline.results import camera_full_of
from core.refine.averaging import averaged
from core.refine.refiner import BodyRefiner
from core.refine.silhouette import PersonMaps
from core.types import RefineLevel
from core.weights.cards import load_embedded
from training.heads.held_out import measure
from training.pictures.shards import Pictures
from training.pictures.test_set import shipped_test_set

CROP = InputSpec(kind="crop", size_hw=(LITE_SIZE, LITE_SIZE))


@dataclass(frozen=True, eq=False)
class Found:
    """What the embedded networks find in N rendered pictures.

    Attributes:
        joints: (N, 25, 2) in [-1, 1] over the picture; scores: (N, 25), 0 where not found.
        parts: (N, 25, 32, 32) probabilities, half precision.
    """

    joints: Tensor
    scores: Tensor
    parts: Tensor


@cache
def found_in_test_set(count: int) -> Found:
    """Joints and part maps of the first pictures of the shipped test set."""
    return find(shipped_test_set()[:count])


def find(pictures: Pictures) -> Found:
    """Joints and part maps of pictures, each a person's crop."""
    finder, area = embedded_detector().finder, np.array([[0.0, 0.0, LITE_SIZE, LITE_SIZE]])
    joints, scores, parts = [], [], []
    for picture in pictures.image:
        image = np.ascontiguousarray(picture.permute(1, 2, 0).numpy())
        found = finder.look(image, area, mirrored=True, scales=THREE_SCALES)
        known = (found.inside > MIN_INSIDE) & (found.scores > MIN_JOINT_SCORE)
        joints.append(found.joints_2d[0] / LITE_SIZE * 2 - 1)
        scores.append((found.scores * known)[0])
        with torch.inference_mode():
            parts.append(finder.dense(image, area).parts[0].softmax(0).half())
    return Found(_floats(joints), _floats(scores), torch.stack(parts))


def _floats(rows: list[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.array(rows)).float()


def seen_of(pictures: Pictures, found: Found, rows: slice) -> Batch:
    """What was found as a batch of joints, in picture pixels."""
    scores = found.scores[rows]
    known = scores > 0
    doubt = 1 - scores.sum(1) / known.sum(1).clamp_min(1)
    half = pictures.box_size[rows][:, None, None] / 2
    places = pictures.box_center[rows][:, None] + found.joints[rows] * half
    return Batch(
        box_center=pictures.box_center[rows],
        box_size=pictures.box_size[rows],
        image_size=pictures.image_size[rows],
        focal_px=pictures.focal_px[rows],
        joints_2d=torch.where(known[..., None], places, torch.zeros_like(places)),
        joint_scores=scores,
        joint_sigma=DETECTOR_SIGMA_BEST + doubt * (DETECTOR_SIGMA_WORST - DETECTOR_SIGMA_BEST),
        joints_own=torch.ones(len(scores)),
    )


class RefinedMethod(Method):
    """A method whose answers are averaged and refined, to be measured like any other.

    It answers the pictures of one set in their order, since it knows what was found in each.

    Attributes:
        seconds: spent so far on the refinement; people: answered so far; accepted: refined so far.
    """

    def __init__(
        self, method: Method, pictures: Pictures, found: Found, level: RefineLevel, views: int
    ) -> None:
        super().__init__()
        self.inner, self.body, self.joint_names = method, method.body, method.joint_names
        self.input_spec = method.input_spec if method.input_spec.kind == "crop" else CROP
        self.pictures, self.found, self.level, self.views = pictures, found, level, views
        self.refiner = None if level == "off" else BodyRefiner(method.body)
        self.seconds, self.people, self.accepted = 0.0, 0, 0

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """The next people of the set."""
        rows = slice(self.people, self.people + len(batch))
        self.people += len(batch)
        seen = seen_of(self.pictures, self.found, rows)
        reads_joints = self.inner.input_spec.kind == "joints"
        output = averaged(self.inner, seen if reads_joints else batch, self.views)
        camera = camera_full_of(output, batch)
        output = replace(output, camera_full=camera, camera=None, alternatives=())
        if self.refiner is None or (reads_joints and self.level == "quick"):
            return output
        maps = None
        if self.level == "thorough":
            parts = self.found.parts[rows].float()
            maps = PersonMaps(parts, seen.box_center, seen.box_size)
        began = time.perf_counter()
        refined = self.refiner.refine(output, camera, seen, maps)
        self.seconds += time.perf_counter() - began
        self.accepted += int(refined.accepted.sum())
        return refined.output

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """It is never trained."""
        raise NotImplementedError


def measure_refined(
    method_id: str, level: RefineLevel, views: int, count: int, body: BodyModel | None = None
) -> Mapping[str, float]:
    """Errors of a shipped method on the first ``count`` people, refined and averaged.

    The 2D error is that of the body in the whole picture's perspective, of which a weak-perspective
    camera is an approximation: refined and plain bodies are comparable. Beside the numbers of
    `training.heads.held_out`: ``refine_ms`` a person, without finding joints and maps, in batches,
    and ``refined_percent`` of the people whose body was replaced.
    """
    method = create_method(method_id, preset="lite")
    load_embedded(method)
    pictures = shipped_test_set()[:count]
    refined = RefinedMethod(method.eval(), pictures, found_in_test_set(count), level, views)
    numbers = measure(refined, pictures, body or load_body("embedded"))
    return dict(numbers) | {
        "refine_ms": round(1000 * refined.seconds / refined.people, 1),
        "refined_percent": round(100 * refined.accepted / refined.people, 1),
    }


def refined_table(method_id: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    """One line per way of running a method."""
    lines = [
        f"{method_id:26s} {'MPJPE':>7s} {'PA':>7s} {'MPVPE':>7s} {'2D %':>6s} {'ms':>6s} {'%':>5s}"
    ]
    keys = ("mpjpe_mm", "pa_mpjpe_mm", "mpvpe_mm")
    for name, numbers in rows.items():
        values = " ".join(f"{numbers[key]:7.1f}" for key in keys)
        more = f"{numbers['refine_ms']:6.1f} {numbers['refined_percent']:5.0f}"
        lines.append(f"{name:26s} {values} {numbers['error_2d_percent_of_crop']:6.2f} {more}")
    return "\n".join(lines) + "\n"
