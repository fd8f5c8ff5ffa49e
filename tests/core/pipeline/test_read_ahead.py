"""Reading ahead: every frame once and in order, ends told, threads ended."""

import threading

import pytest

from core.pipeline.read_ahead import ReadAhead
from tests.core.pipeline.posed_method import make_clip


@pytest.fixture
def clip(tmp_path):
    return make_clip(tmp_path / "clip.mp4", 14)


def test_no_frame_is_left_out_however_slow_the_reader(clip) -> None:
    reading = ReadAhead(clip, ahead=2)
    seen = []
    while (frame := reading.take(5.0)) is not None:
        seen.append(frame.index)
    assert seen == list(range(14))
    assert reading.ended
    reading.close()


def test_it_begins_and_ends_where_it_is_told(clip) -> None:
    reading = ReadAhead(clip, 5, 9)
    assert [reading.take(5.0).index for _ in range(4)] == [5, 6, 7, 8]
    assert reading.take(5.0) is None
    reading.close()


def test_closing_ends_the_thread_in_the_middle(clip) -> None:
    reading = ReadAhead(clip, ahead=1)
    assert reading.take(5.0).index == 0
    reading.close()
    reading.close()
    assert reading.take(0.1) is None
    assert not [t for t in threading.enumerate() if t.name == "read clip.mp4"]


def test_a_file_that_is_no_video_is_told(tmp_path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"nothing")
    reading = ReadAhead(path)
    assert reading.take(5.0) is None
    assert reading.ended
    assert reading.error is not None
    assert str(reading.error.path) == str(path)
    reading.close()
