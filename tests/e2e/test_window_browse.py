"""Many pictures: the next one is ready before it is asked for, all can be run, the worst come first."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.state.results import KEEP_RESULTS
from app.state.session import Role
from app.state.values import Choice
from core.errors import WeightsError
from tests.app.fakes import FakeEngine
from tests.e2e.window_fixtures import lab, photos, write_picture  # noqa: F401

CLIFF = Choice("cliff", "lite", "body")


@pytest.fixture
def many(tmp_path):
    return [write_picture(tmp_path / f"p{n:02d}.png", 60 + 2 * n, 80) for n in range(12)]


@pytest.fixture
def window(lab, many):  # noqa: F811
    made = lab.start(*many)
    lab.until_result()
    return made


def ids(window) -> list[int]:
    return [item.id for item in window.session.items()]


def test_the_next_picture_is_read_and_run_before_it_is_asked_for(window, lab) -> None:  # noqa: F811
    second = ids(window)[1]
    choice = window.choice.choice
    lab.until(lambda: window.results.get(second, choice) is not None)
    assert window.ahead.loaded(second) is not None
    assert window.people.knows(second)
    assert window.people.selected == 0
    assert any(line.text.startswith("p01.png") for line in window.activity.lines)
    assert window.status.text.startswith("p00.png"), "the status line speaks of what is looked at"
    runs = len(lab.calls)
    window.acts["next"].trigger()
    lab.until(lambda: window.results.shown is not None and window.results.shown.item_id == second)
    shown = window.results.shown.result.frame
    assert shown.image.any(), "the picture came back with the kept result"
    assert [c[0] for c in lab.calls[:runs]].count("p01.png") == 1


def test_nothing_is_run_ahead_when_runs_wait_for_the_button(lab, many) -> None:  # noqa: F811
    window = lab.start(*many)
    window.choice.set_auto_run(False)
    lab.until(lambda: window.session.current_loaded is not None)
    window.runs.run()
    lab.until_result()
    lab.qtbot.wait(100)
    assert {call[0] for call in lab.calls} == {"p00.png"}


def test_all_pictures_are_run_and_the_list_says_what_came_out(window, lab) -> None:  # noqa: F811
    window.acts["run_all"].trigger()
    choice = window.choice.choice
    lab.until(lambda: all(window.results.numbers(i, choice) is not None for i in ids(window)))
    lab.until(lambda: not window.ahead.is_sweeping)
    assert window.session.current.id == ids(window)[0], "the person stays where they are"
    assert any("12" in line.text or "11" in line.text for line in window.activity.lines)
    seen = [call[0] for call in lab.calls]
    assert sorted(set(seen)) == [f"p{n:02d}.png" for n in range(12)]


def test_the_list_speaks_of_the_chosen_method(window, lab) -> None:  # noqa: F811
    window.acts["run_all"].trigger()
    lab.until(lambda: not window.ahead.is_sweeping)
    words = [window.items_panel.filter.index(n, 0).data(Role.SUMMARY).text for n in range(12)]
    assert words == ["Reconstructed"] * 12
    window.choice.set_auto_run(False)
    window.choice.choose_method("metro")
    words = [window.items_panel.filter.index(n, 0).data(Role.SUMMARY).text for n in range(12)]
    assert words == [""] * 12


def test_a_sweep_can_be_stopped(window, lab, monkeypatch) -> None:  # noqa: F811
    lab.until(lambda: window.results.get(ids(window)[1], window.choice.choice) is not None)
    before = len(lab.calls)
    window.acts["run_all"].trigger()
    lab.until(lambda: len(lab.calls) > before)
    window.acts["cancel"].trigger()
    assert not window.ahead.is_sweeping
    lab.until(lambda: window.workers.engine.is_idle)
    lab.qtbot.wait(50)
    assert len(lab.calls) < 12


def test_a_broken_picture_does_not_end_the_sweep(lab, many) -> None:  # noqa: F811
    many[3].write_bytes(b"not a picture")
    window = lab.start(*many)
    lab.until_result()
    window.acts["run_all"].trigger()
    lab.until(lambda: not window.ahead.is_sweeping)
    done = [i for i in ids(window) if window.results.numbers(i, window.choice.choice)]
    assert len(done) == 11
    assert any("p03.png" in line.text and line.tone == "error" for line in window.activity.lines)


def test_a_method_without_weights_ends_the_sweep_at_once(window, lab) -> None:  # noqa: F811
    tried = []

    def refuse(choice):
        tried.append(choice)
        return WeightsError("no weights", cure="bring some")

    lab.fail_with = refuse
    window.choice.choose_method("graphormer")
    lab.until(lambda: window.banner.isVisible())
    window.acts["run_all"].trigger()
    lab.until(lambda: not window.ahead.is_sweeping)
    assert len(tried) <= 3


def test_the_disputed_come_first(window, lab, monkeypatch) -> None:  # noqa: F811
    plain = FakeEngine._person

    def person(self, frame, *rest):
        from dataclasses import replace

        found = plain(self, frame, *rest)
        off = int(frame.name[1:3]) / 100 if self.choice.method == "cliff" else 0.0
        wave = np.linspace(0, 2 * off, len(found.vertices), dtype=np.float32)[:, None]
        return replace(found, vertices=found.vertices + wave)

    monkeypatch.setattr(FakeEngine, "_person", person)
    window.choice.choose_method("metro")
    window.comparison.set(on=True, others=(CLIFF,))
    window.acts["run_all"].trigger()
    lab.until(lambda: all(window.results.numbers(i, CLIFF) is not None for i in ids(window)))
    lab.until(lambda: not window.ahead.is_sweeping)
    window.items_panel.order.setCurrentIndex(window.items_panel.order.findData("disagreement"))
    assert list(window.items_panel.shown_ids()) == ids(window)[::-1]
    top = window.items_panel.filter.index(0, 0).data(Role.SUMMARY)
    assert top.disagreement == pytest.approx(110 * 3**0.5, rel=0.02)
    assert f"± {top.disagreement:.0f} mm" in top.text
    window.acts["next"].trigger()
    assert window.session.current.path.name == "p00.png", "the last of the order has no next"
    window.acts["previous"].trigger()
    assert window.session.current.path.name == "p01.png"


def test_bodies_of_many_items_do_not_grow_without_end(window) -> None:
    from dataclasses import replace

    first = window.results.shown
    for number in range(KEEP_RESULTS + 20):
        window.results.put(replace(first, item_id=1000 + number), show=False)
    kept = [n for n in range(KEEP_RESULTS + 20) if window.results.get(1000 + n, first.choice)]
    assert len(kept) == KEEP_RESULTS
    assert window.results.numbers(1000, first.choice) is not None
    image = window.results.get(1000 + KEEP_RESULTS + 19, first.choice).result.frame.image
    assert image.shape == first.result.frame.image.shape
    assert image.strides == (0, 0, 0)


def test_a_step_back_shows_the_picture_it_belongs_to(window, lab) -> None:  # noqa: F811
    first = window.session.current.id
    window.marks.delete_selected()
    window.acts["next"].trigger()
    lab.until(lambda: window.session.current.id != first)
    lab.qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    lab.until(lambda: window.session.current.id == first)
    assert len(window.people.of(first)) == 1
