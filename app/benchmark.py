"""``python -m app.benchmark``: how quickly the window opens, steps, drags and plays, how long it is deaf.

Opens the real window without a screen on copies of the bundled samples. Numbers go to JSON: among them
for each activity how long the window could not answer (``deaf``), and how much its memory grew.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

PICTURES, STEPS, PLAY_SECONDS, DRAG_SECONDS = 200, 1000, 15.0, 10.0
LOOK_SECONDS = 0.7
# A hand on the mouse: so many moves a second, so many seconds from side to side.
MOVES_PER_S, SWING_S = 60.0, 1.5
WAIT_S = 300.0


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/window_benchmark.json"))
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--method", default="metro")
    parser.add_argument("--drag-seconds", type=float, default=DRAG_SECONDS)
    parser.add_argument("--play-seconds", type=float, default=PLAY_SECONDS)
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from core.files.atomic import write_atomically

    with tempfile.TemporaryDirectory() as home:
        os.environ["MESHLOUPE_HOME"] = str(Path(home) / "settings")
        found = _measure(Path(home), chosen)
    with write_atomically(chosen.out) as part:
        part.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


def _measure(home: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    began = time.perf_counter()
    from app.main import make_application
    from app.windows.main_window import MainWindow
    from core.pipeline.samples import bundled_samples

    app = make_application()
    window = MainWindow()
    window.resize(1440, 900)
    window.show()
    app.processEvents()
    first_paint = time.perf_counter() - began
    pump = _Pump(app)
    pictures = chosen.pictures
    folder = _folder(home / "pictures", bundled_samples(), pictures)
    window.choice.choose_method(chosen.method)
    opened = time.perf_counter()
    window.start([folder], ())
    pump.until(lambda: window.session.rowCount() == pictures)
    listed = time.perf_counter() - opened
    pump.until(lambda: window.results.shown is not None)
    first_body = time.perf_counter() - opened
    pump.deaf("opening")
    window.acts["run_all"].trigger()
    swept = time.perf_counter()
    pump.until(lambda: window.ahead.is_sweeping, 10.0)
    pump.until(lambda: not window.ahead.is_sweeping, 1800.0)
    sweep = time.perf_counter() - swept
    pump.deaf("running on all")
    stepping = _step(window, pump, chosen.steps, 0.0)
    looking = _step(window, pump, max(4, chosen.steps // 20), LOOK_SECONDS)
    pump.deaf("stepping")
    dragging = _drag(window, pump, chosen.drag_seconds)
    pump.deaf("dragging a joint")
    live = _play(window, pump, home, chosen.play_seconds)
    pump.deaf("playing")
    window.close()
    return {
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "load_average": [round(load, 1) for load in os.getloadavg()],
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        "method": chosen.method,
        "first_paint_s": round(first_paint, 3),
        f"list_of_{pictures}_s": round(listed, 3),
        "first_body_s": round(first_body, 3),
        "sweep_pictures_a_second": round(pictures / sweep, 2),
        "step_key_held": stepping,
        "step_looking": looking,
        "drag": dragging,
        "live": live,
        "deaf": pump.told,
    }


class _Pump:
    """Lets the window live until something holds, and notes how long each turn of its loop takes.

    A turn is what passes from one look at the waiting events to the next: work in slots and painting,
    and waiting for the interpreter while other threads have it. During it the window is deaf.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._turns: list[float] = []
        self.told: dict[str, dict[str, float]] = {}

    def until(self, done: Callable[[], bool], seconds: float = WAIT_S) -> None:
        now = time.perf_counter()
        end = now + seconds
        while not done() and now < end:
            self._app.processEvents()
            time.sleep(0.001)
            before, now = now, time.perf_counter()
            self._turns.append(1e3 * (now - before))

    def deaf(self, activity: str) -> None:
        """Sum up the turns since the last activity."""
        turns = np.asarray(self._turns or [0.0])
        self._turns = []
        self.told[activity] = {
            "turns": len(turns),
            # Of the time and not of the turns: a long turn is likelier to meet a hand's movement.
            "half_of_the_time_below_ms": share_of_time(turns, 0.5),
            "p95_of_the_time_ms": share_of_time(turns, 0.95),
            "longest_ms": round(float(turns.max()), 1),
            "over_50_ms": int((turns > 50).sum()),
        }


def share_of_time(turns: np.ndarray, share: float) -> float:
    """Length of turn below which that share of the time was spent, milliseconds."""
    ordered = np.sort(turns)
    passed = np.cumsum(ordered)
    return round(float(ordered[np.searchsorted(passed, share * passed[-1])]), 1)


