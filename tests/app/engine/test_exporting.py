"""Files of one person, of everybody, and of a whole list: named as the command line does, and whole."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh

from app.engine.exporting import TURNTABLE_VIEWS, Exporter
from app.engine.requests import ExportItem, ExportRequest
from app.engine.runner import mesh_info
from app.state.values import Choice, Item, RunResult
from core.errors import Cancelled, OutputError
from core.export import read_npz
from core.pipeline.sources import read_picture
from core.types import Detection
from tests.app.fakes import FakeEngine
from tests.core.temporal.walkers import Noise, stepping
from tests.e2e.window_fixtures import write_picture

METRO = Choice("metro", "lite", "body")
BOXES = tuple(
    Detection(np.array(box, np.float32)) for box in ((10, 20, 100, 280), (110, 30, 200, 290))
)


def result_of(path: Path) -> RunResult:
    engine = FakeEngine(METRO)
    found = engine.run(read_picture(path), BOXES)
    return RunResult(1, 1, METRO, "full", found, (), mesh_info(engine))


@pytest.fixture
def photo(tmp_path) -> Path:
    return write_picture(tmp_path / "photo.png", 220, 300)


def request(folder: Path, *items: ExportItem, **more) -> ExportRequest:
    return ExportRequest(items, METRO, folder, **{"kinds": ("obj", "npz"), **more})


def export(asked: ExportRequest, cancel: threading.Event | None = None):
    exporter = Exporter(FakeEngine)
    try:
        return exporter(asked, cancel or threading.Event())
    finally:
        exporter.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_everybody_gets_the_names_of_the_command_line(photo, tmp_path) -> None:
    out = tmp_path / "out"
    told: list = []
    kinds = ("obj", "ply", "glb", "npz", "overlay", "turntable", "panels")
    panel = np.full((8, 9, 3), 7, np.uint8)
    lines = export(
        request(
            out,
            ExportItem(None, result_of(photo)),
            kinds=kinds,
            panels=(("body", panel),),
            wrote=told.append,
            progress=lambda *done: told.append(done),
        )
    )
    people = [f"photo.png.metro.p{n}.{kind}" for n in (0, 1) for kind in kinds[:3]]
    whole = [f"photo.png.metro.{kind}" for kind in ("npz", "png", "mp4", "body.png")]
    assert names(out) == sorted(people + whole)
    assert sorted(line.path.name for line in lines) == names(out)
    total = len(kinds) - 1 + TURNTABLE_VIEWS
    done = [entry for entry in told if isinstance(entry, tuple)]
    assert done == sorted(done)
    assert (done[0], done[-1]) == ((0, total), (total, total))
    assert [line for line in told if not isinstance(line, tuple)] == list(lines)


def test_a_posed_body_is_saved_with_its_skeleton(photo, tmp_path) -> None:
    _, (walker, *_) = stepping(0.5, Noise())
    whole = result_of(photo)
    posed = replace(whole, mesh=None, result=replace(whole.result, people=(walker,)))
    lines = export(request(tmp_path / "out", ExportItem(None, posed), kinds=("glb",)))
    assert b'"skins"' in lines[0].path.read_bytes()


def test_one_person_is_alone_in_every_file(photo, tmp_path) -> None:
    out, whole = tmp_path / "out", result_of(photo)
    export(request(out, ExportItem(None, whole), kinds=("obj", "npz", "overlay"), person=1))
    assert names(out) == [f"photo.png.metro.p1.{kind}" for kind in ("npz", "obj", "png")]
    stored = read_npz(out / "photo.png.metro.p1.npz")
    assert len(stored.people) == 1
    np.testing.assert_array_equal(stored.people[0].vertices, whole.result.people[1].vertices)


def test_every_file_says_units_axes_and_licence(photo, tmp_path) -> None:
    out = tmp_path / "out"
    export(request(out, ExportItem(None, result_of(photo)), kinds=("obj", "ply", "glb", "npz")))
    for path in out.iterdir():
        data = path.read_bytes()
        assert b"metres" in data, path
        assert b"licence" in data, path
    mesh = trimesh.load(out / "photo.png.metro.p0.obj", process=False)
    assert mesh.vertices[:, 1].max() > 0 > mesh.vertices[:, 1].min()


def test_a_list_runs_what_is_missing_and_goes_on_after_a_broken_picture(photo, tmp_path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG no picture")
    later = write_picture(tmp_path / "later.png", 200, 260)
    out = tmp_path / "out"
    items = (
        ExportItem(Item(1, photo), result_of(photo)),
        ExportItem(Item(2, broken)),
        ExportItem(Item(3, later), None, BOXES[:1], edited=True),
    )
    lines = export(request(out, *items, kinds=("npz", "overlay")))
    assert [line.ok for line in lines] == [True, True, False, True, True]
    assert lines[2].path == broken
    assert names(out) == sorted(
        f"{name}.metro.{kind}" for name in ("photo.png", "later.png") for kind in ("npz", "png")
    )


def test_pictures_of_one_name_are_refused_before_anything_is_written(photo, tmp_path) -> None:
    (tmp_path / "other").mkdir()
    same = write_picture(tmp_path / "other" / "photo.png", 200, 260)
    items = [ExportItem(Item(n, path), result_of(path)) for n, path in enumerate((photo, same))]
    with pytest.raises(OutputError, match="same file name"):
        export(request(tmp_path / "out", *items))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("after", range(4))
def test_a_stop_at_any_moment_leaves_whole_files_only(photo, tmp_path, after) -> None:
    """The stop comes when ``after`` files are written, or within the turntable that follows."""
    out, stop = tmp_path / "out", threading.Event()
    written: list = []

    def wrote(line) -> None:
        written.append(line)
        if len(written) > after:
            stop.set()

    kinds = ("npz", "obj", "turntable")
    asked = request(out, ExportItem(None, result_of(photo)), kinds=kinds, wrote=wrote)
    if after == 3:  # nothing stops before the video; it is stopped at its first view
        asked = replace(asked, progress=lambda done, _total: done == 2 and stop.set())
    with pytest.raises(Cancelled):
        export(asked, stop)
    assert names(out) == sorted(line.path.name for line in written)
    assert "photo.png.metro.mp4" not in names(out)
