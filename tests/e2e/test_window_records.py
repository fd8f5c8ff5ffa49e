"""Records of every kind reach the window: regions, weights, sampled points, maps of a label."""

import numpy as np
import pytest

from core.types import FusionRecord, HeatmapRecord, PointsRecord, RegionRecord, TokenSet
from tests.app.fakes import FakeEngine
from tests.e2e.window_fixtures import lab, photos  # noqa: F401

COUNT = 14
NAMES = ("the box", "to the right", "below")


def records(vertices: np.ndarray) -> tuple:
    labels = TokenSet(
        names=tuple(f"vertex {n}" for n in range(COUNT)),
        kinds=("vertex",) * COUNT,
        index=np.arange(COUNT),
        level=COUNT,
        full_vertex=np.arange(COUNT) * 6,
    )
    region = np.array([20, 30, 120, 130], np.float32)
    maps = np.zeros((COUNT, 5, 5), np.float16)
    maps[np.arange(COUNT), np.arange(COUNT) % 5, 2] = 1
    points = np.arange(COUNT * 4, dtype=np.float32).reshape(COUNT, 2, 2) + 50
    shares = np.tile(np.array([0.75, 0.25], np.float32), (COUNT, 1))
    boxes = np.array([[10, 10, 90, 90], [30, 10, 110, 90], [10, 30, 90, 110]], np.float32)
    weights = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], np.float32)
    return (
        HeatmapRecord("vertex heatmaps", labels, maps, region),
        PointsRecord("sampled points", labels, points, shares),
        RegionRecord("crops", NAMES, boxes),
        FusionRecord("crop fusion", NAMES, NAMES, weights),
    )


@pytest.fixture
def inspected(lab, photos, monkeypatch):  # noqa: F811
    """A window that shows a method with these records."""
    monkeypatch.setattr(FakeEngine, "_records", staticmethod(records))
    window = lab.start(photos[0])
    lab.until_result()
    window.choice.choose_method("metro")
    window.view.set(inspection=True)
    lab.until(lambda: bool(window.picture.view.regions))
    return window


def test_regions_are_drawn_with_their_names(inspected) -> None:
    drawn = inspected.picture.view.regions
    assert tuple(name for name, _ in drawn) == NAMES
    assert drawn[1][1].tolist() == [30, 10, 110, 90]
    image = inspected.picture.view.grab().toImage()
    inspected.picture.view.set_regions(())
    assert inspected.picture.view.grab().toImage() != image


def test_weights_are_numbers_in_a_table(inspected) -> None:
    table = inspected.fusion_panel.table
    assert (table.rowCount(), table.columnCount()) == (3, 3)
    assert table.item(2, 2).text() == "0.800"
    assert table.horizontalHeaderItem(1).text() == "to the right"
    light = [table.item(0, c).background().color().lightness() for c in range(3)]
    assert light[0] > light[1] > light[2]
    assert inspected.layout_widget.tabs.currentWidget() is inspected.fusion_panel


def test_a_picked_vertex_chooses_its_map_and_its_points(inspected) -> None:
    assert inspected.picture.view.dots is None
    assert inspected.view.options.picture_label == -1
    inspected.stage.vertex_picked.emit(0, 6 * 4)
    assert inspected.view.options.picture_label == 4
    dots = inspected.picture.view.dots
    assert dots.targets.tolist() == [[66, 67], [68, 69]]
    assert dots.strength.tolist() == [1.0, pytest.approx(1 / 3)]
    inspected.stage.vertex_picked.emit(0, 6 * 9)
    assert inspected.view.options.picture_label == 9


def test_another_method_without_records_clears_everything(inspected, lab) -> None:  # noqa: F811
    inspected.choice.choose_method("pose_lift")
    lab.until(lambda: not inspected.picture.view.regions)
    assert inspected.fusion_panel.record is None
    assert inspected.picture.view.dots is None
