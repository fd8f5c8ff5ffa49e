"""What moves a point is found, on methods whose answer is known."""

import threading

import numpy as np
import pytest
import torch

from core.body import JOINT_SETS
from core.errors import Cancelled, InputError
from core.pipeline.config import EngineConfig
from core.pipeline.engine import Engine, open_engine
from core.pipeline.sensitivity import BodyPoint, gradient, joint_influence, occlusion
from core.types import Detection, Frame
from tests.standing_method import standing

__all__ = ["standing"]
BOX = np.array([20, 20, 100, 100], np.float32)


@pytest.fixture
def frame() -> Frame:
    pixels = np.random.default_rng(0).integers(0, 255, (120, 120, 3), dtype=np.uint8)
    return Frame(pixels, "noise.png")


@pytest.fixture
def corner_engine(standing, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The whole body moves with the brightness of the crop's top left quarter, and with nothing else."""
    plain = standing.forward

    def forward(self, batch, *, inspect=False):
        output = plain(self, batch, inspect=inspect)
        light = batch.image[:, :, :32, :32].mean((1, 2, 3))[:, None, None]
        return type(output)(output.vertices + light, output.joints_3d + light, output.camera)

    monkeypatch.setattr(standing, "forward", forward)
    return open_engine(EngineConfig("standing", device="cpu", detector="none", untrained=True))


@pytest.mark.parametrize("point", [BodyPoint("vertex", 17), BodyPoint("joint", 3, "L_Hip")])
def test_only_the_part_that_matters_is_found(
    corner_engine: Engine, frame: Frame, point: BodyPoint
) -> None:
    person = Detection(BOX)
    for record in (
        occlusion(corner_engine, frame, person, point, cells=8),
        gradient(corner_engine, frame, person, point, cells=8),
    ):
        assert record.maps.shape == (1, 8, 8)
        assert record.labels.kinds == (point.kind,)
        values = record.maps[0].astype(np.float32)
        assert values[:3, :3].min() > 0
        # A patch reaches a little beyond its own cell.
        assert values[6:].max() == 0
        assert values[:, 6:].max() == 0
        assert point.title in record.name
        # The crop is the box grown by the method's scale.
        assert record.region.tolist() == [12, 12, 108, 108]


def test_progress_is_told_and_a_cancel_is_heard(corner_engine: Engine, frame: Frame) -> None:
    told: list[float] = []
    occlusion(
        corner_engine, frame, Detection(BOX), BodyPoint("vertex", 0), cells=4, progress=told.append
    )
    assert told == sorted(told)
    assert told[-1] == 1.0
    cancel = threading.Event()
    told.clear()

    def stop_soon(share: float) -> None:
        told.append(share)
        cancel.set()

    with pytest.raises(Cancelled):
        occlusion(
            corner_engine, frame, Detection(BOX), BodyPoint("vertex", 0),
            cancel=cancel, progress=stop_soon,
        )  # fmt: skip
    assert len(told) == 1  # not one patch more
    with pytest.raises(Cancelled):
        gradient(corner_engine, frame, Detection(BOX), BodyPoint("vertex", 0), cancel=cancel)


def test_a_point_that_does_not_exist_is_said(corner_engine: Engine, frame: Frame) -> None:
    with pytest.raises(InputError, match="no vertex 999999; choose"):
        gradient(corner_engine, frame, Detection(BOX), BodyPoint("vertex", 999999))


def test_of_joints_the_one_that_counts_is_named(
    standing, frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = JOINT_SETS["lift25"].joint_names
    plain = standing.forward

    def forward(self, batch, *, inspect=False):
        output = plain(self, batch, inspect=inspect)
        follow = batch.joints_2d[:, names.index("L_Wrist")].sum(1)[:, None, None] / 100
        return type(output)(output.vertices + follow, output.joints_3d + follow, output.camera)

    monkeypatch.setattr(standing, "forward", forward)
    config = EngineConfig(
        "standing", variant="joints", device="cpu", detector="none", untrained=True
    )
    joints = np.random.default_rng(1).uniform(20, 100, (25, 2)).astype(np.float32)
    person = Detection(BOX, 1.0, names, joints)
    point = BodyPoint("joint", 0, "R_Ankle")
    with open_engine(config) as engine:
        record = joint_influence(engine, frame, person, point)
        assert record.columns[int(record.weights[0].argmax())] == "L_Wrist"
        others = np.delete(record.weights[0], record.columns.index("L_Wrist"))
        assert others.max() < 1e-5 < record.weights[0].max()
        with pytest.raises(InputError, match="reads joints, not pixels"):
            occlusion(engine, frame, person, point)


@pytest.mark.parametrize("method_id", ["metro", "multi_roi", "glnet"])
def test_networks_answer_too(method_id: str, frame: Frame) -> None:
    """Model-free and model-based, one crop and five: both questions have an answer."""
    torch.manual_seed(0)
    config = EngineConfig(method_id, preset="lite", device="cpu", detector="none", untrained=True)
    with open_engine(config) as engine:
        engine.run(frame, [Detection(BOX)])  # as in the window: first the body, then the question
        slope = gradient(engine, frame, Detection(BOX), BodyPoint("vertex", 5), cells=4)
        assert np.isfinite(slope.maps.astype(np.float32)).all()
        assert slope.maps.max() == 1
        moved = occlusion(engine, frame, Detection(BOX), BodyPoint("vertex", 5), cells=2)
        assert np.isfinite(moved.maps.astype(np.float32)).all()
