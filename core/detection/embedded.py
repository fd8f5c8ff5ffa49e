"""People and their joints in a whole picture, by the embedded weights alone.

The dense heads find one person per crop. So the picture is searched with windows of several sizes;
what a window finds says where the person's own crop lies; that crop is looked at again, until the
crop fits the person; people found more than once are counted once.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.body.joint_sets import LIFT25_NAMES
from core.detection.choose import EMBEDDED_CARD
from core.detection.from_joints import box_around_joints
from core.detection.joint_finder import (
    BODY_JOINTS,
    ONE_SCALE,
    THREE_SCALES,
    FoundJoints,
    JointFinder,
)
from core.geometry.boxes import box_area, box_center_size, box_of_center_size, square_box
from core.types import Detection, Frame

# A person's crop is the box around the joints, made square, times this (as in training).
CROP_SCALE = 1.2
# While searching, a crop that lacks joints grows more: a limb may reach beyond it.
SEARCH_SCALE = 1.6
# Window sides as shares of the picture's longer side, and their step as a share of the side.
WINDOW_SHARES = (1.0, 0.66, 0.44)
WINDOW_STEP = 0.5
MAX_CANDIDATES = 12
ROUNDS = 3
MIN_INSIDE, MIN_JOINT_SCORE = 0.5, 0.12
MIN_KNOWN = 6
# Rendered: 10 % of people who fill their crop, mostly cut off ones, score less; 97 % of empty crops do.
MIN_PERSON = 0.3
# Two finds are one person if their common joints lie this close, in sides of the smaller box.
SAME_PERSON = 0.18
# A weaker find that lies this much inside a stronger one's box is a limb of it; far weaker finds
# beside a sure one are walls and shadows.
INSIDE_ANOTHER, LIMB_SCORE = 0.7, 0.8
LEAST_OF_BEST = 0.5


class EmbeddedDetector:
    """Finds people, with boxes and the ``lift25`` joints, without any file of the user's."""

    name = "embedded"

    def __init__(self, finder: JointFinder) -> None:
        self.finder = finder

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """People of the frame, most certain first; nobody where nobody is seen."""
        windows = search_windows(frame.size_hw)
        found = self.finder.look(frame.image, windows)
        keep = _distinct(found, limit=MAX_CANDIDATES, least=MIN_PERSON / 2)
        return self._settled(frame, crops_of(found[keep], growing=True), least=MIN_PERSON)

    def joints_in(
        self, frame: Frame, boxes: NDArray[np.float32], *, quick: bool = False
    ) -> tuple[Detection, ...]:
        """The people of given boxes (N, 4), in their order, with joints as far as they are found.

        The box stays as given; a second, longer look is taken at the crop that the joints of the
        first one ask for, inside a box that fits badly. ``quick`` leaves that out: boxes that follow
        people along a video fit well.
        """
        given = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
        areas = np.array([square_box(box, CROP_SCALE) for box in given]).reshape(-1, 4)
        first = self.finder.look(frame.image, areas, mirrored=True)
        best = [first] * len(given)
        if not quick:
            again = self.finder.look(
                frame.image, crops_of(first), mirrored=True, scales=THREE_SCALES
            )
            best = [again if better else first for better in again.person > first.person]
        return tuple(
            _detection(found, row, box)
            for row, (found, box) in enumerate(zip(best, given.astype(np.float32), strict=True))
        )

    def _settled(
        self, frame: Frame, areas: NDArray[np.float64], least: float
    ) -> tuple[Detection, ...]:
        """Look again at each candidate's own crop until it fits, then drop repeats."""
        found = self.finder.look(frame.image, areas)
        for turn in range(ROUNDS - 1):
            keep = _distinct(found, limit=MAX_CANDIDATES, least=least * 0.7)
            last = turn == ROUNDS - 2
            areas = crops_of(found[keep], growing=not last)
            found = self.finder.look(
                frame.image, areas, mirrored=last, scales=THREE_SCALES if last else ONE_SCALE
            )
        least = max([least, *(LEAST_OF_BEST * found.person)])
        keep = _distinct(found, limit=MAX_CANDIDATES, least=least)
        boxes = {row: box_around_joints(_known_joints(found, row)) for row in keep}
        whole = [row for row in keep if not _is_limb(row, keep, found, boxes)]
        return tuple(_detection(found, row, boxes[row]) for row in whole)


