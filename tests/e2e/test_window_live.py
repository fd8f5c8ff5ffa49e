"""Cameras and videos in the window: a virtual camera is unplugged, replugged and resized while it runs."""

import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.engine import live as live_engine
from app.state.playback import ReadOut
from app.state.values import Choice
from core.pipeline import cameras
from core.pipeline.camera_feeds import FeedLost
from core.pipeline.cameras import LiveCamera
from core.render import ground_of
from core.types import GroundPlane
from tests.core.pipeline.posed_method import make_clip
from tests.e2e.window_fixtures import lab, photos  # noqa: F401

FRAMES = 30


FLOOR = GroundPlane((0.0, -0.98, -0.199), 1.3)


class PlainPeople:
    """Everybody at once, nothing over time but a ground where it is asked for."""

    def __init__(self, engine, request) -> None:
        self.engine, self.ground = engine, FLOOR if request.ground else None

    def run(self, frame, *, quality, cancel):
        result = self.engine.run(frame, None, quality=quality, cancel=cancel)
        return replace(result, ground=self.ground)


class Plug:
    """A camera of plain pictures that can be pulled out and change its size."""

    def __init__(self) -> None:
        self.plugged = True
        self.size = (64, 96)
        self.reads = 0

    def open(self) -> "Plug":
        if not self.plugged:
            raise FeedLost("unplugged")
        return self

    def read(self) -> np.ndarray:
        time.sleep(0.005)
        if not self.plugged:
            raise FeedLost("unplugged")
        self.reads += 1
        return np.full((*self.size, 3), self.reads % 200, np.uint8)

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def plug(monkeypatch) -> Plug:
    made = Plug()
    monkeypatch.setattr(live_engine, "_people_of", PlainPeople)
    monkeypatch.setattr(
        cameras, "open_camera", lambda _what: LiveCamera("virtual", made.open, retry_s=0.02)
    )
    return made


@pytest.fixture
def window(lab, photos, plug):  # noqa: F811
    made = lab.start(photos[0])
    lab.until_result()
    return made


@pytest.fixture
def clip(tmp_path):
    return make_clip(tmp_path / "clip.mp4", FRAMES)


def shown_frame(window) -> int:
    shown = window.results.shown
    return -1 if shown is None or not shown.streamed else shown.result.frame.index


def camera_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith(("camera ", "read "))]


def test_a_camera_plays_and_closes(window, lab) -> None:  # noqa: F811
    still = window.results.shown.result.frame.name
    window.live.open_camera(0)
    lab.until(lambda: shown_frame(window) > 5)
    assert window.timeline.isVisible()
    assert not window.timeline.track.isVisible()
    assert window.picture.view.people == (), (
        "marks of the still picture do not lie over the camera's"
    )
    lab.until(lambda: "network" in window.timeline.read_out and "delay" in window.timeline.read_out)
    before = shown_frame(window)
    lab.until(lambda: shown_frame(window) > before)
    window.timeline.leave.click()
    lab.until(lambda: window.results.shown is not None)
    assert window.results.shown.result.frame.name == still
    assert not window.timeline.isVisible()
    assert not camera_threads()


def test_pausing_a_camera_keeps_its_last_picture(window, lab) -> None:  # noqa: F811
    window.live.open_camera(0)
    lab.until(lambda: shown_frame(window) > 2)
    window.timeline.play.click()
    lab.until(lambda: window.workers.engine.is_idle)
    paused = shown_frame(window)
    lab.qtbot.wait(80)
    assert shown_frame(window) == paused
    window.timeline.play.click()
    lab.until(lambda: shown_frame(window) > paused)


def rounds(window, lab, plug, count: int) -> None:  # noqa: F811
    """Start, unplug, replug, change the size, switch the method, stop; over and over."""
    for number in range(count):
        plug.plugged, plug.size = True, (64, 96)
        window.live.open_camera(0)
        lab.until(lambda: shown_frame(window) >= 2)
        plug.plugged = False
        lab.until(lambda: window.live.read_out.state == "lost")
        lab.until(lambda: window.workers.engine.is_idle or plug.reads > 0)
        plug.size, plug.plugged = (80, 60), True
        lab.until(lambda: window.results.shown.result.frame.size_hw == (80, 60))
        method = ("metro", "cliff")[number % 2]
        window.choice.choose_method(method)
        lab.until(lambda method=method: window.results.shown.choice.method == method)
        window.live.close()
        assert not camera_threads()


def test_unplug_replug_resize_and_switch(window, lab, plug) -> None:  # noqa: F811
    rounds(window, lab, plug, 4)


