"""Labels made by ourselves: what is kept, that our data reader takes them, and going on."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.assets import asset_path
from core.body.joint_sets import LSP14_NAMES
from core.data.truth_folder import TruthFolder
from core.types import Detection, Reconstruction, Refinement
from tests.core.pipeline.posed_method import make_clip
from training import annotations
from training.annotate import main
from training.annotations import RECORDS, Thresholds, output_names, why_not

SAMPLE = "01-standing.jpg"
LOOSE = ["--least-score", "0.2", "--most-percent", "9", "--device", "cpu", "--refine", "quick"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sample picture without its truth, and one of nobody."""
    made = tmp_path / "pictures"
    made.mkdir()
    (made / SAMPLE).write_bytes(asset_path("samples", SAMPLE).read_bytes())
    grey = np.full((120, 160, 3), 90, np.uint8)
    annotations.cv2.imwrite(str(made / "wall.png"), grey)
    return made


def test_labels_are_a_data_set_and_a_second_run_has_nothing_to_do(folder, capsys) -> None:
    out = folder.with_name("labels")
    assert main([str(folder), "--out", str(out), *LOOSE]) == 0
    told = capsys.readouterr().out
    assert f"{SAMPLE}: 1 of 1 kept" in told
    assert "wall.png: 0 of 0 kept (nobody found)" in told
    data = TruthFolder(out)
    assert len(data) == 1
    record = data[0]
    truth = TruthFolder(asset_path("samples", SAMPLE).parent)[0]
    assert record.vertices.shape == truth.vertices.shape
    assert record.joints_3d.joint_set == "lsp14"
    side = np.ptp(truth.joints_2d.points[:14], axis=0).max()
    apart = np.linalg.norm(record.joints_2d.points - truth.joints_2d.points[:14], axis=1)
    assert np.nanmean(apart) < 0.1 * side
    stored = np.load(out / f"{SAMPLE}.truth.npz", allow_pickle=False)
    provenance = json.loads(str(stored["provenance"]))
    assert provenance["method"] == "pose_lift"
    assert provenance["thresholds"]["least_score"] == 0.2

    def never(*_: object) -> None:
        raise AssertionError("labelled again")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(annotations, "_label", never)
        assert main([str(folder), "--out", str(out), *LOOSE]) == 0
    assert "2 pictures by an earlier run" in capsys.readouterr().err
    (out / f"{SAMPLE}.truth.npz").unlink()
    assert main([str(folder), "--out", str(out), *LOOSE]) == 0
    assert "1 pictures by an earlier run" in capsys.readouterr().err
    assert (out / f"{SAMPLE}.truth.npz").is_file()


def person_of(**changes) -> Reconstruction:
    joints = np.stack([np.linspace(100, 160, 14), np.linspace(50, 250, 14)], 1)
    values = {
        "method": "pose_lift",
        "preset": "lite",
        "variant": "body",
        "body": "embedded_body",
        "vertices": np.zeros((3, 3)),
        "joints_3d": np.zeros((14, 3)),
        "joint_names": LSP14_NAMES,
        "joints_2d": joints,
        "camera_full": np.array([0, 0, 4]),
        "focal_px": 500.0,
        "box_xyxy": np.array([90, 40, 170, 260]),
        "refinement": Refinement("thorough", 4.0, 1.5, True),
    }
    return Reconstruction(**(values | changes))


def seen_of(scores: np.ndarray, size: float = 220.0) -> Detection:
    joints = np.stack([np.linspace(100, 160, 14), np.linspace(50, 250, 14)], 1)
    return Detection(
        np.array([90, 40, 90 + size / 3, 40 + size]),
        0.9,
        LSP14_NAMES,
        joints,
        scores.astype(np.float32),
    )


SURE = np.full(14, 0.8)
FEW = np.where(np.arange(14) < 9, 0.9, 0.0)


@pytest.mark.parametrize(
    ("person", "seen", "reason"),
    [
        (person_of(), seen_of(SURE), ""),
        (person_of(), seen_of(FEW), "9 of 14 joints"),
        (person_of(), seen_of(SURE * 0.5), "confidence 0.40"),
        (person_of(refinement=Refinement("quick", 9.0, 7.0, True)), seen_of(SURE), "7.0 % off"),
        (
            person_of(refinement=Refinement("quick", np.nan, np.nan, False)),
            seen_of(SURE),
            "not compared",
        ),
        (person_of(refinement=None), seen_of(SURE), "not compared"),
        (person_of(box_xyxy=np.zeros(4)), seen_of(SURE, 50.0), "pixels large"),
        (person_of(), Detection(np.array([90, 40, 170, 260])), "no joints"),
    ],
)
def test_who_is_sure_enough(person, seen, reason) -> None:
    why, found = why_not(person, seen, Thresholds())
    assert reason in why
    assert bool(why) == bool(reason)
    assert found.shape == (14,)


def test_a_clip_is_sampled_in_time_and_a_broken_file_does_not_stop_the_others(
    tmp_path, monkeypatch, capsys
) -> None:
    (tmp_path / "in").mkdir()
    make_clip(tmp_path / "in" / "clip.mp4", 14)
    (tmp_path / "in" / "broken.jpg").write_bytes(b"no picture")
    out = tmp_path / "out"
    looked = []

    def label(key, frame, file, wish, engine):
        looked.append(key)
        return annotations.Decision(key, 0, 0, ("nobody found",))

    monkeypatch.setattr(annotations, "_label", label)
    arguments = [str(tmp_path / "in"), "--out", str(out), "--device", "cpu", "--every", "0.25"]
    assert main(arguments) == 0
    assert looked == ["clip.mp4#0", "clip.mp4#5", "clip.mp4#10"]
    assert "broken.jpg" in capsys.readouterr().out
    # A run that was killed in the middle of writing a line.
    lines = (out / RECORDS).read_text().splitlines()
    (out / RECORDS).write_text("\n".join(lines[:2]) + '\n{"key": "clip')
    looked.clear()
    assert main(arguments) == 0
    assert looked == ["clip.mp4#10"]
    looked.clear()
    assert main([*arguments[:-1], "0.5"]) == 0
    assert looked == ["clip.mp4#0", "clip.mp4#10"]


def test_two_files_of_one_name_keep_apart() -> None:
    files = [Path("/a/x/one.jpg"), Path("/a/y/one.jpg"), Path("/a/y/two.jpg")]
    assert list(output_names(files).values()) == ["one.jpg", "y__one.jpg", "two.jpg"]


def test_a_joint_that_was_not_found_has_no_place(tmp_path) -> None:
    found = np.ones((1, 14), bool)
    found[0, 3] = False
    frame = annotations.Frame(np.zeros((300, 300, 3), np.uint8), "a.jpg")
    picture = annotations._encoded(tmp_path / "a.jpg", frame)
    people = [replace(person_of(), rotmat=np.tile(np.eye(3), (24, 1, 1)), betas=np.zeros(10))]
    annotations._write_truth(picture, frame, people, found, {})
    record = TruthFolder(tmp_path)[0]
    assert record.joints_2d.known.tolist() == found[0].tolist()
    assert record.body.rotmat.shape == (24, 3, 3)
