"""Entry point of the window. Torch and Open3D are imported by its threads, after it is shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from core.openmp import bound_spinning

# How long a busy thread may keep the interpreter from the window. The default of 5 ms is paid at
# every call into Qt while networks and renderers compute: the window then stutters at 200 ms.
SWITCH_INTERVAL_S = 0.0005


def run(files: Sequence[str]) -> int:
    """Open the workbench with files; blocks until it is closed and returns the exit code."""
    os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
    bound_spinning()
    import signal

    from PySide6.QtCore import QTimer

    from app.settings.store import SettingsStore
    from app.windows.main_window import MainWindow
    from core.pipeline.samples import bundled_samples

    store = SettingsStore()
    app = make_application(store.current.language)
    window = MainWindow(store)
    window.show()
    paths = [Path(name).expanduser() for name in files]
    # After the first paint, so that the window is there before the libraries are.
    QTimer.singleShot(0, window, lambda: window.start(paths, bundled_samples()))
    # Ctrl+C in the terminal closes like the window's own button; Python only hears it when it runs.
    before = signal.signal(signal.SIGINT, lambda *_: window.close())
    listen = QTimer(window)
    listen.timeout.connect(lambda: None)
    listen.start(250)
    try:
        return int(app.exec())
    finally:
        signal.signal(signal.SIGINT, before)


def make_application(language: str = "en"):
    """The one QApplication of the process, styled, in a language of the settings."""
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication, QStyleFactory

    from app.settings.language import install_language

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    QGuiApplication.setDesktopFileName("meshloupe")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("MeshLoupe")  # type: ignore[union-attr]
    app.setStyle(QStyleFactory.create("Fusion"))  # type: ignore[union-attr]
    install_language(app, language)  # type: ignore[arg-type]
    return app


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
