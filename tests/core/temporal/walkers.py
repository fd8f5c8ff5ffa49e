"""Made-up people: joint tracks in pictures, and bodies over time with known truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch

from core.body import BodyModel, load_body
from core.body.standing import standing_pose
from core.geometry.cameras import project_perspective
from core.geometry.rotations import axis_angle_to_rotmat
from core.types import Detection, Frame, FrameResult, Reconstruction

NAMES = (
    "R_Ankle", "R_Knee", "R_Hip", "L_Hip", "L_Knee", "L_Ankle", "R_Wrist", "R_Elbow",
    "R_Shoulder", "L_Shoulder", "L_Elbow", "L_Wrist", "Neck", "Head_top",
)  # fmt: skip
# A standing person of height 1, x right, y down, about the middle.
FIGURE = np.array(
    [[-0.08, 0.5], [-0.08, 0.25], [-0.07, 0.0], [0.07, 0.0], [0.08, 0.25], [0.08, 0.5],
     [-0.2, 0.0], [-0.17, -0.15], [-0.12, -0.3], [0.12, -0.3], [0.17, -0.15], [0.2, 0.0],
     [0.0, -0.36], [0.0, -0.5]]
)  # fmt: skip
SIZE_HW = (480, 640)
FOCAL = 800.0


def figure(x: float, y: float = 240.0, height: float = 200.0, **more: object) -> Detection:
    """A person of a given height in pixels about (x, y)."""
    joints = FIGURE * height + [x, y]
    box = np.concatenate([joints.min(0) - 10, joints.max(0) + 10])
    return Detection(box_xyxy=box, joint_names=NAMES, joints_2d=joints, **more)


def frame(index: int, fps: float = 30.0) -> Frame:
    """A black picture of a video."""
    image = np.broadcast_to(np.zeros((), np.uint8), (*SIZE_HW, 3))
    return Frame(image=image, name="clip.mp4", index=index, time_s=index / fps)


@cache
def body() -> BodyModel:
    return load_body("embedded")


@dataclass
class Noise:
    """Standard deviations of what a method gets wrong from frame to frame."""

    rotation: float = 0.0
    betas: float = 0.0
    direction: float = 0.0
    depth: float = 0.0


def stepping(
    seconds: float, noise: Noise, fps: float = 30.0, seed: int = 0
) -> tuple[list[Reconstruction], list[Reconstruction]]:
    """True and noisy bodies: arms swing at 0.7 Hz, the body leans a little, both feet stand."""
    rng = np.random.default_rng(seed)
    model = body()
    index = {name: row for row, name in enumerate(model.joint_names)}
    upright = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
    true, noisy = [], []
    for number in range(round(seconds * fps)):
        phase = 2 * np.pi * 0.7 * number / fps
        turns = torch.zeros(24, 3)
        turns[index["L_Shoulder"], 1] = 0.6 * np.sin(phase)
        turns[index["R_Shoulder"], 1] = 0.6 * np.sin(phase)
        turns[index["L_Elbow"], 1] = -0.5 + 0.4 * np.cos(phase)
        for given, spread in ((true, Noise()), (noisy, noise)):
            wrong = torch.from_numpy(spread.rotation * rng.normal(size=(24, 3))).float()
            rotmat = standing_pose(model)[0] @ axis_angle_to_rotmat(turns + wrong)
            rotmat[0] = upright @ axis_angle_to_rotmat(wrong[0])
            betas = torch.from_numpy(0.5 + spread.betas * rng.normal(size=10)).float()
            off = spread.direction * rng.normal(size=2)
            depth = 4.0 * np.exp(spread.depth * rng.normal())
            place = np.array([off[0] * depth, off[1] * depth, depth])
            given.append(reconstruct(rotmat, betas, place))
    return true, noisy


def reconstruct(rotmat: torch.Tensor, betas: torch.Tensor, place: np.ndarray) -> Reconstruction:
    """A body at ``place`` (origin of the body, camera frame), as a method would give it."""
    with torch.no_grad():
        vertices = body()(rotmat[None], betas[None]).vertices
        joints = body().regress(vertices, "lsp14")[0].numpy()
    seen = project_perspective(
        (joints + place).astype(np.float64), FOCAL, (SIZE_HW[1] / 2, SIZE_HW[0] / 2)
    )
    return Reconstruction(
        method="made_up",
        preset="lite",
        variant="body",
        body="embedded",
        vertices=vertices[0].numpy(),
        joints_3d=joints,
        joint_names=NAMES,
        joints_2d=seen,
        camera_full=place,
        focal_px=FOCAL,
        box_xyxy=np.concatenate([seen.min(0), seen.max(0)]),
        rotmat=rotmat.numpy(),
        betas=betas.numpy(),
        track_id=0,
    )


def as_points(person: Reconstruction) -> Reconstruction:
    """The same mesh from a method without rotations."""
    return replace(person, rotmat=None, betas=None)


def result(people: tuple[Reconstruction, ...], index: int) -> FrameResult:
    return FrameResult(frame(index), "made_up", people)
