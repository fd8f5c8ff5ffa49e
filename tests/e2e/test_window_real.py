"""The whole way with the real engine: a sample in, a measured body out; METRO with a user file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.main import make_application
from app.settings.store import SettingsStore
from app.windows.main_window import MainWindow, Workers
from core.pipeline.samples import bundled_samples
from tests.e2e.window_fixtures import TIMEOUT

PARITY = Path(__file__).resolve().parents[1] / "parity"


@pytest.fixture
def window(qtbot, tmp_path):
    make_application()
    made = MainWindow(SettingsStore(tmp_path / "settings"), Workers.create())
    made.resize(1280, 720)
    made.show()
    yield made
    made.close()
    assert not any(worker.isRunning() for worker in made.workers.all)
    made.deleteLater()


def until(qtbot, condition, seconds=TIMEOUT / 1000):
    qtbot.waitUntil(condition, timeout=int(seconds * 1000))


def test_the_first_start_shows_a_measured_body_of_the_first_sample(qtbot, window):
    window.start([], bundled_samples())
    until(qtbot, lambda: window.results.shown is not None or window.activity.notice is not None, 90)
    shown = window.results.shown
    assert shown is not None, window.banner.text
    scores = shown.scores_of(0)
    assert scores.marks_percent < 3.0
    assert scores.pa_mpjpe_mm < 100.0
    assert scores.error_on("procrustes").shape == (len(shown.result.people[0].vertices),)
    assert "depth is a guess" in window.numbers.note
    assert shown.weights_state == "embedded"
    until(qtbot, lambda: not window.picture.view._mesh.pixmap().isNull(), 30)


def test_dragging_a_joint_answers_live_and_then_in_full(qtbot, window):
    from app.state.people import moved_joint

    window.start([], bundled_samples()[:1])
    until(qtbot, lambda: window.results.shown is not None, 90)
    item = window.session.current.id
    qualities = []
    window.workers.engine.answered.connect(lambda _, answer: qualities.append(answer.quality))
    person = window.people.of(item)[0]
    window.people.begin_drag(item)
    x, y = map(float, person.joints_2d[6])
    window.people.replace(item, 0, moved_joint(person, 6, (x + 20, y - 30)))
    until(qtbot, lambda: qualities == ["live"], 30)
    window.people.end_drag()
    until(qtbot, lambda: qualities[-1] == "full", 30)


@pytest.mark.slow
def test_metro_runs_with_a_users_file_and_shows_its_attention(qtbot, window, tmp_path):
    import torch

    from core.weights.synthetic import TensorClaim, synthetic_state

    keys = json.loads((PARITY / "metro_body_r50" / "keys.json").read_text())
    claims = [TensorClaim(name, tuple(shape), dtype) for name, shape, dtype in keys["state_dict"]]
    state = synthetic_state(claims, "public")
    file = tmp_path / "metro_r50.bin"
    torch.save({name: torch.from_numpy(value) for name, value in state.items()}, file)
    del state
    window.choice.set_auto_run(False)
    window.files.open_samples(bundled_samples()[:1])
    until(qtbot, lambda: window.session.current_loaded is not None, 60)
    window.choice.choose_method("metro")
    window.choice.choose_preset("paper")
    window.choice.choose_variant("body_r50")
    window.wiring.use_weights(file)
    window.runs.run()
    until(qtbot, lambda: bool(window.attention.records) or window.activity.notice is not None, 240)
    assert window.activity.notice is None, window.banner.text
    record = window.attention.record
    assert record.weights.shape[2] == record.weights.shape[3] == 14 + 431
    assert window.looks.choose_joint("L_Wrist")
    row = window.attention.row()
    assert row.sum() == pytest.approx(1.0, abs=5e-3)
    until(qtbot, lambda: window.stage.main.layers[0].colors.ndim == 2, 30)
    assert window.results.shown.weights_state == "user"
