from fractions import Fraction

import av
import numpy as np
import pytest

from core.errors import OutputError
from core.export import VideoWriter, write_png

RNG = np.random.default_rng(0)


def test_png_keeps_every_pixel_and_rgb_order(tmp_path):
    picture = RNG.integers(0, 256, (20, 31, 3)).astype(np.uint8)
    report = write_png(tmp_path / "new" / "a.png", picture)
    with av.open(str(report.path)) as read:
        frame = next(read.decode(video=0)).to_ndarray(format="rgb24")
    np.testing.assert_array_equal(frame, picture)


def test_png_wants_rgb_bytes(tmp_path):
    with pytest.raises(ValueError, match="uint8"):
        write_png(tmp_path / "a.png", np.zeros((4, 4, 3)))


def test_video_keeps_frame_count_times_size_and_colour(tmp_path):
    times = [0.0, 0.04, 0.2, 0.24]
    with VideoWriter(tmp_path / "a.mp4", fps=25) as writer:
        for number, time in enumerate(times):
            frame = np.zeros((49, 64, 3), np.uint8)
            frame[..., 0] = 60 * number
            writer.add(frame, time)
    assert writer.report.people == 4
    with av.open(str(tmp_path / "a.mp4")) as read:
        frames = list(read.decode(video=0))
    assert [(f.height, f.width) for f in frames] == [(48, 64)] * 4
    np.testing.assert_allclose([float(f.pts * f.time_base) for f in frames], times, atol=1e-3)
    red = [f.to_ndarray(format="rgb24")[..., 0].mean() for f in frames]
    np.testing.assert_allclose(red, [0, 60, 120, 180], atol=6)


def test_a_video_without_times_runs_at_its_rate(tmp_path):
    with VideoWriter(tmp_path / "a.mp4", fps=30) as writer:
        for _ in range(10):
            writer.add(np.zeros((32, 32, 3), np.uint8))
    with av.open(str(tmp_path / "a.mp4")) as read:
        rate = read.streams.video[0].average_rate
    assert rate == pytest.approx(Fraction(30), rel=0.01)


def _video(path, *sizes, error=None):
    with VideoWriter(path) as writer:
        for size in sizes:
            writer.add(np.zeros((*size, 3), np.uint8))
        if error:
            raise error


def test_a_video_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(KeyError):
        _video(tmp_path / "a.mp4", (32, 32), error=KeyError())
    with pytest.raises(OutputError, match="at least one frame"):
        _video(tmp_path / "a.mp4")
    with pytest.raises(OutputError, match="size changes"):
        _video(tmp_path / "a.mp4", (32, 32), (32, 40))
    with pytest.raises(OutputError, match="No space left"):
        _video(tmp_path / "a.mp4", (32, 32), error=OSError(28, "No space left on device"))
    assert not list(tmp_path.iterdir())
