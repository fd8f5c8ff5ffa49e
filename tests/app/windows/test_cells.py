"""What a click on the picture finds: cells, points, outlines, columns of attention."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.panels.picture_hits import cell_at
from app.windows.cells import (
    cell_box,
    column_pick,
    map_cell,
    matrix_pick,
    point_pick,
    region_pick,
    weight_pick,
)
from core.types import (
    AttentionRecord,
    FusionRecord,
    HeatmapRecord,
    PointsRecord,
    RegionRecord,
    ScoreMapRecord,
    TokenSet,
)

REGION = np.array([10, 20, 110, 220], np.float32)
LABELS = TokenSet(("vertex 0", "vertex 1"), ("vertex",) * 2, np.arange(2), 2, full_vertex=[0, 6])


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 80))
def test_the_middle_of_a_cells_box_lies_in_that_cell(rows, columns, cell) -> None:
    cell %= rows * columns
    x0, y0, x1, y1 = cell_box(REGION, (rows, columns), cell).tolist()
    assert cell_at(REGION, (rows, columns), ((x0 + x1) / 2, (y0 + y1) / 2)) == cell
    area = (x1 - x0) * (y1 - y0) * rows * columns
    assert area == pytest.approx(100 * 200, rel=1e-4)


def test_a_heat_cell_names_the_label_that_is_strongest_there() -> None:
    maps = np.zeros((2, 4, 2), np.float16)
    maps[0, 1, 0], maps[1, 1, 0], maps[0, 0, 0] = 0.4, 0.5, 0.9
    pick = map_cell((HeatmapRecord("heat", LABELS, maps, REGION),), "heat", (20, 80))
    assert pick.end == (LABELS, 1)
    assert pick.values.tolist() == pytest.approx([0.4, 0.5], abs=1e-3)
    assert pick.entries[0] == ("Vertex 1", pytest.approx(0.5))
    assert pick.box.tolist() == [10, 70, 60, 120]


def test_outside_its_region_or_under_another_name_a_map_answers_nothing() -> None:
    record = HeatmapRecord("heat", LABELS, np.ones((2, 4, 2), np.float16), REGION)
    assert map_cell((record,), "heat", (5, 5)) is None
    assert map_cell((record,), "other", (20, 80)) is None


def test_a_score_cell_tells_its_rank_and_the_winners_score() -> None:
    scores = np.array([[0.1, 0.9], [0.5, 0.2]], np.float32)
    pick = map_cell((ScoreMapRecord("scores", scores, REGION, (0, 1)),), "scores", (20, 200))
    assert "number 2 of 4" in pick.title
    assert pick.entries == (("cell 1, 0", pytest.approx(0.5)), ("winner", pytest.approx(0.9)))
    assert pick.tokens is None


def test_the_nearest_point_within_reach_wins() -> None:
    points = np.array([[[0, 0], [50, 50]], [[60, 50], [200, 0]]], np.float32)
    record = PointsRecord("points", LABELS, points, np.full((2, 2), 0.5, np.float32))
    assert point_pick(record, -1, (56, 50), 7).end == (LABELS, 1)
    assert point_pick(record, 0, (56, 50), 7).end == (LABELS, 0)
    assert point_pick(record, 0, (70, 50), 7) is None


def test_an_outline_is_hit_from_both_sides_but_not_its_middle() -> None:
    boxes = np.array([[0, 0, 100, 100], [20, 20, 60, 60]], np.float32)
    record = RegionRecord("crops", ("outer", "inner"), boxes)
    assert region_pick(record, (98, 50), 5).sources == ("outer",)
    assert region_pick(record, (103, 50), 5).sources == ("outer",)
    assert region_pick(record, (22, 40), 5).sources == ("inner",)
    assert region_pick(record, (40, 40), 5) is None


def test_a_weight_is_about_its_row_and_its_column() -> None:
    record = FusionRecord("fusion", ("a", "b"), ("b", "c"), np.array([[0.3, 0.7], [0.6, 0.4]]))
    assert weight_pick(record, 0, 1).sources == ("a", "c")
    assert weight_pick(record, 0, 1).entries[0] == ("c", pytest.approx(0.7))
    assert weight_pick(record, 1, 0).sources == ("b",)


@pytest.fixture
def record() -> AttentionRecord:
    keys = TokenSet(
        ("camera", *(f"cell {n // 2},{n % 2}" for n in range(4))),
        ("camera", *("grid",) * 4),
        np.array([0, 0, 1, 2, 3]),
        grid_hw=(2, 2),
    )
    weights = np.random.default_rng(0).dirichlet(np.ones(5), (1, 1, 2)).astype(np.float16)
    return AttentionRecord("cross", ("layer 1",), weights, LABELS, keys, REGION)


def test_a_picture_cell_is_a_column_of_the_matrix(record) -> None:
    matrix = record.weights[0, 0].astype(np.float32)
    pick = column_pick(record, matrix, (100, 30))
    assert pick.column == 2
    assert pick.values.tolist() == matrix[:, 2].tolist()
    assert pick.tokens is record.queries
    assert column_pick(record, matrix, (5, 5)) is None


def test_a_matrix_cell_has_a_place_on_the_picture_where_its_key_has_one(record) -> None:
    matrix = record.weights[0, 0].astype(np.float32)
    assert matrix_pick(record, matrix, 1, 4).box.tolist() == [60, 120, 110, 220]
    assert matrix_pick(record, matrix, 1, 0).box is None
    assert matrix_pick(record, matrix, 1, 4).end == (record.keys, 4)
