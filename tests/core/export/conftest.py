"""A tiny closed body that stands in front of the camera, and the embedded body if it is there."""

import numpy as np
import pytest

from core.assets import ROOT
from core.geometry.cameras import default_focal_px, project_perspective
from core.types import Frame, FrameResult, Reconstruction

LSP14 = (
    "R_Ankle", "R_Knee", "R_Hip", "L_Hip", "L_Knee", "L_Ankle", "R_Wrist", "R_Elbow",
    "R_Shoulder", "L_Shoulder", "L_Elbow", "L_Wrist", "Neck", "Head_top",
)  # fmt: skip
# A person 1.7 m tall in body axes (y up, z forward, x to the person's left), pelvis at (0, 0, 0).
BODY_JOINTS = np.array([
    [-0.1, -0.85, 0], [-0.1, -0.45, 0], [-0.1, 0, 0], [0.1, 0, 0], [0.1, -0.45, 0], [0.1, -0.85, 0],
    [-0.7, 0.5, 0], [-0.45, 0.5, 0], [-0.2, 0.5, 0], [0.2, 0.5, 0], [0.45, 0.5, 0], [0.7, 0.5, 0],
    [0, 0.55, 0], [0, 0.85, 0],
])  # fmt: skip
# Outward triangles of a box whose front side (z = max) meets in the nose.
FACES = np.array([
    [0, 2, 1], [0, 3, 2], [0, 1, 5], [0, 5, 4], [1, 2, 6], [1, 6, 5], [2, 3, 7], [2, 7, 6],
    [3, 0, 4], [3, 4, 7], [4, 5, 8], [5, 6, 8], [6, 7, 8], [7, 4, 8],
])  # fmt: skip
CENTRED_AT = np.array([0.05, 0.2, -0.1])  # where some method puts its own origin


def body_vertices() -> np.ndarray:
    """A closed box of person size with a ninth vertex, the nose, in front of the upper face."""
    corners = np.array(
        [[-0.3, -0.85, -0.1], [0.3, -0.85, -0.1], [0.3, 0.85, -0.1], [-0.3, 0.85, -0.1]]
    )
    box = np.concatenate([corners, corners + np.array([0, 0, 0.2])])
    return np.concatenate([box, [[0, 0.75, 0.25]]])


def to_camera(points: np.ndarray) -> np.ndarray:
    """Body axes to camera axes for a person who faces the camera."""
    return points * [1.0, -1.0, -1.0]


def make_person(method="glnet", **changes) -> Reconstruction:
    height, width = 480, 640
    focal = default_focal_px(height, width)
    shift = np.array([0.3, 0.1, 4.0])
    joints = to_camera(BODY_JOINTS) + CENTRED_AT
    values = {
        "method": method,
        "preset": "lite",
        "variant": "small",
        "body": "tiny",
        "vertices": to_camera(body_vertices()) + CENTRED_AT,
        "joints_3d": joints,
        "joint_names": LSP14,
        "joints_2d": project_perspective(joints + shift, focal, [width / 2, height / 2]),
        "camera_full": shift,
        "focal_px": focal,
        "box_xyxy": [250, 60, 480, 420],
        "score": 0.9,
        "rotmat": np.tile(np.eye(3), (24, 1, 1)) * 1.0,
        "betas": np.linspace(-1, 1, 10),
        "weights_sha256": "ab" * 32,
    }
    return Reconstruction(**(values | changes))


def make_result(people=None, name="photo.jpg", **frame) -> FrameResult:
    people = (make_person(), make_person(score=0.5)) if people is None else people
    image = np.zeros((480, 640, 3), np.uint8)
    return FrameResult(Frame(image, name, **frame), "glnet", tuple(people))


@pytest.fixture
def person() -> Reconstruction:
    return make_person()


@pytest.fixture(scope="session")
def embedded():
    """The embedded body; the test is skipped in a checkout without it."""
    if not (ROOT / "bodies" / "embedded_body.npz").exists():
        pytest.skip("the embedded body is not in this checkout")
    from core.body import load_body

    return load_body("embedded")


@pytest.fixture(scope="session")
def export_kit():
    """This module, for tests that build their own people."""
    import types

    return types.SimpleNamespace(
        make_person=make_person, make_result=make_result, box_faces=FACES.copy, to_camera=to_camera
    )
