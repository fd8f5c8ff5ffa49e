"""The measure of steadiness: every way for the same frames, a file and a page that say the same."""

from __future__ import annotations

import json

from tests.core.pipeline.posed_method import CONFIG, make_clip, posed
from training import steadiness

__all__ = ["posed"]


def test_every_way_sees_the_same_frames(posed, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(steadiness, "EngineConfig", lambda *_, **__: CONFIG)
    clip, out = make_clip(tmp_path / "clip.mp4", 30, size=48), tmp_path / "report.json"
    assert steadiness.main([str(clip), "--methods", "posed", "--out", str(out)]) == 0
    report = json.loads(out.read_text())
    rows = report["results"]
    assert [(row["smoothing"], row["lock_feet"]) for row in rows] == [
        (smoothing, lock) for smoothing in ("off", "light", "strong") for lock in (False, True)
    ]
    assert {row["frames"] for row in rows} == {28}
    assert len({row["jitter_mm"][0] for row in rows}) == 1, "before is the same for all"
    off, strong = rows[0], rows[4]
    assert off["jitter_mm"][0] == off["jitter_mm"][1]
    assert off["moved_px"] == 0.0
    assert strong["jitter_mm"][1] < off["jitter_mm"][1]
    assert strong["ground"]["height_m"] > 0
    page = out.with_suffix(".md").read_text()
    assert page.count("| posed |") == 6
    assert f"| {strong['moved_px']} |" in page


def test_nobody_and_no_video_are_told(posed, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(steadiness, "EngineConfig", lambda *_, **__: CONFIG)
    clip, out = make_clip(tmp_path / "clip.mp4", 4, size=48), tmp_path / "report.json"
    assert steadiness.main([str(clip), "--methods", "posed", "--person", "9", "--out", str(out)])
    assert "nobody to measure" in capsys.readouterr().err
    assert steadiness.main([str(tmp_path / "no.mp4"), "--out", str(out)]) == 1
    assert not out.exists()
