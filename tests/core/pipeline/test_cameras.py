"""A file behind the camera interface: pace, newest wins, unplugging, closing, nothing left behind."""

from __future__ import annotations

import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import InputError
from core.pipeline.camera_feeds import (
    CameraInfo,
    FeedLost,
    FileFeed,
    camera_index,
    is_stream_url,
    linux_cameras,
)
from core.pipeline.cameras import LiveCamera, open_camera


def _clip(path: Path, frames: int = 12, size: tuple[int, int] = (64, 96), rate: int = 50) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"bf": "0"})
        stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            image = np.full((*size, 3), 20 + 10 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return path


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_: object) -> None:
        pass


class Socket:
    """A plug that files can be put into and pulled out of while a camera runs."""

    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        self._feeds: list[FileFeed] = []

    def open(self) -> FileFeed:
        if self.path is None:
            raise FeedLost("unplugged")
        self._feeds.append(FileFeed(self.path))
        return self._feeds[-1]

    def plug(self, path: Path | None) -> None:
        self.path = path
        while self._feeds:
            self._feeds.pop().interrupt()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return _clip(tmp_path / "clip.mp4")


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("camera ")]


def test_a_file_runs_at_its_own_pace_and_repeats(clip: Path) -> None:
    camera = LiveCamera("clip", lambda: FileFeed(clip))
    began = time.monotonic()
    frames = [camera.take(2.0) for _ in range(20)]
    elapsed = time.monotonic() - began
    camera.close()
    assert [frame.index for frame in frames] == sorted({frame.index for frame in frames})
    assert elapsed > (frames[-1].index - 2) / 50
    assert frames[-1].name == "clip"
    times = [frame.time_s for frame in frames]
    assert times == sorted(times)
    assert _threads() == []


def test_the_newest_frame_wins(clip: Path) -> None:
    camera = LiveCamera("clip", lambda: FileFeed(clip))
    assert camera.take(2.0) is not None
    time.sleep(0.3)
    late = camera.take(2.0)
    counts = camera.counts
    camera.close()
    assert late is not None
    assert late.index >= 5
    assert counts.dropped >= 4
    assert counts.taken == 2
    assert counts.captured - counts.dropped - counts.taken in (0, 1)
    assert 20 < counts.rate < 100


def test_unplugged_and_plugged_again(clip: Path) -> None:
    socket = Socket(clip)
    camera = LiveCamera("clip", socket.open, retry_s=0.02)
    first = camera.take(2.0)
    socket.plug(None)
    assert camera.wait_for("lost", 2.0)
    assert camera.take(0.1) is None  # nothing old is shown as new
    socket.plug(clip)
    again = camera.take(2.0)
    counts = camera.counts
    assert camera.state == "running"
    camera.close()
    assert first is not None
    assert again is not None
    assert again.index > first.index
    assert counts.losses == 1
    assert camera.state == "closed"


def test_not_there_at_first(clip: Path) -> None:
    socket = Socket(clip)
    socket.path = None
    camera = LiveCamera("clip", socket.open, retry_s=0.02)
    assert camera.wait_for("lost", 2.0)
    socket.plug(clip)
    assert camera.take(2.0) is not None
    camera.close()


def test_the_picture_size_may_change(tmp_path: Path, clip: Path) -> None:
    socket = Socket(clip)
    camera = LiveCamera("clip", socket.open, retry_s=0.01)
    assert camera.take(2.0).size_hw == (64, 96)
    socket.plug(_clip(tmp_path / "other.mp4", size=(96, 128)))
    sizes = {camera.take(2.0).size_hw for _ in range(6)}
    camera.close()
    assert (96, 128) in sizes


def test_closing_ends_a_waiting_reader_at_once(clip: Path) -> None:
    socket = Socket(clip)
    socket.path = None
    camera = LiveCamera("clip", socket.open, retry_s=60.0)
    camera.wait_for("lost", 2.0)
    seen: list[object] = []
    reader = threading.Thread(target=lambda: seen.extend(camera))
    reader.start()
    began = time.monotonic()
    camera.close()
    reader.join(2.0)
    assert not reader.is_alive()
    assert time.monotonic() - began < 1.0
    assert seen == []
    camera.close()


def test_fifty_times_started_unplugged_and_closed(clip: Path) -> None:
    socket = Socket(clip)
    for _ in range(50):
        socket.plug(clip)
        camera = LiveCamera("clip", socket.open, retry_s=0.005)
        assert camera.take(2.0) is not None
        socket.plug(None)
        socket.plug(clip)
        assert camera.take(2.0) is not None
        camera.close()
        assert camera.take(0.0) is None
    assert _threads() == []


def test_what_a_camera_is_opened_by(clip: Path, tmp_path: Path) -> None:
    camera = open_camera(clip)
    assert camera.take(2.0) is not None
    camera.close()
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video" * 30)
    with pytest.raises(InputError, match=r"bad\.mp4"):
        open_camera(bad)
    with pytest.raises(InputError, match="no camera is called 'Nothing'; choose one of these"):
        open_camera("Nothing")


def test_a_url_is_not_a_file() -> None:
    assert is_stream_url("rtsp://camera/live")
    assert is_stream_url("HTTPS://host/a.m3u8")
    assert not is_stream_url("clip.mp4")
    assert not is_stream_url("C:/clip.mp4")
    assert not is_stream_url("0")


def test_a_stream_by_its_url(clip: Path) -> None:
    handler = partial(Quiet, directory=str(clip.parent))
    with ThreadingHTTPServer(("localhost", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://localhost:{server.server_port}/{clip.name}"
        camera = open_camera(url, retry_s=0.05)
        frame = camera.take(5.0)
        lost = camera.wait_for("lost", 5.0)  # the file ends; a live stream would be asked again
        camera.close()
        server.shutdown()
    assert frame is not None
    assert frame.size_hw == (64, 96)
    assert frame.name == url
    assert lost


def test_a_stream_that_nobody_sends_is_lost_not_an_error() -> None:
    camera = open_camera("tcp://localhost:9", retry_s=0.05)
    assert camera.wait_for("lost", 8.0)
    camera.close()


def test_cameras_by_name(tmp_path: Path) -> None:
    for number, (name, part) in enumerate(
        (("Cam", "0"), ("Cam", "1"), ("Other", "0"), ("Cam", "0"))
    ):
        (tmp_path / f"video{number}").mkdir()
        (tmp_path / f"video{number}" / "name").write_text(name + "\n")
        (tmp_path / f"video{number}" / "index").write_text(part + "\n")
    found = linux_cameras(tmp_path)
    assert found == (CameraInfo(0, "Cam"), CameraInfo(2, "Other"), CameraInfo(3, "Cam (3)"))
    assert camera_index("Cam", found) == 0
    assert camera_index("oth", found) == 2
    assert camera_index("5", found) == 5
    with pytest.raises(InputError, match="several cameras are called 'ca'"):
        camera_index("ca", found)
    assert linux_cameras(tmp_path / "none") == ()
