"""Saving from the window: a person, everybody, the whole list; stopped and seen through."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtGui import QImage

from app.windows.export_control import picture_of
from tests.e2e.window_fixtures import lab, photos  # noqa: F401


def opened(lab, tmp_path):  # noqa: F811
    lab.window.acts["export"].trigger()
    dialog = lab.window.wiring.exports.dialog
    dialog.folder.setText(str(tmp_path / "out"))
    return dialog


def only(dialog, *kinds: str) -> None:
    for kind, box in dialog.kinds.items():
        box.setChecked(kind in kinds)


def test_a_picture_is_saved_and_reported(lab, photos, tmp_path) -> None:  # noqa: F811
    lab.start(photos[0])
    lab.until_result()
    dialog = opened(lab, tmp_path)
    only(dialog, "obj", "npz", "overlay", "panels")
    assert "licence" in dialog.terms.text()
    assert "metres" in dialog.terms.text().lower()
    dialog.save.click()
    assert dialog.is_busy
    lab.until(lambda: not dialog.is_busy)
    files = {path.name for path in (tmp_path / "out").iterdir()}
    key = "photo1.png.pose_lift"
    assert {f"{key}.p0.obj", f"{key}.npz", f"{key}.png", f"{key}.body.png"} <= files
    body = QImage(str(tmp_path / "out" / f"{key}.body.png"))
    assert body.width() == 2 * lab.window.stage.main.width()
    assert f"{len(files)} files written and read back" in dialog.report.toPlainText()
    dialog.close()
    assert lab.window.activity.busy == ""


def test_a_mirrored_picture_is_saved_as_it_is(lab, photos) -> None:  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    lab.until(lambda: window.workers.painter.is_idle)
    plain = dict(window.wiring.exports._panels())["picture"].astype(int)
    window.acts["mirror"].trigger()
    lab.qtbot.wait(50)
    seen = picture_of(window.picture.view).astype(int)
    saved = dict(window.wiring.exports._panels())["picture"].astype(int)
    assert np.abs(seen - plain).mean() > 10 * np.abs(saved - plain).mean()
    assert np.abs(saved - plain).mean() < 1
    assert window.picture.view.transform().m11() < 0, "on the screen it stays mirrored"


def test_the_whole_list_is_saved_and_what_is_missing_is_run(lab, photos, tmp_path) -> None:  # noqa: F811
    window = lab.start(*photos)
    lab.until_result()
    dialog = opened(lab, tmp_path)
    only(dialog, "npz", "panels")
    dialog.choose_scope("list")
    assert "3 pictures" in dialog.words.text()
    assert dialog.chosen_kinds() == ("npz",), "what is on the screen belongs to one picture"
    dialog.save.click()
    lab.until(lambda: not dialog.is_busy)
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == sorted(f"{photo.name}.pose_lift.npz" for photo in photos)
    dialog.close()
    assert window.session.rowCount() == 3


def test_a_list_that_is_stopped_leaves_whole_files(lab, photos, tmp_path) -> None:  # noqa: F811
    lab.start(*photos)
    lab.until_result()
    lab.gate = threading.Event()  # engines opened from now on wait
    dialog = opened(lab, tmp_path)
    only(dialog, "npz")
    dialog.choose_scope("list")
    dialog.save.click()
    out = tmp_path / "out"
    lab.until(lambda: len(list(out.glob("[!.]*"))) == 1 or not dialog.is_busy)
    assert dialog.is_busy
    dialog.save.click()
    lab.until(lambda: not dialog.is_busy)
    assert "nothing half-written" in dialog.report.toPlainText()
    dialog.close()
    lab.gate.set()
    lab.until(lambda: not list(out.glob(".*")))  # the window does not wait for the thread
    assert [path.suffix for path in out.iterdir()] == [".npz"]


def test_closing_the_dialog_gives_the_export_up(lab, photos, tmp_path) -> None:  # noqa: F811
    lab.start(*photos)
    lab.until_result()
    lab.gate = threading.Event()
    dialog = opened(lab, tmp_path)
    only(dialog, "npz")
    dialog.choose_scope("list")
    dialog.save.click()
    dialog.reject()
    assert lab.window.wiring.exports.dialog is None
    lab.until(lambda: lab.window.activity.busy != "Exporting the list")
    lab.gate.set()


@pytest.mark.parametrize("kind", [(), ("panels",)])
def test_nothing_to_save_cannot_be_saved(lab, photos, tmp_path, kind) -> None:  # noqa: F811
    lab.start(*photos)
    lab.until_result()
    dialog = opened(lab, tmp_path)
    only(dialog, *kind)
    dialog.choose_scope("list")
    assert not dialog.save.isEnabled()
    dialog.close()
