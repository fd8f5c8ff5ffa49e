"""Comparing: other methods run by themselves, views turn together, numbers can be taken away."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from app.main import make_application
from app.settings.language import install_language
from app.state.comparison import TRUTH
from app.state.values import Choice
from core.errors import WeightsError
from tests.app.fakes import FakeEngine
from tests.e2e.window_fixtures import lab, photos  # noqa: F401

POINTHMR = Choice("pointhmr", "lite", "body")
CLIFF = Choice("cliff", "lite", "body")


@pytest.fixture
def compared(lab, photos, monkeypatch):  # noqa: F811
    """Metro, PointHMR 20 mm lower, and CLIFF 50 mm lower."""
    lower = {"pointhmr": 0.02, "cliff": 0.05}
    plain = FakeEngine._person

    def person(self, *arguments):
        from dataclasses import replace

        found = plain(self, *arguments)
        off = np.array([0, lower.get(self.choice.method, 0.0), 0], np.float32)
        wave = off * np.linspace(0, 2, len(found.vertices), dtype=np.float32)[:, None]
        return replace(found, vertices=found.vertices + wave)

    monkeypatch.setattr(FakeEngine, "_person", person)
    window = lab.start(photos[0])
    window.choice.choose_method("metro")
    lab.until(
        lambda: window.results.shown is not None and window.results.shown.choice.method == "metro"
    )
    QTest.keyClick(window, Qt.Key.Key_C)
    window.comparison.add(POINTHMR)
    window.comparison.add(CLIFF)
    lab.until(lambda: len(window.compares.compared.bodies) == 3)
    lab.until(lambda: all(b.body is not None for b in window.compares.compared.bodies))
    return window


def test_every_method_gets_a_view_and_a_row(compared) -> None:
    views = compared.compare_stage.views.shown
    assert [view.layers[0].name for view in views] == ["METRO", "PointHMR", "CLIFF"]
    table = compared.compare_panel.table
    assert [table.item(row, 0).text() for row in range(3)] == ["METRO", "PointHMR", "CLIFF"]
    assert compared.layout_widget.tabs.currentWidget() is compared.compare_panel
    assert "disagree by" in compared.compare_panel.note


def test_difference_is_coloured_measured_and_shown_at_the_clicked_vertex(compared, lab) -> None:  # noqa: F811
    compared.compare_stage.bar.reference_chosen.emit(0)
    lab.until(lambda: compared.compares.compared.legend is not None)
    bodies = compared.compares.compared.bodies
    assert bodies[0].distances is None
    assert bodies[1].distances.mean == pytest.approx(20, abs=0.2)
    assert bodies[2].distances.mean == pytest.approx(50, abs=0.5)
    colours = [np.asarray(v.layers[0].colors) for v in compared.compare_stage.views.shown]
    assert colours[0].ndim == 1
    assert colours[1].shape == colours[2].shape == (84, 3)
    view = compared.compare_stage.views.shown[1]
    last = len(bodies[1].distances.vertices) - 1
    view.picked.emit(type("Pick", (), {"layer": 0, "vertex": last, "point": None})())
    marks = [v._marks for v in compared.compare_stage.views.shown]
    assert [m.vertex for m in marks] == [(0, last)] * 3
    assert marks[1].text == "40 mm"
    assert marks[2].text == "100 mm"


def test_turning_one_view_turns_all(compared) -> None:
    views = compared.compare_stage.views.shown
    before = views[2].camera
    QTest.keyClick(views[0], Qt.Key.Key_Left)
    assert views[0].camera != before
    assert views[1].camera == views[2].camera == views[0].camera


def test_all_bodies_in_one_view(compared, lab) -> None:  # noqa: F811
    compared.comparison.set(arrangement="together")
    lab.until(lambda: len(compared.compare_stage.views.shown) == 1)
    layers = compared.compare_stage.views.shown[0].layers
    assert [layer.name for layer in layers] == ["METRO", "PointHMR", "CLIFF"]
    assert all(layer.alpha < 1 for layer in layers)


def test_rows_sort_by_number_copy_and_save(compared, lab, tmp_path) -> None:  # noqa: F811
    compared.comparison.set(reference=0)
    lab.until(lambda: compared.compares.compared.legend is not None)
    panel = compared.compare_panel
    place = [panel.table.horizontalHeaderItem(c).text() for c in range(panel.table.columnCount())]
    column = place.index("Distance, mm")
    panel.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    numbers = [panel.table.item(row, column).text() for row in range(3)]
    assert numbers.index("50.0") < numbers.index("20.0")
    panel.copy.click()
    assert QGuiApplication.clipboard().text().startswith("Method\t2D error")
    panel.which._buttons["joints"].click()
    assert panel.table.rowCount() == 14
    path = tmp_path / "new" / "table.csv"
    compared.compares.save(path, panel.text(","))
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["Joint", "PointHMR, mm", "CLIFF, mm"]
    assert len(rows) == 15
    compared.compares.save(path / "below a file" / "t.csv", "x")
    assert compared.banner.isVisible()


def test_a_removed_method_and_the_current_one_leave_the_comparison(compared, lab) -> None:  # noqa: F811
    compared.comparison.set(reference=2)
    compared.compare_stage.bar.remove_requested.emit(1)
    assert compared.comparison.now.others == (CLIFF,)
    assert compared.comparison.now.reference == 1
    compared.choice.choose_method("cliff")
    assert compared.comparison.now.others == ()
    lab.until(lambda: len(compared.compares.compared.bodies) == 1)


def test_other_methods_follow_to_the_next_picture(lab, photos) -> None:  # noqa: F811
    window = lab.start(*photos)
    window.choice.choose_method("metro")
    window.comparison.add(POINTHMR)
    window.comparison.set(on=True)
    lab.until(lambda: len([b for b in window.compares.compared.bodies if b.body]) == 2)
    window.acts["next"].trigger()
    lab.until(lambda: window.session.current.path == photos[1])
    second = window.session.current.id
    lab.until(lambda: window.results.get(second, POINTHMR) is not None)
    assert window.results.shown.choice.method == "metro"


def test_a_method_without_weights_says_so_and_does_not_stop_the_others(lab, photos) -> None:  # noqa: F811
    plain = lab.open_engine

    def open_engine(choice):
        if choice.preset == "paper":
            raise WeightsError("no weights", cure="bring some")
        return plain(choice)

    lab.open_engine = open_engine
    window = lab.start(photos[0])
    window.choice.choose_method("metro")
    window.comparison.set(on=True, others=(Choice("metro", "paper", "body_h64"), CLIFF))
    lab.until(lambda: len(window.compares.compared.bodies) == 3)
    lab.until(lambda: window.compares.compared.bodies[2].body is not None)
    assert window.banner.isVisible()
    assert window.compares.compared.bodies[1].body is None
    assert "could not run" in window.compare_stage.views.views[1]._hint


def test_truth_is_a_reference_where_it_is_known(lab, tmp_path) -> None:  # noqa: F811
    from core.pipeline.samples import bundled_samples

    window = lab.start(bundled_samples()[0])
    window.choice.choose_method("metro")
    window.comparison.set(on=True, reference=TRUTH)
    lab.until(lambda: window.compares.compared.truth is not None)
    assert window.compares.compared.reference_title == "the truth"
    assert window.compare_stage.bar.reference.findText("the truth") >= 0


def test_the_picture_has_its_room_back_afterwards(compared, lab) -> None:  # noqa: F811
    pair = compared.layout_widget.pair
    narrow = pair.sizes()[0]
    compared.acts["compare"].trigger()
    lab.qtbot.wait(50)
    left, right = pair.sizes()
    assert left > narrow
    assert abs(left - right) < 0.2 * (left + right)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_button_of_the_bar_is_cut_off_in_a_small_window(lab, photos, language) -> None:  # noqa: F811
    make_application(language)
    try:
        window = lab.start(photos[0])
        window.resize(1280, 720)
        lab.until_result()
        window.comparison.set(on=True)
        lab.qtbot.wait(50)
        bar = window.compare_stage.bar
        for segments in (bar.arrangement, bar.alignment):
            for button in segments.findChildren(QToolButton):
                words = button.fontMetrics().horizontalAdvance(button.text())
                assert words + 6 <= button.width(), button.text()
        metrics = bar.reference.fontMetrics()
        assert metrics.horizontalAdvance(bar.reference.itemText(0)) + 30 <= bar.reference.width()
    finally:
        install_language(QApplication.instance(), "en")
