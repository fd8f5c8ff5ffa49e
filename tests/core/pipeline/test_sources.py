"""Pictures, folders and videos as one stream of frames."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.pipeline.sources import open_source


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