@pytest.mark.slow
def test_fifty_rounds_leave_nothing_behind(window, lab, plug) -> None:  # noqa: F811
    import psutil

    rounds(window, lab, plug, 5)
    threads, memory = threading.active_count(), psutil.Process().memory_info().rss
    rounds(window, lab, plug, 50)
    assert threading.active_count() <= threads
    assert psutil.Process().memory_info().rss - memory < 60e6


def test_a_stale_frame_never_arrives(window, lab, plug) -> None:  # noqa: F811
    window.live.open_camera(0)
    lab.until(lambda: shown_frame(window) > 2)
    stale = window.results.shown
    window.live.close()
    window.live.open_camera(0)
    request = live_engine.LiveRequest(
        99_999, window.live._session - 1, None, window.choice.choice, "off", False, False
    )
    window.live._answered(request, replace(stale, request_id=99_999))
    shown = window.results.shown
    assert shown is None or shown.request_id != 99_999


def test_every_frame_of_a_video_is_computed_and_played_once(window, lab, clip) -> None:  # noqa: F811
    window.live.open_clip(clip)
    lab.until(
        lambda: not window.playback.now.playing and window.playback.now.position == FRAMES - 1
    )
    assert window.playback.known(window.choice.choice).all()
    frames = [row.frame for row in window.live.log]
    assert frames[:FRAMES] == list(range(FRAMES)), "nothing dropped, nothing twice"


def test_scrubbing_shows_the_frame_with_its_own_body(window, lab, clip) -> None:  # noqa: F811
    window.live.open_clip(clip)
    lab.until(
        lambda: not window.playback.now.playing and window.playback.now.position == FRAMES - 1
    )
    for frame in (3, 20, 4):
        window.timeline.track.sought.emit(frame)
        lab.until(lambda frame=frame: shown_frame(window) == frame)
        assert window.playback.now.position == frame
        assert window.results.shown.quality == "full"
    window.acts["frame_on"].trigger()
    lab.until(lambda: shown_frame(window) == 5)
    lab.qtbot.keyClick(window.timeline.track, Qt.Key.Key_Left)
    lab.until(lambda: shown_frame(window) == 4)


def test_a_range_is_played_over_and_over(window, lab, clip) -> None:  # noqa: F811
    window.live.open_clip(clip)
    window.live.seek(4)
    lab.until(lambda: shown_frame(window) == 4)
    window.timeline.start_here.click()
    window.live.seek(9)
    lab.until(lambda: shown_frame(window) == 9)
    window.timeline.end_here.click()
    window.timeline.looping.setChecked(True)
    window.live.log.clear()
    window.timeline.play.click()
    lab.until(lambda: [row.frame for row in window.live.log].count(6) >= 2)
    window.timeline.play.click()
    assert {row.frame for row in window.live.log} <= set(range(4, 10))


def test_a_second_method_gives_a_curve_and_the_worst_frame(window, lab, clip) -> None:  # noqa: F811
    done = lambda: not window.playback.now.playing and window.playback.now.position == FRAMES - 1  # noqa: E731
    window.live.open_clip(clip)
    lab.until(done)
    first = window.choice.choice
    assert window.playback.curve(first)[0] == "Doubt, %"
    window.choice.choose_method("metro")
    window.timeline.play.click()
    lab.until(done)
    odd = window.playback.get(window.choice.choice, 17)
    person = odd.result.people[0]
    far = person.vertices + np.linspace(0, 1, len(person.vertices), dtype=np.float32)[:, None]
    people = (replace(person, vertices=far),)
    window.playback.keep(17, replace(odd, result=replace(odd.result, people=people)))
    name, curve = window.playback.curve(window.choice.choice)
    assert name == "Disagreement of methods, mm"
    assert int(np.nanargmax(curve)) == 17
    window.timeline.worst.click()
    lab.until(lambda: shown_frame(window) == 17)


def test_another_smoothing_computes_anew(window, lab, clip) -> None:  # noqa: F811
    window.live.open_clip(clip)
    lab.until(
        lambda: not window.playback.now.playing and window.playback.now.position == FRAMES - 1
    )
    window.timeline.smoothing._buttons["strong"].click()
    assert window.playback.now.smoothing == "strong"
    lab.until(lambda: window.playback.known(window.choice.choice).sum() >= 1)
    assert not window.playback.known(window.choice.choice)[:10].any()