def _folder(folder: Path, samples: Any, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        sample = samples[number % len(samples)]
        shutil.copy(sample, folder / f"{number:04d}{sample.suffix}")
    return folder


def _step(window: Any, pump: _Pump, steps: int, pause: float) -> dict[str, float]:
    """Milliseconds from the key to the kept body in the views, and memory along the way.

    Without a ``pause`` the key is held down: the views of the last pictures are still being drawn.
    """
    import psutil

    process = psutil.Process()
    times, memory = [], []
    way, order = 1, list(window.items_panel.shown_ids())
    for number in range(steps):
        current = order.index(window.session.current.id)
        if not 0 <= current + way < len(order):
            way = -way
        if pause:
            end = time.perf_counter() + pause
            pump.until(lambda end=end: time.perf_counter() > end, pause + 1)
        began = time.perf_counter()
        window.items_panel.step(way)
        wanted = window.session.current.id
        pump.until(lambda wanted=wanted: _is_shown(window, wanted), 20.0)
        times.append(1e3 * (time.perf_counter() - began))
        if number % max(1, steps // 20) == 0:
            memory.append(process.memory_info().rss / 1e6)
    half = max(1, len(memory) // 2)
    return {
        "count": steps,
        "median_ms": round(float(np.median(times)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "memory_first_half_mb": round(float(np.median(memory[:half])), 1),
        "memory_second_half_mb": round(float(np.median(memory[half:])), 1),
    }


def _is_shown(window: Any, item: int) -> bool:
    shown = window.results.shown
    return shown is not None and shown.item_id == item


def _drag(window: Any, pump: _Pump, seconds: float) -> dict[str, float]:
    """A joint of a lifted body is dragged to and fro with the mouse; bodies that answered a second."""
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    window.choice.choose_method("pose_lift")
    pump.until(lambda: _is_shown(window, window.session.current.id), 20.0)
    pump.until(lambda: window.workers.engine.is_idle and window.workers.painter.is_idle, 20.0)
    pump.deaf("choosing another method")
    view = window.picture.view
    person = view.people[0]
    joint = person.joints_2d[person.joint_names.index("R_Wrist")]
    start = QPointF(view.mapFromScene(float(joint[0]), float(joint[1])))
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton

    def mouse(kind: QEvent.Type, at: QPointF, button: Any, buttons: Any) -> None:
        where = view.viewport().mapToGlobal(at.toPoint()).toPointF()
        event = QMouseEvent(kind, at, where, button, buttons, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(view.viewport(), event)

    mouse(QEvent.Type.MouseButtonPress, start, left, left)
    answers: list[float] = []
    results = window.results

    def note(_result: object) -> None:
        answers.append(time.perf_counter())

    results.shown_changed.connect(note)
    began = now = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        angle = 2 * np.pi * (now - began) / SWING_S
        at = start + QPointF(30 * np.sin(angle), 20 * np.sin(2 * angle))
        mouse(QEvent.Type.MouseMove, at, none, left)
        pump.until(lambda end=now + 1 / MOVES_PER_S: time.perf_counter() > end, 1.0)
    results.shown_changed.disconnect(note)
    mouse(QEvent.Type.MouseButtonRelease, start, left, none)
    apart = 1e3 * np.diff(answers) if len(answers) > 1 else np.zeros(1)
    return {
        "bodies_a_second": round(len(answers) / seconds, 1),
        "between_bodies_median_ms": round(float(np.median(apart)), 1),
        "between_bodies_p95_ms": round(float(np.percentile(apart, 95)), 1),
    }


def _play(window: Any, pump: _Pump, home: Path, seconds_each: float) -> dict[str, Any]:
    """A file played as a camera, with each way of reading pictures that is quick enough."""
    from app.tour import make_clip

    clip = home / "clip.mp4"
    make_clip(clip)
    rates: dict[str, Any] = {}
    for method in ("metro", "pose_lift"):
        window.choice.choose_method(method)
        window.live.open_camera(clip)
        end = time.perf_counter() + seconds_each
        pump.until(lambda end=end: time.perf_counter() > end, seconds_each + 5)
        told = window.live.read_out
        stages: dict[str, list[float]] = {}
        for row in list(window.live.log)[10:]:
            for name, seconds in row.stages.items():
                stages.setdefault(name, []).append(1e3 * seconds)
        rates[method] = {
            "camera": round(told.camera, 1),
            "network": round(told.network, 1),
            "display": round(told.display, 1),
            "delay_ms": round(told.delay_ms or 0.0),
            "median_ms": {name: round(float(np.median(v)), 1) for name, v in stages.items()},
        }
        window.live.close()
    return rates


if __name__ == "__main__":
    raise SystemExit(main())
