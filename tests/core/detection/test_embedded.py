"""The search for people, with a finder that knows where they are."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.body.joint_sets import LIFT25_NAMES
from core.detection.embedded import EmbeddedDetector, search_windows
from core.detection.from_joints import box_around_joints, default_pose
from core.detection.joint_finder import FoundJoints, JointFinder
from core.geometry.boxes import iou
from core.nn.lite_backbone import BODY_SHAPE, DenseNetwork, DenseOutput
from core.types import Frame

HEIGHT, WIDTH = 480, 640


def person_at(x: float, y: float, tall: float) -> NDArray[np.float64]:
    """(25, 2) joints of a standing person; face and feet near head and ankles."""
    box = np.array([x - tall / 4, y - tall / 2, x + tall / 4, y + tall / 2], np.float32)
    pose = default_pose(box)
    assert pose.joints_2d is not None
    joints = pose.joints_2d.astype(np.float64)
    return np.concatenate([joints, np.tile(joints[13], (5, 1)), np.tile(joints[0], (6, 1))])


class KnowingFinder:
    """Answers as a good network would: the person who fits the area best, as far as it is inside."""

    def __init__(self, people: list[NDArray[np.float64]]) -> None:
        self.people, self.looks = people, 0

    def look(
        self,
        image: NDArray[np.uint8],
        areas: NDArray[np.float64],
        *,
        mirrored: bool = False,
        scales: tuple[float, ...] = (1.0,),
    ) -> FoundJoints:
        self.looks += 1
        rows = [self._one(area) for area in areas]
        if not rows:
            return FoundJoints(np.zeros((0, 25, 2)), *[np.zeros((0, 25))] * 2, np.zeros(0))
        return FoundJoints(*(np.stack(column) for column in zip(*rows, strict=True)))

    def _one(self, area: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        best = (np.full((25, 2), area[:2].mean()), np.zeros(25), np.zeros(25), np.array(0.02))
        for joints in self.people:
            inside = ((joints > area[:2]) & (joints < area[2:])).all(1).astype(float)
            fit = float(iou(box_around_joints(joints).astype(float), area)) * inside.mean()
            if fit > best[3]:
                best = (joints, 0.9 * inside, inside, np.array(min(1.0, 0.3 + fit)))
        return best


def detect(people: list[NDArray[np.float64]]) -> list[NDArray[np.float32]]:
    frame = Frame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), "made.png")
    found = EmbeddedDetector(KnowingFinder(people)).detect(frame)  # type: ignore[arg-type]
    return [person.box_xyxy for person in found]


@pytest.mark.parametrize(
    "people",
    [
        [person_at(320, 240, 400)],
        [person_at(120, 240, 300), person_at(330, 200, 280), person_at(540, 260, 330)],
        [person_at(100, 350, 200), person_at(450, 240, 420)],
    ],
)
def test_everybody_is_found_once_with_the_right_box(people: list[NDArray[np.float64]]) -> None:
    boxes = detect(people)
    assert len(boxes) == len(people)
    for joints in people:
        wanted = box_around_joints(joints)
        assert max(float(iou(box.astype(float), wanted.astype(float))) for box in boxes) > 0.95


def test_an_empty_picture_holds_nobody() -> None:
    assert detect([]) == []


@pytest.mark.parametrize("quick", [False, True])
def test_joints_are_found_in_given_boxes_in_their_order(quick: bool) -> None:
    people = [person_at(450, 240, 400), person_at(130, 250, 330)]
    boxes = np.stack([box_around_joints(joints) + 6 for joints in people])
    frame = Frame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), "made.png")
    finder = KnowingFinder(people)
    found = EmbeddedDetector(finder).joints_in(frame, boxes, quick=quick)  # type: ignore[arg-type]
    assert finder.looks == (1 if quick else 2)  # everybody in one batch
    for person, joints, box in zip(found, people, boxes, strict=True):
        assert np.array_equal(person.box_xyxy, box)
        assert person.joint_names == LIFT25_NAMES
        assert person.joint_source == "own"
        assert person.joints_2d is not None
        assert np.allclose(person.joints_2d, joints, atol=1e-3)


@pytest.mark.parametrize("size_hw", [(480, 640), (2000, 300), (1, 1), (64, 64)])
def test_windows_cover_the_picture(size_hw: tuple[int, int]) -> None:
    height, width = size_hw
    windows = search_windows(size_hw)
    assert 1 <= len(windows) < 120
    ys, xs = np.mgrid[0.5:height:7, 0.5:width:7]
    points = np.stack([xs.ravel(), ys.ravel()], 1)
    for side in np.unique(np.round(windows[:, 2] - windows[:, 0], 6)):
        same = windows[np.isclose(windows[:, 2] - windows[:, 0], side)]
        inside = (points[:, None] > same[:, :2]) & (points[:, None] < same[:, 2:])
        assert inside.all(-1).any(1).all()


class LightNetwork(nn.Module):
    """Heatmaps that are the picture's brightness: every joint lies at the bright dot."""

    shape = BODY_SHAPE

    def forward(self, image: Tensor) -> DenseOutput:
        light = nn.functional.avg_pool2d(image.mean(1, keepdim=True), 4)
        heat = (light * 8).expand(-1, 25, -1, -1)
        sure = torch.full((len(image), 25), 4.0)
        return DenseOutput(heat, heat, sure, sure)


