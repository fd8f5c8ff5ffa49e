"""A person runs ``meshloupe infer`` on good and on bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import trimesh
from PIL import Image

from app.cli.main import main
from core.body import load_body
from core.detection import choose
from core.geometry.cameras import project_perspective
from core.nn.batch import Batch
from core.pipeline import joint_finding, loading, refining
from core.pipeline.loading import FoundWeights, find_weights
from core.pipeline.samples import bundled_samples, sample_joints
from tests.standing_method import StandingMethod, standing

__all__ = ["standing"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def infer(
    standing: type[StandingMethod], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """``infer`` with the tiny method, whose weights count as loaded, into ``tmp_path/out``."""
    found = FoundWeights("embedded")
    monkeypatch.setattr(loading, "find_weights", lambda *_: found)
    monkeypatch.setattr(loading, "load_embedded", lambda _: None)
    # Nobody is in these pictures: the whole of each is taken.
    for module in (choose, joint_finding, refining):
        monkeypatch.setattr(module, "embedded_is_installed", lambda: False)

    def run(*arguments: object) -> int:
        given = [str(argument) for argument in arguments]
        if "--method" not in given:
            given += ["--method", "standing"]
        if "--out" not in given:
            given += ["--out", str(tmp_path / "out")]
        return main(["infer", *given, "--device", "cpu"])

    return run


def _picture(path: Path, width: int = 160, height: int = 120) -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def _clip(path: Path, frames: int = 6) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(frames):
            image = np.full((96, 128, 3), 20 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _names(folder: Path) -> set[str]:
    """Names of results; the records of a job are none."""
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    return names - {".meshloupe"}


def test_a_picture_with_two_boxes(infer, tmp_path: Path, capsys) -> None:
    picture = _picture(tmp_path / "фото 1.jpg")
    boxes = ("--box", "10,10,70,110", "--box", "80,20,150,100")
    assert infer(picture, *boxes, "--save", "npz,obj,ply,glb,overlay") == 0
    stem = "фото 1.jpg.standing"
    meshes = {f"{stem}.p{p}.{ext}" for p in (0, 1) for ext in ("obj", "ply", "glb")}
    assert _names(tmp_path / "out") == meshes | {f"{stem}.npz", f"{stem}.png"}
    assert len(capsys.readouterr().out.split("\n")) == 8 + 1
    arrays = np.load(tmp_path / "out" / f"{stem}.npz")
    assert int(arrays["schema"]) == 1
    np.testing.assert_allclose(arrays["box_xyxy"], [[10, 10, 70, 110], [80, 20, 150, 100]])
    assert arrays["image_size"].tolist() == [120, 160]
    assert float(arrays["focal_px"]) == pytest.approx(200.0)
    joints = (arrays["joints_3d"] + arrays["camera_full"][:, None]).astype(np.float64)
    seen = project_perspective(joints, float(arrays["focal_px"]), (80.0, 60.0))
    assert np.abs(seen - arrays["joints_2d"]).max() < 0.5
    body = trimesh.load(tmp_path / "out" / f"{stem}.p1.obj", process=False)
    assert body.vertices.shape == (6890, 3)
    assert np.asarray(Image.open(tmp_path / "out" / f"{stem}.png")).shape == (120, 160, 3)


def test_a_folder_in_shards_is_done_once(infer, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(5):
        _picture(folder / f"p{number}.png")
    done = []
    for part in ("1/2", "2/2"):
        out = tmp_path / part.replace("/", "of")
        assert infer(folder, "--shard", part, "--save", "npz", "--out", out) == 0
        done += sorted(_names(out))
    assert sorted(done) == [f"p{number}.png.standing.npz" for number in range(5)]


def test_a_shard_without_inputs_is_no_failure(infer, tmp_path: Path, capsys) -> None:
    assert infer(_picture(tmp_path / "a.png"), "--shard", "2/2") == 0
    assert "nothing to do" in capsys.readouterr().err


def test_a_video_gives_one_archive_and_one_video(infer, tmp_path: Path) -> None:
    clip = _clip(tmp_path / "clip.mp4")
    assert infer(clip, "--box", "20,5,90,90", "--save", "npz,video,obj") == 0
    out = tmp_path / "out"
    meshes = {f"clip.mp4.f{n:06d}.standing.p0.obj" for n in range(6)}
    assert _names(out) == meshes | {"clip.mp4.standing.npz", "clip.mp4.standing.mp4"}
    arrays = np.load(out / "clip.mp4.standing.npz")
    assert arrays["frame"].tolist() == list(range(6))
    np.testing.assert_allclose(arrays["time_s"], np.arange(6) / 10, atol=1e-3)
    with av.open(str(out / "clip.mp4.standing.mp4")) as made:
        assert sum(1 for _ in made.decode(video=0)) == 6


def test_a_video_stopped_and_run_again_goes_on(
    infer, standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    forward, seen = standing.forward, []

    def interrupted(self: StandingMethod, batch: Batch, **options: object) -> object:
        seen.append(len(batch))
        if len(seen) == 2:
            raise KeyboardInterrupt
        return forward(self, batch, **options)

    monkeypatch.setattr(standing, "forward", interrupted)
    call = (_clip(tmp_path / "clip.mp4"), "--box", "20,5,90,90", "--save", "npz,video")
    assert infer(*call) == 130
    assert "go on where they are" in capsys.readouterr().err
    assert infer(*call) == 0
    assert "goes on after 4 frames" in capsys.readouterr().err
    assert seen == [4, 2, 2]  # the box is known beforehand: four frames in one call
    assert infer(*call) == 0
    assert "was finished by an earlier run" in capsys.readouterr().err
    assert seen == [4, 2, 2]
    assert infer(*call, "--redo") == 0
    assert seen == [4, 2, 2, 4, 2]
    assert np.load(tmp_path / "out" / "clip.mp4.standing.npz")["frame"].tolist() == list(range(6))


def test_what_steadying_gained_is_told(infer, tmp_path: Path, capsys) -> None:
    clip = _clip(tmp_path / "clip.mp4")
    assert infer(clip, "--box", "20,5,90,90", "--save", "npz", "--smooth", "strong", "--json") == 0
    told = capsys.readouterr()
    assert "jitter 0.0 -> 0.0 mm per frame squared" in told.err
    assert json.loads(told.out)[-1]["steadiness"]["frames"] == 4
    assert infer(clip, "--smooth", "very") == 2
    assert "none of off, light, strong" in capsys.readouterr().err


def test_the_ground_is_told_where_it_is_asked_for(infer, tmp_path: Path, capsys) -> None:
    clip = _clip(tmp_path / "clip.mp4")
    call = (clip, "--box", "20,5,90,90", "--save", "npz", "--ground", "--json")
    assert infer(*call) == 0
    told = capsys.readouterr()
    step = json.loads(told.out)[-1]
    if "ground" in step:
        assert f"{step['ground']['height']:.2f} m below the camera" in told.err
    else:
        assert "nobody stood long enough" in told.err


def test_shards_by_the_environment(infer, tmp_path: Path, monkeypatch, capsys) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        _picture(folder / f"p{number}.png")
    for rank in (0, 1):
        monkeypatch.setenv("RANK", str(rank))
        monkeypatch.setenv("WORLD_SIZE", "2")
        assert infer(folder, "--save", "npz") == 0
        assert f"shard {rank + 1}/2, as the environment says" in capsys.readouterr().err
        assert len(_names(tmp_path / "out")) == 2 * (rank + 1)
    assert infer(folder, "--save", "npz", "--shard", "1/1") == 0
    assert capsys.readouterr().err.count("was finished by an earlier run") == 4


def test_json_tells_people_files_and_times(infer, tmp_path: Path, capsys) -> None:
    assert infer(_picture(tmp_path / "a.png"), "--save", "npz", "--json") == 0
    steps = json.loads(capsys.readouterr().out)
    assert [len(step.get("people", ())) for step in steps] == [1, 0]
    assert steps[1]["files"] == [str(tmp_path / "out" / "a.png.standing.npz")]
    assert {"decode", "detect", "crop", "network"} <= set(steps[0]["seconds"])


BAD_INPUTS: dict[str, Callable[[Path], object]] = {
    "text.jpg": lambda path: path.write_text("not a picture " * 20),
    "empty.png": lambda path: path.touch(),
    "dot.png": lambda path: Image.new("RGB", (1, 1)).save(path),
    "gone.png": lambda path: None,
    "folder.d": lambda path: path.mkdir(),
    "cut.png": lambda path: path.write_bytes(_picture(path).read_bytes()[:5000]),
    "cut.jpg": lambda path: path.write_bytes(_picture(path).read_bytes()[:3000]),
    "fake.mp4": lambda path: path.write_bytes(b"no video" * 100),
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_input_is_one_line_with_file_and_cure(infer, tmp_path: Path, capsys, name: str) -> None:
    BAD_INPUTS[name](tmp_path / name)
    assert infer(tmp_path / name) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"meshloupe: {tmp_path / name}: ")
    assert "; " in lines[0]
    assert _names(tmp_path / "out") == set()


GOOD_INPUTS: dict[str, Callable[[Path], object]] = {
    "wide.png": lambda path: Image.new("RGB", (20_000, 40)).save(path),
    "grey.png": lambda path: Image.new("L", (60, 80), 99).save(path),
    "alpha.png": lambda path: Image.new("RGBA", (60, 80), (9, 9, 9, 0)).save(path),
    "deep.png": lambda path: Image.fromarray(np.full((60, 80), 40_000, np.uint16)).save(path),
    "small.png": lambda path: Image.new("RGB", (2, 2)).save(path),
}


@pytest.mark.parametrize("name", GOOD_INPUTS)
def test_unusual_input_gives_a_result(infer, tmp_path: Path, name: str) -> None:
    GOOD_INPUTS[name](tmp_path / name)
    assert infer(tmp_path / name, "--save", "npz,overlay") == 0
    assert _names(tmp_path / "out") == {f"{name}.standing.npz", f"{name}.standing.png"}


def test_a_bad_file_does_not_stop_the_others(infer, tmp_path: Path, capsys) -> None:
    good, bad = _picture(tmp_path / "good.png"), tmp_path / "bad.png"
    bad.write_text("no")
    assert infer(bad, good, "--save", "npz") == 1
    assert "bad.png" in capsys.readouterr().err
    assert _names(tmp_path / "out") == {"good.png.standing.npz"}


def test_same_names_from_two_folders_are_refused(infer, tmp_path: Path, capsys) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        _picture(tmp_path / folder / "x.png")
    assert infer(tmp_path / "a", tmp_path / "b") == 1
    assert "same file name" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["file", "/proc/meshloupe"])
def test_unwritable_output_folder(infer, tmp_path: Path, capsys, out: str) -> None:
    (tmp_path / "file").touch()
    folder = out if out.startswith("/") else tmp_path / out
    assert infer(_picture(tmp_path / "a.png"), "--out", folder) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert str(folder) in line
    assert "choose another folder" in line


def test_missing_wrong_and_absent_weights(standing, tmp_path: Path, capsys) -> None:
    picture, wrong = _picture(tmp_path / "a.png"), tmp_path / "w.pt"
    wrong.write_bytes(b"not weights")
    call = ["infer", str(picture), "--method", "standing", "--out", str(tmp_path / "out")]
    for extra, what in (
        ([], "no weights for standing lite body"),
        (["--weights", str(tmp_path / "gone.pt")], "gone.pt: "),
        (["--weights", str(wrong)], "w.pt: "),
    ):
        assert main([*call, *extra]) == 1
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert what in line
        assert "; " in line
    assert _names(tmp_path / "out") == set()


def test_motion_from_a_method_without_rotations_is_refused(infer, tmp_path: Path, capsys) -> None:
    assert infer(_picture(tmp_path / "a.png"), "--save", "bvh,npz") == 1
    assert "gives no joint rotations, which BVH needs" in capsys.readouterr().err
    assert _names(tmp_path / "out") == set()


def test_joint_file_that_names_nobody(infer, tmp_path: Path, capsys) -> None:
    joints = tmp_path / "j.json"
    joints.write_text('{"joint_names": ["Neck", "R_Hip"], "people": {}}')
    assert infer(_picture(tmp_path / "a.png"), "--joints", joints) == 1
    assert "j.json: names none of these inputs; its keys must be" in capsys.readouterr().err


def test_ctrl_c_keeps_finished_files_and_no_half_ones(
    infer, standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    forward, seen = standing.forward, []

    def interrupted(self: StandingMethod, batch: object, **options: object) -> object:
        seen.append(1)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return forward(self, batch, **options)

    monkeypatch.setattr(standing, "forward", interrupted)
    assert infer(_clip(tmp_path / "clip.mp4"), "--save", "npz,video,obj") == 130
    finished = {f"clip.mp4.f{number:06d}.standing.p0.obj" for number in range(4)}
    assert _names(tmp_path / "out") == finished
    assert "stopped" in capsys.readouterr().err


def test_infer_imports_no_qt(tmp_path: Path) -> None:
    _picture(tmp_path / "a.png")
    code = (
        "import sys\n"
        "from core.pipeline import loading\n"
        "from core.methods import registry\n"
        "from tests.standing_method import ENTRY\n"
        "registry.BUILT_IN += (ENTRY,)\n"
        "loading.find_weights = lambda *_: loading.FoundWeights('embedded')\n"
        "loading.load_embedded = lambda _: None\n"
        "from app.cli.main import main\n"
        "call = ['infer', 'a.png', '--method', 'standing', '--detector', 'none']\n"
        "code = main([*call, '--device', 'cpu'])\n"
        "qt = [m for m in sys.modules if m.split('.')[0] in ('PySide6', 'pyqtgraph', 'vispy')]\n"
        "assert code == 0 and not qt, (code, qt)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert _names(tmp_path / "out") == {"a.png.standing.npz", "a.png.standing.png"}


@pytest.mark.skipif(
    find_weights("pose_lift", "lite", "body").state != "embedded"
    or not bundled_samples()
    or sample_joints() is None,
    reason="no shipped weights of pose_lift yet",
)
def test_first_mesh_from_a_bundled_sample(tmp_path: Path) -> None:
    sample, out = bundled_samples()[0], tmp_path / "out"
    call = ["infer", str(sample), "--method", "pose_lift", "--joints", str(sample_joints())]
    assert main([*call, "--save", "obj,npz,overlay", "--out", str(out), "--device", "cpu"]) == 0
    arrays = np.load(out / f"{sample.name}.pose_lift.npz")
    truth = np.load(f"{sample}.truth.npz")
    names = {name: row for row, name in enumerate(arrays["joint_names"])}
    rows = [names[name] for name in truth["joint_names"] if name in names]
    kept = [row for row, name in enumerate(truth["joint_names"]) if name in names]
    wrong_px = np.linalg.norm(arrays["joints_2d"][0, rows] - truth["joints_2d"][0, kept], axis=1)
    side = (truth["box_xyxy"][0, 2:] - truth["box_xyxy"][0, :2]).max()
    assert wrong_px.mean() < 0.03 * side
    body = trimesh.load(out / f"{sample.name}.pose_lift.p0.obj", process=False)
    assert np.isfinite(body.vertices).all()
    faces = np.asarray(load_body("embedded").faces())
    assert len(body.faces) == len(faces)


@pytest.mark.skipif(
    find_weights("pose_lift", "lite", "body").state != "embedded" or sample_joints() is None,
    reason="no shipped weights of pose_lift yet",
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_a_real_ctrl_c(tmp_path: Path) -> None:
    samples = ROOT / "assets" / "samples"
    call = [sys.executable, "-u", "-m", "app", "infer", samples, "--method", "pose_lift"]
    call += ["--joints", samples / "joints2d.json", "--save", "npz,obj,overlay", "--out", "out"]
    running = subprocess.Popen(
        list(map(str, call)), cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # Where the tests run in the background, Ctrl-C is ignored and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stdout.readline().strip()  # the first file is written
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=120)
    assert running.returncode == 130, told
    assert told.strip().splitlines()[-1].startswith("meshloupe: stopped")
    assert not [name for name in _names(tmp_path / "out") if name.startswith(".")]
    for path in (tmp_path / "out").glob("*.npz"):
        assert np.load(path)["vertices"].shape[1:] == (6890, 3)


def test_a_refined_picture_tells_what_it_gained(tmp_path: Path, capsys) -> None:
    sample = bundled_samples()[1]
    arguments = ["--method", "metro", "--refine", "quick", "--average", "2", "--save", "npz"]
    out = tmp_path / "out"
    assert (
        main(["infer", str(sample), *arguments, "--out", str(out), "--device", "cpu", "--json"])
        == 0
    )
    (person,) = json.loads(capsys.readouterr().out)[0]["people"]
    gained = person["refinement"]
    assert gained["level"] == "quick"
    assert gained["after_percent"] <= gained["before_percent"]
    stored = np.load(out / f"{sample.name}.metro.npz")
    np.testing.assert_allclose(
        stored["refine_2d_percent"][0],
        [gained["before_percent"], gained["after_percent"]],
        atol=1e-3,
    )
    assert stored["rotmat"].shape == (1, 24, 3, 3)


@pytest.mark.parametrize(
    ("option", "value"), [("--refine", "hard"), ("--average", "0"), ("--average", "9")]
)
def test_wrong_refinements_are_wrong_use(infer, tmp_path: Path, capsys, option, value) -> None:
    assert infer(_picture(tmp_path / "a.png"), option, value) == 2
    assert option in capsys.readouterr().err
