"""Records of every kind reach the window: regions, weights, sampled points, maps of a label."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from core.types import (
    CamerasRecord,
    FusionRecord,
    HeatmapRecord,
    MeshStageRecord,
    PointsRecord,
    RegionRecord,
    ScoreMapRecord,
    TokenSet,
)
from tests.app.fakes import FakeEngine, TinyBody
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
        CamerasRecord("cameras", NAMES, np.ones((3, 3)), np.eye(3) + np.array([0, 0, 4])),
        ScoreMapRecord("scores", np.arange(4).reshape(2, 2), region, (1, 1)),
        *(
            MeshStageRecord(f"body of {name}", vertices[:12], TinyBody().faces()[:16])
            for name in NAMES
        ),
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


def click(window, x: float, y: float) -> None:
    """A real click on a pixel of the picture."""
    view = window.picture.view
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(QPointF(x, y))
    )


@pytest.fixture
def bare(inspected):
    """Marks are hidden: nothing but the records lies under the mouse."""
    inspected.view.set(boxes=False, joints=False)
    return inspected


def test_a_weight_leads_to_both_boxes_their_cameras_and_the_mesh_of_its_row(bare) -> None:
    bare.fusion_panel.table.cellClicked.emit(0, 2)
    assert bare.picture.view.focus_regions == ("the box", "below")
    assert bare.fusion_panel.birds_eye._chosen == ("the box", "below")
    assert bare.view.options.stage == "body of the box"
    assert bare.display.stage.currentData() == "body of the box"
    assert "0.100" in bare.linked.pick.title


def test_a_clicked_outline_leads_to_its_column_and_back_again(bare) -> None:
    click(bare, 110, 60)
    assert bare.linked.pick.sources == ("to the right",)
    assert {index.column() for index in bare.fusion_panel.table.selectedIndexes()} == {1}
    assert bare.view.options.stage == "body of to the right"
    click(bare, 180, 250)
    assert bare.linked.pick is None
    assert bare.picture.view.focus_regions == ()
    assert bare.view.options.stage == ""


def test_a_camera_in_the_plot_leads_to_its_box(bare) -> None:
    bare.fusion_panel.birds_eye.camera_clicked.emit("below")
    assert bare.picture.view.focus_regions == ("below",)


def test_a_cell_of_a_heatmap_colours_the_body_and_names_its_label(bare, lab) -> None:  # noqa: F811
    bare.view.set(picture_layer="vertex heatmaps")
    click(bare, 70, 90)  # row 3, column 2 of the region: maps 3, 8 and 13 have their top there
    pick = bare.linked.pick
    assert pick.values[[3, 8, 13]].tolist() == [1, 1, 1]
    assert bare.picture.view.cell[0].tolist() == [60, 90, 80, 110]
    assert bare.picture.view.dots.targets.tolist() == [[62, 63], [64, 65]]
    assert bare.fusion_panel.cell.entries[0][1] == 1.0
    lab.until(lambda: "cell 3, 2" in bare.shown._painted().legend.title)
    lab.until(lambda: len(bare.shown._markers) == 1)


def test_a_cell_of_a_score_map_tells_its_rank(bare) -> None:
    bare.view.set(picture_layer="scores")
    click(bare, 40, 50)
    assert "number 4 of 4" in bare.linked.pick.title
    assert bare.picture.view.cell[1] == "0, number 4"


def test_a_point_answers_with_its_label_and_its_weight(bare) -> None:
    bare.view.set(picture_layer="sampled points")
    assert len(bare.picture.view.dots.targets) == COUNT
    click(bare, 66, 67)
    assert bare.linked.pick.end[1] == 4
    assert bare.picture.view.dots.targets.tolist() == [[66, 67], [68, 69]]
    bare.stage.vertex_picked.emit(0, 6 * 9)
    assert bare.linked.pick is None


def test_another_picture_forgets_what_was_clicked(bare, lab, photos) -> None:  # noqa: F811
    bare.files.open_paths([photos[1]])
    lab.until(lambda: bare.session.rowCount() == 2)
    bare.fusion_panel.table.cellClicked.emit(0, 2)
    bare.items_panel.step(1)
    lab.until(lambda: bare.linked.pick is None)
    assert bare.picture.view.cell is None
