"""Lines from a clicked place to what it attends to, drawn by OpenGL (vispy) instead of by the painter.

The painter is the default, because it was measured: 60 lines with their dots take it 5.2 ms, vispy on
Mesa's software renderer 7.5 ms, and vispy's first picture costs 1.6 s and 143 MB (two shared cores). With
a graphics card and many hundreds of lines the balance turns; the View menu offers it, and a machine
without an OpenGL context keeps the painter and says so.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt
from PySide6.QtGui import QGuiApplication, QImage, QOpenGLContext, QPainter, QTransform

from app.panels.picture_paint import Links
from app.settings.language import tr

# Plugins without windows of a real system; some claim a context and then fail in it.
# Alpha adds up as well (the last pair), so that the picture can be laid over another one.
OVER = ("src_alpha", "one_minus_src_alpha", "one", "one_minus_src_alpha")
WITHOUT_GL = ("offscreen", "minimal", "vnc")


def has_gl() -> bool:
    """Whether this display can give an OpenGL context."""
    if QGuiApplication.platformName() in WITHOUT_GL:
        return False
    context = QOpenGLContext()
    return context.create() and context.isValid()


class GlLinks:
    """Draws links into a picture of its own, which the painter lays over the rest.

    Raises:
        RuntimeError: no OpenGL context can be had.
    """

    def __init__(self) -> None:
        if not has_gl():
            raise RuntimeError("this display gives no OpenGL context")
        import vispy

        # What vispy thinks of the driver belongs into a log for developers, not into the terminal.
        logging.getLogger("vispy").setLevel(logging.ERROR)
        vispy.use("pyside6")
        from vispy.scene import SceneCanvas
        from vispy.scene.visuals import Line, Markers

        self._canvas: Any = SceneCanvas(size=(16, 16), bgcolor=(0, 0, 0, 0), show=False)
        # It gets its context with its first showing, and takes a size only while it is shown.
        self._canvas.native.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self._canvas.native.show()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self._lines: Any = Line(
            connect="segments", width=2.0, antialias=True, parent=self._canvas.scene
        )
        self._dots: Any = Markers(parent=self._canvas.scene)
        for visual in (self._lines, self._dots):
            visual.set_gl_state(blend=True, depth_test=False, blend_func=OVER)

    def draw(self, painter: QPainter, links: Links) -> None:
        """Lay the links over what the painter drew; its transform says where picture pixels are."""
        device = painter.device()
        size = (device.width(), device.height())
        if min(size) < 2 or not len(links.targets):
            return
        image = self.image(links, painter.worldTransform(), size)
        painter.save()
        painter.resetTransform()
        painter.drawImage(0, 0, image)
        painter.restore()

    def image(self, links: Links, place: QTransform, size: tuple[int, int]) -> QImage:
        """The links alone over nothing, as a picture of ``size`` (width, height)."""
        order = np.argsort(links.strength)  # the strongest on top
        strength = links.strength[order]
        ends = _placed(links.targets[order], place)
        colours = np.concatenate([links.colours[order], (0.25 + 0.75 * strength)[:, None]], axis=1)
        self._lines.visible = links.source is not None
        if links.source is not None:
            start = _placed(np.array([links.source], np.float32), place)
            pairs = np.stack([np.broadcast_to(start, ends.shape), ends], axis=1).reshape(-1, 2)
            self._lines.set_data(pos=pairs, color=np.repeat(colours, 2, axis=0))
        self._dots.set_data(
            pos=ends,
            size=4.0 + 8.0 * strength,
            face_color=colours,
            edge_width=0.8,
            edge_color=(0, 0, 0, 0.6),
        )
        self._canvas.native.resize(*size)
        drawn = np.ascontiguousarray(self._canvas.render(alpha=True))
        height, width = drawn.shape[:2]
        made = QImage(
            drawn.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied
        )
        return made.copy()

    def close(self) -> None:
        """Give the context back."""
        self._canvas.close()


def gl_links_or_why() -> tuple[GlLinks | None, str]:
    """The drawer, or None and one line on why the painter goes on drawing."""
    try:
        return GlLinks(), tr("attention links are drawn by OpenGL")
    except (ImportError, RuntimeError, OSError) as error:
        return None, tr("attention links are drawn by the painter: {error}", error=error)


def _placed(points: NDArray[np.float32], place: QTransform) -> NDArray[np.float32]:
    """Picture pixels (N, 2) on the widget."""
    turn = np.array([[place.m11(), place.m12()], [place.m21(), place.m22()]], np.float32)
    return points @ turn + np.array([place.dx(), place.dy()], np.float32)
