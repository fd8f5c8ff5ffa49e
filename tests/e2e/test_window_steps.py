"""Everything that a hand changed is taken back in the order in which it was done, and done again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from app.state.session import Role
from tests.e2e.window_fixtures import lab, photos  # noqa: F401

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(lab, photos):  # noqa: F811
    made = lab.start(*photos)
    lab.until_result()
    lab.until(lambda: made.session.rowCount() == 3)
    return made


def names(window) -> list[str]:
    return [item.path.name for item in window.session.items()]


def settle(window, lab) -> None:  # noqa: F811
    """Until the picture of the row is read and its answer is there."""
    lab.until(
        lambda: window.session.current_loaded is not None and window.results.shown is not None
    )
    lab.until(lambda: window.workers.engine.is_idle and window.workers.files.is_idle)


def select_rows(window, count: int) -> None:
    view = window.items_panel.view
    for row in range(count):
        index = window.items_panel.filter.index(row, 0)
        view.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)


def test_rows_taken_off_the_list_come_back_with_marks_and_notes(window, lab) -> None:  # noqa: F811
    before, first = names(window), window.session.current.id
    window.notes.field.setPlainText("worth a look")
    marks = window.people.of(first)
    select_rows(window, 2)
    window.acts["remove_item"].trigger()
    assert names(window) == before[2:]
    window.acts["undo"].trigger()
    assert names(window) == before
    assert window.session.current.id == first
    assert window.notes.field.toPlainText() == "worth a look"
    assert window.people.of(first) is marks
    settle(window, lab)
    assert window.results.shown.item_id == first
    window.acts["redo"].trigger()
    assert names(window) == before[2:]
    settle(window, lab)


def test_the_last_row_comes_back_as_well(window, lab) -> None:  # noqa: F811
    select_rows(window, 3)
    window.acts["remove_item"].trigger()
    assert window.session.current is None
    assert not window.acts["run"].isEnabled()
    lab.qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert len(names(window)) == 3
    settle(window, lab)
    assert window.acts["run"].isEnabled()


def test_a_file_opened_again_is_not_there_twice(window, lab) -> None:  # noqa: F811
    path = window.session.current.path
    window.acts["remove_item"].trigger()
    window.files.open_paths([path])
    lab.until(lambda: path in [item.path for item in window.session.items()])
    settle(window, lab)
    current = window.session.current
    window.acts["undo"].trigger()
    assert [item.path for item in window.session.items()].count(path) == 1
    assert window.session.current == current
    settle(window, lab)


def test_a_note_is_one_step_per_picture(window, lab) -> None:  # noqa: F811
    for text in ("o", "on", "one"):
        window.notes.field.setPlainText(text)
    window.acts["next"].trigger()
    settle(window, lab)
    window.notes.field.setPlainText("two")
    window.acts["undo"].trigger()
    assert window.notes.field.toPlainText() == ""
    window.acts["undo"].trigger()
    settle(window, lab)
    assert window.notes.field.toPlainText() == "", "the first picture is looked at again"
    assert not window.acts["undo"].isEnabled()
    window.acts["redo"].trigger()
    assert window.notes.field.toPlainText() == "one"
    window.acts["redo"].trigger()
    settle(window, lab)
    assert window.notes.field.toPlainText() == "two"


def test_typing_in_the_field_does_not_lose_the_cursor(window, lab) -> None:  # noqa: F811
    window.inspector.sections["Notes"].set_open(True)
    field = window.notes.field
    field.setFocus()
    lab.qtbot.keyClicks(field, "ad")
    lab.qtbot.keyClick(field, Qt.Key.Key_Left)
    lab.qtbot.keyClicks(field, "bc")
    assert field.toPlainText() == "abcd"


def test_boxes_are_drawn_moved_and_deleted_and_all_of_it_taken_back(window, lab) -> None:  # noqa: F811
    item = window.session.current.id
    states = [window.people.of(item)]
    window.acts["draw_box"].setChecked(True)
    lab.drag((20, 30), (160, 280))
    lab.until(lambda: window.people.of(item) is not states[-1])
    states.append(window.people.of(item))
    box = states[-1][0].box_xyxy
    lab.drag((box[2], box[3]), (box[2] - 30, box[3] - 10))
    states.append(window.people.of(item))
    assert not np.allclose(states[-1][0].box_xyxy, box)
    window.acts["delete_person"].trigger()
    states.append(window.people.of(item))
    for expected in reversed(states[:-1]):
        window.acts["undo"].trigger()
        assert window.people.of(item) is expected
    assert not window.acts["undo"].isEnabled()
    for expected in states[1:]:
        window.acts["redo"].trigger()
        assert window.people.of(item) is expected
    assert not window.acts["redo"].isEnabled()


def test_steps_of_different_kinds_go_back_in_their_order(window, lab) -> None:  # noqa: F811
    item, before = window.session.current.id, names(window)
    window.notes.field.setPlainText("first")
    window.marks.delete_selected()
    window.acts["remove_item"].trigger()
    settle(window, lab)
    window.acts["undo"].trigger()
    assert names(window) == before
    assert window.people.of(item) == ()
    window.acts["undo"].trigger()
    assert len(window.people.of(item)) == 1
    assert window.session.note(item) == "first"
    window.acts["undo"].trigger()
    assert window.session.note(item) == ""
    settle(window, lab)


def test_a_slider_is_one_step(window) -> None:
    item = window.session.current.id
    start = window.people.of(item)
    window.reading.pitch_known.setChecked(True)
    for degrees in (5, 10, 20):
        window.reading.pitch.setValue(degrees)
    window.acts["undo"].trigger()
    assert window.people.of(item) is start


def test_a_row_that_comes_back_speaks_of_what_is_chosen_now(window, lab) -> None:  # noqa: F811
    item = window.session.current.id
    window.acts["remove_item"].trigger()
    window.choice.set_auto_run(False)
    window.choice.choose_method("cliff")
    window.acts["undo"].trigger()
    index = window.session.index(0)
    assert window.session.items()[0].id == item
    assert index.data(Role.SUMMARY).text == "", "what the other method measured is not shown"
    assert index.data(Role.DONE)
    window.choice.choose_method("pose_lift")
    assert index.data(Role.SUMMARY).text != ""


def test_another_picture_ends_a_drag(window, lab) -> None:  # noqa: F811
    item = window.session.current.id
    before = window.people.of(item)
    window.marks._drag_started()
    window.marks._joint_moved(0, 0, 12.0, 34.0)
    window.acts["undo"].trigger()
    assert window.people.of(item) is not before, "not in the middle of a drag"
    window.acts["next"].trigger()
    assert not window.people.is_dragging
    window.acts["undo"].trigger()
    assert window.people.of(item) is before
    settle(window, lab)
    assert window.session.current.id == item, "and its picture is looked at"


def test_joints_found_for_a_row_that_is_gone_are_no_step(window, lab) -> None:  # noqa: F811
    item, marks = window.session.current.id, window.people.of(window.session.current.id)
    window.files.place_person((10.0, 10.0, 90.0, 200.0))
    window.acts["remove_item"].trigger()
    lab.until(lambda: window.workers.files.is_idle)
    settle(window, lab)
    window.acts["undo"].trigger()
    assert window.session.item(item) is not None
    assert window.people.of(item) is marks
    settle(window, lab)
