"""An engine without a network: bodies from truth or marks, instantly, or when a test says so."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from app.state.values import Choice
from core.errors import Cancelled
from core.pipeline.truth import truth_for
from core.types import (
    AttentionRecord,
    Detection,
    Frame,
    FrameResult,
    InspectionRecord,
    MeshStageRecord,
    Reconstruction,
    StageTime,
    TokenSet,
)

JOINTS = (
    "R_Ankle", "R_Knee", "R_Hip", "L_Hip", "L_Knee", "L_Ankle", "R_Wrist", "R_Elbow",
    "R_Shoulder", "L_Shoulder", "L_Elbow", "L_Wrist", "Neck", "Head_top",
)  # fmt: skip
POSE = np.array(
    [
        (-0.1, 0.85), (-0.1, 0.45), (-0.1, 0.0), (0.1, 0.0), (0.1, 0.45), (0.1, 0.85), (-0.5, -0.5),
        (-0.35, -0.5), (-0.18, -0.5), (0.18, -0.5), (0.35, -0.5), (0.5, -0.5), (0.0, -0.55), (0.0, -0.8),
    ],
    np.float32,
)  # fmt: skip


def octahedra(centres: np.ndarray, radius: float = 0.06) -> tuple[np.ndarray, np.ndarray]:
    """A tiny 'body': one octahedron per joint, (K * 6, 3) vertices and (K * 8, 3) faces."""
    tips = np.array(
        [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)], np.float32
    )
    caps = np.array(
        [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)],
        np.int32,
    )
    vertices = (centres[:, None] + tips * radius).reshape(-1, 3)
    faces = (caps + 6 * np.arange(len(centres), dtype=np.int32)[:, None, None]).reshape(-1, 3)
    return vertices.astype(np.float32), faces


class TinyBody:
    """What the runner asks of a body model."""

    name = "tiny"
    part_names = ("legs", "arms")

    def __init__(self) -> None:
        centres = np.concatenate([POSE, np.zeros((14, 1), np.float32)], axis=1)
        self.v_template, self._faces = octahedra(centres)
        self.part_labels = (np.arange(len(self.v_template)) // 6 >= 6).astype(np.int32)

    def faces(self) -> np.ndarray:
        return self._faces


@dataclass
class FakeEngine:
    """Answers with the marks lifted to a plane; ``gate`` holds runs until a test opens it."""

    choice: Choice
    gate: threading.Event | None = None
    calls: list[tuple[str, str, bool]] = field(default_factory=list)
    device: str = "cpu"
    weights_state: str = "embedded"
    closed: bool = False
    windowed: bool = False  # beside a window, no run is on its thread

    def __post_init__(self) -> None:
        self.method = SimpleNamespace(body=TinyBody())

    def run(
        self, frame, detections=None, *, inspect=False, quality="full", cancel=None
    ) -> FrameResult:
        on_gui = threading.current_thread() is threading.main_thread()
        assert not (self.windowed and on_gui), "engine on the GUI thread"
        self.calls.append((frame.name, quality, inspect))
        while self.gate is not None and not self.gate.wait(0.01):
            if cancel is not None and cancel.is_set():
                raise Cancelled("stopped")
        height, width = frame.size_hw
        if detections is None:
            detections = (Detection(box_xyxy=np.array([0, 0, width, height], np.float32)),)
        people = tuple(self._person(frame, person, inspect) for person in detections)
        timing = (StageTime("crop", 0.002), StageTime("network", 0.012), StageTime("result", 0.003))
        return FrameResult(
            frame, self.choice.method, people, "done" if people else "nobody", timing
        )

    def _person(self, frame: Frame, marks: Detection, inspect: bool) -> Reconstruction:
        height, width = frame.size_hw
        focal = float(np.hypot(height, width))
        box = marks.box_xyxy
        if marks.joints_2d is not None and marks.joint_names == JOINTS:
            points = np.where(np.isfinite(marks.joints_2d), marks.joints_2d, box[:2])
        else:
            points = box[:2] + (POSE - POSE.min(0)) / np.ptp(POSE, axis=0) * (box[2:] - box[:2])
        depth = 4.0
        joints = np.concatenate(
            [(points - (width / 2, height / 2)) * depth / focal, np.zeros((14, 1))], axis=1
        ).astype(np.float32)
        vertices, _ = octahedra(joints)
        return Reconstruction(
            method=self.choice.method,
            preset=self.choice.preset,
            variant=self.choice.variant,
            body="tiny",
            vertices=vertices,
            joints_3d=joints,
            joint_names=JOINTS,
            joints_2d=points.astype(np.float32),
            camera_full=np.array([0, 0, depth], np.float32),
            focal_px=focal,
            box_xyxy=box,
            note="from joints: depth is a guess" if self.choice.method == "pose_lift" else "",
            records=self._records(vertices) if inspect else (),
        )

    @staticmethod
    def _records(vertices: np.ndarray) -> tuple[InspectionRecord, ...]:
        """Attention, and the first two octahedra as a coarse mesh."""
        faces = TinyBody().faces()[:16]
        coarse = MeshStageRecord("coarse mesh", vertices[:12], faces)
        return attention(JOINTS, vertices_per_joint=6), coarse

    def close(self) -> None:
        self.closed = True


def attention(
    names: tuple[str, ...], vertices_per_joint: int = 6, seed: int = 0
) -> AttentionRecord:
    """14 joint tokens and one vertex token per joint, 2 layers, 3 heads."""
    count = len(names)
    tokens = TokenSet(
        names=(*names, *(f"vertex {n}" for n in range(count))),
        kinds=("joint",) * count + ("vertex",) * count,
        index=np.concatenate([np.arange(count), np.arange(count)]),
        level=count,
        full_vertex=np.concatenate([np.full(count, -1), np.arange(count) * vertices_per_joint]),
    )
    weights = np.random.default_rng(seed).random((2, 3, 2 * count, 2 * count)) ** 6
    weights /= weights.sum(-1, keepdims=True)
    return AttentionRecord(
        "encoder self-attention", ("layer 1", "layer 2"), weights, tokens, tokens
    )


class TruthEngine(FakeEngine):
    """Answers with a sample's truth, a little off: a full body without a network."""

    def __post_init__(self) -> None:
        from core.body import load_body

        self.method = SimpleNamespace(body=load_body("embedded"))

    def _person(self, frame: Frame, marks: Detection, inspect: bool) -> Reconstruction:
        truth = truth_for(frame.path)
        if truth is None or truth.vertices is None:
            return super()._person(frame, marks, inspect)
        bend = 0.05 * np.sin(4 * truth.vertices[:, [1, 1, 1]]) * (0.4, 0.1, 1.0)
        return Reconstruction(
            method=self.choice.method,
            preset=self.choice.preset,
            variant=self.choice.variant,
            body=truth.body,
            vertices=(truth.vertices + bend).astype(np.float32),
            joints_3d=truth.joints_3d + 0.02,
            joint_names=truth.joint_names,
            joints_2d=truth.joints_2d + 4,
            camera_full=truth.camera_full,
            focal_px=truth.focal_px,
            box_xyxy=marks.box_xyxy,
            note="from joints: depth is a guess" if self.choice.method == "pose_lift" else "",
            records=(self._attention(truth.joint_names),) if inspect else (),
        )

    def _attention(self, names: tuple[str, ...]) -> AttentionRecord:
        template = np.asarray(self.method.body.v_template)
        picked = np.linspace(0, len(template) - 1, 431).astype(int)
        count = len(names)
        tokens = TokenSet(
            names=(*names, *(f"vertex {n}" for n in range(431))),
            kinds=("joint",) * count + ("vertex",) * 431,
            index=np.concatenate([np.arange(count), np.arange(431)]),
            level=431,
            full_vertex=np.concatenate([np.full(count, -1), picked]),
        )
        places = np.concatenate([template[:: len(template) // count][:count], template[picked]])
        distance = np.linalg.norm(places[:, None] - places[None], axis=2)
        heads = [np.exp(-distance / scale) for scale in (0.1, 0.3, 0.8, 1.5)]
        weights = np.stack([np.stack(heads), np.stack(heads[::-1])])
        weights /= weights.sum(-1, keepdims=True)
        return AttentionRecord(
            "encoder self-attention", ("layer 1", "layer 2"), weights, tokens, tokens
        )
