"""Click the body, ask why: the answer lies over the picture, in words, and in files."""

import threading

import numpy as np
import pytest

from app.engine import runner
from core.errors import Cancelled
from core.types import CamerasRecord, FusionRecord, HeatmapRecord, TokenSet
from tests.app.fakes import JOINTS, FakeEngine
from tests.e2e.window_fixtures import lab, photos  # noqa: F401

REGION = np.array([10, 10, 110, 110], np.float32)


class Answers:
    """Stands for the pipeline: answers by the way of asking, or waits at a gate."""

    def __init__(self) -> None:
        self.requests: list = []
        self.gate: threading.Event | None = None

    def __call__(self, engine, request, cancel):
        self.requests.append(request)
        if self.gate is not None:
            request.progress(0.4)
            while not self.gate.wait(0.01):
                if cancel.is_set():
                    raise Cancelled("stopped")
        if request.how == "joints":
            weights = np.arange(14, dtype=np.float32)[None] / 1000
            return FusionRecord("what moves it", (request.name,), JOINTS, weights, "m")
        maps = np.zeros((1, 4, 4), np.float16)
        maps[0, 1, 2] = 0.08
        labels = TokenSet((request.name,), (request.kind,), np.array([request.number]))
        return HeatmapRecord(f"what moves {request.name} ({request.how})", labels, maps, REGION)


@pytest.fixture
def answers(monkeypatch) -> Answers:
    made = Answers()
    monkeypatch.setattr(runner, "explain", made)
    return made


@pytest.fixture
def shown(lab, photos, answers):  # noqa: F811
    window = lab.start(photos[0])
    window.choice.choose_method("metro")
    lab.until(
        lambda: window.results.shown is not None and window.results.shown.choice.method == "metro"
    )
    return window


def test_a_clicked_vertex_is_explained_over_the_picture(shown, answers, lab) -> None:  # noqa: F811
    assert not shown.why_panel.ask.isEnabled()
    shown.stage.vertex_picked.emit(0, 40)
    assert shown.why_panel.point == "vertex 40, arms"
    shown.acts["why"].trigger()
    lab.until(lambda: "mm" in shown.why_panel.answer)
    assert (answers.requests[0].kind, answers.requests[0].number) == ("vertex", 40)
    assert "80 mm" in shown.why_panel.answer
    name = shown.view.options.picture_layer
    assert name == "what moves vertex 40, arms (occlusion)"
    assert shown.picture._layer.currentData() == name
    assert shown.layout_widget.tabs.currentWidget() is shown.why_panel
    kept = shown.results.get(shown.session.current.id, shown.choice.choice)
    assert [r.name for r in kept.result.people[0].records].count(name) == 1


def test_a_method_that_reads_joints_is_asked_about_joints(shown, answers, lab) -> None:  # noqa: F811
    shown.choice.choose_method("pose_lift")
    lab.until(
        lambda: shown.results.shown is not None and shown.results.shown.choice.method == "pose_lift"
    )
    shown.picture.view.joint_clicked.emit(0, 6)
    assert shown.why_panel.point == "right wrist"
    shown.why_panel.ask.click()
    lab.until(lambda: bool(shown.why_panel.strongest.entries))
    assert answers.requests[0].how == "joints"
    assert shown.why_panel.strongest.entries[0][0] == "head top"
    assert shown.why_panel.answer.startswith("Head top moves right wrist most: 13 mm")
    assert shown.fusion_panel.record is None


def test_a_question_shows_progress_and_can_be_withdrawn(shown, answers, lab) -> None:  # noqa: F811
    answers.gate = threading.Event()
    shown.stage.vertex_picked.emit(0, 3)
    shown.why_panel.ask.click()
    lab.until(lambda: shown.why_panel.progress.value() == 40)
    assert shown.why_panel.ask.text() == "Stop"
    shown.why_panel.ask.click()
    lab.until(lambda: shown.why_panel.ask.text() != "Stop")
    assert not shown.why_panel.progress.isVisible()
    lab.until(lambda: shown.workers.engine.is_idle)


def test_another_picture_forgets_the_point(shown, lab, photos) -> None:  # noqa: F811
    shown.stage.vertex_picked.emit(0, 3)
    shown.files.open_paths([photos[1]])
    lab.until(lambda: shown.session.current.path == photos[1])
    assert not shown.why_panel.ask.isEnabled()


def test_a_patch_carried_by_hand_moves_the_body_and_is_not_kept(shown, lab, monkeypatch) -> None:  # noqa: F811
    seen = []
    plain = FakeEngine.run

    def run(self, frame, *arguments, **options):
        seen.append(frame.image.copy())
        return plain(self, frame, *arguments, **options)

    monkeypatch.setattr(FakeEngine, "run", run)
    before = shown.results.shown
    shown.acts["cover"].trigger()
    assert shown.picture.view.covers
    lab.drag((60, 60), (90, 100), before_release=lambda: shown.results.shown.covered)
    lab.until(lambda: shown.workers.engine.is_idle)
    assert (seen[-1][100, 90] == runner.PATCH_GREY).all()
    kept = shown.results.get(shown.session.current.id, shown.choice.choice)
    assert kept.request_id == before.request_id
    shown.acts["cover"].trigger()
    assert shown.results.shown.request_id == before.request_id
    assert not shown.results.shown.covered
    assert shown.picture.view.patch is None


def test_what_is_shown_can_be_saved(shown, answers, lab, tmp_path) -> None:  # noqa: F811
    shown.stage.vertex_picked.emit(0, 40)
    shown.why_panel.ask.click()
    lab.until(lambda: "mm" in shown.why_panel.answer)
    shown.whys.save(tmp_path / "seen.png", "png")
    shown.whys.save(tmp_path / "numbers.npz", "npz")
    assert (tmp_path / "seen.png").read_bytes()[:4] == b"\x89PNG"
    with np.load(tmp_path / "numbers.npz", allow_pickle=False) as arrays:
        maps = next(arrays[name] for name in arrays if name.endswith(".maps"))
        assert maps[0, 1, 2] == pytest.approx(0.08, abs=1e-3)
        assert str(arrays["method"]) == "metro/lite/body"


def test_cameras_are_seen_from_above(lab, photos, monkeypatch) -> None:  # noqa: F811
    far = np.array([[0, 0, 3], [0.2, 0, 4], [-0.2, 0, 5]], np.float32)
    record = CamerasRecord("crop cameras", ("a", "b", "c"), np.ones((3, 3), np.float32), far)
    monkeypatch.setattr(FakeEngine, "_records", staticmethod(lambda _vertices: (record,)))
    window = lab.start(photos[0])
    window.view.set(inspection=True)
    window.choice.choose_method("metro")
    lab.until(lambda: window.fusion_panel.birds_eye.record is record)
    assert "2.00 m apart in depth" in window.fusion_panel.birds_eye.accessibleDescription()
    window.choice.choose_method("pose_lift")
    lab.until(lambda: window.fusion_panel.birds_eye.record is None)
