"""Flat drawings: they land where the pixel convention says, on a copy."""

from __future__ import annotations

import numpy as np
import pytest

from core.render import (
    Legend,
    bones_of,
    contact_sheet,
    draw_box,
    draw_heatmap,
    draw_joints,
    draw_text,
    put_legend,
)

GREY = np.full((120, 160, 3), 90, np.uint8)
NAMES = (
    *("R_Ankle", "R_Knee", "R_Hip", "L_Hip", "L_Knee", "L_Ankle", "R_Wrist", "R_Elbow"),
    *("R_Shoulder", "L_Shoulder", "L_Elbow", "L_Wrist", "Neck", "Head_top"),
)


def changed(drawn: np.ndarray) -> np.ndarray:
    return (drawn.astype(int) != GREY).any(axis=2)


def center_of(mask: np.ndarray) -> tuple[float, float]:
    rows, columns = np.nonzero(mask)
    return columns.mean() + 0.5, rows.mean() + 0.5


@pytest.mark.parametrize("at", [(50.5, 40.5), (50.0, 40.0), (51.25, 40.75)])
def test_a_joint_is_drawn_around_its_own_point(at):
    mask = changed(draw_joints(GREY, [at], ["Neck"], size_px=5))
    assert center_of(mask) == pytest.approx(at, abs=0.3)
    assert (GREY == 90).all()


def test_unknown_and_weak_joints_are_left_out():
    points = np.array([[40, 40], [np.nan, 1], [80, 60]])
    drawn = draw_joints(GREY, points, ["Neck", "R_Hip", "L_Hip"], scores=[1, 1, 0.01])
    assert changed(drawn)[:, 60:].sum() == 0


def test_sides_have_their_colours():
    drawn = draw_joints(GREY, [[30, 30], [100, 30]], ["L_Wrist", "R_Wrist"], size_px=6)
    left, right = drawn[30, 30].astype(int), drawn[30, 100].astype(int)
    assert left[0] > left[2] + 80
    assert right[2] > right[0] + 80


def test_bones_follow_the_names():
    pairs = {frozenset((NAMES[a], NAMES[b])) for a, b in bones_of(NAMES)}
    assert frozenset(("R_Ankle", "R_Knee")) in pairs
    assert frozenset(("Neck", "Head_top")) in pairs
    assert frozenset(("R_Wrist", "L_Wrist")) not in pairs
    assert {end for pair in bones_of(NAMES) for end in pair} == set(range(14))


def test_a_box_is_drawn_on_its_edges():
    mask = changed(draw_box(GREY, (40, 30, 120, 90)))
    rows, columns = np.nonzero(mask)
    assert center_of(mask) == pytest.approx((80, 60), abs=0.5)
    assert 40 - 4 <= columns.min() < 40
    assert 90 <= rows.max() < 90 + 4
    assert not mask[60, 80]


def test_a_label_stays_inside_the_picture():
    drawn = draw_box(GREY, (100, 2, 158, 118), label="person 0.97")
    assert drawn.shape == GREY.shape
    assert changed(drawn)[:, -1].sum() >= 0


def test_a_heatmap_peaks_at_its_cell_of_the_region():
    heat = np.zeros((6, 4))
    heat[1, 2] = 1
    drawn = draw_heatmap(GREY, heat, (20, 10, 100, 70))
    light = np.abs(drawn.astype(int) - 90).sum(axis=2)
    assert center_of(light > light.max() * 0.8) == pytest.approx(
        (20 + 2.5 * 20, 10 + 1.5 * 10), abs=1
    )
    outside = np.ones_like(light, bool)
    outside[10:70, 20:100] = False
    assert light[outside].sum() == 0


def test_a_constant_heatmap_fills_its_region_to_the_edge():
    light = np.abs(draw_heatmap(GREY, np.ones((3, 3)), (20, 10, 100, 70)).astype(int) - 90).sum(2)
    assert light[10:70, 20:100].min() > 0
    assert np.ptp(light[10:70, 20:100]) == 0


def test_text_changes_pixels_near_its_place():
    mask = changed(draw_text(GREY, "12.5 mm", (80, 60), 16, align="center"))
    x, y = center_of(mask)
    assert abs(x - 80) < 3
    assert 48 < y < 60


def test_a_sheet_keeps_every_picture():
    pictures = [np.full((40, 60, 3), tone, np.uint8) for tone in (50, 120, 200)]
    sheet = contact_sheet(pictures, ["a", "b", "c"], columns=2)
    for tone in (50, 120, 200):
        assert (sheet == tone).all(axis=2).sum() >= 40 * 60
    wide = contact_sheet([np.full((10, 60, 3), 200, np.uint8)], tile=(60, 40))
    assert (wide == 200).all(axis=2).sum() == 600
    with pytest.raises(ValueError, match="picture"):
        contact_sheet([])


def test_a_legend_goes_to_the_lower_right():
    canvas = np.full((400, 400, 3), 90, np.uint8)
    drawn = put_legend(canvas, Legend("Error", "mm", 0, 50))
    mask = (drawn != canvas).any(axis=2)
    assert mask[300:, 300:].any()
    assert not mask[:200].any()
    assert not mask[:, :200].any()
    assert put_legend(GREY[:20, :20], Legend("Error", "mm", 0, 50)).shape == (20, 20, 3)