def test_the_grid_lies_on_the_ground_of_the_clip(window, lab, clip, monkeypatch) -> None:  # noqa: F811
    window.live.open_clip(clip)
    lab.until(lambda: shown_frame(window) == FRAMES - 1 and not window.playback.now.playing)
    assert window.stage.main.options.ground == "auto"
    window.timeline.ground.click()
    lab.until(lambda: window.stage.main.options.ground == ground_of(FLOOR))
    assert window.stage.side.options.ground == ground_of(FLOOR)
    asked = []
    monkeypatch.setattr(window.workers.exporter, "submit", asked.append)
    window.wiring.exports.show_sequence()
    window.wiring.exports.dialog.save_wanted.emit()
    assert asked[0].ground
    window.timeline.leave.click()
    lab.until(lambda: window.stage.main.options.ground == "auto")


def test_the_budget_is_set_while_playing_and_kept(window, lab) -> None:  # noqa: F811
    window.live.open_camera(0)
    lab.until(lambda: shown_frame(window) > 2)
    box = window.timeline.budget
    assert box.currentText() == "no budget"
    box.setCurrentIndex(box.findText("budget 100 ms"))
    box.activated.emit(box.currentIndex())
    assert window.settings.live_budget_ms == window.latency._budget_ms() == 100
    window.timeline.show_budget(77)
    assert box.currentText() == "budget 77 ms"


def test_the_read_out_is_saved(window, lab, tmp_path) -> None:  # noqa: F811
    window.live.open_camera(0)
    lab.until(lambda: len(window.live.log) > 5)
    window.live.save_numbers(tmp_path / "numbers.json")
    written = json.loads((tmp_path / "numbers.json").read_text())
    assert written["source"] == "virtual"
    assert written["frames"][3]["delay_s"] > 0
    assert "network" in written["frames"][3]["stages"]


def test_a_camera_is_recorded_and_looked_at_as_a_video(window, lab, tmp_path) -> None:  # noqa: F811
    window.live.open_camera(0)
    lab.until(lambda: shown_frame(window) > 2)
    path = tmp_path / "take.mp4"
    window.live.start_recording(path)
    before = shown_frame(window)
    lab.until(lambda: shown_frame(window) > before + 8)
    assert not path.exists(), "half a video must not look like a whole one"
    window.live.stop_recording()
    lab.until(path.exists)
    lab.until(lambda: any(item.path == path for item in window.session.items()))


def test_a_video_that_cannot_be_read_says_so(window, tmp_path) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"nothing")
    window.live.open_clip(path)
    assert not window.playback.now.is_open
    assert "broken.mp4" in window.banner.text


def test_another_row_of_the_list_ends_playing(lab, photos, plug) -> None:  # noqa: F811
    window = lab.start(*photos)
    lab.until_result()
    window.live.open_camera(0)
    lab.until(lambda: shown_frame(window) > 2)
    window.acts["next"].trigger()
    assert not window.playback.now.is_open
    lab.until(lambda: window.results.shown is not None and not window.results.shown.streamed)
    assert window.results.shown.choice == Choice("pose_lift", "lite", "body")


def test_a_camera_shows_its_picture_although_the_list_is_empty(lab, plug) -> None:  # noqa: F811
    window = lab.start()
    assert window.empty.isVisible()
    window.live.open_camera(0)
    lab.until(lambda: shown_frame(window) > 2)
    assert window.picture.isVisible()
    assert not window.empty.isVisible()
    window.timeline.leave.click()
    assert window.empty.isVisible()
    assert window.picture.view._size_hw == (0, 0), "the camera's last picture does not stay"


def test_a_video_shows_its_picture_although_the_list_is_empty(lab, plug, clip) -> None:  # noqa: F811
    window = lab.start()
    window.live.open_clip(clip)
    lab.until(lambda: shown_frame(window) > 2)
    assert window.picture.isVisible()


def test_playing_takes_the_room_of_panels_that_stay_empty(window, lab) -> None:  # noqa: F811
    window.choice.choose_method("metro")
    lab.until_result()
    assert window.attention_panel.isVisible()
    window.live.open_camera(0)
    lab.until(lambda: shown_frame(window) > 2)
    assert not window.layout_widget.tabs.isVisible()
    window.timeline.leave.click()
    assert window.attention_panel.isVisible()


@pytest.mark.parametrize("width", [960, 1280])
def test_no_number_of_the_read_out_is_cut_off(window, lab, clip, width) -> None:  # noqa: F811
    window.resize(width, 700)
    window.live.open_clip(clip)
    window.live._told.stop()
    numbers = ReadOut(30.0, 24.5, 24.1, 1234.5, 12_345, "reconnecting")
    window.timeline.show_read_out(numbers)
    shown = window.timeline._read_out

    def is_whole() -> bool:
        flags = Qt.TextFlag.TextWordWrap
        text = shown.fontMetrics().boundingRect(shown.contentsRect(), flags, shown.text())
        return shown.contentsRect().contains(text)

    lab.until(is_whole)
    assert "dropped 12345" in window.timeline.read_out
