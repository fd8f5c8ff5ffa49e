"""Blending, heat images and picture places, without a window."""

from __future__ import annotations

import numpy as np
import pytest

from app.state.values import Choice
from app.windows.attention_control import links_of, picture_centre, place_2d
from app.windows.blending import BLEND_SECONDS, BodyBlend, between
from app.windows.heat import heat_image, map_names
from core.types import Detection, Frame, HeatmapRecord, ScoreMapRecord, TokenSet
from tests.app.fakes import JOINTS, FakeEngine, attention

FRAME = Frame(np.zeros((300, 200, 3), np.uint8), "a.png")


def people(*boxes):
    marks = tuple(Detection(np.array(box, np.float32)) for box in boxes)
    return FakeEngine(Choice("metro")).run(FRAME, marks).people


A, B = people((20, 10, 180, 290)), people((40, 30, 120, 200))


@pytest.mark.parametrize(("part", "target"), [(0.0, A), (1.0, B)])
def test_blending_begins_and_ends_where_it_should(part, target):
    mixed = between(A[0], B[0], part)
    assert np.allclose(mixed.vertices_camera, target[0].vertices_camera, atol=1e-5)
    assert np.allclose(mixed.joints_2d, target[0].joints_2d, atol=1e-3)


def test_a_glide_takes_its_time_and_arrives(qtbot):
    now = [0.0]
    blend = BodyBlend(lambda: now[0])
    steps = []
    blend.stepped.connect(steps.append)
    blend.jump(A)
    blend.glide(B)
    assert steps[-1] is not A, "the first step answers the hand"
    assert blend.is_moving
    now[0] = BLEND_SECONDS
    qtbot.waitUntil(lambda: blend.shown is B, timeout=2000)
    assert not blend.is_moving


def test_other_people_are_jumped_to(qtbot):
    blend = BodyBlend()
    blend.jump(A)
    blend.glide(people((0, 0, 50, 90), (60, 0, 120, 90)))
    assert len(blend.shown) == 2
    assert not blend.is_moving


def test_maps_are_transparent_where_they_are_low():
    labels = TokenSet(("a", "b"), ("joint", "joint"), np.arange(2))
    maps = np.zeros((2, 4, 5), np.float16)
    maps[0, 1, 2], maps[1, 3, 4] = 0.5, 0.25
    region = np.array([0, 0, 50, 40], np.float32)
    records = (
        HeatmapRecord("joints", labels, maps, region),
        ScoreMapRecord("best", maps[0], region, (1, 2)),
    )
    assert map_names(records) == ("joints", "best")
    rgba, where = heat_image(records, "joints")
    assert where is not None
    assert rgba[1, 2, 3] == rgba[3, 4, 3] > 200
    assert rgba[0, 0, 3] == 0
    assert heat_image(records, "joints", 0)[0][3, 4, 3] == 0
    assert heat_image(records, "gone") is None


def test_places_in_the_picture_follow_the_persons_own_camera():
    person = A[0]
    centre = picture_centre(person)
    assert np.allclose(centre, (100, 150), atol=1e-2)
    for joint in range(14):
        assert np.allclose(
            place_2d(person.joints_camera[joint], person, centre),
            person.joints_2d[joint],
            atol=1e-2,
        )


def test_links_go_from_the_token_to_its_strongest_targets():
    record = attention(JOINTS)
    row = record.weights[0, 0, 2].astype(np.float32)
    links = links_of(record, 2, row, A[0])
    assert np.allclose(links.source, A[0].joints_2d[2], atol=1e-2)
    assert links.strength.max() == 1.0
    assert len(links.targets) == len(links.strength) == len(links.colours)
