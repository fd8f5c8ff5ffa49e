"""Weights and bodies: what is missing is told, a brought file is recognised and wired."""

import pytest
from PySide6.QtWidgets import QLabel

from app.engine import media
from app.engine.ready import Brought, what_is_ready
from core.errors import InputError
from core.methods import list_methods
from tests.e2e.window_fixtures import lab, photos  # noqa: F401


def test_every_network_is_listed_and_lite_ones_are_in_the_box() -> None:
    ready = what_is_ready()
    count = sum(len(p.variants) for e in list_methods() for p in e.presets)
    assert len(ready.networks) == count
    for row in ready.networks:
        if row.preset == "lite":
            assert row.ready
            assert row.state == "in the box"
        else:
            assert row.state.startswith(("needs weights", "yours"))


@pytest.fixture
def dialog(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.acts["files"].trigger()
    lab.until(lambda: window.wiring.ready.dialog.table.rowCount() > 5)
    return window.wiring.ready.dialog


def test_the_dialog_says_what_is_ready(dialog) -> None:
    states = [dialog.table.item(row, 3).text() for row in range(dialog.table.rowCount())]
    assert "in the box" in states
    assert any("its authors released" in state for state in states)


def test_a_row_says_where_its_files_are_today_and_what_is_dead(dialog) -> None:
    assert "smpl.is.tue.mpg.de" in "".join(label.text() for label in dialog.findChildren(QLabel))
    assert "https://github.com/" in dialog.where.text(), "of the first network that lacks something"
    for row in range(dialog.table.rowCount()):
        dialog.table.setCurrentCell(row, 0)
        title, state = (dialog.table.item(row, column).text() for column in (0, 3))
        assert bool(dialog.where.text()) == state.startswith("needs"), title
        if title == "METRO" and state.startswith("needs"):
            assert "datarelease.blob.core.windows.net are closed" in dialog.where.text()
            assert 'href="https://github.com/microsoft/MeshTransformer/issues/95"' in (
                dialog.where.text()
            )


def test_a_brought_file_chooses_its_network(dialog, lab, tmp_path, monkeypatch) -> None:  # noqa: F811
    path = tmp_path / "any name.bin"
    brought = Brought(path, "METRO, body, ResNet-50", "weights", "metro", "paper", "body_r50")
    monkeypatch.setattr(media, "bring", lambda _path: brought)
    dialog.bring_wanted.emit(path)
    lab.until(lambda: "METRO, body" in dialog.said.text())
    assert lab.window.choice.choice.key == "metro/paper/body_r50"


def test_a_file_of_no_use_is_explained(dialog, lab, tmp_path) -> None:  # noqa: F811
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    dialog.bring_wanted.emit(path)
    lab.until(lambda: "notes.txt" in dialog.said.text())
    assert "notes.txt" not in lab.window.banner.text


def test_reading_errors_name_the_file(dialog, lab, tmp_path, monkeypatch) -> None:  # noqa: F811
    def refuse(path):
        raise InputError("is damaged", path=path, cure="get it again")

    monkeypatch.setattr(media, "bring", refuse)
    dialog.bring_wanted.emit(tmp_path / "x.pth")
    lab.until(lambda: "x.pth: is damaged. Get it again." in dialog.said.text())
