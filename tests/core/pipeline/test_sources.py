"""Pictures, folders and videos as one stream of frames."""

from __future__ import annotations

import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.pipeline.sources import expand_inputs, open_source, read_picture
from core.pipeline.videos import VideoFile


def _picture(path: Path, level: int = 100) -> Path:
    Image.new("RGB", (20, 10), (level, 0, 0)).save(path)
    return path


def _video(path: Path, times: list[int]) -> Path:
    """One frame per time stamp (in hundredths of a second), brighter and brighter; 96 x 64.

    The left half is grey by its number, the right half is black, so that turns show.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 100)
        stream.options = {"bf": "0", "crf": "5"}
        for number, time in enumerate(times):
            image = np.zeros((64, 96, 3), np.uint8)
            image[:, :48] = min(50 + 20 * number, 255)
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 100)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_folder_in_natural_order(tmp_path: Path) -> None:
    for name in ("f10.png", "f2.png", "F1.PNG", "readme.txt"):
        if name.endswith("txt"):
            (tmp_path / name).write_text("no picture")
        else:
            _picture(tmp_path / name)
    source = open_source([tmp_path])
    assert source.len_hint == 3
    assert [frame.name for frame in source] == ["F1.PNG", "f2.png", "f10.png"]


def test_empty_folder_missing_path_and_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no picture and no video; choose a folder"):
        open_source([tmp_path])
    with pytest.raises(InputError, match=r"gone\.png: does not exist"):
        open_source([tmp_path / "gone.png"])
    with pytest.raises(InputError, match="no input was given"):
        open_source([])


def test_damage_is_raised_when_its_turn_comes(tmp_path: Path) -> None:
    good, bad = _picture(tmp_path / "a.png"), tmp_path / "b.png"
    bad.write_bytes(good.read_bytes()[:40])
    frames = iter(open_source([good, bad]))
    assert next(frames).name == "a.png"
    with pytest.raises(InputError, match=r"b\.png"):
        next(frames)


def test_video_keeps_its_own_time_stamps(tmp_path: Path) -> None:
    clip = _video(tmp_path / "clip.mp4", [0, 4, 8, 50, 54, 100])
    source = open_source([clip])
    frames = list(source)
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert [frame.key for frame in frames[:2]] == ["clip.mp4#0", "clip.mp4#1"]
    np.testing.assert_allclose(
        [f.time_s for f in frames], [0, 0.04, 0.08, 0.5, 0.54, 1.0], atol=0.005
    )
    levels = [int(frame.image[32, 20, 0]) for frame in frames]
    np.testing.assert_allclose(levels, [50 + 20 * n for n in range(6)], atol=6)
    assert source.len_hint == 6


# Display matrices of the MP4 track header (a, b, c, d in 16.16) that turn pictures clockwise.
CLOCKWISE = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@pytest.mark.parametrize("degrees", CLOCKWISE)
def test_rotated_video_is_upright(tmp_path: Path, degrees: int) -> None:
    clip = _video(tmp_path / "clip.mp4", [0, 4])

    def matrix(a: int, b: int, c: int, d: int) -> bytes:
        one = 1 << 16
        return struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)

    content = clip.read_bytes()
    track = content.index(b"tkhd")
    place = content.index(matrix(1, 0, 0, 1), track)
    turned = matrix(*CLOCKWISE[degrees])
    clip.write_bytes(content[:place] + turned + content[place + len(turned) :])
    image = next(iter(open_source([clip]))).image
    stored = np.zeros((64, 96, 3))
    stored[:, :48] = 50
    np.testing.assert_allclose(image, np.rot90(stored, -degrees // 90), atol=12)


def test_not_a_video_and_no_pictures_in_it(tmp_path: Path) -> None:
    fake = tmp_path / "fake.mp4"
    fake.write_bytes(b"not a video at all" * 50)
    with pytest.raises(InputError, match=r"fake\.mp4: is not a video.*; copy it again"):
        list(open_source([fake]))
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(InputError, match=r"empty\.mp4"):
        list(open_source([tmp_path / "empty.mp4"]))


def test_truncated_video_gives_an_error_or_its_whole_frames(tmp_path: Path) -> None:
    clip = _video(tmp_path / "clip.mkv", list(range(0, 200, 4)))
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * 0.6)])
    frames = list(open_source([cut]))
    assert 0 < len(frames) < 50


def test_close_ends_the_stream(tmp_path: Path) -> None:
    clip = _video(tmp_path / "clip.mp4", list(range(0, 40, 4)))
    source = open_source([clip, clip])
    seen = 0
    for _ in source:
        seen += 1
        if seen == 3:
            source.close()
    assert seen == 3


def _levels(frames) -> list[int]:
    return [round((int(frame.image[32, 20, 0]) - 50) / 20) for frame in frames]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "avi", "ts"])
def test_any_frame_can_be_sought_exactly(tmp_path: Path, suffix: str) -> None:
    times = [4 * n for n in range(10)]
    with VideoFile(_video(tmp_path / f"clip.{suffix}", times)) as video:
        for start in (7, 0, 3, 9, 5, 5):
            frames = list(video.frames(start, start + 2))
            assert [frame.index for frame in frames] == list(range(start, min(start + 2, 10)))
            assert _levels(frames) == [frame.index for frame in frames]
        assert len(video.times) == 10


def test_seeking_in_a_long_video_between_key_frames(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"g": "30", "crf": "8"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(200):
            image = np.full((64, 64, 3), 20 + number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    with VideoFile(path) as video:
        for start in (199, 61, 0, 60, 59, 123):
            frame = next(video.frames(start))
            assert frame.index == start
            assert int(frame.image[30, 30, 0]) == pytest.approx(20 + start, abs=3)
            assert frame.time_s == pytest.approx(start / 25, abs=1e-3)
        assert list(video.frames(200)) == []


def test_the_frame_shown_at_a_time_with_a_variable_rate(tmp_path: Path) -> None:
    with VideoFile(_video(tmp_path / "clip.mp4", [0, 4, 50, 54])) as video:
        np.testing.assert_allclose(video.times, [0, 0.04, 0.5, 0.54], atol=0.005)
        shown = [video.frame_at(t) for t in (-1.0, 0.0, 0.3, 0.505, 9.0)]
        assert shown == [0, 0, 1, 2, 3]


def test_damage_in_the_middle_leaves_what_comes_after(tmp_path: Path, caplog) -> None:
    path = tmp_path / "clip.ts"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"g": "5", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        rng = np.random.default_rng(0)
        for _ in range(60):
            image = rng.integers(0, 255, (64, 96, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = bytes(20_000)
    path.write_bytes(content)
    with VideoFile(path) as video:
        times = [frame.time_s for frame in video]
    assert 30 < len(times) < 60
    assert times[0] == pytest.approx(times[0])
    assert times[-1] - times[0] > 2.2  # the last frames of 2.4 s are there


def test_a_video_cut_off_before_its_table_says_so(tmp_path: Path) -> None:
    clip = _video(tmp_path / "clip.mp4", list(range(0, 200, 4)))
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    with pytest.raises(InputError, match=r"cut\.mp4: is cut off: the list of its frames.*again"):
        VideoFile(cut)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(InputError, match="pipe or a device"):
        expand_inputs([tmp_path / "pipe.jpg"])
    with pytest.raises(InputError, match="pipe or a device"):
        read_picture(tmp_path / "pipe.jpg")
