"""Pictures of the program for the documentation: ``python -m app.screenshots --out docs/images``.

Opens the real window on the bundled synthetic samples, without a screen, and takes a tour.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow

log = logging.getLogger(__name__)
SIZES = ((1280, 720), (1920, 1080))
WAIT_S = 240.0
# A 3D view that drew nothing for this long has nothing left to draw.
QUIET_S = 0.7


def main(arguments: list[str] | None = None) -> int:
    """Write all pictures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("docs/images"), help="folder for the pictures"
    )
    parser.add_argument(
        "--metro-weights", type=Path, help="weights of METRO body_r50, for its attention"
    )
    parser.add_argument("--only", default="", help="write only pictures whose name holds this")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["MESHLOUPE_HOME"] = home
        chosen.out.mkdir(parents=True, exist_ok=True)
        Walk(chosen.out, chosen.only, chosen.metro_weights).take()
    return 0


class Walk:
    """One window, several stops; each stop is grabbed in both themes and sizes."""

    def __init__(self, out: Path, only: str, metro_weights: Path | None) -> None:
        self.out, self.only, self.metro_weights = out, only, metro_weights
        self._drawings, self._seen = -1, 0

    def _drawn(self, _seconds: float, _quality: str) -> None:
        self._seen += 1

    def _count_drawings(self) -> int:
        return self._seen

    def open(self) -> MainWindow:
        """The program with its samples, as a newcomer sees it."""
        from app.main import make_application
        from app.windows.main_window import MainWindow
        from core.pipeline.samples import bundled_samples

        self.app = make_application()
        window = MainWindow()
        window.resize(*SIZES[-1])
        window.show()
        self.window: MainWindow = window
        for view in (window.stage.main, window.stage.side):
            view.drawn.connect(self._drawn)
        window.start([], bundled_samples())
        self._ready()
        return window

    def take(self) -> None:
        """Open, walk, grab, close."""
        window = self.open()
        self._grab("body")
        window.view.set(colour_by="error")
        self._open_sample("lunge")
        self._grab("error")
        window.view.set(colour_by="shading", skeleton=True)
        self._open_sample("kick")
        self._grab("marks")
        window.view.set(skeleton=False)
        if self.metro_weights is not None:
            self._show_attention(self.metro_weights)
        window.close()

    def _open_sample(self, part: str) -> None:
        window = self.window
        for item in window.session.items():
            if part in item.path.name:
                window.session.select(item.id)
        self._ready()

    def _ready(self) -> None:
        """A body is there; a message instead of one is a failure of the tour."""
        window = self.window
        self._wait(lambda: window.results.shown is not None or window.activity.notice is not None)
        if window.results.shown is None:
            raise SystemExit(f"no picture was taken: {window.banner.text}")
        self._settle()

    def _show_attention(self, weights: Path) -> None:
        window = self.window
        window.choice.set_auto_run(False)
        window.choice.choose_method("metro")
        window.choice.choose_variant("body_r50")
        window.wiring.use_weights(weights)  # type: ignore[attr-defined]
        window.runs.run()
        self._wait(lambda: bool(window.attention.records) or window.activity.notice is not None)
        window.looks.choose_joint("L_Wrist")
        self._settle()
        self._grab("attention")

    def _grab(self, name: str) -> None:
        if self.only not in name:
            return
        from app.settings.theme import DARK, LIGHT

        for theme in (DARK, LIGHT):
            self.window.apply_theme(theme)
            for width, height in SIZES:
                self.window.resize(width, height)
                self._settle()
                path = self.out / f"{name}-{theme.name}-{width}x{height}.png"
                self.window.grab().save(str(path))
                log.info("wrote %s", path)

    def _settle(self) -> None:
        """Until no worker has anything left to do and everything is painted."""
        self._pump(0.35)
        self._wait(lambda: all(worker.is_idle for worker in self.window.workers.all))
        self._pump(0.15)
        while self._drawings != (now := self._count_drawings()):
            self._drawings = now
            self._pump(QUIET_S)

    def _wait(self, done: Callable[[], bool]) -> None:
        from PySide6.QtCore import QElapsedTimer

        clock = QElapsedTimer()
        clock.start()
        while not done():
            if clock.elapsed() > WAIT_S * 1000:
                raise SystemExit("the window did not get ready in time")
            self._pump(0.02)

    def _pump(self, seconds: float) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()


if __name__ == "__main__":
    raise SystemExit(main())
