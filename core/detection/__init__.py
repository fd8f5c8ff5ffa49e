"""Who is in the picture: boxes given by hand, the whole picture, or a detector with its own weights."""

from core.detection.base import Detector
from core.detection.boxes import FixedBoxes, WholePicture
from core.detection.choose import DETECTOR_NAMES, create_detector
from core.detection.from_joints import box_around_joints, default_pose
from core.detection.yolo import YoloDetector

__all__ = [
    "DETECTOR_NAMES",
    "Detector",
    "FixedBoxes",
    "WholePicture",
    "YoloDetector",
    "box_around_joints",
    "create_detector",
    "default_pose",
]
