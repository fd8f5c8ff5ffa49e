"""A tiny method that needs no weights: a fixed body placed where its crop says."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from core.body import BodyModel
from core.methods import registry
from core.methods.base import InputSpec, Method, Roi
from core.methods.registry import MethodEntry, Preset, Variant
from core.nn.batch import Batch, LossTerms, MethodOutput, Target
from core.types import HeatmapRecord, TokenSet

HEIGHT_SHARE = 0.8


class StandingMethod(Method):
    """A standing body that fills `HEIGHT_SHARE` of the crop; it ignores the pixels."""

    method_id = "standing"
    joint_names = (
        "R_Ankle", "R_Knee", "R_Hip", "L_Hip", "L_Knee", "L_Ankle", "R_Wrist", "R_Elbow",
        "R_Shoulder", "L_Shoulder", "L_Elbow", "L_Wrist", "Neck", "Head_top",
    )  # fmt: skip
    input_spec = InputSpec(kind="crop", size_hw=(64, 64), box_scale=1.2)

    def __init__(self, preset: str, variant: str, body: BodyModel) -> None:
        super().__init__()
        self.preset, self.variant, self.body = preset, variant, body
        self.shift = torch.nn.Parameter(torch.zeros(1))
        if variant == "two_crops":
            self.input_spec = InputSpec(
                kind="crop", size_hw=(64, 48), rois=(Roi(), Roi((0.1, 0.0), 0.5))
            )
        if variant == "joints":
            self.input_spec = InputSpec(
                kind="joints", joint_set="lift25", limbs=(("R_Hip", "R_Knee"), ("L_Hip", "L_Knee"))
            )
        # The newest ones only: thousands of frames run through it where memory is measured.
        self.seen: deque[Batch] = deque(maxlen=16)
        self.fail_beyond = 10**9

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        self.seen.append(batch)
        if len(batch) > self.fail_beyond:
            raise torch.cuda.OutOfMemoryError("pretended")
        template = self.body.v_template * torch.tensor([1.0, -1.0, -1.0])
        low, high = template.amin(0), template.amax(0)
        vertices = (template - 0.5 * (low + high) + self.shift).repeat(len(batch), 1, 1)
        scale = 2.0 * HEIGHT_SHARE / (high - low)[1] / self.input_spec.box_scale
        camera = torch.tensor([float(scale), 0.0, 0.0]).repeat(len(batch), 1)
        joints = self.body.regress(vertices, "lsp14")
        return MethodOutput(
            vertices=vertices, joints_3d=joints, camera=camera, internals=inspect or None
        )

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        return LossTerms(())

    def inspect(self, batch: Batch, output: MethodOutput):
        if not output.internals:
            return super().inspect(batch, output)
        labels = TokenSet(("R_Ankle",), ("joint",), np.zeros(1, np.int32))
        record = HeatmapRecord("heat", labels, np.ones((1, 4, 4)) / 16, np.array([0, 0, 8, 8]))
        return tuple((record,) for _ in range(len(batch)))


ENTRY = MethodEntry(
    id="standing",
    title="Standing",
    summary="for tests",
    family="model-free",
    reads="picture",
    target=f"{__name__}:StandingMethod",
    presets=(Preset("lite", (Variant("body"), Variant("two_crops"), Variant("joints"))),),
)


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[StandingMethod]]:
    """`StandingMethod` as the registered method ``standing``, which needs no weights."""
    monkeypatch.setattr(registry, "BUILT_IN", (*registry.BUILT_IN, ENTRY))
    registry.list_methods.cache_clear()
    yield StandingMethod
    registry.list_methods.cache_clear()
