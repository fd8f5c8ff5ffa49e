"""A real window with a fake engine, fresh settings, and no thread left behind."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from shiboken6 import isValid

from app.main import make_application
from app.settings.store import SettingsStore
from app.windows.main_window import MainWindow, Workers
from tests.app.fakes import FakeEngine

TIMEOUT = 20_000


@dataclass
class Lab:
    """A window and what its fake engine was asked."""

    qtbot: object
    store: SettingsStore
    engines: list[FakeEngine] = field(default_factory=list)
    gate: threading.Event | None = None
    fail_with: Callable | None = None
    window: MainWindow = None  # type: ignore[assignment]

    def open_engine(self, choice) -> FakeEngine:
        assert threading.current_thread() is not threading.main_thread(), "engine on the GUI thread"
        if self.fail_with is not None:
            raise self.fail_with(choice)
        self.engines.append(FakeEngine(choice, self.gate, windowed=True))
        return self.engines[-1]

    def start(self, *paths: Path) -> MainWindow:
        self.window = MainWindow(self.store, Workers.create(self.open_engine))
        self.window.resize(1280, 720)
        self.window.show()
        if paths:
            self.window.files.open_paths(list(paths))
        return self.window

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=TIMEOUT)

    def until_result(self) -> None:
        self.until(lambda: self.window.results.shown is not None)
        self.until(lambda: self.window.workers.engine.is_idle)

    @property
    def calls(self) -> list[tuple[str, str, bool]]:
        return [call for engine in self.engines for call in engine.calls]

    def at(self, x: float, y: float) -> QPoint:
        """Where a picture pixel is on the widget."""
        return self.window.picture.view.mapFromScene(QPointF(x, y))

    def drag(
        self,
        start: tuple[float, float],
        *stops: tuple[float, float],
        before_release: Callable[[], bool] | None = None,
    ) -> None:
        """Press at a picture pixel, move over others, wait for something, release."""
        port = self.window.picture.view.viewport()
        button = Qt.MouseButton.LeftButton
        QTest.mouseMove(port, self.at(*start))
        QTest.mousePress(port, button, pos=self.at(*start))
        for stop in stops:
            before = self.at(*start)
            middle = QPoint(
                (before.x() + self.at(*stop).x()) // 2, (before.y() + self.at(*stop).y()) // 2
            )
            QTest.mouseMove(port, middle)
            QTest.mouseMove(port, self.at(*stop))
        if before_release is not None:
            self.until(before_release)
        QTest.mouseRelease(port, button, pos=self.at(*stops[-1]))


@pytest.fixture
def lab(qtbot, tmp_path) -> Iterator[Lab]:
    """Give a `Lab`; afterwards close its window and check that nothing of it goes on."""
    make_application()
    before = _going_on()
    made = Lab(qtbot, SettingsStore(tmp_path / "settings"))
    yield made
    if made.window is not None:
        if made.gate is not None:
            made.gate.set()
        window = made.window
        window.close()
        views = (window.stage.main, window.stage.side, *window.compare_stage.views.views)
        drawers = [view._thread for view in views]
        assert not any(thread.isRunning() for thread in (*window.workers.all, *drawers))
        left = {what: name for what, name in _going_on().items() if what not in before}
        assert not left, f"still going on after the window closed: {sorted(left.values())}"
        window.deleteLater()


def _going_on() -> dict[tuple[str, int], str]:
    """Running timers, Python threads and child processes."""
    found: dict[tuple[str, int], str] = {}
    for thing in gc.get_objects():
        if type(thing) is QTimer and isValid(thing) and thing.isActive():
            parent = thing.parent()
            found["timer", id(thing)] = f"timer of {type(parent).__name__}, {thing.interval()} ms"
    for thread in threading.enumerate():
        if not isinstance(thread, threading._DummyThread):  # Qt's threads, checked by themselves
            found["thread", thread.ident or 0] = f"thread {thread.name}"
    for process in psutil.Process().children(recursive=True):
        found["process", process.pid] = f"process {process.pid}"
    return found


@pytest.fixture
def photos(tmp_path) -> list[Path]:
    """Three plain pictures."""
    return [write_picture(tmp_path / f"photo{n}.png", 200 + 40 * n, 300) for n in (1, 2, 10)]


def write_picture(path: Path, width: int, height: int) -> Path:
    """A grey ramp as a PNG."""
    ramp = np.linspace(40, 210, width, dtype=np.uint8)
    rgb = np.repeat(np.repeat(ramp[None, :, None], height, 0), 3, 2).copy()
    QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).save(str(path))
    return path
