"""The hand of a close-up is found wherever it lies; a wall is none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.body.joint_sets import HAND21_NAMES
from core.detection import create_detector
from core.detection.from_joints import box_around_joints
from core.detection.hand import HandDetector, hand_detector
from core.geometry.boxes import iou
from core.opencv import cv2
from core.types import Frame
from training.pictures.test_set import shipped_test_set

HEIGHT, WIDTH = 300, 400
HANDS = 24


@pytest.fixture(scope="module")
def detector() -> HandDetector:
    return hand_detector()


def placed(number: int) -> tuple[Frame, NDArray[np.float32]]:
    """A rendered hand somewhere on a wall, and the box around its joints."""
    random = np.random.default_rng(number)
    pictures = shipped_test_set("hand")
    crop = np.ascontiguousarray(pictures.image[number].permute(1, 2, 0).numpy())
    wall = np.ascontiguousarray(pictures.image[number + 60, :, :24, :24].permute(1, 2, 0).numpy())
    image = cv2.resize(wall, (WIDTH, HEIGHT))
    side = int(random.uniform(110, 200))
    x, y = int(random.integers(0, WIDTH - side)), int(random.integers(0, HEIGHT - side))
    image[y : y + side, x : x + side] = cv2.resize(crop, (side, side))
    joints = (pictures.joints_2d[number].numpy() + 1) / 2 * side + [x, y]
    return Frame(image, f"{number}.png"), box_around_joints(joints.astype(np.float32))


def test_hands_are_found_where_they_lie(detector: HandDetector) -> None:
    overlaps = []
    for number in range(HANDS):
        frame, truth = placed(number)
        (hand,) = detector.detect(frame)
        overlaps.append(float(iou(hand.box_xyxy.astype(np.float64), truth.astype(np.float64))))
        assert hand.joint_names in (HAND21_NAMES, ())
    assert np.mean(np.array(overlaps) > 0.5) > 0.75


def test_a_wall_is_the_whole_picture_and_unsure(detector: HandDetector) -> None:
    grey = np.full((200, 300, 3), 90, np.uint8)
    (found,) = detector.detect(Frame(grey, "wall.png"))
    assert found.box_xyxy.tolist() == [0, 0, 300, 200]
    assert found.score < 0.15
    assert found.joints_2d is None


def test_methods_of_hands_ask_for_hands() -> None:
    assert isinstance(create_detector("auto", subject="hand"), HandDetector)
    assert isinstance(create_detector("embedded", subject="hand"), HandDetector)
    assert not isinstance(create_detector("auto"), HandDetector)
    assert create_detector("none", subject="hand").name == "none"
