"""Videos through a job: steady, with sound, and going on after being stopped or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import Cancelled
from core.export import read_bvh
from core.pipeline import InferJob, finished_frames, run_job
from core.pipeline.frames_together import TOGETHER_ON_CPU
from core.pipeline.job_records import RECORDS_FOLDER
from core.pipeline.video_job import BEHIND
from core.temporal import TemporalSettings
from tests.core.pipeline.posed_method import CONFIG, PosedMethod, make_clip, posed

__all__ = ["posed"]
ROOT = Path(__file__).resolve().parents[3]
BOX = (10.0, 5.0, 80.0, 90.0)


@pytest.fixture
def job(posed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InferJob:
    monkeypatch.setattr(finished_frames, "PART_FRAMES", 5)
    clip = make_clip(tmp_path / "clip.mp4", sound="aac")
    return InferJob((clip,), (CONFIG,), tmp_path / "out", ("npz", "bvh", "glb", "video"), (BOX,))


def _stopped_after(job: InferJob, frames: int) -> None:
    stop, seen = threading.Event(), 0
    steps = run_job(job, stop)
    while seen < frames:
        seen += next(steps).result is not None
    stop.set()
    with pytest.raises(Cancelled):
        list(steps)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {RECORDS_FOLDER}


def _same(a: Path, b: Path) -> None:
    """Equal numbers in the archives, motion and pictures of two output folders."""
    one, other = np.load(a / "clip.mp4.posed.npz"), np.load(b / "clip.mp4.posed.npz")
    assert set(one.files) == set(other.files)
    for name in one.files:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    motions = [read_bvh(folder / "clip.mp4.posed.p0.bvh") for folder in (a, b)]
    np.testing.assert_array_equal(motions[0].rotmat, motions[1].rotmat)
    animated = [(folder / "clip.mp4.posed.p0.glb").read_bytes() for folder in (a, b)]
    assert animated[0] == animated[1]
    pictures = [_decoded(folder / "clip.mp4.posed.mp4") for folder in (a, b)]
    np.testing.assert_allclose(pictures[0][0], pictures[1][0], atol=1e-6)
    # Parts begin with key frames, which the encoder draws slightly otherwise.
    assert np.abs(pictures[0][1].astype(int) - pictures[1][1]).mean() < 2.0


def _decoded(path: Path) -> tuple[list[float], np.ndarray]:
    with av.open(str(path)) as video:
        frames = list(video.decode(video=0))
        return [f.time for f in frames], np.stack([f.to_ndarray(format="rgb24") for f in frames])


def test_a_whole_video(job: InferJob) -> None:
    steps = list(run_job(job))
    assert _names(job.out) == {
        f"clip.mp4.posed.{end}" for end in ("npz", "mp4", "p0.bvh", "p0.bvh.txt", "p0.glb")
    }
    arrays = np.load(job.out / "clip.mp4.posed.npz")
    assert arrays["frame"].tolist() == list(range(14))
    assert arrays["track_id"].tolist() == [0] * 14
    assert steps[-1].steadiness is not None
    assert steps[-1].steadiness.jitter_after_mm < 0.6 * steps[-1].steadiness.jitter_before_mm
    assert [step.done for step in steps if step.result is not None] == list(range(1, 15))
    assert len(read_bvh(job.out / "clip.mp4.posed.p0.bvh").root) == 14
    assert not list((job.out / RECORDS_FOLDER).glob("*.frames*"))
    assert not list((job.out / RECORDS_FOLDER).glob("*.claim"))


def test_off_gives_the_method_s_own_numbers(job: InferJob) -> None:
    off = replace(job, temporal=TemporalSettings("off", hold_shape=False), save=("npz",))
    results = [step.result for step in run_job(off) if step.result is not None]
    arrays = np.load(job.out / "clip.mp4.posed.npz")
    np.testing.assert_array_equal(arrays["betas"][3], results[3].people[0].betas)
    assert np.abs(np.diff(arrays["betas"][:, 0])).max() > 0.02


@pytest.mark.parametrize("sound", ["aac", "pcm_s16le", ""])
def test_sound_is_kept(posed, tmp_path: Path, sound: str) -> None:
    clip = make_clip(tmp_path / "clip.mov", sound=sound)
    list(run_job(InferJob((clip,), (CONFIG,), tmp_path / "out", ("video",), (BOX,))))
    with av.open(str(tmp_path / "out" / "clip.mov.posed.mp4")) as made:
        assert bool(made.streams.audio) == bool(sound)
        times = [frame.time for frame in made.decode(video=0)]
    np.testing.assert_allclose(times, np.arange(14) / 20, atol=1e-3)
    if sound:
        with av.open(str(tmp_path / "out" / "clip.mov.posed.mp4")) as made:
            heard = np.concatenate([f.to_ndarray()[0] for f in made.decode(audio=0)])
        assert len(heard) / 48000 == pytest.approx(0.7, abs=0.08)
        spectrum = np.abs(np.fft.rfft(heard.astype(float)))
        assert spectrum.argmax() * 48000 / len(heard) == pytest.approx(440, abs=5)


def test_a_variable_frame_rate_stays_true(posed, tmp_path: Path) -> None:
    times = np.array([0.0, 0.04, 0.08, 0.5, 0.54, 1.0])
    clip = tmp_path / "clip.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"bf": "0"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 100)
        for time_s in times:
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), "rgb24")
            frame.pts, frame.time_base = round(time_s * 100), Fraction(1, 100)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    job = InferJob((clip,), (CONFIG,), tmp_path / "out", ("npz", "video"), ((5, 5, 60, 60),))
    _stopped_after(job, 3)
    list(run_job(job))
    arrays = np.load(job.out / "clip.mp4.posed.npz")
    np.testing.assert_allclose(arrays["time_s"], times, atol=0.005)
    made, _ = _decoded(job.out / "clip.mp4.posed.mp4")
    np.testing.assert_allclose(made, arrays["time_s"], atol=1e-3)


@pytest.mark.parametrize("frames", [1, 5, 13])
def test_stopped_and_run_again_gives_the_same(job: InferJob, tmp_path: Path, frames: int) -> None:
    list(run_job(job))
    again = replace(job, out=tmp_path / "again")
    _stopped_after(again, frames)
    assert _names(again.out) == set()
    PosedMethod.calls = 0
    steps = list(run_job(again))
    earlier = sum(step.earlier for step in steps)
    assert PosedMethod.calls == 14 - earlier
    # Frames that were done but still being written when it stopped are not lost either.
    assert frames <= earlier <= frames + BEHIND + 4
    assert steps[-1].done == 14
    _same(job.out, again.out)


def test_stopped_several_times(job: InferJob, tmp_path: Path) -> None:
    job = replace(job, inputs=(make_clip(tmp_path / "clip.mp4", 50),), save=("npz",))
    again = replace(job, out=tmp_path / "again")
    PosedMethod.calls = 0
    for frames in (6, 2, 4):
        _stopped_after(again, frames)
    list(run_job(again))
    assert PosedMethod.calls == 50
    list(run_job(job))
    one, other = (np.load(folder / "clip.mp4.posed.npz") for folder in (job.out, again.out))
    for name in one.files:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_a_second_run_does_nothing_and_other_wishes_do(job: InferJob) -> None:
    list(run_job(job))
    PosedMethod.calls = 0
    (step,) = run_job(job)
    assert step.note == "was finished by an earlier run"
    assert step.earlier == step.done == 14
    assert PosedMethod.calls == 0
    (job.out / "clip.mp4.posed.mp4").unlink()
    list(run_job(job))
    assert PosedMethod.calls == 14
    list(run_job(replace(job, temporal=TemporalSettings("strong"))))
    assert PosedMethod.calls == 28
    list(run_job(replace(job, temporal=TemporalSettings("strong"), redo=True)))
    assert PosedMethod.calls == 42


def test_parts_of_other_wishes_are_not_taken_up(job: InferJob) -> None:
    _stopped_after(job, 6)
    PosedMethod.calls = 0
    list(run_job(replace(job, boxes=((20.0, 5.0, 90.0, 90.0),))))
    assert PosedMethod.calls == 14


def test_damage_is_told_and_the_rest_is_done(posed, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.ts", frames=60)
    content = bytearray(clip.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 3000] = os.urandom(3000)
    clip.write_bytes(content)
    steps = list(run_job(InferJob((clip,), (CONFIG,), tmp_path / "out", ("npz",), (BOX,))))
    assert all(step.error is None for step in steps)
    frames = np.load(tmp_path / "out" / "clip.ts.posed.npz")["frame"]
    assert 30 <= len(frames) <= 60


SCRIPT = """
import sys, time
from pathlib import Path
from core.methods import registry
from core.pipeline import InferJob, finished_frames, run_job
from tests.core.pipeline.posed_method import CONFIG, ENTRY
registry.BUILT_IN += (ENTRY,)
finished_frames.PART_FRAMES = 5
job = InferJob((Path(sys.argv[1]),), (CONFIG,), Path(sys.argv[2]), ("npz", "bvh", "glb", "video"),
               ((10.0, 5.0, 80.0, 90.0),))
