"""Miniature data sets of one known person, and an engine that answers with a known error."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.body import load_body
from core.methods.base import InputSpec
from core.types import Reconstruction

DATA = Path(__file__).parents[2] / "core" / "data"


def _module(name):
    spec = importlib.util.spec_from_file_location(name, DATA / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def kit():
    return _module("data_kit")


@pytest.fixture(scope="session")
def sets():
    """The writers of miniature sets, by the name of their test module."""
    return _module


@pytest.fixture(scope="session")
def scene(kit):
    return kit.Scene()


class KnownEngine:
    """Answers with given vertices, person by person, and counts how often it is asked."""

    weights_state = "none"

    def __init__(self, body, answer, joint_names=(), joints=None, kind="crop"):
        self.method = SimpleNamespace(
            method_id="known",
            preset="lite",
            variant="body",
            weights_sha256="",
            body=body,
            input_spec=InputSpec(kind=kind, size_hw=(8, 8)),
        )
        self.answer, self.joint_names, self.joints = answer, joint_names, joints
        self.asked, self.batches = 0, []
        self.stop_after = 10**9

    def reconstruct(self, batch, detections):
        if self.asked >= self.stop_after:
            raise KeyboardInterrupt
        self.batches.append(len(batch))
        people = []
        for row, detection in enumerate(detections):
            vertices = self.answer(self.asked)
            self.asked += 1
            joints = np.zeros((len(self.joint_names), 3)) if self.joints is None else self.joints
            people.append(
                Reconstruction(
                    method="known",
                    preset="lite",
                    variant="body",
                    body=self.method.body.name,
                    vertices=vertices,
                    joints_3d=joints,
                    joint_names=tuple(self.joint_names),
                    joints_2d=np.zeros((len(self.joint_names), 2)),
                    camera_full=np.zeros(3),
                    focal_px=float(batch.focal_px[row]),
                    box_xyxy=detection.box_xyxy,
                    score=1.0,
                )
            )
        return tuple(people)

    def close(self):
        pass


@pytest.fixture
def known(monkeypatch, scene):
    """``known(answer)``: from now on every engine answers with ``answer(number)``: (V, 3) metres."""

    def use(answer, body=None, **options):
        engine = KnownEngine(body or scene.body, answer, **options)
        monkeypatch.setattr("training.evaluation.plan.open_engine", lambda _: engine)
        return engine

    return use


@pytest.fixture
def hand():
    return load_body("embedded_hand")
