"""A tiny method with joint rotations, whose arms follow the brightness of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from core.body import BodyModel
from core.body.standing import standing_pose
from core.geometry.rotations import axis_angle_to_rotmat
from core.methods import registry
from core.methods.base import InputSpec, Method
from core.methods.registry import MethodEntry, Preset, Variant
from core.nn.batch import Batch, LossTerms, MethodOutput, Target
from core.pipeline import EngineConfig

NAMES = (
    "R_Ankle", "R_Knee", "R_Hip", "L_Hip", "L_Knee", "L_Ankle", "R_Wrist", "R_Elbow",
    "R_Shoulder", "L_Shoulder", "L_Elbow", "L_Wrist", "Neck", "Head_top",
)  # fmt: skip


class PosedMethod(Method):
    """The embedded body that stands in its crop; brightness lifts its arms."""

    method_id = "posed"
    joint_names = NAMES
    input_spec = InputSpec(kind="crop", size_hw=(16, 16))
    calls = 0

    def __init__(self, preset: str, variant: str, body: BodyModel) -> None:
        super().__init__()
        self.preset, self.variant, self.body = preset, variant, body
        self.nothing = torch.nn.Parameter(torch.zeros(1))

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        type(self).calls += len(batch)
        light = batch.image.mean((1, 2, 3))
        turns = torch.zeros(len(batch), 24, 3)
        turns[:, 16, 2], turns[:, 17, 2] = light, -light
        rotmat = standing_pose(self.body, len(batch)) @ axis_angle_to_rotmat(turns)
        rotmat[:, 0] = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
        betas = light[:, None].repeat(1, 10) * 0.1
        vertices = self.body(rotmat, betas).vertices
        camera = torch.tensor([0.9, 0.0, 0.0]).repeat(len(batch), 1)
        joints = self.body.regress(vertices, "lsp14")
        return MethodOutput(
            vertices=vertices, joints_3d=joints, camera=camera, rotmat=rotmat, betas=betas
        )

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        return LossTerms(())


ENTRY = MethodEntry(
    id="posed",
    title="Posed",
    summary="for tests",
    family="model-based",
    reads="picture",
    target=f"{__name__}:PosedMethod",
    presets=(Preset("lite", (Variant("body"),)),),
)
CONFIG = EngineConfig("posed", device="cpu", detector="none", untrained=True)


@pytest.fixture
def posed(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[PosedMethod]]:
    """`PosedMethod` as the registered method ``posed``; the people it is given are counted from 0."""
    monkeypatch.setattr(registry, "BUILT_IN", (*registry.BUILT_IN, ENTRY))
    registry.list_methods.cache_clear()
    PosedMethod.calls = 0
    yield PosedMethod
    registry.list_methods.cache_clear()


def make_clip(path: Path, frames: int = 14, *, sound: str = "", size: int = 96) -> Path:
    """A flickering clip of 20 pictures a second, with a tone if a codec for it is named."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=20, options={"crf": "10"})
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        tone = container.add_stream(sound, rate=48000) if sound else None
        for number in range(frames):
            image = np.full((size, size, 3), rng.integers(100, 130), np.uint8)
            image[: size // 2, : size // 4] = 5 * number % 250
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 20)
            container.mux(stream.encode(frame))
            if tone is not None:
                container.mux(tone.encode(_tone(number)))
        container.mux(stream.encode())
        if tone is not None:
            container.mux(tone.encode())
    return path


def _tone(number: int) -> av.AudioFrame:
    """A twentieth of a second of 440 Hz."""
    at = np.arange(number * 2400, (number + 1) * 2400)
    wave = (8000 * np.sin(2 * np.pi * 440 * at / 48000)).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 48000, number * 2400, Fraction(1, 48000)
    return frame
