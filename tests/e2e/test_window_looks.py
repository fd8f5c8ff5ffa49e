"""The window keeps its shape: small screens, long words, both themes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from app.settings.theme import DARK, LIGHT
from tests.e2e.window_fixtures import lab, photos  # noqa: F401


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_everything_fits(lab, photos, size, theme):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.apply_theme(theme)
    window.reading.set_readings([QImage(116, 168, QImage.Format.Format_RGB32)] * 4, 0)
    window.resize(*size)
    lab.until(lambda: (window.width(), window.height()) == size)
    inner = window.inspector.widget()
    # Nothing is cut off on the right, once the scroll bar has come or gone.
    lab.until(lambda: inner.width() <= window.inspector.viewport().width())
    assert window.picture.width() > 250
    assert window.stage.main.width() > 200
    assert window.stage.main.height() > 150


def test_a_long_note_or_name_does_not_push_panels_aside(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    before = window.stage.minimumSizeHint().width()
    window.stage.set_hint("these weights were made for another body " * 10)
    window.picture.set_title("a very long file name " * 20)
    assert window.stage.minimumSizeHint().width() == before
    assert window.minimumSizeHint().width() <= 1280


def test_panels_can_be_put_away_and_come_back(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.acts["log"].trigger()
    assert window.log_panel.isVisible()
    window.acts["log"].trigger()
    assert not window.log_panel.isVisible()
    window.acts["side_view"].trigger()
    assert not window.stage.side.isVisible()
    window.acts["side_view"].trigger()
    assert window.stage.side.isVisible()


def test_the_body_is_seen_through_the_pictures_camera(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    lab.until(lambda: window.stage._picture_camera is not None)
    window.acts["view_picture"].trigger()
    camera = window.stage.main.camera
    assert camera.intrinsics is not None
    assert camera.eye == pytest.approx((0, 0, 0), abs=1e-6)
    window.acts["view_side"].trigger()
    assert window.stage.main.camera.intrinsics is None


def test_turning_one_view_turns_the_other(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    main, side = window.stage.main, window.stage.side
    lab.until(lambda: abs(main.camera.azimuth - side.camera.azimuth) > 1)
    apart = main.camera.azimuth - side.camera.azimuth
    main.camera_changed.emit(main.camera.orbited(0.5, 0.0))
    assert side.camera.azimuth - main.camera.azimuth == pytest.approx(0.5 - apart, abs=1e-6)


def test_a_body_that_jumped_out_of_sight_is_found_again(lab, photos):  # noqa: F811
    from dataclasses import replace

    window = lab.start(photos[0])
    lab.until_result()
    lab.until(lambda: not window.stage.has_lost_sight())
    far = [replace(layer, vertices=layer.vertices + 50) for layer in window.stage.main.layers]
    window.stage.set_layers(far)
    assert window.stage.has_lost_sight()
    window.stage.fit()
    assert not window.stage.has_lost_sight()
