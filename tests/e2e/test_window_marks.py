"""Marks by hand: the body follows a dragged joint, boxes are drawn and moved, steps are taken back."""

from __future__ import annotations

import threading

import numpy as np

from tests.app.fakes import JOINTS
from tests.e2e.window_fixtures import lab, photos  # noqa: F401


def ready(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    return window, window.session.current.id


def test_the_body_follows_a_dragged_joint(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    wrist = JOINTS.index("L_Wrist")
    start = window.people.of(item)[0].joints_2d[wrist]
    lab.drag(
        tuple(start),
        (start[0] + 15, start[1] - 40),
        before_release=lambda: lab.calls[-1][1] == "live",
    )
    lab.until(lambda: lab.calls[-1][1] == "full" and window.workers.engine.is_idle)
    moved = window.people.of(item)[0]
    assert np.allclose(moved.joints_2d[wrist], start + np.array([15, -40]), atol=1.5)
    assert moved.joint_source == "hand"
    lab.until(
        lambda: np.allclose(
            window.results.shown.result.people[0].joints_2d[wrist],
            start + np.array([15, -40]),
            atol=2,
        )
    )


def test_a_drag_is_one_step_back(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    before = window.people.of(item)[0].joints_2d
    lab.drag(
        tuple(before[0]), (before[0][0] + 10, before[0][1] - 20), (before[0][0] + 20, before[0][1])
    )
    assert not np.allclose(window.people.of(item)[0].joints_2d, before)
    window.acts["undo"].trigger()
    assert np.allclose(window.people.of(item)[0].joints_2d, before)
    window.acts["redo"].trigger()
    assert not np.allclose(window.people.of(item)[0].joints_2d, before)


def test_a_box_drawn_by_hand_gets_a_standing_pose(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    window.acts["draw_box"].setChecked(True)
    lab.drag((20, 30), (160, 280))
    lab.until(lambda: np.allclose(window.people.of(item)[0].box_xyxy, (20, 30, 160, 280), atol=2))
    person = window.people.of(item)[0]
    assert len(window.people.of(item)) == 1, "the suggested pose is replaced by the first box"
    inside = (person.joints_2d > (18, 28)).all() and (person.joints_2d < (162, 282)).all()
    assert inside
    assert not window.acts["draw_box"].isChecked()


def test_a_second_box_adds_a_person(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    for box in ((20, 30), (110, 280)), ((120, 40), (190, 270)):
        window.acts["draw_box"].setChecked(True)
        count = len(window.calls) if hasattr(window, "calls") else 0
        lab.drag(*box)
        del count
        lab.until(
            lambda box=box: np.allclose(window.people.of(item)[-1].box_xyxy[:2], box[0], atol=2)
        )
    assert len(window.people.of(item)) == 2
    lab.until(
        lambda: window.results.shown is not None and len(window.results.shown.result.people) == 2
    )
    assert window.display.person.isVisibleTo(window.display)


def test_a_box_is_resized_by_its_corner(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    box = window.people.of(item)[0].box_xyxy
    lab.drag((box[2], box[3]), (box[2] - 30, box[3] - 10))
    assert np.allclose(window.people.of(item)[0].box_xyxy, box - (0, 0, 30, 10), atol=1.5)


def test_a_person_is_deleted_and_brought_back(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    window.acts["delete_person"].trigger()
    assert window.people.of(item) == ()
    lab.until(lambda: window.results.shown is not None and not window.results.shown.result.people)
    window.acts["undo"].trigger()
    assert len(window.people.of(item)) == 1


def test_an_unknown_joint_is_left_out_of_the_error(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    window.reading.joints[0].setChecked(False)
    person = window.people.of(item)[0]
    assert person.joint_scores[0] == 0
    lab.until(lambda: window.results.shown is not None and window.workers.engine.is_idle)


def test_a_limb_is_said_to_be_nearer_then_farther_then_neither(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    button = window.reading.limbs[("L_Elbow", "L_Wrist")]
    for side in ("nearer", "farther", ""):
        button.click()
        hints = window.people.of(item)[0].limb_hints
        assert [hint.side for hint in hints] == ([side] if side else [])


def test_the_horizon_slider_sets_the_pitch(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    window.reading.pitch_known.setChecked(True)
    window.reading.pitch.setValue(20)
    assert np.isclose(window.people.of(item)[0].camera_pitch, np.radians(20))
    window.reading.pitch_known.setChecked(False)
    assert window.people.of(item)[0].camera_pitch is None


def test_while_the_engine_is_busy_only_the_newest_drag_position_waits(lab, photos):  # noqa: F811
    lab.gate = threading.Event()
    lab.gate.set()
    window, item = ready(lab, photos)
    lab.gate.clear()
    calls = len(lab.calls)
    window.people.begin_drag(item)
    from app.state.people import moved_joint

    person = window.people.of(item)[0]
    for step in range(30):
        window.people.replace(item, 0, moved_joint(person, 0, (50.0 + step, 200.0)))
    lab.gate.set()
    lab.until(lambda: window.workers.engine.is_idle)
    assert len(lab.calls) - calls <= 2
    lab.until(lambda: np.allclose(window.results.shown.result.people[0].joints_2d[0], (79, 200)))
    window.people.end_drag()


def test_the_note_says_that_depth_is_a_guess(lab, photos):  # noqa: F811
    window, _ = ready(lab, photos)
    assert "depth is a guess" in window.numbers.note


def test_a_standing_pose_is_explained_until_it_is_dragged(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    assert "only a start" in window.banner.text
    start = window.people.of(item)[0].joints_2d[0]
    lab.drag((start[0], start[1]), (start[0] + 20, start[1] - 20))
    assert not window.banner.isVisible()
    lab.until(lambda: window.numbers.marks.text.endswith("%"))


def test_clicking_another_person_shows_their_numbers(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    for box in ((20, 30), (110, 280)), ((120, 40), (190, 270)):
        window.acts["draw_box"].setChecked(True)
        lab.drag(*box)
        lab.until(
            lambda box=box: np.allclose(window.people.of(item)[-1].box_xyxy[:2], box[0], atol=2)
        )
    lab.until(
        lambda: window.results.shown is not None and len(window.results.shown.result.people) == 2
    )
    window.people.select(0)
    assert window.results.person == 0
    window.people.select(1)
    assert window.results.person == 1


def test_a_mirrored_picture_is_dragged_where_it_is_seen(lab, photos):  # noqa: F811
    window, item = ready(lab, photos)
    wrist = JOINTS.index("L_Wrist")
    view, people = window.picture.view, window.people
    x, y = map(float, people.of(item)[0].joints_2d[wrist])
    plain = lab.at(x, y)
    window.acts["mirror"].trigger()
    middle = view.viewport().rect().center().x()
    mirrored = lab.at(x, y)
    assert abs((mirrored.x() - middle) + (plain.x() - middle)) <= 2
    assert abs(mirrored.y() - plain.y()) <= 1
    lab.drag((x, y), (x + 12, y + 7))
    moved = people.of(item)[0].joints_2d[wrist]
    assert abs(float(moved[0]) - (x + 12)) < 2
    assert abs(float(moved[1]) - (y + 7)) < 2
    view.fit()  # stays mirrored
    assert view.transform().m11() < 0
    window.acts["mirror"].trigger()
    assert view.transform().m11() > 0
    assert (lab.at(x, y) - plain).manhattanLength() <= 1
