"""``python -m app.benchmark``: how quickly the window opens, steps and plays, and whether memory grows.

Opens the real window without a screen on copies of the bundled samples. Numbers go to JSON.
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

PICTURES, STEPS, PLAY_SECONDS = 200, 1000, 15.0
LOOK_SECONDS = 0.7
WAIT_S = 300.0


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/window_benchmark.json"))
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--method", default="metro")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from core.files.atomic import write_atomically

    with tempfile.TemporaryDirectory() as home:
        os.environ["MESHLOUPE_HOME"] = str(Path(home) / "settings")
        found = _measure(Path(home), chosen.pictures, chosen.steps, chosen.method)
    with write_atomically(chosen.out) as part:
        part.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


def _measure(home: Path, pictures: int, steps: int, method: str) -> dict[str, Any]:
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
    folder = _folder(home / "pictures", bundled_samples(), pictures)
    window.choice.choose_method(method)
    opened = time.perf_counter()
    window.start([folder], ())
    pump.until(lambda: window.session.rowCount() == pictures)
    listed = time.perf_counter() - opened
    pump.until(lambda: window.results.shown is not None)
    first_body = time.perf_counter() - opened
    window.acts["run_all"].trigger()
    swept = time.perf_counter()
    pump.until(lambda: window.ahead.is_sweeping, 10.0)
    pump.until(lambda: not window.ahead.is_sweeping, 1800.0)
    sweep = time.perf_counter() - swept
    stepping = _step(window, pump, steps, 0.0)
    looking = _step(window, pump, max(4, steps // 20), LOOK_SECONDS)
    live = _play(window, pump, home)
    window.close()
    return {
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "load_average": [round(load, 1) for load in os.getloadavg()],
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        "method": method,
        "first_paint_s": round(first_paint, 3),
        f"list_of_{pictures}_s": round(listed, 3),
        "first_body_s": round(first_body, 3),
        "sweep_pictures_a_second": round(pictures / sweep, 2),
        "step_key_held": stepping,
        "step_looking": looking,
        "live": live,
    }


class _Pump:
    """Lets the window live until something holds."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def until(self, done: Callable[[], bool], seconds: float = WAIT_S) -> None:
        end = time.perf_counter() + seconds
        while not done() and time.perf_counter() < end:
            self._app.processEvents()
            time.sleep(0.001)


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


def _play(window: Any, pump: _Pump, home: Path) -> dict[str, Any]:
    """A file played as a camera, with each way of reading pictures that is quick enough."""
    from app.tour import make_clip

    clip = home / "clip.mp4"
    make_clip(clip)
    rates: dict[str, Any] = {}
    for method in ("metro", "pose_lift"):
        window.choice.choose_method(method)
        window.live.open_camera(clip)
        end = time.perf_counter() + PLAY_SECONDS
        pump.until(lambda end=end: time.perf_counter() > end, PLAY_SECONDS + 5)
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
