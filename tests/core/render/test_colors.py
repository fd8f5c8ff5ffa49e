"""Colour maps, legends, palettes."""

from __future__ import annotations

import numpy as np
import pytest

from core.render import COLORMAPS, INFERNO, VIRIDIS, Legend, legend_for, legend_image, part_colors
from core.render.colors import BLUE_ORANGE, person_color


def luminance(colors: np.ndarray) -> np.ndarray:
    return colors @ np.array([0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("cmap", [c for c in COLORMAPS.values() if not c.diverging])
def test_a_sequential_map_grows_lighter_all_the_way(cmap):
    """That order survives in grey and for any colour blindness."""
    assert (np.diff(luminance(cmap.table)) > -1e-3).all()
    assert luminance(cmap.table[-1:])[0] - luminance(cmap.table[:1])[0] > 0.5


def test_a_diverging_map_is_lightest_in_its_middle():
    bright = luminance(BLUE_ORANGE.table)
    assert 120 <= int(bright.argmax()) <= 136


def test_ends_and_unknown_values():
    np.testing.assert_allclose(VIRIDIS([0.0, 1.0, 9.0, -3.0])[1:3], VIRIDIS.table[[-1, -1]])
    np.testing.assert_allclose(VIRIDIS(np.array([np.nan]))[0], [0.5] * 3)
    np.testing.assert_allclose(VIRIDIS(0.0) * 255, [0x44, 0x01, 0x54], atol=0.01)


def test_a_legend_colours_its_values():
    legend = Legend("Error", "mm", 10, 30, INFERNO)
    np.testing.assert_allclose(legend.colors([10, 20, 30]), INFERNO([0, 0.5, 1]))
    assert legend.heading == "Error (mm)"
    assert Legend("Weight", "", 0, 1).heading == "Weight"


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 60, (0, 20, 40, 60)),
        (0, 1, (0, 0.25, 0.5, 0.75, 1)),
        (-40, 40, (-40, -20, 0, 20, 40)),
        (3, 9, (4, 6, 8)),
        (5, 5, (5,)),
    ],
)
def test_ticks_are_round_and_inside(low, high, ticks):
    assert Legend("e", "mm", low, high).ticks(4) == pytest.approx(ticks)


def test_a_legend_covers_nearly_all_values_and_ends_round():
    values = np.random.default_rng(0).gamma(2, 9, 5000)
    legend = legend_for(values, "Error", "mm")
    assert legend.low == 0
    assert (values <= legend.high).mean() >= 0.99
    assert float(f"{legend.high:.2g}") == legend.high
    signed = legend_for(values - 20, "Change", "mm", BLUE_ORANGE)
    assert signed.low == -signed.high
    assert legend_for([np.nan], "x", "mm").high == 1.0
    assert legend_for([0.0, 0.0], "x", "mm").high == 1.0


def test_the_legend_image_shows_the_map_from_high_to_low():
    image = legend_image(Legend("Error", "mm", 0, 50), 240)
    assert image.shape[0] == 240
    first, last = (VIRIDIS([1.0, 0.0]) * 255).round()

    def rows_of(color):
        return np.flatnonzero((np.abs(image.astype(int) - color).max(axis=2) <= 3).any(axis=1))

    assert rows_of(first).min() < 60
    assert rows_of(last).max() > 200


def test_neighbouring_parts_and_people_differ():
    colors = part_colors(np.arange(24))
    assert np.linalg.norm(np.diff(colors, axis=0), axis=1).min() > 0.12
    assert len({person_color(k) for k in range(8)}) == 8
    np.testing.assert_allclose(part_colors([-1]), [[0.6] * 3])
