"""The menu bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from app.settings.language import mark, tr
from app.windows.actions import Actions

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        mark("&File"),
        (
            "open", "open_folder", "play_camera", "samples", "<recent>", "-",
            "open_data", "open_evaluation", "compare_evaluation", "save_list", "-",
            "open_session", "open_last", "save_session", "save_session_as", "-",
            "load_joints", "export", "-", "remove_item", "-", "quit",
        ),
    ),
    (mark("&Edit"), ("undo", "redo", "-", "draw_box", "delete_person", "-", "preferences")),
    (mark("&Play"), ("play", "play_camera", "-", "frame_back", "frame_on")),
    (mark("&Run"), ("run", "run_all", "cancel", "auto_run", "-", "why", "cover", "-", "weights", "files")),
    (
        mark("&View"),
        (
            "fit_picture", "fit_body", "-", "view_picture", "view_front", "view_side", "view_top", "-",
            "wireframe", "grid", "skeleton", "truth", "boxes", "joints", "-",
            "compare", "side_view", "mirror", "inspection", "data_set", "log", "-",
            "gl_links", "theme", "<language>",
        ),
    ),
    (mark("&Go"), ("next", "previous", "search")),
    (mark("&Help"), ("palette", "shortcuts", "about")),
)  # fmt: skip


def build_menus(window: QMainWindow, actions: Actions) -> QMenu:
    """Fill the menu bar; the menu of recent files is returned, to be filled on showing."""
    recent = QMenu(tr("Open &recent"), window)
    languages = QMenu(tr("Lang&uage"), window)
    languages.setObjectName("languages")
    for title, names in MENUS:
        menu = window.menuBar().addMenu(tr(title))
        menu.setToolTipsVisible(True)
        for name in names:
            if name == "-":
                menu.addSeparator()
            elif name == "<recent>":
                menu.addMenu(recent)
            elif name == "<language>":
                menu.addMenu(languages)
            else:
                menu.addAction(actions[name])
    return recent


def fill_languages(window: QMainWindow, current: str) -> QActionGroup:
    """One row per language, in its own words, its code as data; the current one is checked."""
    menu = window.findChild(QMenu, "languages")
    assert menu is not None
    group = QActionGroup(menu)
    for code, words in (("system", tr("As the &system")), ("en", "&English"), ("de", "&Deutsch")):
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(code == current)
        action.setActionGroup(group)
        action.setData(code)
    return group


def fill_recent(menu: QMenu, paths: Sequence[str], chosen: Callable[[Path], None]) -> None:
    """Rows of the recent files; those that are gone are left out."""
    menu.clear()
    present = [Path(text) for text in paths if Path(text).exists()]
    for path in present:
        action = menu.addAction(f"{path.name}   {path.parent}")
        action.triggered.connect(lambda _=False, path=path: chosen(path))
    if not present:
        menu.addAction(tr("Nothing yet")).setEnabled(False)
