"""Sessions: what a hand did is there again, after saving, after moving, and after a crash."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.settings.store import SettingsStore
from app.state.values import Choice
from app.state.workspace import load_workspace
from tests.e2e.window_fixtures import lab, photos  # noqa: F401

CLIFF = Choice("cliff", "lite", "body")
EDIT = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from app.main import make_application
from app.settings.store import SettingsStore
from app.state.people import moved_joint
from app.windows.main_window import MainWindow, Workers
from tests.app.fakes import FakeEngine

app = make_application()
store = SettingsStore(Path(sys.argv[1]))
window = MainWindow(store, Workers.create(FakeEngine))
window.show()
window.files.open_paths([Path(name) for name in sys.argv[2:]])

def edit():
    if window.session.current_loaded is None or not window.people.knows(window.session.current.id):
        QTimer.singleShot(20, edit)
        return
    window.people.begin_drag(window.session.current.id)
    moved = moved_joint(window.people.of(1)[0], 0, (33.0, 44.0))
    window.marks._set(0, moved)
    window.notes.field.setPlainText("kept by the autosave")
    QTimer.singleShot(0, export)

def export():
    window.acts["export"].trigger()
    dialog = window.wiring.exports.dialog
    for kind, box in dialog.kinds.items():
        box.setChecked(kind in ("npz", "turntable"))
    dialog.folder.setText(str(Path(sys.argv[1]).parent / "out"))
    dialog.choose_scope("list")
    dialog.save.click()

QTimer.singleShot(0, edit)
app.exec()
"""


def test_a_saved_session_comes_back_whole(lab, photos, tmp_path) -> None:  # noqa: F811
    window = lab.start(*photos)
    lab.until_result()
    first = window.session.current.id
    window.marks._set(0, _moved(window, first, 50.0))
    window.session.set_note(first, "look at the hands")
    window.choice.choose_method("metro")
    window.comparison.set(others=(CLIFF,), on=True)
    window.view.set(alignment="procrustes", wireframe=True)
    path = tmp_path / "mine.meshloupe"
    assert window.workspaces.save_to(path)
    assert "mine" in window.windowTitle()
    window.session.remove([item.id for item in window.session.items()])
    window.choice.choose_method("pose_lift")
    window.comparison.set(others=(), on=False)
    window.view.set(alignment="none", wireframe=False)

    window.open_paths([path])
    lab.until(lambda: window.results.shown is not None)
    assert [item.path for item in window.session.items()] == photos
    current = window.session.current.id
    assert window.people.of(current)[0].joints_2d[0].tolist() == [50.0, 50.0]
    assert window.people.edited(current)
    assert window.notes.field.toPlainText() == "look at the hands"
    assert window.choice.choice.method == "metro"
    assert window.comparison.now.others == (CLIFF,)
    assert (window.view.options.alignment, window.view.options.wireframe) == ("procrustes", True)
    assert not window.history.can_undo


def _moved(window, item: int, place: float):
    from app.state.people import moved_joint

    return moved_joint(window.people.of(item)[0], 0, (place, place))


def test_pictures_that_moved_are_looked_for(lab, photos, tmp_path) -> None:  # noqa: F811
    window = lab.start(*photos)
    lab.until_result()
    path = tmp_path / "mine.meshloupe"
    window.workspaces.save_to(path)
    new = tmp_path / "new"
    new.mkdir()
    for photo in photos:
        shutil.move(photo, new / photo.name)
    window.workspaces.open(path)
    assert window.session.rowCount() == 0
    assert "3 files are not where" in window.banner.text
    window.workspaces.relocate(new)
    assert [item.path for item in window.session.items()] == [new / p.name for p in photos]
    lab.until(lambda: window.results.shown is not None)


def test_a_broken_session_leaves_what_is_open(lab, photos, tmp_path) -> None:  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    path = tmp_path / "bad.meshloupe"
    path.write_text("{")
    assert not window.workspaces.open(path)
    assert "damaged" in window.banner.text
    assert window.session.rowCount() == 1


def test_unsaved_work_of_a_closed_window_can_be_reopened(lab, photos, qtbot) -> None:  # noqa: F811
    from app.windows.main_window import MainWindow, Workers

    window = lab.start(photos[0])
    lab.until_result()
    window.session.set_note(window.session.current.id, "not saved")
    window.close()
    again = MainWindow(SettingsStore(lab.store.path.parent), Workers.create(lab.open_engine))
    try:
        again.show()
        assert again.workspaces.recoverable() is None, "it did not crash"
        again.acts["open_last"].trigger()
        assert again.notes.field.toPlainText() == "not saved"
        assert again.workspaces.path is None
    finally:
        again.close()
        qtbot.wait(150)  # answers on their way start timers of 30 ms once more, which draw nothing


def test_notes_follow_the_picture(lab, photos) -> None:  # noqa: F811
    window = lab.start(*photos)
    lab.until_result()
    window.notes.field.setPlainText("first")
    window.acts["next"].trigger()
    assert window.notes.field.toPlainText() == ""
    window.notes.field.setPlainText("second")
    window.acts["previous"].trigger()
    assert window.notes.field.toPlainText() == "first"


@pytest.mark.skipif(os.name == "nt", reason="kills a process by signal")
def test_killed_while_a_joint_is_dragged_and_a_list_is_exported(lab, photos, tmp_path) -> None:  # noqa: F811
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    script = tmp_path / "edit.py"
    script.write_text(EDIT)
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    program = subprocess.Popen(
        [sys.executable, str(script), str(home), *map(str, photos)], env=environment
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if _is_kept(home) and list(out.glob("[!.]*")) and _half_written(out):
                break
            time.sleep(0.01)
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait(20)
    whole = {path.name: path.read_bytes() for path in out.glob("[!.]*")}
    assert whole, "a file that was finished before"
    assert _half_written(out), "and one in the middle"
    others = out / ".somebody-else-0123456789abcdef-x.npz"
    others.write_bytes(b"half of a file that another program writes")

    lab.store = SettingsStore(home)
    window = lab.start()
    window.start([], [])
    assert "ended unexpectedly" in window.banner.text
    assert "half-written" in window.log_panel.text
    assert {p.name: p.read_bytes() for p in out.iterdir() if p != others} == whole
    assert others.exists()
    window.wiring._cure("recover")
    assert window.people.of(window.session.current.id)[0].joints_2d[0].tolist() == [33.0, 44.0]
    assert window.notes.field.toPlainText() == "kept by the autosave"
    window.wiring._cure("recover")
    assert window.session.rowCount() == len(photos)
    assert window.workspaces.recoverable() is None
    assert not _half_written(home)


def _is_kept(home: Path) -> bool:
    """Whether the autosave knows what was done (it may be replaced while it is looked at)."""
    return any(
        "kept by the autosave" in path.read_text() for path in home.glob("autosave-*.meshloupe")
    )


def _half_written(folder: Path) -> list[Path]:
    return list(folder.glob(".[!.]*"))


def test_dragging_without_end_is_saved_as_well(lab, photos) -> None:  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.workspaces._soon.setInterval(30)
    item = window.session.current.id
    window.people.begin_drag(item)
    deadline = time.monotonic() + 10
    step = 0
    while time.monotonic() < deadline and not window.workspaces._autosave.exists():
        step += 1
        window.marks._set(0, _moved(window, item, 10.0 + step % 50))
        lab.qtbot.wait(10)
    assert window.workspaces._autosave.exists()
    kept = load_workspace(window.workspaces._autosave).items[0].people[0]
    assert np.isfinite(kept.joints_2d[0]).all()
    lab.qtbot.keyClick(window, Qt.Key.Key_Escape)
