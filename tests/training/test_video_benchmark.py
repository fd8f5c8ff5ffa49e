"""The benchmark of videos: both ways do every frame, and the report says what was measured."""

from __future__ import annotations

import json

from tests.core.pipeline.posed_method import CONFIG, make_clip, posed
from training import video_benchmark

__all__ = ["posed"]


def test_both_ways_do_every_frame(posed, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(video_benchmark, "EngineConfig", lambda *_, **__: CONFIG)
    clip, out = make_clip(tmp_path / "clip.mp4", 6, size=48), tmp_path / "report.json"
    code = video_benchmark.main(
        [str(clip), "--methods", "posed", "--turns", "1", "--out", str(out)]
    )
    assert code == 0
    report = json.loads(out.read_text())
    (row,) = report["results"]
    assert row["plain_loop"]["frames"] == row["job"]["frames"] == 6
    ratio = row["plain_loop"]["wall_s"] / row["job"]["wall_s"]
    assert abs(row["times_quicker"]["wall_s"] - ratio) < 0.01


def test_a_missing_video_is_told(tmp_path, capsys) -> None:
    assert video_benchmark.main([str(tmp_path / "no.mp4"), "--out", str(tmp_path / "r.json")]) == 1
    assert "does not exist" in capsys.readouterr().err
    assert not (tmp_path / "r.json").exists()
