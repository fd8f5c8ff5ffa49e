"""Laws of comparing two bodies of one person."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.metrics import disagreement, distances, laid_onto, pelvis_in_camera
from core.types import Reconstruction, Truth

NAMES = ("R_Hip", "L_Hip", "Head_top", "R_Wrist", "L_Ankle")


@pytest.fixture
def body() -> Reconstruction:
    rng = np.random.default_rng(0)
    return Reconstruction(
        method="metro",
        preset="lite",
        variant="body",
        body="tiny",
        vertices=rng.normal(size=(60, 3)),
        joints_3d=rng.normal(size=(5, 3)),
        joint_names=NAMES,
        joints_2d=np.zeros((5, 2)),
        camera_full=np.array([0.1, -0.2, 4.0]),
        focal_px=900.0,
        box_xyxy=np.array([0, 0, 10, 10]),
    )


def moved(body: Reconstruction, rotmat, scale: float, shift) -> Reconstruction:
    def turn(points):
        return (scale * points @ np.asarray(rotmat, np.float32).T + shift).astype(np.float32)

    return replace(body, vertices=turn(body.vertices), joints_3d=turn(body.joints_3d))


def test_a_body_has_no_distance_to_itself(body) -> None:
    for alignment in ("none", "pelvis", "procrustes"):
        far = distances(body, body, alignment)
        assert far.vertices is not None
        assert far.vertices.max() < 1e-2
        assert far.joint_names == NAMES


def test_what_each_alignment_takes_away(body) -> None:
    turned = moved(body, Rotation.from_rotvec([0.2, -0.5, 0.1]).as_matrix(), 1.2, [0.3, 0.1, -0.2])
    shifted = replace(body, camera_full=body.camera_full + np.float32([0.0, 0.0, 0.5]))
    assert distances(shifted, body, "none").mean == pytest.approx(500, abs=0.1)
    assert distances(shifted, body, "pelvis").mean == pytest.approx(0, abs=0.01)
    assert distances(turned, body, "pelvis").mean > 100
    far = distances(turned, body, "procrustes")
    assert far.mean == pytest.approx(0, abs=0.01)
    assert far.joints.max() < 0.01


def test_laying_onto_moves_the_pelvis_there(body) -> None:
    other = replace(body, camera_full=np.array([1.0, 0.0, 6.0]))
    placed = laid_onto(other, body, "pelvis")
    assert np.allclose(placed.joints[:2].mean(0), pelvis_in_camera(body), atol=1e-5)
    assert np.allclose(laid_onto(other, body, "none").vertices, other.vertices_camera)


def test_other_meshes_are_compared_by_the_joints_they_share(body) -> None:
    joints = body.joints_3d[[2, 3, 0, 1]] + np.float32([0, 0, 0.01])
    truth = Truth(
        body="smpl",
        vertices=None,
        joints_3d=joints,
        joint_names=("Head_top", "R_Wrist", "R_Hip", "L_Hip"),
        joints_2d=np.zeros((4, 2)),
        camera_full=body.camera_full,
        focal_px=900.0,
        box_xyxy=body.box_xyxy,
    )
    far = distances(body, truth, "none")
    assert far.vertices is None
    assert far.joint_names == ("R_Hip", "L_Hip", "Head_top", "R_Wrist")
    assert far.mean == pytest.approx(10, abs=0.01)


def test_disagreement_is_the_mean_over_pairs(body) -> None:
    raised = replace(body, vertices=body.vertices + np.float32([0, 0.03, 0]))
    assert disagreement([body]) is None
    assert disagreement([body, body]) == pytest.approx(0, abs=0.01)
    assert disagreement([body, body, raised]) == pytest.approx(20, abs=0.1)


def test_bodies_with_nothing_in_common_have_no_distance(body) -> None:
    hand = replace(body, body="hand", vertices=body.vertices[:30], joint_names=tuple("abcde"))
    assert distances(hand, body, "pelvis").mean is None
    assert disagreement([hand, body]) is None
