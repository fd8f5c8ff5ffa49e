"""Steps back and forward: undo and redo are inverse, typing joins, a new change ends what was undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.history import MOST_STEPS, History, Step


class Page:
    """A value that a history changes."""

    def __init__(self) -> None:
        self.history, self.value = History(), 0

    def put(self, value: int) -> int:
        self.value = value
        return value

    def change(self, value: int, key: str | None = None) -> None:
        before, self.value = self.value, value
        self.history.push(Step(self.put, before, value, key))


@pytest.fixture
def page() -> Page:
    return Page()


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 40))
def test_undo_and_redo_are_inverse(values: list[int], steps: int) -> None:
    page = Page()
    for value in values:
        page.change(value)
    last = page.value
    taken = 0
    while taken < steps and page.history.can_undo:
        page.history.undo()
        taken += 1
    for _ in range(taken):
        page.history.redo()
    assert page.value == last
    while page.history.can_undo:
        page.history.undo()
    assert page.value == 0


def test_a_new_change_ends_what_was_taken_back(page: Page) -> None:
    page.change(1)
    page.change(2)
    page.history.undo()
    page.change(3)
    assert not page.history.can_redo
    page.history.undo()
    assert page.value == 1


def test_typing_is_one_step(page: Page) -> None:
    page.change(9)
    for value in (1, 2, 3):
        page.change(value, "note")
    page.history.undo()
    assert page.value == 9
    page.history.redo()
    assert page.value == 3


@pytest.mark.parametrize("between", ["another change", "a step back and forward", "a seal"])
def test_typing_anew_is_a_step_of_its_own(page: Page, between: str) -> None:
    page.change(1, "note")
    if between == "another change":
        page.change(2, "other note")
    elif between == "a seal":
        page.history.seal()
    else:
        page.history.undo()
        page.history.redo()
    start = page.value
    page.change(5, "note")
    page.history.undo()
    assert page.value == start


def test_what_changed_nothing_in_the_end_is_no_step(page: Page) -> None:
    page.change(1, "note")
    page.change(0, "note")
    assert not page.history.can_undo
    page.change(7)
    page.change(7)
    page.history.undo()
    assert page.value == 0


def test_the_oldest_steps_are_forgotten(page: Page) -> None:
    for value in range(1, MOST_STEPS + 11):
        page.change(value)
    while page.history.can_undo:
        page.history.undo()
    assert page.value == 10


def test_nothing_happens_at_the_ends(page: Page) -> None:
    assert page.history.undo() == -1
    assert page.history.redo() == -1
    page.change(1)
    page.history.clear()
    assert not page.history.can_undo