for step in run_job(job):
    print("step", flush=True)
    time.sleep(0.02)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_killed_in_the_middle_and_run_again_gives_the_same(job: InferJob, tmp_path: Path) -> None:
    killed = replace(job, out=tmp_path / "killed")
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(job.inputs[0]), str(killed.out)],
        cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert running.stdout is not None
    for _ in range(8):
        assert running.stdout.readline()
    # While it lives, nobody else takes its work.
    (step,) = run_job(killed)
    assert step.note == "another process works on it"
    running.send_signal(signal.SIGKILL)
    running.wait(10)
    PosedMethod.calls = 0
    steps = list(run_job(killed))
    # Parts end where groups of frames do.
    assert sum(step.earlier for step in steps) == 2 * TOGETHER_ON_CPU
    assert PosedMethod.calls == 14 - sum(step.earlier for step in steps)
    list(run_job(job))
    _same(job.out, killed.out)
    assert not [name for name in _names(killed.out) if name.startswith(".")]


def test_a_folder_is_shared_by_shards_and_a_lost_one_is_made_up(posed, tmp_path: Path) -> None:
    from PIL import Image

    from core.pipeline import Shard

    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(6):
        Image.new("RGB", (40, 40), (40 * number, 0, 0)).save(folder / f"{number}.png")
    job = InferJob((folder,), (CONFIG,), tmp_path / "out", ("npz",), ((5.0, 5.0, 30.0, 35.0),))
    list(run_job(replace(job, shard=Shard(0, 3))))
    list(run_job(replace(job, shard=Shard(2, 3))))
    assert PosedMethod.calls == 4
    list(run_job(job))  # the lost middle shard
    assert PosedMethod.calls == 6
    alone = replace(job, out=tmp_path / "alone")
    list(run_job(alone))
    assert _names(job.out) == _names(alone.out)
    for name in _names(job.out):
        a, b = np.load(job.out / name), np.load(alone.out / name)
        np.testing.assert_array_equal(a["vertices"], b["vertices"])


def test_motion_moves_over_the_ground_where_it_is_asked_for(job: InferJob) -> None:
    asked = replace(job, save=("bvh",), temporal=TemporalSettings(ground=True))
    list(run_job(asked))
    assert "under the standing feet" in (job.out / "clip.mp4.posed.p0.bvh.txt").read_text()
    on_ground = read_bvh(job.out / "clip.mp4.posed.p0.bvh")
    feet = [on_ground.names.index(name) for name in ("L_Ankle", "R_Ankle")]
    heights = on_ground.joints()[:, feet, 1]
    assert 0.0 < heights.min() <= heights.max() < 0.15
    assert on_ground.root[:, 2].max() < -1.0  # before the camera, which looks along -z
