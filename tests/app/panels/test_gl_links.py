"""Links by OpenGL where a context can be had, by the painter everywhere else."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter, QTransform

from app.panels.gl_links import GlLinks, gl_links_or_why, has_gl
from app.panels.picture_paint import Links, MarkStyle, draw_links
from app.panels.picture_view import PictureView
from app.settings.theme import DARK

SIZE = (200, 120)
LINKS = Links(
    (20.0, 30.0),
    np.array([[80, 30], [20, 50]], np.float32),
    np.array([1.0, 0.5], np.float32),
    np.array([[1, 0, 0], [0, 1, 0]], np.float32),
)
PLACE = QTransform.fromTranslate(10, 5).scale(2, 2)


@pytest.fixture
def drawer(qtbot):
    if not has_gl():
        pytest.skip("no OpenGL context on this display")
    made = GlLinks()
    yield made
    made.close()


def test_without_a_context_the_painter_is_kept_and_the_reason_said(qtbot, monkeypatch) -> None:
    monkeypatch.setattr("app.panels.gl_links.has_gl", lambda: False)
    drawer, said = gl_links_or_why()
    assert drawer is None
    assert "painter" in said
    assert "OpenGL context" in said


def test_the_view_goes_on_drawing_with_the_painter(qtbot, monkeypatch) -> None:
    monkeypatch.setattr("app.panels.gl_links.has_gl", lambda: False)
    view = PictureView()
    qtbot.addWidget(view)
    view.resize(200, 200)
    view.set_picture(QImage(100, 100, QImage.Format.Format_RGB32), (100, 100))
    plain = view.grab().toImage()
    assert "painter" in view.use_gl(True)
    assert view.gl is None
    view.set_links(LINKS)
    assert view.grab().toImage() != plain
    assert view.use_gl(False) == ""


def test_lines_lie_where_the_painter_puts_them(drawer) -> None:
    image = drawer.image(LINKS, PLACE, SIZE)
    assert (image.width(), image.height()) == SIZE
    painted = QImage(*SIZE, QImage.Format.Format_ARGB32)
    painted.fill(0)
    painter = QPainter(painted)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setTransform(PLACE)
    draw_links(painter, LINKS, MarkStyle(DARK, 0.5))
    painter.end()
    for x, y, strongest in ((50, 30, 0), (80, 30, 0), (20, 42, 1), (20, 50, 1)):
        at = PLACE.map(QPointF(x, y)).toPoint()
        for drawn in (image, painted):
            colour = drawn.pixelColor(at)
            assert colour.alpha() > 60
            assert max(range(3), key=lambda c, k=colour: k.getRgb()[c]) == strongest
    assert image.pixelColor(150, 100).alpha() == 0


def test_points_without_a_source_have_no_lines(drawer) -> None:
    alone = Links(None, LINKS.targets, LINKS.strength, LINKS.colours)
    image = drawer.image(alone, PLACE, SIZE)
    middle = PLACE.map(QPointF(50, 30)).toPoint()
    assert image.pixelColor(middle).alpha() == 0
    assert image.pixelColor(PLACE.map(QPointF(80, 30)).toPoint()).alpha() > 60
