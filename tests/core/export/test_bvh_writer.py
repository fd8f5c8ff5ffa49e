"""Motion written frame by frame equals motion written at once; gaps keep the pace; memory is flat."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.body import load_body
from core.errors import OutputError
from core.export import BvhWriter, MotionClip, read_bvh, write_bvh
from core.geometry.rotations import axis_angle_to_rotmat


def _clip(frames: int, seed: int = 0) -> MotionClip:
    rng = np.random.default_rng(seed)
    chain = load_body("embedded").chain
    turns = torch.from_numpy(0.5 * rng.normal(size=(frames, 24, 3)))
    offsets = chain.offsets_of(torch.zeros(1, 10))[0].double().numpy()
    rotmat, root = axis_angle_to_rotmat(turns).numpy(), rng.normal(size=(frames, 3))
    return MotionClip(chain.names, chain.parents, offsets, rotmat, root, 25.0, "note")


def _row(clip: MotionClip, row: int) -> MotionClip:
    return replace(clip, rotmat=clip.rotmat[row : row + 1], root=clip.root[row : row + 1])


def test_row_by_row_is_the_same_as_at_once(tmp_path: Path) -> None:
    clip = _clip(300)
    write_bvh(tmp_path / "once.bvh", clip)
    writer = BvhWriter(tmp_path / "rows.bvh", 25.0)
    for row in range(300):
        writer.add(_row(clip, row), row)
    report = writer.finish()
    writer.close()
    assert (tmp_path / "rows.bvh").read_text() == (tmp_path / "once.bvh").read_text()
    assert report.people == 300
    assert "first frame of the video: 0" in (tmp_path / "rows.bvh.txt").read_text()


def test_unseen_frames_repeat_the_last_pose(tmp_path: Path) -> None:
    clip = _clip(4)
    writer = BvhWriter(tmp_path / "a.bvh", 25.0)
    for row, frame in enumerate((10, 11, 14, 15)):
        writer.add(_row(clip, row), frame)
    writer.finish()
    read = read_bvh(tmp_path / "a.bvh")
    np.testing.assert_allclose(read.rotmat, clip.rotmat[[0, 1, 1, 1, 2, 3]], atol=1e-6)
    assert "first frame of the video: 10" in (tmp_path / "a.bvh.txt").read_text()


def test_bones_have_their_mean_length(tmp_path: Path) -> None:
    clip = _clip(2)
    writer = BvhWriter(tmp_path / "a.bvh", 25.0)
    writer.add(_row(clip, 0))
    writer.add(replace(_row(clip, 1), offsets=1.2 * clip.offsets))
    writer.finish()
    np.testing.assert_allclose(read_bvh(tmp_path / "a.bvh").offsets, 1.1 * clip.offsets, atol=1e-6)


def test_nothing_added_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no motion"):
        BvhWriter(tmp_path / "a.bvh", 25.0).finish()
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    clip, peaks = _clip(1), []
    for frames in (4000, 12000):
        tracemalloc.start()
        writer = BvhWriter(tmp_path / "a.bvh", 25.0)
        for _ in range(frames):
            writer.add(clip) if writer._count == 0 else writer._write(writer._last_row)
        writer.finish()
        writer.close()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] + 200_000