@cache
def embedded_detector(device: str = "cpu") -> EmbeddedDetector:
    """The detector with the shipped weights; made once per device.

    Raises:
        WeightsError: they are not part of this installation, or damaged.
    """
    from core.nn.folding import folded_dense
    from core.nn.lite_backbone import DenseNetwork
    from core.weights.cards import load_shared

    network = DenseNetwork()
    load_shared(network, EMBEDDED_CARD)
    return EmbeddedDetector(JointFinder(folded_dense(network), device))


def search_windows(size_hw: tuple[int, int]) -> NDArray[np.float64]:
    """(N, 4) overlapping square windows of a picture, the largest first."""
    height, width = size_hw
    windows = []
    for share in WINDOW_SHARES:
        side = share * max(height, width)
        columns, rows = _centres(width, side), _centres(height, side)
        windows.extend((x, y, side) for y in rows for x in columns)
    centre_side = np.array(windows)
    return box_of_center_size(centre_side[:, :2], centre_side[:, 2:])


def _centres(length: float, side: float) -> NDArray[np.float64]:
    """Centres of windows that cover [0, length] with at most the wanted step."""
    if side >= length:
        return np.array([length / 2])
    count = int(np.ceil((length - side) / (side * WINDOW_STEP))) + 1
    return np.linspace(side / 2, length - side / 2, count)


def crops_of(found: FoundJoints, *, growing: bool = False) -> NDArray[np.float64]:
    """(N, 4) square areas around the joints of each find."""
    areas = [np.zeros((0, 4))]
    for row in range(len(found)):
        whole = bool((found.inside[row, :BODY_JOINTS] > MIN_INSIDE).all())
        box = box_around_joints(_known_joints(found, row)).astype(np.float64)
        areas.append(square_box(box, SEARCH_SCALE if growing and not whole else CROP_SCALE)[None])
    return np.concatenate(areas)


def _known_joints(found: FoundJoints, row: int) -> NDArray[np.float32]:
    """(25, 2) joints, NaN where none is seen; the surest ones if hardly any is."""
    joints = found.joints_2d[row].astype(np.float32)
    known = _is_known(found, row)
    if known.sum() < MIN_KNOWN:
        known = np.zeros_like(known)
        known[np.argsort(-found.scores[row] * found.inside[row])[:MIN_KNOWN]] = True
    joints[~known] = np.nan
    return joints


def _is_known(found: FoundJoints, row: int) -> NDArray[np.bool_]:
    return (found.inside[row] > MIN_INSIDE) & (found.scores[row] > MIN_JOINT_SCORE)


def _distinct(found: FoundJoints, *, limit: int, least: float) -> list[int]:
    """Rows of different people, most certain first, at most ``limit``, none below ``least``."""
    kept: list[int] = []
    for row in np.argsort(-found.person):
        if found.person[row] < least or len(kept) == limit:
            break
        if not any(_same_person(found, int(row), other) for other in kept):
            kept.append(int(row))
    return kept


def _same_person(found: FoundJoints, a: int, b: int) -> bool:
    both = _is_known(found, a) & _is_known(found, b)
    both[BODY_JOINTS:] = False
    if both.sum() < 3:
        return False
    apart = np.linalg.norm(found.joints_2d[a, both] - found.joints_2d[b, both], axis=1)
    sides = [box_center_size(box_around_joints(_known_joints(found, r)))[1].max() for r in (a, b)]
    return bool(np.median(apart) < SAME_PERSON * min(sides))


def _is_limb(
    row: int, others: list[int], found: FoundJoints, boxes: dict[int, NDArray[np.float32]]
) -> bool:
    """Whether a find is part of a stronger one."""
    for other in others:
        stronger = found.person[row] < LIMB_SCORE * found.person[other]
        common = np.concatenate(
            [
                np.maximum(boxes[row][:2], boxes[other][:2]),
                np.minimum(boxes[row][2:], boxes[other][2:]),
            ]
        )
        if stronger and box_area(common) > INSIDE_ANOTHER * box_area(boxes[row]):
            return True
    return False


def _detection(found: FoundJoints, row: int, box: NDArray[np.float32]) -> Detection:
    known = _is_known(found, row)
    joints = found.joints_2d[row].astype(np.float32)
    joints[~known] = np.nan
    return Detection(
        box_xyxy=box,
        score=float(np.clip(found.person[row], 0, 1)),
        joint_names=LIFT25_NAMES,
        joints_2d=joints,
        joint_scores=np.where(known, found.scores[row], 0).astype(np.float32),
        joint_source="own",
    )
