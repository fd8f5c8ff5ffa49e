"""What is under the mouse, and what a drag does to a box."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.panels.picture_hits import (
    MIN_BOX_PX,
    Hit,
    cell_at,
    dragged_box,
    drawn_box,
    hit_test,
    person_at,
)
from core.types import Detection

SIZE = (400, 300)
points = st.tuples(st.floats(-50, 350), st.floats(-50, 450))


def person(box, joints=None):
    names = tuple(f"j{n}" for n in range(len(joints or ())))
    marks = None if joints is None else np.array(joints, np.float32)
    return Detection(np.array(box, np.float32), 1.0, names, marks)


def test_joints_win_over_corners_and_corners_over_edges():
    people = [person((50, 50, 150, 200), [(52, 52), (100, 100)])]
    assert hit_test(people, (53, 51), 6) == Hit(0, "joint", 0)
    assert hit_test(people, (150, 200), 6) == Hit(0, "corner", 2)
    assert hit_test(people, (150, 120), 6) == Hit(0, "edge", 1)
    assert hit_test(people, (125, 150), 6) is None
    assert hit_test(people, (53, 51), 6, joints=False) == Hit(0, "corner", 0)


def test_hidden_things_cannot_be_grabbed():
    people = [person((50, 50, 150, 200), [(100, 100)])]
    assert hit_test(people, (100, 100), 6, joints=False, boxes=False) is None


def test_the_selected_person_wins_where_two_overlap():
    people = [person((0, 0, 100, 100), [(50, 50)]), person((0, 0, 100, 100), [(51, 50)])]
    assert hit_test(people, (50, 50), 6, selected=1).person == 1
    assert hit_test(people, (50, 50), 6, selected=0).person == 0


def test_a_joint_without_a_place_cannot_be_hit():
    people = [person((0, 0, 90, 90), [(np.nan, np.nan), (40, 40)])]
    assert hit_test(people, (40, 40), 5) == Hit(0, "joint", 1)


def test_the_smaller_box_is_the_one_meant():
    people = [person((0, 0, 200, 200)), person((50, 50, 100, 100))]
    assert person_at(people, (70, 70)) == 1
    assert person_at(people, (20, 20)) == 0
    assert person_at(people, (250, 250)) == -1


@given(points, points, st.sampled_from(["corner", "edge", "box"]), st.integers(0, 3))
def test_a_dragged_box_stays_a_box_in_the_picture(start, now, part, number):
    box = np.array([60, 80, 160, 260], np.float32)
    x0, y0, x1, y1 = dragged_box(box, Hit(0, part, number), start, now, SIZE)
    assert x1 - x0 >= MIN_BOX_PX - 1e-3
    assert y1 - y0 >= MIN_BOX_PX - 1e-3
    assert x0 >= -1e-3
    assert y0 >= -1e-3
    assert x1 <= 300 + 1e-3
    assert y1 <= 400 + 1e-3


@given(points, points)
def test_dragging_the_whole_box_keeps_its_size(start, now):
    box = np.array([60, 80, 160, 260], np.float32)
    x0, y0, x1, y1 = dragged_box(box, Hit(0, "box"), start, now, SIZE)
    assert x1 - x0 == pytest.approx(100)
    assert y1 - y0 == pytest.approx(180)


@given(points, points)
def test_a_drawn_box_is_inside_or_nothing(start, end):
    box = drawn_box(start, end, SIZE)
    assert drawn_box(end, start, SIZE) == box
    if box is not None:
        assert 0 <= box[0] < box[2] <= 300
        assert 0 <= box[1] < box[3] <= 400


def test_cells_count_row_by_row():
    region = np.array([100, 100, 180, 140], np.float32)
    assert cell_at(region, (2, 4), (101, 101)) == 0
    assert cell_at(region, (2, 4), (179, 139)) == 7
    assert cell_at(region, (2, 4), (125, 125)) == 5
    assert cell_at(region, (2, 4), (99, 120)) == -1
