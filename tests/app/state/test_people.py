"""Marks: edits are pure, undo is exact, suggestions never overwrite a person's work."""

from __future__ import annotations

import numpy as np
import pytest

from app.state.people import (
    PeopleModel,
    hint_of,
    known_joints,
    moved_box,
    moved_joint,
    set_joint_known,
    with_hint,
)
from core.types import Detection

NAMES = ("R_Wrist", "L_Wrist", "Neck")


def person(source="file", unknown=()):
    joints = np.array([(10, 20), (50, 20), (30, 5)], np.float32)
    joints[list(unknown)] = np.nan
    return Detection(np.array([0, 0, 60, 80], np.float32), 1.0, NAMES, joints, joint_source=source)


def test_a_moved_joint_is_known_and_by_hand():
    moved = moved_joint(person(unknown=(1,)), 1, (7.0, 8.0))
    assert tuple(moved.joints_2d[1]) == (7.0, 8.0)
    assert moved.joint_source == "hand"
    assert known_joints(moved).all()


def test_an_unknown_joint_keeps_its_place_for_later():
    off = set_joint_known(person(), 0, False)
    assert not known_joints(off)[0]
    assert tuple(off.joints_2d[0]) == (10.0, 20.0)
    assert known_joints(set_joint_known(off, 0, True))[0]


def test_a_joint_without_a_place_starts_in_the_box():
    on = set_joint_known(person(unknown=(2,)), 2, True)
    assert tuple(on.joints_2d[2]) == (30.0, 40.0)


def test_a_default_pose_moves_with_its_box_and_marks_stay():
    box = (100.0, 100.0, 220.0, 260.0)
    assert np.allclose(moved_box(person("default"), box).joints_2d[0], (120, 140))
    assert np.allclose(moved_box(person("hand"), box).joints_2d[0], (10, 20))


def test_a_box_turned_inside_out_is_put_right():
    assert tuple(moved_box(person(), (9, 8, 3, 2)).box_xyxy) == (3, 2, 9, 8)


def test_a_hint_is_said_once_per_limb():
    told = with_hint(with_hint(person(), "a", "b", "nearer"), "a", "b", "farther")
    assert hint_of(told, "a", "b") == "farther"
    assert len(told.limb_hints) == 1
    assert hint_of(with_hint(told, "a", "b", None), "a", "b") == ""


@pytest.fixture
def model(qtbot):
    made = PeopleModel()
    made.suggest(1, (person(),))
    return made


def test_undo_and_redo_are_inverse(model):
    states = [model.of(1)]
    for step in range(5):
        model.replace(1, 0, moved_joint(model.of(1)[0], 0, (float(step), 0.0)))
        states.append(model.of(1))
    for state in states[-2::-1]:
        model.history.undo()
        assert model.of(1) == state
    for state in states[1:]:
        model.history.redo()
        assert model.of(1) == state
    assert not model.history.can_redo


def test_a_drag_is_live_then_one_step(model, qtbot):
    seen = []
    model.changed.connect(lambda item, live: seen.append(live))
    model.begin_drag(1)
    for step in range(4):
        model.replace(1, 0, moved_joint(model.of(1)[0], 0, (float(step), 0.0)))
    model.end_drag()
    assert seen == [True] * 4 + [False]
    model.history.undo()
    assert tuple(model.of(1)[0].joints_2d[0]) == (10, 20)
    assert not model.history.can_undo


def test_a_click_without_movement_is_no_step(model):
    model.begin_drag(1)
    model.end_drag()
    assert not model.history.can_undo


def test_a_new_edit_forgets_what_could_be_redone(model):
    model.remove(1, 0)
    model.history.undo()
    model.add(1, person())
    assert not model.history.can_redo


def test_suggestions_never_overwrite_hand_work(model):
    model.replace(1, 0, moved_joint(model.of(1)[0], 0, (1.0, 1.0)))
    model.suggest(1, ())
    assert len(model.of(1)) == 1


def test_deleting_the_selected_person_selects_another(model):
    model.add(1, person())
    assert model.selected == 1
    model.remove(1, 1)
    assert model.selected == 0


def test_taken_back_wholly_it_is_no_hand_work_any_more(model):
    assert not model.edited(1)
    model.replace(1, 0, moved_joint(model.of(1)[0], 0, (1.0, 1.0)))
    model.remove(1, 0)
    model.history.undo()
    assert model.edited(1)
    model.history.undo()
    assert not model.edited(1), "the method looks for people itself again"
    model.history.redo()
    assert model.edited(1)


def test_a_drag_whose_end_was_not_heard_is_a_step_as_well(model):
    model.begin_drag(1)
    model.replace(1, 0, moved_joint(model.of(1)[0], 0, (1.0, 1.0)))
    model.begin_drag(2)
    model.end_drag()
    model.history.undo()
    assert tuple(model.of(1)[0].joints_2d[0]) == (10, 20)
    assert not model.history.can_undo
