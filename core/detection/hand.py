"""The right hand of a close-up, by the embedded weights: where its box lies, and its 21 joints."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.body.joint_sets import HAND21_NAMES
from core.detection.embedded import search_windows
from core.detection.from_joints import box_around_joints
from core.detection.joint_finder import FoundJoints, JointFinder
from core.geometry.boxes import square_box
from core.types import Detection, Frame

HAND_CARD = "lite_hand_backbone"
# A hand's crop is the box around its joints, made square, times this (as in training).
CROP_SCALE = 1.2
ROUNDS = 3
MIN_INSIDE = 0.5
# Rendered hands that fill their crop score 0.64 in the mean, 95 % of them above 0.43; walls 0.03.
MIN_HAND = 0.15


class HandDetector:
    """Finds one hand: the surest of all windows, looked at again until its crop fits."""

    name = "hand"

    def __init__(self, finder: JointFinder) -> None:
        self.finder = finder

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """The hand of the frame; the whole picture, without joints, where none is sure."""
        found = self.finder.look(frame.image, search_windows(frame.size_hw))
        best = found[[int(found.person.argmax())]]
        for _ in range(ROUNDS - 1):
            again = self.finder.look(frame.image, _crop_of(best)[None])
            if again.person[0] <= best.person[0]:
                break
            best = again
        if best.person[0] < MIN_HAND:
            height, width = frame.size_hw
            whole = np.array([0, 0, width, height], np.float32)
            return (Detection(box_xyxy=whole, score=float(best.person[0])),)
        joints = best.joints_2d[0].astype(np.float32)
        known = best.inside[0] > MIN_INSIDE
        box = box_around_joints(joints)
        joints[~known] = np.nan
        return (
            Detection(
                box_xyxy=box,
                score=float(np.clip(best.person[0], 0, 1)),
                joint_names=HAND21_NAMES,
                joints_2d=joints,
                joint_scores=np.where(known, best.scores[0], 0).astype(np.float32),
                joint_source="own",
            ),
        )


@cache
def hand_detector(device: str = "cpu") -> HandDetector:
    """The detector with the shipped weights; made once per device.

    Raises:
        WeightsError: they are not part of this installation, or damaged.
    """
    from core.nn.folding import folded_dense
    from core.nn.lite_backbone import HAND_SHAPE, DenseNetwork
    from core.weights.cards import load_shared

    network = DenseNetwork(HAND_SHAPE)
    load_shared(network, HAND_CARD)
    return HandDetector(JointFinder(folded_dense(network), device))


def _crop_of(found: FoundJoints) -> NDArray[np.float64]:
    """(4,) square area around all joints of a find."""
    box = box_around_joints(found.joints_2d[0].astype(np.float32)).astype(np.float64)
    return square_box(box, CROP_SCALE)