@pytest.mark.parametrize("mirrored", [False, True])
def test_joints_come_back_in_picture_pixels(mirrored: bool) -> None:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[300:306, 200:206] = 255
    finder = JointFinder(LightNetwork())  # type: ignore[arg-type]
    areas = np.array([[100.0, 200, 300, 400], [150.0, 260, 250, 360]])
    found = finder.look(image, areas, mirrored=mirrored)
    assert found.joints_2d.shape == (2, 25, 2)
    assert np.abs(found.joints_2d - [203, 303]).max() < 3
    assert (found.scores > 0.5).all()


def test_the_mirrored_answer_swaps_left_and_right() -> None:
    """A network that says 'right ankle' where it is bright on the left half says it wrongly mirrored."""

    class Sided(LightNetwork):
        def forward(self, image: Tensor) -> DenseOutput:
            plain = super().forward(image)
            inside = torch.full((len(image), 25), -4.0)
            inside[:, LIFT25_NAMES.index("R_Ankle")] = 4.0
            return DenseOutput(plain.heatmaps, plain.parts, inside, inside)

    image = np.full((64, 64, 3), 128, np.uint8)
    found = JointFinder(Sided()).look(image, np.array([[0.0, 0, 64, 64]]), mirrored=True)  # type: ignore[arg-type]
    right, left = LIFT25_NAMES.index("R_Ankle"), LIFT25_NAMES.index("L_Ankle")
    assert found.inside[0, right] == pytest.approx(0.5)
    assert found.inside[0, left] == pytest.approx(0.5)
    assert found.inside[0, LIFT25_NAMES.index("Neck")] < 0.1


class Bump:
    """Sees every joint at one place of the picture, whatever the area."""

    def __init__(self, place: tuple[float, float]) -> None:
        self.place = place

    def answer(self, area: NDArray[np.float64]) -> torch.Tensor:
        side = (area[2] - area[0]) / 32
        column, row = (np.array(self.place) - area[:2]) / side - 0.5
        rows, columns = np.mgrid[0:32, 0:32]
        return torch.from_numpy(-((rows - row) ** 2 + (columns - column) ** 2) / 4).float()


def test_other_scales_lie_on_the_same_places(monkeypatch) -> None:
    bump = Bump((53.0, 41.0))

    def dense(self, image, areas, mirrored):
        maps = torch.stack([bump.answer(area).expand(25, 32, 32) for area in areas])
        flat = torch.zeros(len(areas), 25)
        return DenseOutput(maps, torch.zeros(len(areas), 1, 32, 32), flat, flat)

    monkeypatch.setattr(JointFinder, "dense", dense)
    finder = JointFinder(DenseNetwork())
    image = np.zeros((100, 100, 3), np.uint8)
    areas = np.array([[10.0, 5.0, 90.0, 85.0]])
    for scales in ((1.0,), (1.0, 0.9, 1.1), (1.0, 0.8)):
        found = finder.look(image, areas, scales=scales)
        assert np.allclose(found.joints_2d[0], bump.place, atol=0.35), scales
